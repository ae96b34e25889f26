"""Whether a promised mail goes out now, and when a refused one is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.domain.mail_standing import MailSort, MailStanding
from clinic.domain.scheduling import WakingHours
from clinic.domain.sending import (
    KEEP_TRYING,
    CheckinFacts,
    Promise,
    SendingDecision,
    SendingRuling,
    after_todays_mail,
    decide,
    last_try,
    next_waking,
    retry_at,
    tomorrow_at,
)
from clinic.domain.skipping import SKIPPED_BECAUSE, SendingFacts
from clinic.domain.types import MailChannel, ProgramStatus, SkipReason

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FACTS = SendingFacts(due_at=None, program=ProgramStatus.ACTIVE)
CHECKIN = CheckinFacts(facts=FACTS, hours=WakingHours(), zone=ZoneInfo("Europe/London"))
MAIL = Promise(not_after=NOON + timedelta(days=1), sort=MailSort.INVITATION)
CHECKIN_MAIL = replace(MAIL, sort=MailSort.CHECKIN, checkin=CHECKIN)
NO_NUMBERS = MailStanding(numbers_set=False)


@pytest.mark.parametrize(
    ("promise", "ruling", "skip"),
    [
        pytest.param(MAIL, SendingRuling.SEND, None, id="an invitation goes out"),
        pytest.param(CHECKIN_MAIL, SendingRuling.SEND, None, id="a check-in goes out"),
        pytest.param(
            replace(MAIL, not_after=NOON), SendingRuling.EXPIRE, SkipReason.LATE, id="too late is too late"
        ),
        pytest.param(
            replace(MAIL, not_after=NOON, attempts=4),
            SendingRuling.EXPIRE,
            None,
            id="given up after tries is not late",
        ),
        pytest.param(
            replace(MAIL, demo=True),
            SendingRuling.CANCEL,
            SkipReason.DEMONSTRATION,
            id="the demo mails nobody for real",
        ),
        pytest.param(
            replace(MAIL, withdrawn=True), SendingRuling.CANCEL, None, id="a revoked invitation stays"
        ),
        pytest.param(
            replace(MAIL, standing=NO_NUMBERS),
            SendingRuling.CANCEL,
            SkipReason.NUMBERS_NOT_SET,
            id="no client is mailed before the numbers are set",
        ),
        pytest.param(
            replace(MAIL, sort=MailSort.PRACTICE, standing=NO_NUMBERS),
            SendingRuling.SEND,
            None,
            id="staff are mailed before",
        ),
        pytest.param(
            replace(MAIL, standing=MailStanding(has_address=False)),
            SendingRuling.CANCEL,
            SkipReason.NO_ADDRESS,
            id="nowhere to send it",
        ),
        pytest.param(
            replace(MAIL, checkin=replace(CHECKIN, answered=True)),
            SendingRuling.CANCEL,
            None,
            id="answered already",
        ),
    ],
)
def test_what_happens_to_a_mail_whose_time_has_come(
    promise: Promise, ruling: SendingRuling, skip: SkipReason | None
) -> None:
    decision = decide(promise, NOON)
    assert (decision.ruling, decision.skip) == (ruling, skip)
    assert bool(decision.reason) is (ruling is not SendingRuling.SEND)


@pytest.mark.parametrize(
    ("standing", "skip"),
    [
        (MailStanding(warning_open=True), SkipReason.LOCKED),
        (MailStanding(archived=True), SkipReason.ARCHIVED),
        (MailStanding(stopped=frozenset({MailChannel.CHECKINS})), SkipReason.UNSUBSCRIBED),
        (MailStanding(bounced=True), SkipReason.BOUNCED),
        (MailStanding(consented=False), SkipReason.NO_CONSENT),
    ],
)
def test_a_change_of_mind_after_planning_stops_a_checkin(standing: MailStanding, skip: SkipReason) -> None:
    assert decide(replace(CHECKIN_MAIL, standing=standing), NOON).skip is skip
    answered = replace(CHECKIN_MAIL, standing=standing, checkin=replace(CHECKIN, answered=True))
    assert decide(answered, NOON).skip is None, "what is answered is not told as not sent"


@pytest.mark.parametrize(
    ("program", "skip"),
    [(ProgramStatus.PAUSED, SkipReason.PAUSED), (ProgramStatus.ENDED, SkipReason.ENDED)],
)
def test_a_program_that_stopped_after_planning_stops_a_checkin(
    program: ProgramStatus, skip: SkipReason
) -> None:
    facts = replace(FACTS, program=program)
    assert decide(replace(CHECKIN_MAIL, checkin=replace(CHECKIN, facts=facts)), NOON).skip is skip


def test_a_checkin_that_is_late_by_its_own_time_is_stopped() -> None:
    facts = replace(FACTS, due_at=NOON - timedelta(days=1, seconds=1))
    assert decide(replace(CHECKIN_MAIL, checkin=replace(CHECKIN, facts=facts)), NOON).skip is SkipReason.LATE


def test_a_checkin_waits_for_the_morning_of_its_client() -> None:
    night = NOON.replace(hour=3)
    decision = decide(CHECKIN_MAIL, night)
    assert (decision.ruling, decision.until) == (SendingRuling.LATER, NOON.replace(hour=8))
    assert decision.reason == "outside the client's waking hours"


def test_the_morning_is_the_one_where_the_client_lives() -> None:
    there = replace(CHECKIN_MAIL, checkin=replace(CHECKIN, zone=ZoneInfo("America/New_York")))
    assert decide(there, NOON).until == NOON.replace(hour=13)


def test_a_morning_that_comes_too_late_is_not_waited_for() -> None:
    night = NOON.replace(hour=3)
    soon = night + timedelta(hours=2)
    for promise in (replace(CHECKIN_MAIL, not_after=soon), replace(CHECKIN_MAIL, start_by=soon)):
        decision = decide(promise, night)
        assert (decision.ruling, decision.skip) == (SendingRuling.EXPIRE, SkipReason.LATE)
    with_the_morning = replace(CHECKIN_MAIL, not_after=NOON.replace(hour=8))
    assert decide(with_the_morning, night).ruling is SendingRuling.EXPIRE


@pytest.mark.parametrize(("attempts", "tries"), [(1, "1 try"), (2, "2 tries"), (4, "4 tries")])
def test_a_mail_that_was_tried_in_vain_is_given_up_and_not_late(attempts: int, tries: str) -> None:
    tried = replace(CHECKIN_MAIL, attempts=attempts, not_after=NOON)
    for at in (NOON, NOON.replace(hour=3)):  # its time is over, or will be when its client wakes
        decision = decide(replace(tried, not_after=min(NOON, at + timedelta(hours=2))), at)
        assert decision == SendingDecision(SendingRuling.EXPIRE, f"given up after {tries}")


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("attempts", "late", "ruling", "why"),
    [
        (0, HOUR, SendingRuling.SEND, "an hour late"),
        (0, DAY, SendingRuling.SEND, "a day late, to the second"),
        (0, DAY + HOUR, SendingRuling.EXPIRE, "never tried within a day"),
        (1, DAY + HOUR, SendingRuling.SEND, "tried and refused for now: it goes on"),
        (60, 2 * DAY, SendingRuling.SEND, "and on"),
        (70, KEEP_TRYING, SendingRuling.EXPIRE, "for three days"),
    ],
)
def test_a_mail_is_begun_within_a_day_and_tried_for_three(
    attempts: int, late: timedelta, ruling: SendingRuling, why: str
) -> None:
    due = NOON - late
    promise = replace(CHECKIN_MAIL, attempts=attempts, start_by=due + DAY, not_after=due + KEEP_TRYING)
    decision = decide(promise, NOON)
    assert decision.ruling is ruling, why
    assert decision.skip is (SkipReason.LATE if ruling is SendingRuling.EXPIRE and not attempts else None)


@pytest.mark.parametrize(
    ("promise", "ruling"),
    [
        (replace(CHECKIN_MAIL, not_after=NOON + 2 * DAY), SendingRuling.LATER),
        (replace(CHECKIN_MAIL, not_after=NOON + HOUR), SendingRuling.CANCEL),
        (replace(CHECKIN_MAIL, not_after=NOON + 2 * DAY, start_by=NOON + HOUR), SendingRuling.CANCEL),
        (
            replace(CHECKIN_MAIL, not_after=NOON + 2 * DAY, start_by=NOON + HOUR, attempts=1),
            SendingRuling.LATER,
        ),
    ],
    ids=["tomorrow", "tomorrow it has ended", "tomorrow it is too late to begin", "begun it may go on"],
)
def test_a_second_mail_of_a_day_waits_for_the_next_morning_or_is_left_out(
    promise: Promise, ruling: SendingRuling
) -> None:
    decision = after_todays_mail(promise, NOON)
    assert decision.ruling is ruling
    assert decision.until == (NOON.replace(day=24, hour=8) if ruling is SendingRuling.LATER else None)
    assert decision.skip is (None if ruling is SendingRuling.LATER else SkipReason.ONE_MAIL_A_DAY)
    assert decision.reason == SKIPPED_BECAUSE[SkipReason.ONE_MAIL_A_DAY]


def test_the_next_morning_is_that_of_the_clients_own_day() -> None:
    there = replace(CHECKIN, zone=ZoneInfo("Pacific/Auckland"))  # where it is the 24th already
    promise = replace(CHECKIN_MAIL, checkin=there, not_after=NOON + 3 * DAY)
    assert after_todays_mail(promise, NOON).until == datetime(2026, 11, 24, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("next_due_at", "end"),
    [(None, NOON + 3 * DAY), (NOON + 7 * DAY, NOON + 3 * DAY), (NOON + 2 * DAY, NOON + 2 * DAY)],
    ids=["there is no next one", "a week later", "two days later"],
)
def test_a_checkin_is_never_tried_into_the_time_of_the_next_one(
    next_due_at: datetime | None, end: datetime
) -> None:
    assert last_try(NOON, next_due_at) == end


@pytest.mark.parametrize(
    ("zone", "at", "begins"),
    [
        ("Europe/London", "2026-11-23T07:59", "2026-11-23T08:00"),
        ("Europe/London", "2026-11-23T08:00", "2026-11-23T08:00"),
        ("Europe/London", "2026-11-23T19:59", "2026-11-23T19:59"),
        ("Europe/London", "2026-11-23T20:00", "2026-11-24T08:00"),
        ("America/New_York", "2026-11-23T12:00", "2026-11-23T13:00"),
        ("Europe/Warsaw", "2026-03-29T00:30", "2026-03-29T06:00"),  # summer time begins in between
        ("Europe/Warsaw", "2026-10-24T19:00", "2026-10-25T07:00"),  # and ends
    ],
)
def test_waking_hours_are_the_clients_own(zone: str, at: str, begins: str) -> None:
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    awake = next_waking(WakingHours(time(8), time(20)), ZoneInfo(zone), instant)
    assert awake == datetime.fromisoformat(begins).replace(tzinfo=UTC)
    assert awake.tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "begins"), [("00:15", "00:30"), ("01:15", "01:15")], ids=["before both", "between them"]
)
def test_of_two_openings_in_one_night_the_first_counts(at: str, begins: str) -> None:
    """On 25 October 2026 it is half past one in London twice: at 00:30 and at 01:30 UTC."""
    instant, opening = (
        datetime.fromisoformat(f"2026-10-25T{each}").replace(tzinfo=UTC) for each in (at, begins)
    )
    assert next_waking(WakingHours(time(1, 30), time(20)), ZoneInfo("Europe/London"), instant) == opening


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 60), (70, 60)]
)
def test_the_waits_between_tries_grow_to_an_hour(attempts: int, minutes: int) -> None:
    assert retry_at(attempts, NOON, 0.5) - NOON == timedelta(minutes=minutes)
    assert retry_at(attempts, NOON, 0.0) - NOON == timedelta(minutes=minutes) * 0.8
    assert retry_at(attempts, NOON, 1.0) - NOON == timedelta(minutes=minutes) * 1.2


@pytest.mark.parametrize("chance, minutes", [(0.0, 0), (0.5, 30), (1.0, 60)])
def test_a_mail_that_met_a_days_limit_is_tried_a_day_later_not_all_at_once(
    chance: float, minutes: int
) -> None:
    assert tomorrow_at(NOON, chance) == NOON + timedelta(days=1, minutes=minutes)
