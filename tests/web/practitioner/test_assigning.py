"""The page that assigns: doses as sentences, a routine or single moves, favourites, and how much that is."""

from __future__ import annotations

import html as entities
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from clinic.domain.phases import Phase
from clinic.domain.types import DoseSide, ProgramStatus, Role, RoutineStatus
from clinic.extensions import db
from clinic.models import AuditEvent, Program, Routine, RoutineFavourite, RoutineItem, RoutineVersion
from clinic.services.clock import now
from clinic.services.transaction import transaction
from tests.factories.people import People
from tests.factories.programs import assign_program, in_phases, publish_beside, publish_routine
from tests.visitor import Visitor
from tests.web.practitioner.test_routines import text, typed

Visit = Callable[..., Visitor]


@pytest.fixture
def version(people: People) -> RoutineVersion:
    """The hip routine, published."""
    return publish_routine(people.practice, people.owner)


@pytest.fixture
def staff(people: People, visit: Visit) -> Visitor:
    """A practitioner's browser."""
    return visit(people.colleague)


@pytest.fixture
def here(people: People, version: RoutineVersion) -> str:
    """The page that assigns to Ada."""
    return f"/clients/{people.client.id}/programs/new"


def words(answer: Any) -> str:
    return entities.unescape(text(answer))


def made() -> list[Program]:
    return list(db.session.scalars(select(Program).order_by(Program.assigned_at)))


def names(program: Program) -> list[str]:
    return [row.content["name"] for row in program.prescriptions]


def turn_of(version: RoutineVersion) -> str:
    return str(version.items[0].exercise_id)


def put_away(row: Any) -> None:
    with transaction():
        row.retired_at = now()


def publish_again(version: RoutineVersion) -> RoutineVersion:
    """The same moves as version 2, published behind an open page."""
    with transaction() as session:
        newer = RoutineVersion(
            practice_id=version.practice_id,
            routine_id=version.routine_id,
            number=2,
            status=RoutineStatus.PUBLISHED,
            published_at=now(),
            published_by=version.published_by,
        )
        session.add(newer)
        session.flush()
        for item in version.items:
            columns = {
                column.key: getattr(item, column.key)
                for column in RoutineItem.__table__.columns
                if column.key not in ("id", "version_id")
            }
            session.add(RoutineItem(version_id=newer.id, **columns))
    return newer


def test_each_dose_is_a_sentence_whose_fields_open_on_change(here: str, staff: Visitor) -> None:
    page = staff.get(here)
    assert "2 rounds of 8, slowly (3 seconds down, 1 pause, 2 up), once a day. Rest 1 minute" in words(page)
    assert "Change the dose of Hip hinge" in words(page)
    assert page.text.count('<details class="disclosure" open') == 0
    refused = staff.post(here, typed(page) | {"doses-1-sets": "0"}, status=422)
    assert refused.text.count('<details class="disclosure" open') == 1, "of the dose that is wrong alone"
    assert "Its dose is not complete" in words(refused)


def test_the_usual_case_takes_two_presses_of_the_record(here: str, people: People, staff: Visitor) -> None:
    record = staff.get(f"/clients/{people.client.id}")
    assert f'href="{here}"' in record.text, "the first press"
    staff.post(here, typed(staff.get(here)), status=303)  # the second
    assert [each.name for each in made()] == ["Hip routine"]


def test_a_move_is_left_out_for_this_client_alone(
    here: str, people: People, version: RoutineVersion, staff: Visitor
) -> None:
    staff.post(here, typed(staff.get(here)) | {"doses-0-out": "y", "doses-0-sets": ""}, status=303)
    [program] = made()
    assert (program.name, names(program)) == ("Hip routine", ["Hip hinge"])
    own = db.session.get_one(RoutineVersion, program.routine_version_id).routine
    assert not own.is_listed
    assert "Hip routine" in words(staff.get(here)), "the routine stands as it was"
    assert str(own.id) not in staff.get("/routines").text
    assert len(version.items) == 2


def test_nothing_at_all_is_not_assigned(here: str, staff: Visitor) -> None:
    sent = typed(staff.get(here)) | {"doses-0-out": "y", "doses-1-out": "y"}
    assert "Keep at least one move" in words(staff.post(here, sent, status=422))
    assert made() == []


