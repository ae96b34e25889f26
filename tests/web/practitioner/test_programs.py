"""The pages of programs: assigning on one screen, and everything that may happen afterwards."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, select

from clinic.domain.types import ProgramStatus
from clinic.extensions import db
from clinic.models import CheckinSchedule, Program, RoutineVersion
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.visitor import Visitor
from tests.web.practitioner.test_routines import text, typed

Visit = Callable[..., Visitor]


@pytest.fixture
def version(people: People) -> RoutineVersion:
    """The hip routine, published."""
    return publish_routine(people.practice, people.owner)


@pytest.fixture
def program(people: People, version: RoutineVersion) -> Program:
    """Ada's program, from 20 days ago."""
    return assign_program(people.colleague, people.client, version)


@pytest.fixture
def staff(people: People, visit: Visit) -> Visitor:
    """A practitioner's browser."""
    return visit(people.colleague)


def new_url(people: People) -> str:
    return f"/clients/{people.client.id}/programs/new"


def all_programs() -> list[Program]:
    return list(db.session.scalars(select(Program).order_by(Program.assigned_at)))


def test_without_a_published_routine_the_page_leads_to_publishing(people: People, staff: Visitor) -> None:
    answer = staff.get(new_url(people))
    assert "No routine is published yet" in text(answer)
    assert 'href="/routines"' in answer.get_data(as_text=True)


def test_one_screen_pre_filled_and_one_press(people: People, version: RoutineVersion, staff: Visitor) -> None:
    page = staff.get(new_url(people))
    assert "6 minutes a day" in text(page)
    sent = typed(page)
    assert (sent["doses-0-reps"], sent["doses-1-tempo"], sent["doses-1-rest_s"]) == ("8", "3-1-2-0", "60")
    assert (sent["length"], sent["weeks"], sent["pace"], sent["at"]) == ("weeks", "12", "1", "09:00")
    answer = staff.post(new_url(people), sent | {"doses-1-reps": "6"}, status=303)
    shown = text(staff.get(answer.location))
    assert "2 rounds of 6" in shown
    assert f"{people.client.name} sees it from now on" in entities.unescape(shown)
    [made] = all_programs()
    assert made.status is ProgramStatus.ACTIVE
    schedule = db.session.scalars(select(CheckinSchedule)).one()
    assert schedule.weekday == made.starts_on.weekday()
    assert schedule.next_on is not None
    assert (schedule.next_on - made.starts_on).days == 7


def test_a_double_press_is_one_program(people: People, version: RoutineVersion, staff: Visitor) -> None:
    sent = typed(staff.get(new_url(people)))
    first, second = (
        staff.post(new_url(people), sent, status=303),
        staff.post(new_url(people), sent, status=303),
    )
    assert first.location == second.location
    assert len(all_programs()) == 1


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("doses-0-sets", "0", "Rounds must be from 1 to 10."),
        ("doses-1-days_per_week", "8", "Days a week must be from 1 to 7."),
        ("doses-1-reps", "", "Repetitions: enter a whole number."),
        ("doses-1-reps", "٣", "Repetitions: enter a whole number."),
        ("weeks", "0", "Weeks must be from 1 to 104."),
        ("starts_on-month", "13", "This day does not exist"),
        ("starts_on-year", "1999", "within a year of today"),
        ("at", "nine", "Enter a time like 09:00."),
        ("doses-0-side", "up", "Choose one of these."),
    ],
)
def test_bad_input_keeps_what_was_typed_and_saves_nothing(
    people: People, version: RoutineVersion, staff: Visitor, name: str, value: str, problem: str
) -> None:
    sent = typed(staff.get(new_url(people))) | {"doses-1-hold_s": "2", name: value}
    answer = staff.post(new_url(people), sent, status=422)
    assert problem in text(answer)
    assert typed_value(answer, "doses-1-hold_s") == "2"
    assert f'href="#{name.partition("-")[0] if name.startswith("starts_on") else name}"' in answer.get_data(
        as_text=True
    )
    assert all_programs() == []


