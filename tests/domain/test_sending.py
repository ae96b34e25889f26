"""Whether a promised mail goes out now, and when a refused one is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.domain.scheduling import SendingFacts, WakingHours
from clinic.domain.sending import CheckinFacts, Promise, Ruling, decide, next_waking, retry_at
from clinic.domain.types import ProgramStatus, SkipReason

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FACTS = SendingFacts(due_at=NOON, program=ProgramStatus.ACTIVE)
CHECKIN = CheckinFacts(facts=FACTS, hours=WakingHours(), zone=ZoneInfo("Europe/London"))
MAIL = Promise(not_after=NOON + timedelta(days=1), to_client=True)
CHECKIN_MAIL = replace(MAIL, checkin=CHECKIN)


@pytest.mark.parametrize(
    ("promise", "ruling", "skip"),
    [
        pytest.param(MAIL, Ruling.SEND, None, id="an invitation goes out"),
        pytest.param(CHECKIN_MAIL, Ruling.SEND, None, id="a check-in goes out"),
        pytest.param(
            replace(MAIL, not_after=NOON), Ruling.EXPIRE, SkipReason.LATE, id="too late is too late"
        ),
        pytest.param(
            replace(MAIL, not_after=NOON, attempts=4),
            Ruling.EXPIRE,
            None,
            id="given up after tries is not late",
        ),
        pytest.param(replace(MAIL, demo=True), Ruling.CANCEL, None, id="the demo mails nobody for real"),
        pytest.param(replace(MAIL, withdrawn=True), Ruling.CANCEL, None, id="a revoked invitation stays"),
        pytest.param(
            replace(MAIL, numbers_set=False),
            Ruling.CANCEL,
            SkipReason.NUMBERS_NOT_SET,
            id="no client is mailed before the numbers are set",
        ),
        pytest.param(
            replace(MAIL, numbers_set=False, to_client=False), Ruling.SEND, None, id="staff are mailed before"
        ),
        pytest.param(
            replace(MAIL, has_address=False), Ruling.CANCEL, SkipReason.NO_ADDRESS, id="nowhere to send it"
        ),
        pytest.param(
            replace(MAIL, checkin=replace(CHECKIN, answered=True)), Ruling.CANCEL, None, id="answered already"
        ),
    ],
)
def test_what_happens_to_a_mail_whose_time_has_come(
    promise: Promise, ruling: Ruling, skip: SkipReason | None
) -> None:
    decision = decide(promise, NOON)
    assert (decision.ruling, decision.skip) == (ruling, skip)
    assert bool(decision.reason) is (ruling is not Ruling.SEND)


@pytest.mark.parametrize(
    ("facts", "skip"),
    [
        (replace(FACTS, locked=True), SkipReason.LOCKED),
        (replace(FACTS, archived=True), SkipReason.ARCHIVED),
        (replace(FACTS, unsubscribed=True), SkipReason.UNSUBSCRIBED),
        (replace(FACTS, bounced=True), SkipReason.BOUNCED),
        (replace(FACTS, consented=False), SkipReason.NO_CONSENT),
        (replace(FACTS, program=ProgramStatus.PAUSED), SkipReason.PAUSED),
        (replace(FACTS, program=ProgramStatus.ENDED), SkipReason.ENDED),
        (replace(FACTS, due_at=NOON - timedelta(hours=25)), SkipReason.LATE),
    ],
)
def test_a_change_of_mind_after_planning_stops_a_check_in(facts: SendingFacts, skip: SkipReason) -> None:
    promise = replace(MAIL, checkin=replace(CHECKIN, facts=facts))
    assert decide(promise, NOON).skip is skip


def test_a_check_in_waits_for_the_morning_of_its_client() -> None:
    night = NOON.replace(hour=3)
    promise = replace(CHECKIN_MAIL, checkin=replace(CHECKIN, facts=replace(FACTS, due_at=night)))
    decision = decide(promise, night)
    assert (decision.ruling, decision.until) == (Ruling.LATER, NOON.replace(hour=8))


def test_a_morning_that_comes_too_late_is_not_waited_for() -> None:
    night = NOON.replace(hour=3)
    checkin = replace(CHECKIN, facts=replace(FACTS, due_at=night))
    decision = decide(replace(MAIL, checkin=checkin, not_after=night + timedelta(hours=2)), night)
    assert (decision.ruling, decision.skip) == (Ruling.EXPIRE, SkipReason.LATE)


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


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 60), (70, 60)]
)
def test_the_waits_between_tries_grow_to_an_hour(attempts: int, minutes: int) -> None:
    assert retry_at(attempts, NOON, 0.5) - NOON == timedelta(minutes=minutes)
    assert retry_at(attempts, NOON, 0.0) - NOON == timedelta(minutes=minutes) * 0.8
    assert retry_at(attempts, NOON, 1.0) - NOON == timedelta(minutes=minutes) * 1.2