def test_a_move_of_the_library_is_added_with_what_was_typed_kept(
    here: str, version: RoutineVersion, staff: Visitor
) -> None:
    beside = publish_beside(version)
    page = staff.get(f"{here}?routine={beside.id}")
    sent = typed(page) | {"doses-1-reps": "7", "act": "look", "q": "turn"}
    found = staff.post(here, sent)
    assert "Small standing hip turns" in words(found)
    assert typed(found)["doses-1-reps"] == "7"
    added = staff.post(here, typed(found) | {"act": "look", "move": turn_of(version)})
    again = typed(added)
    assert (again["doses-1-reps"], again["doses-2-of"]) == ("7", turn_of(version))
    assert made() == []
    again.pop("act", None)
    staff.post(here, again, status=303)
    [program] = made()
    assert names(program) == ["Hip hinge", "Knee bend", "Small standing hip turns"]
    assert program.prescriptions[1].reps == 7
    assert program.prescriptions[2].side is DoseSide.ALTERNATE, (
        "with the dose that it was last published with"
    )


def test_single_moves_are_found_and_assigned_without_a_routine(
    here: str, people: People, version: RoutineVersion, staff: Visitor
) -> None:
    shelf = staff.get(here.replace("/new", "/moves"), query_string={"q": "hinge"})
    assert "Hip hinge" in words(shelf)
    assert "Small standing" not in words(shelf)
    page = staff.get(here, query_string={"move": turn_of(version)})
    assert "Single moves" in words(page)
    staff.post(here, typed(page), status=303)
    [program] = made()
    assert (program.name, names(program)) == ("Small standing hip turns", ["Small standing hip turns"])
    again = staff.post(here, typed(page), status=303)
    assert (len(made()), str(program.id) in again.location) == (1, True), "pressed twice it is one"
    assert len(db.session.scalars(select(Routine).where(Routine.is_listed.is_(False))).all()) == 1


def test_a_move_that_nobody_signed_is_shown_and_not_given(
    here: str, version: RoutineVersion, staff: Visitor
) -> None:
    knee = publish_beside(version).items[1].exercise
    page = staff.get(here.replace("/new", "/moves"), query_string={"q": "knee"})
    assert "Needs a sign-off first:" in words(page)
    assert f'href="/library/{knee.id}"' in page.text, "there is the way to it"
    assert f'value="{knee.id}"' not in page.text
    sent = typed(staff.get(here, query_string={"move": str(knee.id)}))
    assert "Knee bend needs a sign-off first." in words(staff.post(here, sent, status=422))
    assert made() == []


def test_a_changed_text_waits_for_its_name_again(here: str, version: RoutineVersion, staff: Visitor) -> None:
    page = staff.get(here, query_string={"move": turn_of(version)})
    with transaction():
        version.items[0].exercise.purpose = "For something else."
    assert "needs a sign-off first" in words(staff.post(here, typed(page), status=422))
    assert made() == []


def test_a_move_retired_meanwhile_is_told_and_can_be_left_out(
    here: str, version: RoutineVersion, staff: Visitor
) -> None:
    sent = typed(staff.get(here)) | {"doses-0-reps": "5"}
    put_away(version.items[1].exercise)
    refused = staff.post(here, sent, status=422)
    assert "Hip hinge is retired" in words(refused)
    assert typed(refused)["doses-0-reps"] == "5"
    assert typed(staff.get(here))["doses-1-out"] == "y", "a page opened now leaves it out by itself"
    staff.post(here, sent | {"doses-1-out": "y"}, status=303)
    assert names(made()[0]) == ["Small standing hip turns"]


def test_a_version_replaced_meanwhile_is_told_and_nothing_typed_is_lost(
    here: str, version: RoutineVersion, staff: Visitor
) -> None:
    sent = typed(staff.get(here)) | {"doses-1-reps": "6", "weeks": "9"}
    newer = publish_again(version)
    told = staff.post(here, sent, status=409)
    assert "Version 2 of Hip routine is published by now" in words(told)
    again = typed(told)
    assert (again["routine"], again["doses-1-reps"], again["weeks"]) == (str(newer.id), "6", "9")
    assert made() == []
    staff.post(here, again, status=303)
    assert made()[0].routine_version_id == newer.id


def test_a_routine_retired_meanwhile_asks_for_another_one(
    here: str, version: RoutineVersion, staff: Visitor
) -> None:
    beside = publish_beside(version)
    sent = typed(staff.get(here)) | {"doses-1-reps": "6", "weeks": "9"}
    put_away(version.routine)
    told = staff.post(here, sent, status=409)
    assert "Hip routine is retired by now. Choose another routine." in words(told)
    again = typed(told)
    assert (again["routine"], again["doses-0-reps"], again["weeks"]) == (str(beside.id), "6", "9")
    staff.post(here, again, status=303)
    assert made()[0].name == "Knee routine"