def typed_value(answer: Any, name: str) -> str:
    return re.findall(rf'name="{name}"[^>]* value="([^"]*)"', answer.get_data(as_text=True))[0]


def test_a_second_program_asks_what_becomes_of_the_first(
    people: People, program: Program, staff: Visitor
) -> None:
    page = staff.get(new_url(people))
    sent = typed(page)
    assert "running" not in sent
    assert "Say what becomes of the program" in text(staff.post(new_url(people), sent, status=422))
    refused = staff.post(new_url(people), sent | {"running": "end"}, status=422)
    assert "Say why it ends" in text(refused)
    staff.post(new_url(people), sent | {"running": "end", "end_reason": "New plan"}, status=303)
    assert [each.status for each in all_programs()] == [ProgramStatus.ENDED, ProgramStatus.ACTIVE]


def test_a_routine_of_another_practice_cannot_be_picked(
    people: People, version: RoutineVersion, staff: Visitor
) -> None:
    foreign = publish_routine(people.elsewhere, people.stranger)
    staff.get(f"{new_url(people)}?routine={foreign.id}", status=404)
    sent = typed(staff.get(new_url(people))) | {"routine": str(foreign.id)}
    staff.post(new_url(people), sent, status=404)
    assert all_programs() == []


def test_the_load_meter_follows_the_doses(people: People, version: RoutineVersion, staff: Visitor) -> None:
    sent = {
        name: value for name, value in typed(staff.get(new_url(people))).items() if name.startswith("doses")
    }
    here = f"/clients/{people.client.id}/programs/load"
    assert "6 minutes a day" in text_of(staff, here, sent)
    assert "8 minutes a day" in text_of(staff, here, sent | {"doses-1-reps": "20"})
    assert "fill in the doses first" in text_of(staff, here, {})
    assert "fill in the doses first" in text_of(staff, here, sent | {"doses-1-reps": "many"})


def text_of(staff: Visitor, url: str, query: dict[str, str]) -> str:
    return text(staff.get(url, query_string=query))


def test_the_program_page_shows_moves_plan_and_history(program: Program, staff: Visitor) -> None:
    page = text(staff.get(f"/programs/{program.id}"))
    for words in (
        "Small standing hip turns",
        "Hip hinge",
        "Check-in",
        "Pause program",
        "End program",
        "Assigned",
    ):
        assert words in page
    assert "Restart program" not in page


def test_a_dose_is_corrected_with_the_reason_and_both_values(program: Program, staff: Visitor) -> None:
    here = f"/programs/{program.id}"
    sent = typed(staff.get(f"{here}/doses"))
    assert "Say why" in text(staff.post(f"{here}/doses", sent | {"doses-0-reps": "12"}, status=422))
    staff.post(f"{here}/doses", sent | {"doses-0-reps": "12", "reason": "Goes <b>well</b>"}, status=303)
    answer = staff.get(here)
    assert "repetitions 8 → 12" in text(answer)
    assert "Goes &lt;b&gt;well&lt;/b&gt;" in answer.get_data(as_text=True)


def test_a_correction_over_somebody_elses_shows_both(people: People, program: Program, visit: Visit) -> None:
    here = f"/programs/{program.id}/doses"
    mine, theirs = visit(people.colleague), visit(people.owner)
    sent, other = typed(mine.get(here)), typed(theirs.get(here))
    theirs.post(here, other | {"doses-0-reps": "12", "reason": "Goes well"}, status=303)
    answer = mine.post(here, sent | {"doses-0-reps": "5", "reason": "Too much"}, status=409)
    assert "1 round of 12 to each side" in text(answer)
    again = typed(answer)
    assert (again["doses-0-reps"], again["reason"]) == ("5", "Too much")
    mine.post(here, again, status=303)
    assert program.prescriptions[0].reps == 5


