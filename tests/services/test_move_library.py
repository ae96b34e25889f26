"""The library of moves: found by word in any spelling, by tag and by position, and by what it lacks."""

from __future__ import annotations

import pytest

from clinic.domain.errors import NotFound
from clinic.domain.types import BodyPosition
from clinic.services.actors import Actor
from clinic.services.routines import library, own_moves, shelf, signoffs
from clinic.services.routines.library import PAGE, MoveFilter, Shown
from clinic.services.transaction import transaction
from tests.factories.moves import make_move
from tests.factories.people import People


@pytest.fixture
def robin(people: People) -> Actor:
    """A practitioner whose library has three moves."""
    actor = people.actor(people.colleague)
    make_move(actor)
    make_move(
        actor,
        name="Brücke 100%",
        purpose="Für das Gesäß",
        tags=("gluteus",),
        equipment=("Theraband",),
        body_position=None,
    )
    shelf.take_from_shelf(actor, "hip_hinge")
    return actor


def names(actor: Actor, **wanted: object) -> list[str]:
    return [row.move.name for row in library.page(actor, MoveFilter(**wanted)).rows]


def test_it_opens_with_every_move_on_offer_by_name(robin: Actor) -> None:
    assert names(robin) == ["Brücke 100%", "Heel bridge", "Hip hinge"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bridge", ["Heel bridge"]),
        ("BRUECKE", ["Brücke 100%"]),
        ("gesass", ["Brücke 100%"]),  # what it is for
        ("wakes ribs", ["Heel bridge"]),  # its purpose and a cue
        ("theraband", ["Brücke 100%"]),
        ("low back", ["Heel bridge"]),  # a tag
        ("100%", ["Brücke 100%"]),
        ("%", ["Brücke 100%"]),
        ("bridge theraband", []),
        ("__", []),
    ],
)
def test_each_word_stands_somewhere_in_what_is_found(robin: Actor, text: str, found: list[str]) -> None:
    assert names(robin, text=text) == found


def test_a_tag_and_a_position_narrow_it_down(robin: Actor) -> None:
    assert names(robin, tag="Low back") == ["Heel bridge"]
    assert names(robin, tag="low") == []
    assert names(robin, position=BodyPosition.STANDING) == ["Hip hinge"]
    assert names(robin, tag="hip", position=BodyPosition.LYING_BACK) == ["Heel bridge"]
    assert library.tags(robin) == sorted({"gluteus", "low back", "hip", "back"})


def test_what_lacks_a_picture_is_retired_or_waits_for_a_name_is_found(robin: Actor) -> None:
    assert names(robin, shown=Shown.NO_PICTURE) == ["Brücke 100%", "Heel bridge"]
    first, second, _ = library.page(robin, MoveFilter()).rows
    own_moves.retire(robin, first.move.id)
    with transaction():
        signoffs.sign(robin, [library.wording_of(second.move)])
    assert names(robin, shown=Shown.RETIRED) == ["Brücke 100%"]
    assert names(robin, shown=Shown.WAITING) == ["Hip hinge"]
    assert [row.is_signed for row in library.page(robin, MoveFilter()).rows] == [True, False]


def test_a_changed_word_waits_for_a_name_again_and_is_found_at_once(robin: Actor) -> None:
    (row,) = library.page(robin, MoveFilter(text="wakes")).rows
    with transaction():
        signoffs.sign(robin, [library.wording_of(row.move)])
        row.move.cues = ["Hüfte hoch", "Ribs down"]
    (row,) = library.page(robin, MoveFilter(text="hufte")).rows
    assert not row.is_signed


def test_pages_hold_thirty_and_one_beyond_the_last_is_the_last(robin: Actor) -> None:
    for number in range(PAGE):
        make_move(robin, name=f"Move {number:02}")
    first = library.page(robin, MoveFilter())
    last = library.page(robin, MoveFilter(number=99))
    assert (len(first.rows), first.count, first.pages) == (PAGE, PAGE + 3, 2)
    assert (last.number, [row.move.name for row in last.rows]) == (2, ["Move 27", "Move 28", "Move 29"])


def test_nobody_sees_another_practices_moves_and_no_client_sees_any(robin: Actor, people: People) -> None:
    stranger = people.actor(people.stranger)
    assert (names(stranger), library.tags(stranger)) == ([], [])
    with pytest.raises(NotFound):
        library.page(people.actor(people.client_user), MoveFilter())