def test_the_only_routine_retired_meanwhile_leaves_single_moves(
    here: str, version: RoutineVersion, staff: Visitor
) -> None:
    sent = typed(staff.get(here)) | {"weeks": "9"}
    put_away(version.routine)
    told = staff.post(here, sent, status=409)
    assert "no other routine is published. Add single moves instead." in words(told)
    assert typed(told)["weeks"] == "9"
    assert "Keep at least one move" in words(staff.post(here, typed(told), status=422))
    added = typed(staff.post(here, typed(told) | {"act": "look", "move": turn_of(version)}))
    added.pop("act", None)
    staff.post(here, added, status=303)
    assert names(made()[0]) == ["Small standing hip turns"]


def test_another_routine_chosen_in_the_form_shows_its_doses_first(
    here: str, version: RoutineVersion, staff: Visitor
) -> None:
    beside = publish_beside(version)
    sent = typed(staff.get(here)) | {"routine": str(beside.id)}
    assert "These are the moves of Knee routine now" in words(staff.post(here, sent, status=409))
    assert made() == []


@pytest.mark.parametrize("field", ["doses-0-of", "move"])
def test_moves_of_another_practice_are_refused_whole(
    here: str, people: People, staff: Visitor, field: str
) -> None:
    foreign = publish_routine(people.elsewhere, people.stranger)
    sent = typed(staff.get(here)) | {"act": "look"}
    for ours in (foreign.items[0].id, foreign.items[0].exercise_id, uuid.uuid4(), "nonsense"):
        staff.post(here, sent | {field: str(ours)}, status=404)
    assert made() == []


def test_what_was_changed_is_kept_as_a_draft(
    here: str, version: RoutineVersion, visit: Visit, people: People
) -> None:
    staff = visit(people.colleague)
    sent = typed(staff.get(here)) | {"doses-0-out": "y", "doses-1-sets": "3", "save_as": "Hinge only"}
    shown = staff.get(staff.post(here, sent, status=303).location)
    assert "Hinge only is kept as a draft" in words(shown)
    [routine] = db.session.scalars(select(Routine).where(Routine.name == "Hinge only"))
    [draft] = routine.versions
    assert (routine.is_listed, draft.status) == (True, RoutineStatus.DRAFT)
    assert [(item.exercise.name, item.sets, item.content) for item in draft.items] == [("Hip hinge", 3, None)]


def test_an_assistant_keeps_no_routine(here: str, people: People, visit: Visit) -> None:
    with transaction():
        people.colleague.role = Role.ASSISTANT
    staff = visit(people.colleague)
    page = staff.get(here)
    assert "Keep this as a new routine" not in words(page)
    staff.post(here, typed(page) | {"save_as": "Mine"}, status=403)
    assert made() == []


def test_a_favourite_comes_first_for_who_chose_it(
    here: str, people: People, version: RoutineVersion, visit: Visit
) -> None:
    beside = publish_beside(version)
    mine, theirs = visit(people.colleague), visit(people.owner)
    star = f"/routines/{beside.routine_id}/favourite"
    for _ in range(2):
        answer = mine.post(star, {"on": "1", "client": str(people.client.id)}, status=303)
    assert answer.location == here
    assert len(db.session.scalars(select(RoutineFavourite)).all()) == 1
    assert "Favourites: Knee routine" in words(mine.get(here))
    assert "3 rounds of 8" in words(mine.get(here)), "it is the one that is chosen"
    assert "Favourites" not in words(theirs.get(here))
    mine.post(star, {"on": ""}, status=303)
    assert db.session.scalars(select(RoutineFavourite)).all() == []


def test_nobody_marks_a_routine_of_another_practice(people: People, here: str, visit: Visit) -> None:
    foreign = publish_routine(people.elsewhere, people.stranger)
    visit(people.colleague).post(f"/routines/{foreign.routine_id}/favourite", {"on": "1"}, status=404)


def test_the_load_counts_what_runs_already_and_warns_above_the_limit(
    here: str, people: People, version: RoutineVersion, staff: Visitor
) -> None:
    assign_program(people.colleague, people.client, version)
    beside = publish_beside(version)
    page = staff.get(f"{here}?routine={beside.id}")
    assert "With what runs already: 13 minutes a day, 3 moves" in words(page)
    assert "more than the practice" not in words(page)
    with transaction():
        people.practice.load_minutes, people.practice.load_moves = 10, 2
    page = staff.get(f"{here}?routine={beside.id}")
    assert "13 minutes a day: more than the practice’s limit of 10." in words(page)
    assert "3 moves: more than the practice’s limit of 2." in words(page)
    meter = here.replace("/new", "/load")
    ends = typed(page) | {"running": "end"}
    assert "With what runs" not in words(staff.get(meter, query_string=ends)), "what ends asks nothing"
    staff.post(here, typed(page) | {"running": "keep"}, status=303)
    assert [each.status for each in made()] == [ProgramStatus.ACTIVE] * 2, "it is warned of, not forbidden"
    for place in (f"/clients/{people.client.id}/program", f"/programs/{made()[0].id}"):
        assert "13 minutes a day: more than the practice’s limit of 10." in words(staff.get(place))