def test_pause_resume_end_and_restart_by_hand(program: Program, staff: Visitor) -> None:
    here = f"/programs/{program.id}"
    for action, reason, after in (
        ("pause", "Holiday", ProgramStatus.PAUSED),
        ("resume", "", ProgramStatus.ACTIVE),
        ("end", "Moved away", ProgramStatus.ENDED),
        ("restart", "Came back", ProgramStatus.ACTIVE),
    ):
        sent = typed(staff.get(f"{here}/{action}"))
        staff.post(f"{here}/{action}", sent | {"reason": reason}, status=303)
        assert program.status is after
    page = text(staff.get(here))
    for words in ("Paused", "Holiday", "Resumed", "Ended", "Moved away", "Restarted", "Came back"):
        assert words in page


def test_holding_wants_a_reason_and_says_so_at_its_field(program: Program, staff: Visitor) -> None:
    here = f"/programs/{program.id}/end"
    answer = staff.post(here, typed(staff.get(here)), status=422)
    assert '<a href="#reason">' in answer.get_data(as_text=True)
    assert program.status is ProgramStatus.ACTIVE


def test_a_step_twice_is_one_step(program: Program, staff: Visitor) -> None:
    here = f"/programs/{program.id}/pause"
    sent = typed(staff.get(here)) | {"reason": "Holiday"}
    staff.post(here, sent, status=303)
    answer = staff.post(here, sent, status=303)
    assert "This program is paused already" in text(staff.get(answer.location))


def test_a_step_after_somebody_elses_saves_nothing(people: People, program: Program, visit: Visit) -> None:
    mine, theirs = visit(people.colleague), visit(people.owner)
    here = f"/programs/{program.id}"
    sent, other = typed(mine.get(f"{here}/end")), typed(theirs.get(f"{here}/pause"))
    theirs.post(f"{here}/pause", other | {"reason": "Holiday"}, status=303)
    answer = mine.post(f"{here}/end", sent | {"reason": "Moved away"}, status=303)
    assert "Somebody else changed this program first" in text(mine.get(answer.location))
    assert program.status is ProgramStatus.PAUSED


def test_the_checkin_is_moved_and_switched_off(program: Program, staff: Visitor) -> None:
    here = f"/programs/{program.id}"
    sent = typed(staff.get(f"{here}/check-in"))
    staff.post(f"{here}/check-in", sent | {"weekday": "3", "at": "17:30"}, status=303)
    assert "Thursdays at 17:30" in text(staff.get(here))
    off = typed(staff.get(f"{here}/check-in"))
    staff.post(f"{here}/check-in", off | {"pace": "off"}, status=303)
    assert "Switched off" in text(staff.get(here))


def test_the_clients_page_shows_the_program(people: People, program: Program, staff: Visitor) -> None:
    page = text(staff.get(f"/clients/{people.client.id}/program"))
    assert "Hip hinge" in page
    assert "Open program" in page
    assert "No program yet" in text(staff.get(f"/clients/{people.other_client.id}/program"))


PATHS = ("", "/doses", "/check-in", "/pause", "/end")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("who", ["stranger", "client_user", "other_client_user"])
def test_nobody_but_the_practice_opens_a_program(
    people: People, program: Program, visit: Visit, who: str, path: str
) -> None:
    visit(getattr(people, who)).get(f"/programs/{program.id}{path}", status=404)


@pytest.mark.parametrize("who", ["stranger", "client_user"])
def test_nobody_but_the_practice_assigns(
    people: People, version: RoutineVersion, visit: Visit, who: str
) -> None:
    visit(getattr(people, who)).get(new_url(people), status=404)
    visit(getattr(people, who)).get(f"/clients/{people.client.id}/programs/load", status=404)


@pytest.mark.parametrize(
    "path",
    [
        *(f"/programs/{{program}}{path}" for path in PATHS),
        "/clients/{client}/programs/new",
        "/clients/{client}/program",
    ],
)
def test_each_page_asks_the_database_at_most_eight_times(
    people: People, program: Program, staff: Visitor, path: str
) -> None:
    said: list[str] = []
    address = path.format(program=program.id, client=people.client.id)
    event.listen(db.session.get_bind(), "before_cursor_execute", lambda *args: said.append(args[2]))
    staff.get(address)
    queries = [statement for statement in said if statement.lstrip().upper().startswith("SELECT")]
    assert len(queries) <= 8, "\n\n".join(queries)
