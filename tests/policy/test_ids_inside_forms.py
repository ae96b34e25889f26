"""Ids that travel inside forms are checked like those in addresses: a foreign one changes nothing."""

from __future__ import annotations

import uuid

import pytest

from clinic.models import Base
from tests.policy.addresses import Address
from tests.policy.bodies import PUT_RIGHT, WRITES_NOTHING, arrange
from tests.policy.forms import Filled
from tests.policy.requests import READ, UNSAFE, at, body_for, guest, sent, text_of
from tests.policy.stage import AUDIT, Stage, changed, touched
from tests.policy.watching import LookedUp

# The form's own key for "sent twice is once": any value is as good as another.
KEYS_OF_FORMS = frozenset({"key"})
NAMES = ("before", "after", "routine", "client", "client_id", "program", "start", "id")
CHANGING = [name for name in UNSAFE if name not in WRITES_NOTHING]
# The others are a button and its token.
FILLED_IN = [name for name in CHANGING if name in READ or name in PUT_RIGHT]


@pytest.mark.parametrize(
    "endpoint, name",
    [
        ("practitioner.clients.history", "before"),
        ("practitioner.messages.index", "before"),
        ("client.messages.index", "before"),
        ("practitioner.moves.edit", "routine"),
    ],
)
def test_what_a_page_looks_for_behind_its_address_is_seen(
    stage: Stage, endpoint: str, name: str, looked_up: LookedUp
) -> None:
    address = at(stage, endpoint)[0]
    _asked_with(stage, guest(address), address, uuid.uuid4())
    assert looked_up.any_of([name])


@pytest.mark.parametrize("endpoint", FILLED_IN)
def test_a_foreign_id_in_a_form_changes_nothing(stage: Stage, endpoint: str) -> None:
    address = at(stage, endpoint)[0]
    body, foreign_ids = body_for(stage, address), _foreign_ids(stage, address)
    strictly: list[Filled] = []
    for name, position, own in _ids_in(body):
        bodies = [_tampered(body, name, position, (own, str(foreign))) for foreign in foreign_ids]
        if name in KEYS_OF_FORMS:
            for each in bodies:
                _send(stage, address, [each], foreign_ids, may_change=None)
        else:
            strictly += bodies
    _send(stage, address, strictly, foreign_ids, may_change=AUDIT)  # the refusal itself


@pytest.mark.parametrize("endpoint", READ)
def test_a_foreign_id_behind_an_address_tells_nothing(
    stage: Stage, endpoint: str, looked_up: LookedUp
) -> None:
    """A page asked about a foreign record answers as for one that was never there.

    One that never looks for any of the names cannot tell one id from another: there, one stands for all.
    """
    address = at(stage, endpoint)[0]
    who = guest(address)
    nobodys = _asked_with(stage, who, address, uuid.uuid4())
    foreign_ids = _foreign_ids(stage, address)
    for foreign in foreign_ids if looked_up.any_of(NAMES) else foreign_ids[:1]:
        told = _asked_with(stage, who, address, foreign)
        assert told == nobodys, f"{address.url} tells {foreign} from an id that nobody has"


def _asked_with(
    stage: Stage, who: str, address: Address, foreign: uuid.UUID
) -> tuple[int, dict[str, set[str]]]:
    behind = "&".join(f"{name}={foreign}" for name in NAMES)
    with stage.scene(who) as browser:
        arrange(stage.world, address)
        answer = stage.ask(browser, "GET", f"{address.url}{'&' if '?' in address.url else '?'}{behind}")
        return answer.status_code, stage.marks.found_in(text_of(answer))


@pytest.mark.parametrize("endpoint", CHANGING)
def test_columns_added_to_a_form_are_not_taken(stage: Stage, endpoint: str) -> None:
    """Mass assignment: whatever a table calls its columns, a form takes its own fields and no others."""
    address = at(stage, endpoint)[0]
    body = body_for(stage, address)
    columns = {column.name for table in Base.metadata.tables.values() for column in table.c} - set(body)
    elsewhere = stage.world.people.elsewhere.id
    added = {name: [_tempting(name, str(elsewhere))] for name in columns - _fields_of(body)}
    with stage.scene(guest(address)) as browser:
        arrange(stage.world, address)
        before = stage.dump()
        stage.ask(browser, "POST", address.url, sent({**added, **body}, browser.token()))
        after = stage.dump()
        new = {
            row for table, rows in after.items() for key, row in rows.items() if before[table].get(key) != row
        }
        assert not [row for row in new if any("mass-assigned" in value for value in row)]
        assert not [row for row in new if elsewhere.hex in row or str(elsewhere) in row]
        owners = [
            [row for row in rows["user_account"].values() if "owner" in row] for rows in (before, after)
        ]
        assert len(owners[0]) == len(owners[1])


def _tampered(body: Filled, name: str, position: int, ids: tuple[str, str]) -> Filled:
    values = [*body[name]]
    values[position] = values[position].replace(*ids)
    return {**body, name: values}


def _send(
    stage: Stage,
    address: Address,
    bodies: list[Filled],
    foreign_ids: list[uuid.UUID],
    *,
    may_change: frozenset[str] | None,
) -> None:
    """One after the other: each leaves it to the next as it was, but for `may_change` (None: whatever)."""
    keys_of_others = {key for each in foreign_ids for key in (each.hex, str(each))}
    with stage.scene():
        arrange(stage.world, address)
        before = stage.dump()
        for body in bodies:
            browser = stage.browser(guest(address))
            answer = stage.ask(browser, "POST", address.url, sent(body, browser.token()))
            after = stage.dump()
            told = f"{address.url} took {body} and answered {answer.status_code}"
            came = changed(before, after)
            assert may_change is None or came <= may_change, f"{told}, changing {came}"
            assert not touched(before, after) & keys_of_others, told


def _ids_in(body: Filled) -> list[tuple[str, int, str]]:
    found = []
    for name, values in body.items():
        for position, value in enumerate(values):
            for word in value.replace(":", " ").split():
                if _is_id(word):
                    found.append((name, position, word))
    return found


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _foreign_ids(stage: Stage, address: Address) -> list[uuid.UUID]:
    """Ids of the other practice: of every record a form could name, and one that nobody has."""
    there = stage.world.practice_of_others(address.practice)
    return [*there, uuid.uuid4()]


def _fields_of(body: Filled) -> set[str]:
    return {name.partition("-")[0] for name in body} | {name.rpartition("-")[2] for name in body}


def _tempting(column: str, practice_id: str) -> str:
    if column == "role":
        return "owner"
    return practice_id if column.endswith("_id") or column == "id" else "mass-assigned"
