"""A search finds by its pieces what the plain rule finds by reading every name, however a name came to be."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, insert, select, update

from clinic.domain.search import LONGEST_PIECE, fold, search_key, sort_key
from clinic.domain.types import ClientKind, ClientStatus
from clinic.extensions import db
from clinic.models import Client, SearchPiece
from clinic.services.clients import identity
from clinic.services.clients import listing as client_list
from clinic.services.clients.listing import COUNT_FOUND_UP_TO, PAGE, ClientFilter
from tests.factories.people import LONG_AGO, People

LETTERS = "aabbcé łß’-.@%_\\"
SEARCHES = [
    "a",
    "ab",
    "abc",
    "b c",
    "aa bb",
    "ss",
    "l",
    "e",
    "@a",
    "%",
    "_",
    "\\",
    "abcabcab",
    "abab ba",
    "zq",
]


def row(people: People, name: str, status: ClientStatus = ClientStatus.ACTIVE) -> dict[str, object]:
    return {
        "id": uuid.uuid4(),
        "practice_id": people.practice.id,
        "name": name,
        "sort_key": sort_key(name),
        "search_key": search_key(name, None),
        "time_zone": "Europe/London",
        "kind": ClientKind.PRIVATE,
        "status": status,
        "created_at": LONG_AGO,
        "version": 1,
    }


def fill(people: People, names: list[str]) -> None:
    rows = [
        row(people, name, ClientStatus.ARCHIVED if not number % 7 else ClientStatus.ACTIVE)
        for number, name in enumerate(names)
    ]
    db.session.execute(insert(Client), rows)
    db.session.commit()


def some_names(dice: random.Random, count: int) -> list[str]:
    return ["x" + "".join(dice.choices(LETTERS, k=dice.randint(1, 14))) for _ in range(count)]


def found(people: People, text: str) -> list[uuid.UUID]:
    """All that a search finds, page by page."""
    actor, after, read = people.actor(people.colleague), None, []
    while True:
        page = client_list.page(actor, ClientFilter(text, after=after))
        read += [line.id for line in page.rows]
        if page.after is None:
            return read
        after = page.after


def meant(people: People, text: str) -> list[uuid.UUID]:
    """The plain rule: each word stands somewhere in the key."""
    active = select(Client).where(
        Client.practice_id == people.practice.id, Client.status == ClientStatus.ACTIVE
    )
    held = [
        each
        for each in db.session.scalars(active)
        if all(word in each.search_key for word in fold(text).split())
    ]
    return [each.id for each in sorted(held, key=lambda each: (each.sort_key, each.id.hex))]


def pieces() -> set[tuple[uuid.UUID, str]]:
    return {(each.person_id, each.piece) for each in db.session.scalars(select(SearchPiece))}


def pieces_meant() -> set[tuple[uuid.UUID, str]]:
    db.session.expire_all()
    return set(_begun(db.session.scalars(select(Client))))


def _begun(clients: Iterator[Client]) -> Iterator[tuple[uuid.UUID, str]]:
    for each in clients:
        for at, letter in enumerate(each.search_key):
            if letter != " ":
                yield each.id, each.search_key[at : at + LONGEST_PIECE]


@pytest.mark.parametrize("seed", range(3))
def test_pieces_find_what_the_plain_rule_finds(people: People, seed: int) -> None:
    dice = random.Random(seed)
    fill(people, some_names(dice, PAGE * (1 + 2 * seed)))
    for text in SEARCHES:
        assert found(people, text) == meant(people, text), text


def test_a_search_says_how_many_it_found_or_that_they_are_more(people: People) -> None:
    fill(people, [f"Many {number}" for number in range(300)] + [f"Some {number}" for number in range(100)])
    actor = people.actor(people.colleague)
    for text in ("many", "some", "many 1", "nobody"):
        number, page = len(meant(people, text)), client_list.page(actor, ClientFilter(text))
        assert page.count == (number if number <= COUNT_FOUND_UP_TO else None), text
        assert page.count is not None or page.counted_up_to == COUNT_FOUND_UP_TO


def test_whoever_is_renamed_is_found_by_the_new_name_alone(people: People) -> None:
    identity.rename(people.client, "Grete Søndergård")
    db.session.flush()  # in the same transaction
    assert found(people, "sonderg") == [people.client.id]
    assert found(people, "northcote") == meant(people, "northcote")
    db.session.rollback()
    assert found(people, "sonderg") == []
    assert pieces() == pieces_meant()


def test_pieces_follow_their_key_however_it_is_written(people: People) -> None:
    fill(people, some_names(random.Random(9), 20))
    assert pieces() == pieces_meant()
    some = Client.name.like("x%")
    db.session.execute(update(Client).where(some).values(search_key=Client.search_key + " more"))
    assert pieces() == pieces_meant()
    db.session.execute(update(Client).where(some).values(phone="1"))
    db.session.execute(delete(Client).where(some))
    assert pieces() == pieces_meant()


def test_nobody_is_found_in_another_practice(people: People) -> None:
    assert client_list.page(people.actor(people.stranger), ClientFilter("north")).rows == []
    assert found(people, "north") == [people.client.id]
