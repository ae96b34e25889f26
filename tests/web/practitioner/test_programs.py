"""The pages of programs: assigning on one screen, and everything that may happen afterwards."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from clinic.domain.types import ProgramStatus
from clinic.extensions import db
from clinic.models import CheckinSchedule, Program, RoutineVersion
from clinic.services import warnings
from tests.factories.people import People, make_client
from tests.factories.programs import assign_program, publish_beside, publish_routine
from tests.statements import statements
from tests.visitor import Visitor
from tests.web.practitioner.test_routines import text, typed

Visit = Callable[..., Visitor]
TODAY = datetime.now(ZoneInfo("Europe/London")).date()


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
        name: value
        for name, value in typed(staff.get(new_url(people))).items()
        if name.startswith(("doses", "routine"))
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


def test_corrections_of_different_moves_are_both_saved(
    people: People, program: Program, visit: Visit
) -> None:
    here = f"/programs/{program.id}/doses"
    mine, theirs = visit(people.colleague), visit(people.owner)
    sent, other = typed(mine.get(here)), typed(theirs.get(here))
    theirs.post(here, other | {"doses-0-reps": "12", "reason": "Goes well"}, status=303)
    mine.post(here, sent | {"doses-1-reps": "5", "reason": "Too much"}, status=303)
    assert [row.reps for row in program.prescriptions] == [12, 5]


def test_where_both_changed_one_move_the_others_are_taken_over(
    people: People, program: Program, visit: Visit
) -> None:
    here = f"/programs/{program.id}/doses"
    mine, theirs = visit(people.colleague), visit(people.owner)
    sent, other = typed(mine.get(here)), typed(theirs.get(here))
    theirs.post(here, other | {"doses-0-reps": "12", "doses-1-reps": "4", "reason": "So"}, status=303)
    answer = mine.post(here, sent | {"doses-0-reps": "5", "reason": "Too much"}, status=409)
    again = typed(answer)
    assert (again["doses-0-reps"], again["doses-1-reps"]) == ("5", "4")
    assert answer.get_data(as_text=True).count("Stands now:") == 1


@pytest.mark.parametrize("base", ["", "both|2|8", "up|2|8|0|0||1|7|full|none", "both|x|8|0|0||1|7|full|none"])
def test_a_dose_that_no_page_of_ours_held_is_refused(program: Program, staff: Visitor, base: str) -> None:
    here = f"/programs/{program.id}/doses"
    staff.post(here, typed(staff.get(here)) | {"bases-0": base, "reason": "So"}, status=400)


def test_the_client_reads_the_note_of_a_correction(
    people: People, program: Program, staff: Visitor, visit: Visit
) -> None:
    here = f"/programs/{program.id}/doses"
    sent = typed(staff.get(here)) | {"doses-1-sets": "3", "reason": "Strong", "told": "it goes <so> well"}
    staff.post(here, sent, status=303)
    for path in ("/my", "/my/program"):
        page = " ".join(entities.unescape(text(visit(people.client_user).get(path))).split())
        assert "Changed today: Hip hinge: 3 rounds instead of 2, because it goes <so> well." in page
    assert "For the client: it goes" in text(staff.get(f"/programs/{program.id}"))


def test_a_pause_may_have_days_of_its_own(program: Program, staff: Visitor) -> None:
    here = f"/programs/{program.id}"
    first, last = TODAY + timedelta(days=3), TODAY + timedelta(days=9)
    sent = typed(staff.get(f"{here}/pause")) | {"reason": "Holiday"} | parts("effective_on", first)
    staff.post(f"{here}/pause", sent | parts("until", last), status=303)
    page = text(staff.get(here))
    assert "pause from" in page
    assert "Call off the pause" in page
    assert program.status is ProgramStatus.ACTIVE
    staff.post(f"{here}/resume", typed(staff.get(f"{here}/resume")), status=303)
    assert program.paused_from is None


def parts(name: str, day: date) -> dict[str, str]:
    """A date as its three inputs."""
    return {f"{name}-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def test_its_days_are_moved_on_one_page(program: Program, staff: Visitor) -> None:
    here = f"/programs/{program.id}"
    last = TODAY + timedelta(days=200)
    sent = typed(staff.get(f"{here}/days"))
    assert "stand already" in text(staff.post(f"{here}/days", sent, status=422))
    staff.post(f"{here}/days", sent | parts("ends_on", last) | {"reason": "Slower"}, status=303)
    assert program.ends_on == last
    page = text(staff.get(here))
    assert "Days moved" in page
    assert "last day" in page
    stale = staff.post(f"{here}/days", sent | parts("ends_on", last + timedelta(days=1)), status=303)
    assert "Somebody else changed this program first" in text(staff.get(stale.location))


def test_from_the_first_page_it_goes_on_some_weeks_with_one_press_and_back(
    program: Program, staff: Visitor
) -> None:
    last = TODAY + timedelta(days=3)
    here = f"/programs/{program.id}"
    staff.post(f"{here}/days", typed(staff.get(f"{here}/days")) | parts("ends_on", last), status=303)
    page = staff.get("/today").get_data(as_text=True)
    form = page[page.index(f'action="{here}/extend"') :].split("</form>")[0]
    pressed = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert pressed | {"csrf_token": ""} == {"seen": last.isoformat(), "weeks": "4", "csrf_token": ""}
    staff.post(f"{here}/extend", pressed, status=303)
    assert program.ends_on == last + timedelta(weeks=4)
    page = staff.get("/today").get_data(as_text=True)
    assert "goes on to" in page
    assert "4 weeks more" not in page
    undo = page[page.index(f'action="{here}/extend"') :].split("</form>")[0]
    staff.post(f"{here}/extend", dict(re.findall(r'name="(\w+)" value="([^"]*)"', undo)), status=303)
    assert program.ends_on == last
    assert "again." in text(staff.get("/today"))


def test_pressed_twice_it_is_extended_once(program: Program, staff: Visitor) -> None:
    assert program.ends_on is not None
    pressed, last = {"seen": program.ends_on.isoformat(), "weeks": "4"}, program.ends_on
    for _ in range(2):
        staff.post(f"/programs/{program.id}/extend", pressed, status=303)
    assert program.ends_on == last + timedelta(weeks=4)
    assert "Somebody else changed" in text(staff.get("/today"))


@pytest.mark.parametrize("sent", [{}, {"weeks": "4"}, {"seen": "soon", "weeks": "4"}, {"weeks": "999"}])
def test_an_extension_that_no_page_of_ours_sent_does_nothing(
    program: Program, staff: Visitor, sent: dict[str, str]
) -> None:
    before = program.ends_on
    staff.post(f"/programs/{program.id}/extend", sent, status=303)
    assert program.ends_on == before


def test_the_assign_form_says_what_runs_and_refuses_the_same_twice(
    people: People, program: Program, version: RoutineVersion, staff: Visitor
) -> None:
    page = staff.get(new_url(people))
    assert "Hip routine runs already" in text(page)
    sent = typed(page) | {"running": "keep"}
    assert "Extend it or correct its doses" in text(staff.post(new_url(people), sent, status=422))
    beside = publish_beside(version)
    page = staff.get(f"{new_url(people)}?routine={beside.id}")
    for words in ("has a program already", "each move once", "Hip routine"):
        assert words in text(page)
    staff.post(new_url(people), typed(page) | {"running": "keep"}, status=303)
    assert [each.status for each in all_programs()] == [ProgramStatus.ACTIVE] * 2
    overview = text(staff.get(f"/clients/{people.client.id}"))
    assert "Knee routine" in overview
    assert "Hip routine" in overview


def test_a_client_without_an_account_sees_it_once_they_have_one(
    people: People, version: RoutineVersion, staff: Visitor
) -> None:
    client = make_client(people.practice, "Maureen")
    db.session.commit()
    here = f"/clients/{client.id}/programs/new"
    answer = staff.post(here, typed(staff.get(here)), status=303)
    told = "Maureen has no account yet, and sees it once they have one: see their overview."
    assert told in text(staff.get(answer.location))


def test_a_program_that_a_warning_sign_hides_is_not_called_seen(
    people: People, version: RoutineVersion, staff: Visitor
) -> None:
    warnings.name_on_own_page(people.actor(people.client_user), ["saddle"])
    here = f"/clients/{people.client.id}/programs/new"
    page = text(staff.get(staff.post(here, typed(staff.get(here)), status=303).location))
    assert "Ada Northcote sees it as soon as the open warning sign is dealt with." in page
    assert "from now on" not in page


def test_an_end_wants_a_kind_of_reason_that_is_counted(program: Program, staff: Visitor) -> None:
    here = f"/programs/{program.id}/end"
    sent = typed(staff.get(here))
    assert "Choose why it ends" in text(staff.post(here, sent | {"reason": "Done"}, status=422))
    assert "Choose one of these" in text(staff.post(here, sent | {"stop": "bored"}, status=422))
    staff.post(here, sent | {"stop": "no_time"}, status=303)
    assert "No time" in text(staff.get(f"/programs/{program.id}"))
    page = text(staff.get("/routines"))
    assert "Why programs were ended" in page
    assert "No time 1" in page


def test_pause_resume_end_and_restart_by_hand(program: Program, staff: Visitor) -> None:
    here = f"/programs/{program.id}"
    for action, reason, after in (
        ("pause", "Holiday", ProgramStatus.PAUSED),
        ("resume", "", ProgramStatus.ACTIVE),
        ("end", "Moved away", ProgramStatus.ENDED),
        ("restart", "Came back", ProgramStatus.ACTIVE),
    ):
        sent = typed(staff.get(f"{here}/{action}"))
        staff.post(f"{here}/{action}", sent | {"reason": reason, "stop": "moved"}, status=303)
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
    answer = mine.post(f"{here}/end", sent | {"stop": "moved"}, status=303)
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
    tab = staff.get(f"/clients/{people.client.id}/program")
    own_page = staff.get(f"/programs/{program.id}")
    assert "Hip hinge" in text(tab)
    assert f"/programs/{program.id}/doses" in tab.text, "what can be done with it stands there too"
    assert text(tab) == text(own_page), "the tab and the program's own page are one"
    assert "No program yet" in text(staff.get(f"/clients/{people.other_client.id}/program"))


PATHS = ("", "/doses", "/check-in", "/days", "/pause", "/end")


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
    address = path.format(program=program.id, client=people.client.id)
    staff.get(address)  # the first look of the hour is noted in the trail
    with statements() as said:
        staff.get(address)
    selects = [statement for statement in said if statement.lstrip().upper().startswith("SELECT")]
    queries = [
        statement for statement in selects if "set_config" not in statement
    ]  # the wall, not a question
    assert len(queries) <= 8, "\n\n".join(queries)
