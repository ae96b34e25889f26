"""The page that puts a draft together: every press arranges it, one press keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clinic.domain.routine_plans import RoutinePlan
from clinic.extensions import db
from clinic.models import Exercise, Routine
from clinic.services.routines import drafting, own_routines
from clinic.services.routines import publishing as routines
from clinic.services.transaction import transaction
from tests.factories.moves import make_move
from tests.factories.people import People
from tests.factories.programs import publish_routine
from tests.statements import statements
from tests.visitor import Visitor
from tests.web.practitioner.test_routines import text, typed

Visit = Callable[..., Visitor]


@pytest.fixture
def routine(people: People) -> Routine:
    """The hip routine as a draft."""
    with transaction():
        routines.begin_with_catalogue(people.practice)
    return routines.listed(people.actor(people.owner))[0]


def edit_url(routine: Routine) -> str:
    return f"/routines/{routine.id}/edit"


def plan(people: People, routine: Routine) -> RoutinePlan:
    db.session.expire_all()
    return drafting.plan_of(drafting.newest_version(people.actor(people.owner), routine.id))


def names(people: People, routine: Routine) -> list[str]:
    return [db.session.get_one(Exercise, each).name for each in plan(people, routine).order]


def press(staff: Visitor, routine: Routine, page: Any, act: str, **changes: str) -> Any:
    """Send the page as it stands, with one of its buttons."""
    return staff.post(edit_url(routine), typed(page) | changes | {"act": act})


def test_a_move_is_found_added_put_first_and_saved(people: People, visit: Visit, routine: Routine) -> None:
    move = make_move(people.actor(people.owner))
    staff = visit(people.colleague)
    page = staff.get(edit_url(routine))
    found = press(staff, routine, page, "find", q="heel")
    assert "Heel bridge" in text(found)
    assert "Calf raise" not in text(found)
    added = press(staff, routine, found, f"add:{move.id}", q="")
    assert names(people, routine) != [], "nothing is kept before it is saved"
    assert move.id not in plan(people, routine).order
    twice = press(staff, routine, added, f"add:{move.id}")
    up = press(staff, routine, press(staff, routine, twice, "up:2"), "up:2")
    saved = staff.post(edit_url(routine), typed(up) | {"act": "save"}, status=303)
    assert saved.location == edit_url(routine)
    assert plan(people, routine).order[0] == move.id
    assert len(plan(people, routine).order) == 3
    assert "Draft saved." in text(staff.get(edit_url(routine)))


def test_a_dose_stands_as_a_sentence_and_what_was_typed_survives_other_buttons(
    people: People, visit: Visit, routine: Routine
) -> None:
    staff = visit(people.colleague)
    page = staff.get(edit_url(routine))
    assert "2 rounds of 8" in text(page)
    moved = press(staff, routine, page, "down:0", **{"moves-0-dose-sets": "3", "moves-1-dose-reps": "many"})
    sent = typed(moved)
    assert (sent["moves-0-dose-sets"], sent["moves-1-dose-reps"]) == ("3", "many")
    refused = staff.post(edit_url(routine), sent | {"act": "save"}, status=422)
    assert "Repetitions: enter a whole number." in text(refused)
    fixed = typed(refused) | {"act": "read", "moves-1-dose-reps": "6"}
    assert staff.post(edit_url(routine), fixed, status=303).location == f"/routines/{routine.id}/publish"
    assert [move.dose.sets for move in plan(people, routine).moves][1] == 3


def test_weeks_1_to_2_turns_only_then_both(people: People, visit: Visit, routine: Routine) -> None:
    staff = visit(people.colleague)
    page = press(staff, routine, staff.get(edit_url(routine)), "phase-add")
    page = press(staff, routine, page, "phase-add", **{"phases-0-name": "Turns only", "phases-0-weeks": "2"})
    assert "Phase 1: Turns only" in text(page)
    sent = typed(page) | {"phases-1-name": "Both", "moves-1-from_phase": "2", "act": "save"}
    staff.post(edit_url(routine), sent, status=303)
    kept = plan(people, routine)
    assert [(each.name, each.weeks) for each in kept.phases] == [("Turns only", 2), ("Both", None)]
    assert [move.span for move in kept.moves] == [(1, None), (2, None)]
    page = press(staff, routine, staff.get(edit_url(routine)), "phase-remove:0")
    staff.post(edit_url(routine), typed(page) | {"act": "save"}, status=303)
    assert [move.span for move in plan(people, routine).moves] == [(1, None), (1, None)]


def test_phases_that_do_not_hold_together_are_said(people: People, visit: Visit, routine: Routine) -> None:
    staff = visit(people.colleague)
    page = press(staff, routine, staff.get(edit_url(routine)), "phase-add")
    page = press(staff, routine, page, "phase-add", **{"phases-0-weeks": "two"})
    refused = staff.post(edit_url(routine), typed(page) | {"act": "save"}, status=422)
    assert "Weeks: enter a whole number." in text(refused)
    refused = staff.post(
        edit_url(routine), typed(refused) | {"act": "save", "phases-0-weeks": ""}, status=422
    )
    assert "Give phase 1 a name." in text(refused)
    assert "Say how long phase 1 lasts, or what ends it." in text(refused)
    assert plan(people, routine).phases == ()


def test_the_check_ins_are_preset(people: People, visit: Visit, routine: Routine) -> None:
    staff = visit(people.colleague)
    sent = typed(staff.get(edit_url(routine))) | {"pace": "2", "weekday": "4", "at": "10:30", "act": "save"}
    staff.post(edit_url(routine), sent, status=303)
    assert plan(people, routine).checkin == {"weekday": 4, "at": "10:30", "every_weeks": 2}
    again = typed(staff.get(edit_url(routine)))
    assert (again["pace"], again["weekday"], again["at"]) == ("2", "4", "10:30")


def test_two_people_meet_on_a_page_with_both_and_nothing_is_lost(
    people: People, visit: Visit, routine: Routine
) -> None:
    mine, theirs = visit(people.owner), visit(people.colleague)
    page = mine.get(edit_url(routine))
    other = typed(theirs.get(edit_url(routine)))
    other |= {"moves-0-dose-sets": "4", "moves-1-dose-sets": "5", "act": "save"}
    theirs.post(edit_url(routine), other, status=303)
    sent = typed(page) | {"moves-1-dose-sets": "1", "act": "save"}
    met = mine.post(edit_url(routine), sent, status=409)
    assert "Somebody else changed this routine meanwhile" in text(met)
    assert "You both changed the dose of Hip hinge" in text(met)
    assert "5 rounds" in text(met), "theirs"
    form = typed(met)
    assert (form["moves-0-dose-sets"], form["moves-1-dose-sets"]) == ("4", "1")
    mine.post(edit_url(routine), form | {"act": "save"}, status=303)
    assert [move.dose.sets for move in plan(people, routine).moves] == [4, 1]


def test_saving_a_published_routine_begins_its_next_version(people: People, visit: Visit) -> None:
    version = publish_routine(people.practice, people.owner)
    routine = db.session.get_one(Routine, version.routine_id)
    staff = visit(people.colleague)
    page = staff.get(edit_url(routine))
    assert "Saving begins version 2" in text(page)
    staff.post(edit_url(routine), typed(page) | {"moves-0-dose-sets": "4", "act": "save"}, status=303)
    assert "Version 2, a draft" in text(staff.get(edit_url(routine)))


@pytest.mark.parametrize(
    "name, value",
    [("base", "{}"), ("base", "no"), ("moves-0-exercise", "no"), ("moves-0-exercise", "0" * 32)],
)
def test_what_no_page_of_ours_sent_is_not_found(
    people: People, visit: Visit, routine: Routine, name: str, value: str
) -> None:
    staff = visit(people.colleague)
    held = plan(people, routine)
    sent = typed(staff.get(edit_url(routine))) | {name: value, "act": "save"}
    staff.post(edit_url(routine), sent, status=404)
    assert plan(people, routine) == held


def test_a_retired_routine_and_an_assistant_are_shown_the_routine(
    people: People, visit: Visit, routine: Routine
) -> None:
    assert visit(people.assistant).get(edit_url(routine), status=303).location == f"/routines/{routine.id}"
    own_routines.retire(people.actor(people.owner), routine.id)
    assert visit(people.owner).get(edit_url(routine), status=303).location == f"/routines/{routine.id}"


def test_the_library_is_searched_as_one_types_and_the_page_asks_little(
    people: People, visit: Visit, routine: Routine
) -> None:
    for number in range(3):
        make_move(people.actor(people.owner), name=f"Heel bridge {number}")
    staff = visit(people.colleague)
    with statements() as said:
        page = text(staff.get(f"{edit_url(routine)}?q=heel+2"))
    assert "Heel bridge 2" in page
    assert "Heel bridge 1" not in page
    assert len([each for each in said if each.lstrip().upper().startswith("SELECT")]) <= 8
