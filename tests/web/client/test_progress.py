"""A client sees what came of it: practice, pain, the mistake, own activities and changes, gaps as gaps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.programs import ProgramChange
from clinic.domain.types import CheckinState, LogOutcome, MistakeAnswer, ProgramAction, Tier
from clinic.models import Program, WarningFlag
from clinic.services.accounts import signing_in as accounts
from clinic.services.clock import now
from clinic.services.programs import changing as program_changes
from clinic.services.programs import diary as practice_logs
from clinic.services.programs.changing import DoseWish
from clinic.services.routines.wording import dose_of
from clinic.services.transaction import transaction
from tests.factories.checkins import answered, sent_checkin
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.factories.questionnaires import activities, ask, typed
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)  # a Monday
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def program(people: People) -> Program:
    version = publish_routine(people.practice, people.owner)
    return assign_program(people.colleague, people.client, version, starts_on=NOON.date())


@pytest.fixture
def ada(people: People, visit: Visit) -> Callable[[], Visitor]:
    """Ada signs in as the clock stands: her session does not outlive the weeks between."""
    return lambda: visit(people.client_user)


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page(signs_in: Callable[[], Visitor]) -> str:
    return text(signs_in().get("/my/progress").get_data(as_text=True).split("<main")[1])


def log(people: People, mistake: MistakeAnswer | None = None) -> None:
    actor = accounts.actor_of(people.client_user)
    practice_logs.log_day(actor, now().date(), DiaryEntry(LogOutcome.DONE, mistake=mistake))


def step(people: People, program: Program, action: ProgramAction, reason: str) -> None:
    change = ProgramChange(action, now().date(), reason)
    program_changes.change(accounts.actor_of(people.colleague), program.id, program.version, change)


def test_without_a_program_there_is_nothing_to_see_yet(ada: Callable[[], Visitor]) -> None:
    assert "Your progress shows here once your program has started" in page(ada)


def test_on_the_first_day_it_is_early(program: Program, ada: Callable[[], Visitor]) -> None:
    shown = page(ada)
    assert "It is early days" in shown
    assert "You have not told us about pain yet" in shown
    assert "What was changed" not in shown


def test_days_are_told_of_those_asked_and_a_silent_week_is_a_gap(
    people: People, program: Program, ada: Callable[[], Visitor], clock: time_machine.Traveller
) -> None:
    for days in (0, 1, 2, 14, 15, 16, 17):
        clock.move_to(NOON + days * DAY)
        log(people)
    clock.move_to(NOON + 3 * WEEK)
    html = ada().get("/my/progress").get_data(as_text=True)
    shown = text(html)
    assert "You practised on 7 of the 21 days asked" in shown
    assert (
        "Last 7 days 4 of 6 days 2 not reported" in shown or "Last 7 days 4 of 7 days 3 not reported" in shown
    )
    assert "Days practised in a week up from 3 to 4 since Mon 5 Oct" in shown
    [line] = re.findall(r'chart-line" d="([^"]+)"', html)
    assert line.count("M") == 2  # the pen is lifted over the week of which nobody told
    assert "See each day" in shown


def test_a_week_whose_last_day_is_still_open_is_not_whole(
    people: People, program: Program, ada: Callable[[], Visitor], clock: time_machine.Traveller
) -> None:
    for days in (*range(7), *range(7, 13)):
        clock.move_to(NOON + days * DAY)
        log(people)
    clock.move_to(NOON + 13 * DAY)  # Sunday at noon
    assert "Days practised in a week" not in page(ada)
    log(people)
    assert "Days practised in a week: 7 as on Mon 5 Oct" in page(ada)


def test_a_pain_that_was_logged_is_told_where_no_check_in_has_asked(
    people: People, program: Program, ada: Callable[[], Visitor], clock: time_machine.Traveller
) -> None:
    actor, hinge = people.actor(people.client_user), frozenset({program.prescriptions[1].id})
    practice_logs.log_day(actor, now().date(), DiaryEntry(LogOutcome.DONE, 8))
    clock.shift(DAY)
    practice_logs.log_day(actor, now().date(), DiaryEntry(LogOutcome.PARTLY, 6, hurting=hinge))
    shown = page(ada)
    assert "While you practised: 6 of 10 on Tue 6 Oct" in shown
    assert "not told us about pain" not in shown


def test_pain_is_drawn_and_a_fall_is_said(
    program: Program, ada: Callable[[], Visitor], clock: time_machine.Traveller
) -> None:
    for weeks, pain in ((0, 6), (1, 5), (3, 3)):
        answered(program, NOON + weeks * WEEK, pain=pain)
    sent_checkin(program, at=NOON + 2 * WEEK, state=CheckinState.EXPIRED)
    clock.move_to(NOON + 3 * WEEK)
    shown = page(ada)
    assert "Your pain is down from 6 to 3 since Mon 5 Oct" in shown
    assert "Pain down from 6 to 3" in shown
    assert "not reported" in shown


def test_a_pain_is_of_the_day_on_which_it_was_told(
    program: Program, ada: Callable[[], Visitor], clock: time_machine.Traveller
) -> None:
    """A mail of Monday is answered on Thursday; the one before it, found again, after it."""
    answered(program, NOON + 3 * DAY, of=NOON.date(), pain=6)
    answered(program, NOON + 2 * WEEK, of=(NOON + 2 * WEEK).date(), pain=5)
    answered(program, NOON + 2 * WEEK + DAY, of=(NOON + WEEK).date(), pain=3)
    clock.move_to(NOON + 3 * WEEK)
    shown = page(ada)
    assert "Your pain is down from 6 to 3 since Thu 8 Oct" in shown
    assert "Pain down from 6 to 3 since Thu 8 Oct" in shown
    assert "Thu 8 Oct 6 Mon 19 Oct 5 Tue 20 Oct 3" in shown


def test_pain_that_rose_is_said_with_a_way_to_tell_us(
    program: Program, ada: Callable[[], Visitor], clock: time_machine.Traveller
) -> None:
    answered(program, NOON, pain=3)
    answered(program, NOON + WEEK, pain=6)
    clock.move_to(NOON + WEEK)
    shown = ada().get("/my/progress").get_data(as_text=True)
    rose, before_all_else = "Your pain is 6 now; it was 3 on Mon 5 Oct. Tell us", shown.split("<h2")[0]
    assert rose in before_all_else
    assert 'href="/my/messages"' in before_all_else


def test_nothing_is_praised_while_a_warning_sign_waits(
    people: People, program: Program, ada: Callable[[], Visitor], clock: time_machine.Traveller
) -> None:
    answered(program, NOON, pain=6)
    answered(program, NOON + WEEK, pain=2)
    with transaction() as session:
        session.add(
            WarningFlag(
                practice_id=people.practice.id,
                client_id=people.client.id,
                tier=Tier.S,
                question_keys=["night"],
                raised_at=now(),
            )
        )
    clock.move_to(NOON + WEEK)
    shown = page(ada)
    assert "What to do now" in shown
    assert "One thing needs a look by us first" in shown
    assert "down from" not in shown


def test_the_mistake_is_told_in_words_out_of_logs_and_checkins(
    people: People, program: Program, ada: Callable[[], Visitor], clock: time_machine.Traveller
) -> None:
    log(people, MistakeAnswer.YES)
    answered(program, NOON + WEEK, mistake=MistakeAnswer.NOT_SURE)
    for weeks in (2, 3):
        clock.move_to(NOON + weeks * WEEK)
        log(people, MistakeAnswer.NO)
    shown = page(ada)
    assert "The Butt Mistake" in shown
    assert "What you told us: noticed before, and not in the last weeks" in shown
    assert re.search("5 Oct noticed Mon 12 Oct not sure Mon 19 Oct no Mon 26 Oct no", shown)
    assert "%" not in shown


def test_own_activities_stand_in_their_own_words_first_against_latest(
    people: People, program: Program, ada: Callable[[], Visitor], clock: time_machine.Traveller
) -> None:
    typed(people, ask(people, "psfs"), activities(socks=3, garden=5))
    clock.move_to(NOON + 4 * WEEK)
    typed(people, ask(people, "psfs"), activities(socks=7, garden=6))
    shown = page(ada)
    assert "“socks” is easier for you: 7 of 10 now, 3 at first" in shown
    assert "socks Now 7 of 10, Mon 2 Nov At first 3 of 10, Mon 5 Oct Easier than at first" in shown
    assert "garden Now 6 of 10, Mon 2 Nov At first 5 of 10, Mon 5 Oct About the same as at first" in shown


def test_what_was_changed_is_told_with_the_reason_that_is_for_the_client(
    people: People, program: Program, ada: Callable[[], Visitor], clock: time_machine.Traveller
) -> None:
    row = program.prescriptions[0]
    before = {each.id: dose_of(each) for each in program.prescriptions}
    doses = before | {row.id: replace(before[row.id], sets=before[row.id].sets + 1)}
    clock.move_to(NOON + DAY)
    wish = DoseWish(
        base=before, doses=doses, effective_on=now().date(), reason="for staff alone", told="it went so well"
    )
    program = program_changes.correct_doses(accounts.actor_of(people.colleague), program.id, wish)
    clock.move_to(NOON + 3 * DAY)
    step(people, program, ProgramAction.PAUSE, "surgery, for staff alone")
    shown = page(ada)
    assert "because it went so well" in shown
    assert "Paused: Hip routine, Thu 8 Oct." in shown
    assert "for staff alone" not in shown
    assert "Your program is paused" in shown


def test_of_what_has_ended_the_whole_is_told(
    people: People, program: Program, ada: Callable[[], Visitor], clock: time_machine.Traveller
) -> None:
    log(people)
    clock.move_to(NOON + 9 * DAY)
    step(people, program, ProgramAction.END, "done")
    clock.move_to(NOON + 60 * DAY)
    assert "The whole program 1 of 9 days" in page(ada)