def test_the_meter_and_the_sentence_follow_what_is_typed(
    here: str, version: RoutineVersion, staff: Visitor
) -> None:
    meter, sent = here.replace("/new", "/load"), typed(staff.get(here))
    told = words(staff.get(meter, query_string=sent | {"doses-1-reps": "20"}))
    assert "2 rounds of 20" in told
    assert "8 minutes a day, 2 moves" in told
    told = words(staff.get(meter, query_string=sent | {"doses-1-out": "y"}))
    assert "Left out: this client is not given it." in told
    assert "3 minutes a day, 1 move" in told


@pytest.fixture
def phased(version: RoutineVersion) -> RoutineVersion:
    """The hip routine by weeks: two of turns only, then both."""
    return in_phases(version, [Phase("Turns", weeks=2), Phase("Both", weeks=6)], [(1, None), (2, None)])


def test_a_routine_by_weeks_says_when_a_move_is_asked_and_lasts_as_long(
    here: str, phased: RoutineVersion, staff: Visitor
) -> None:
    page = staff.get(here)
    assert "From phase 2 on" in words(page)
    assert typed(page)["weeks"] == "8"
    assert "6 minutes a day, 2 moves" in words(page), "as the phase does that asks most"
    staff.post(here, typed(page), status=303)
    assert [row.from_phase for row in made()[0].prescriptions] == [1, 2]


def test_phases_come_along_with_what_is_changed_and_none_stays_empty(
    here: str, phased: RoutineVersion, version: RoutineVersion, staff: Visitor
) -> None:
    sent = typed(staff.get(here))
    refused = staff.post(here, sent | {"doses-0-out": "y"}, status=422)
    assert "Phase 1 has no move." in words(refused)
    staff.post(here, sent | {"doses-1-out": "y", "save_as": "Turns only"}, status=303)
    [program] = made()
    assert [phase.name for phase in program.phases] == ["Turns", "Both"]
    [kept] = db.session.scalars(select(Routine).where(Routine.name == "Turns only"))
    assert [phase.name for phase in kept.versions[0].phases] == ["Turns", "Both"]


def test_a_name_that_is_taken_is_told_at_its_field_and_assigns_nothing(here: str, staff: Visitor) -> None:
    refused = staff.post(here, typed(staff.get(here)) | {"save_as": "Hip Routine"}, status=422)
    assert "There is a routine called “Hip routine” already." in words(refused)
    assert 'href="#save_as"' in refused.text
    assert made() == []


def test_more_moves_than_a_program_holds_are_refused(here: str, staff: Visitor) -> None:
    sent = typed(staff.get(here))
    one = {name: value for name, value in sent.items() if name.startswith("doses-0-")}
    more = {
        f"doses-{number}-{name.removeprefix('doses-0-')}": value
        for number in range(2, 26)
        for name, value in one.items()
    }
    staff.post(here, sent | more, status=404)
    assert made() == []


def test_the_trail_says_what_was_left_out_and_added(
    here: str, version: RoutineVersion, staff: Visitor
) -> None:
    beside = publish_beside(version)
    page = staff.post(
        f"{here}?routine={beside.id}",
        typed(staff.get(f"{here}?routine={beside.id}")) | {"act": "look", "move": turn_of(version)},
    )
    sent = typed(page) | {"doses-0-out": "y"}
    sent.pop("act", None)
    staff.post(here, sent, status=303)
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "program.assigned")).one()
    assert told.details["left_out"] == ["Hip hinge"]
    assert told.details["added"] == ["Small standing hip turns"]


def test_the_rhythm_that_a_routine_brings_along_is_filled_in(
    here: str, version: RoutineVersion, staff: Visitor
) -> None:
    with transaction():
        version.checkin_preset = {"weekday": 3, "at": "17:30", "every_weeks": 2}
    sent = typed(staff.get(here))
    assert (sent["pace"], sent["weekday"], sent["at"]) == ("2", "3", "17:30")


def test_a_routine_that_asks_too_much_says_so_on_its_own_pages(
    here: str, people: People, version: RoutineVersion, staff: Visitor
) -> None:
    told = "6 minutes a day: more than the practice’s limit of 5."
    routine = f"/routines/{version.routine_id}"
    assert told not in words(staff.get(routine))
    with transaction():
        people.practice.load_minutes = 5
    for place in (routine, f"{routine}/edit"):
        assert told in words(staff.get(place)), place
    staff.post(f"{routine}/draft", status=303)
    assert told in words(staff.get(f"{routine}/publish"))
