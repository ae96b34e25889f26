"""The morning's news: counts in words, no names, and the day a mail belongs to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from clinic.domain.notices import WORDS, NoticeKind, lines, morning_of


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({}, ()),
        ({NoticeKind.BOUNCED: 1}, ("1 address does not take mail.",)),
        ({NoticeKind.BOUNCED: 3}, ("3 addresses do not take mail.",)),
        (
            {NoticeKind.TAPERING: 2, NoticeKind.CONTACT: 1},
            ("1 client would like to hear from you.", "2 clients may be ready for fewer check-ins."),
        ),
        ({NoticeKind.MAIL_PAUSED: 4}, ("The mail server has refused our mail for a while.",)),
        ({NoticeKind.ENDED: 0}, ()),
    ],
)
def test_news_is_counted_in_the_order_of_its_weight(
    counts: dict[NoticeKind, int], said: tuple[str, ...]
) -> None:
    assert lines(counts) == said


def test_every_kind_has_words_for_one_and_for_several() -> None:
    assert set(WORDS) == set(NoticeKind)
    assert all(words(number).endswith(".") for words in WORDS.values() for number in (1, 2))


UNCOUNTED = {NoticeKind.MAIL_PAUSED, NoticeKind.BACKUP_FAILED}  # one is enough to say it


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind not in UNCOUNTED])
def test_what_is_counted_is_told_with_its_number(kind: NoticeKind) -> None:
    assert [number for number in (1, 2, 37) if str(number) in WORDS[kind](number)] == [1, 2, 37]
    assert WORDS[kind](1) != WORDS[kind](2).replace("2", "1")


@pytest.mark.parametrize("kind", sorted(UNCOUNTED))
def test_what_is_not_counted_is_told_once(kind: NoticeKind) -> None:
    assert WORDS[kind](1) == WORDS[kind](37)


@pytest.mark.parametrize(
    ("at", "zone", "day", "morning"),
    [
        ("2026-11-23T07:59", "Europe/London", date(2026, 11, 23), "2026-11-23T08:00"),
        ("2026-07-01T12:00", "Europe/London", date(2026, 7, 1), "2026-07-01T07:00"),
        ("2026-11-23T03:00", "America/New_York", date(2026, 11, 22), "2026-11-22T13:00"),
        ("2026-11-22T23:30", "Pacific/Auckland", date(2026, 11, 23), "2026-11-22T19:00"),
    ],
)
def test_a_morning_is_eight_where_the_practice_is(at: str, zone: str, day: date, morning: str) -> None:
    asked = datetime.fromisoformat(at).replace(tzinfo=UTC)
    found = morning_of(asked, ZoneInfo(zone))
    assert found == (day, datetime.fromisoformat(morning).replace(tzinfo=UTC))
    assert found[1].tzinfo is UTC
