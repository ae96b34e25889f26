"""When a reminder is due, in four zones and over their clock changes, and why there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.domain.mail_standing import MailStanding
from clinic.domain.reminding import (
    ANSWER_WITHIN,
    LATEST,
    LOOK_AFTER,
    NEWER,
    NOT_WAITED_FOR,
    ReminderFacts,
    reminder_due,
    why_not_reminded,
)
from clinic.domain.scheduling import WakingHours
from clinic.domain.skipping import AWAITED, SKIPPED_BECAUSE, SendingFacts
from clinic.domain.types import CheckinState, MailChannel, ProgramStatus, SkipReason

ALL_DAY = WakingHours(time(0), time(23, 59, 59))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DUES = [
    ("Europe/Warsaw", "2026-11-23T08:00", "2026-11-25T08:00", "an ordinary week"),
    ("Europe/Warsaw", "2026-03-28T08:00", "2026-03-30T07:00", "47 hours: still nine o'clock"),
    ("Europe/Warsaw", "2026-10-24T07:00", "2026-10-26T08:00", "49 hours"),
    ("Europe/Warsaw", "2026-03-27T01:30", "2026-03-29T01:30", "half past two is half past three that night"),
    ("Europe/Warsaw", "2026-10-23T00:30", "2026-10-25T00:30", "of two half past twos the first"),
    ("America/New_York", "2026-03-07T14:00", "2026-03-09T13:00", "47 hours"),
    ("America/New_York", "2026-03-06T07:30", "2026-03-08T07:30", "the missing hour"),
    ("America/New_York", "2026-10-31T13:00", "2026-11-02T14:00", "49 hours"),
    ("Australia/Lord_Howe", "2026-10-02T22:30", "2026-10-04T22:00", "47 and a half"),
    ("Australia/Lord_Howe", "2026-10-01T15:45", "2026-10-03T15:45", "the missing half hour"),
    ("Australia/Lord_Howe", "2026-04-03T22:00", "2026-04-05T22:30", "48 and a half"),
    ("Asia/Kolkata", "2026-03-28T03:30", "2026-03-30T03:30", "no clock change"),
    ("Pacific/Apia", "2011-12-28T19:00", "2011-12-30T19:00", "the day after tomorrow was left out"),
]


@pytest.mark.parametrize("zone, sent, due, why", DUES, ids=[f"{row[0]} {row[3]}" for row in DUES])
def test_a_reminder_is_due_two_local_days_later_at_the_same_time(
    zone: str, sent: str, due: str, why: str
) -> None:
    found = reminder_due(utc(sent), ZoneInfo(zone), ALL_DAY)
    assert found == utc(due), why
    assert found - utc(sent) >= LOOK_AFTER, "it is looked at in time"


@pytest.mark.parametrize(
    "sent, due",
    [
        ("2026-11-23T07:30", "2026-11-25T08:00"),
        ("2026-11-23T19:00", "2026-11-25T19:00"),
        ("2026-11-23T20:30", "2026-11-26T08:00"),
    ],
    ids=["too early", "in time", "too late"],
)
def test_a_reminder_keeps_to_waking_hours(sent: str, due: str) -> None:
    assert reminder_due(utc(sent), ZoneInfo("UTC"), WakingHours()) == utc(due)


DUE = utc("2026-11-25T08:00")
FACTS = SendingFacts(due_at=DUE, program=ProgramStatus.ACTIVE)
ASKED = ReminderFacts(state=CheckinState.SENT, standing=MailStanding(), facts=FACTS)


@pytest.mark.parametrize("state", CheckinState)
def test_only_what_went_out_and_was_not_answered_is_reminded_of(state: CheckinState) -> None:
    reason = why_not_reminded(replace(ASKED, state=state), DUE)
    assert reason == (None if state in AWAITED else NOT_WAITED_FOR)


@pytest.mark.parametrize(
    "against, reason",
    [
        ({"program": ProgramStatus.PAUSED}, SkipReason.PAUSED),
        ({"program": ProgramStatus.ENDED}, SkipReason.ENDED),
        ({"due_at": DUE - timedelta(days=1, seconds=1)}, SkipReason.LATE),
        ({"answered_today": True}, SkipReason.ANSWERED_TODAY),
        ({"mailed_today": True}, SkipReason.ONE_MAIL_A_DAY),
        ({"unanswered_in_a_row": 2}, None),
        ({"due_at": DUE - timedelta(days=1)}, None),
    ],
)
def test_what_stands_against_a_checkin_stands_against_its_reminder(
    against: dict[str, object], reason: SkipReason | None
) -> None:
    facts = replace(FACTS, **against)  # type: ignore[arg-type]
    assert why_not_reminded(replace(ASKED, facts=facts), DUE) == (SKIPPED_BECAUSE[reason] if reason else None)


@pytest.mark.parametrize(
    "standing, reason",
    [
        (MailStanding(warning_open=True), SkipReason.LOCKED),
        (MailStanding(archived=True), SkipReason.ARCHIVED),
        (MailStanding(consented=False), SkipReason.NO_CONSENT),
        (MailStanding(stopped=frozenset({MailChannel.CHECKINS})), SkipReason.UNSUBSCRIBED),
        (MailStanding(has_address=False), SkipReason.NO_ADDRESS),
        (MailStanding(bounced=True), SkipReason.BOUNCED),
        (MailStanding(numbers_set=False), SkipReason.NUMBERS_NOT_SET),
    ],
)
def test_who_may_not_be_mailed_is_not_reminded(standing: MailStanding, reason: SkipReason) -> None:
    assert why_not_reminded(replace(ASKED, standing=standing), DUE) == SKIPPED_BECAUSE[reason]


def test_a_newer_checkin_takes_the_place_of_a_reminder() -> None:
    assert why_not_reminded(replace(ASKED, has_newer=True), DUE) == NEWER


def test_a_checkin_is_waited_for_as_long_as_its_link_works() -> None:
    assert timedelta(days=14) == ANSWER_WITHIN


def test_a_reminder_is_looked_at_two_hours_early_and_a_day_late_at_most() -> None:
    assert timedelta(hours=46) == LOOK_AFTER
    assert timedelta(days=1) == LATEST
