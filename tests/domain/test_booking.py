"""Sessions: free times across a change of the clocks, what can be taken, and reminders in each one's zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from clinic.domain.booking import (
    LONGEST_REASON,
    LONGEST_SUITS,
    LONGEST_WORDS,
    OPEN,
    BookingState,
    Busy,
    OpenHours,
    Reminder,
    free_times,
    hours_problems,
    offers_problems,
    reminder_at,
    reminders_due,
    take_problems,
)
from clinic.domain.errors import RuleBroken
from clinic.domain.rooms import room

LONDON, ZURICH, NEW_YORK = "Europe/London", "Europe/Zurich", "America/New_York"
HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday


def utc(day: int, hour: int, minute: int = 0, *, month: int = 12, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


class TestFreeTimes:
    HOURS = (OpenHours(1, time(9), time(11)), OpenHours(3, time(14), time(14, 50)))

    def test_they_lie_within_the_hours_and_leave_out_what_is_taken(self) -> None:
        busy = [Busy(utc(1, 9, 45), 30)]  # Tuesday, over the end of one and the start of another
        found = free_times(self.HOURS, LONDON, 30, busy, NOW)
        assert [each for each in found if each.day == 1] == [utc(1, 9), utc(1, 10, 30)]
        assert utc(26, 14, month=11) in found, "Thursday: one of thirty minutes, the rest is too short"
        assert utc(26, 14, 30, month=11) not in found

    def test_what_begins_too_soon_is_not_proposed(self) -> None:
        today = (OpenHours(2, time(11), time(14)),)
        assert free_times(today, LONDON, 60, [], NOW)[0] == utc(25, 12, month=11)

    @pytest.mark.parametrize(
        ("hours", "now", "expected"),
        [
            # the clocks go forward at one: there is no 01:30
            (OpenHours(6, time(1), time(3)), utc(27, 20, month=3, year=2027), [1]),
            # and back: of 01:30 that comes twice the first is meant
            (OpenHours(6, time(1), time(2)), utc(30, 20, month=10, year=2027), [0]),
        ],
    )
    def test_on_a_day_when_the_clocks_change(
        self, hours: OpenHours, now: datetime, expected: list[int]
    ) -> None:
        found = [each for each in free_times((hours,), LONDON, 60, [], now) if each - now < timedelta(days=1)]
        assert [each.hour for each in found] == expected

    def test_they_go_on_for_three_weeks_from_the_practices_own_day(self) -> None:
        mornings = [OpenHours(day, time(9), time(10)) for day in range(7)]
        found = free_times(mornings, LONDON, 60, [], NOW)
        assert (found[0], found[-1]) == (utc(26, 9, month=11), utc(16, 9))
        late = datetime(2026, 11, 26, 3, tzinfo=UTC)  # the evening of Wednesday in New York
        assert (
            free_times([OpenHours(2, time(22), time(23, 59))], NEW_YORK, 30, [], late - 3 * HOUR)[0] == late
        )

    def test_of_a_long_day_a_few_are_proposed_from_all_over_it(self) -> None:
        day = (OpenHours(1, time(9), time(12)), OpenHours(1, time(14), time(16)))  # ten of thirty minutes
        found = [each.time() for each in free_times(day, LONDON, 30, [], NOW) if each.day == 1]
        assert found == [time(9), time(10, 30), time(14), time(15, 30)]

    def test_they_end_somewhere(self) -> None:
        always = tuple(OpenHours(day, time(0), time(23)) for day in range(7))
        assert len(free_times(always, LONDON, 5, [], NOW)) == 24


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        ([(0, 9, 12), (0, 12, 15)], None),
        ([(0, 9, 12), (0, 11, 15)], "overlap"),
        ([(0, 9, 12), (1, 11, 15)], None),
        ([(0, 12, 9)], "begin before"),
        ([(0, 9, 9)], "begin before"),
        ([(number % 7, number, number + 1) for number in range(15)], "No more than 14"),
    ],
)
def test_hours_of_a_week(hours: list[tuple[int, int, int]], message: str | None) -> None:
    given = [OpenHours(day, time(opens), time(closes)) for day, opens, closes in hours]
    said = [problem.message for problem in hours_problems(given)]
    assert bool(said) is bool(message)
    if message:
        assert message in said[0]
        assert {problem.field for problem in hours_problems(given)} == {"weekly"}


def test_what_is_open_and_how_much_can_be_written() -> None:
    assert set(OPEN) == {BookingState.ASKED, BookingState.OFFERED}
    assert (LONGEST_REASON, LONGEST_SUITS, LONGEST_WORDS) == (1000, 500, 1000)


@pytest.mark.parametrize(
    ("starts", "message"),
    [
        ([], "at least one"),
        ([utc(1, 9)], None),
        ([utc(1, 9), utc(1, 10), utc(1, 11)], None),
        ([utc(1, 9), utc(1, 10), utc(1, 11), utc(1, 12)], "3 times at most"),
        ([utc(1, 9), utc(1, 9)], "the same"),
    ],
)
def test_up_to_three_times_are_offered(starts: list[datetime], message: str | None) -> None:
    problems = list(offers_problems(starts))
    assert [problem.field for problem in problems] == ([] if message is None else ["times"])
    assert message is None or message in problems[0].message


@pytest.mark.parametrize(
    ("state", "starts_at", "withdrawn", "taken", "message"),
    [
        (BookingState.OFFERED, utc(1, 9), False, False, None),
        (BookingState.OFFERED, utc(1, 9), True, False, "no longer offered"),
        (BookingState.OFFERED, utc(1, 9), False, True, "Somebody else took"),
        (BookingState.OFFERED, NOW, False, False, "has passed"),
        *(
            (state, utc(1, 9), False, False, "no longer offered")
            for state in BookingState
            if state is not BookingState.OFFERED
        ),
    ],
)
def test_which_time_can_be_taken(
    state: BookingState, starts_at: datetime, withdrawn: bool, taken: bool, message: str | None
) -> None:
    said = [each.message for each in take_problems(state, starts_at, NOW, withdrawn=withdrawn, taken=taken)]
    assert (message is None and not said) or (message is not None and message in said[0])


@pytest.mark.parametrize(
    ("starts_at", "zone", "reminded_at"),
    [
        (utc(1, 14, 30), LONDON, utc(30, 14, 30, month=11)),
        (utc(1, 14, 30), NEW_YORK, utc(30, 14, 30, month=11)),  # 09:30 there
        (utc(1, 6), LONDON, utc(30, 8, month=11)),  # too early: at eight
        (utc(1, 22), LONDON, utc(30, 19, month=11)),  # too late: an hour before eight in the evening
        (utc(1, 11), NEW_YORK, utc(30, 13, month=11)),  # six in the morning there
        # over a change of the clocks it is the same time of day, an hour more or less before
        (utc(28, 13, month=3, year=2027), LONDON, utc(27, 14, month=3, year=2027)),
        (utc(31, 14, month=10), ZURICH, utc(30, 14, month=10)),
        (utc(25, 14, month=10), LONDON, utc(24, 13, month=10)),
    ],
)
def test_the_day_before_at_the_same_time_of_day(
    starts_at: datetime, zone: str, reminded_at: datetime
) -> None:
    assert reminder_at(Reminder.DAY, starts_at, zone) == reminded_at
    assert reminder_at(Reminder.HOUR, starts_at, zone) == starts_at - timedelta(hours=1)


@pytest.mark.parametrize(
    ("settled", "now", "due"),
    [
        (utc(20, 9, month=11), utc(30, 14, 29, month=11), []),
        (utc(20, 9, month=11), utc(30, 14, 30, month=11), [Reminder.DAY]),
        (utc(20, 9, month=11), utc(1, 13, 29), [Reminder.DAY]),
        (utc(20, 9, month=11), utc(1, 13, 30), [Reminder.HOUR]),
        (utc(20, 9, month=11), utc(1, 14, 29), [Reminder.HOUR]),
        (utc(20, 9, month=11), utc(1, 14, 30), []),
        (utc(30, 15, month=11), utc(30, 16, month=11), []),  # settled less than a day before
        (utc(30, 15, month=11), utc(1, 13, 45), [Reminder.HOUR]),
        (utc(30, 14, 30, month=11), utc(30, 14, 30, month=11), []),  # told at that very moment
        (utc(1, 13, 31), utc(1, 13, 45), []),  # settled less than an hour before
    ],
)
def test_each_is_due_from_its_time_on_until_the_next(
    settled: datetime, now: datetime, due: list[Reminder]
) -> None:
    assert list(reminders_due(utc(1, 14, 30), settled, LONDON, now)) == due


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://us02web.zoom.us/j/123?pwd=a", "https://us02web.zoom.us/j/123?pwd=a"),
        ("meet.google.com/abc-defg-hij", "https://meet.google.com/abc-defg-hij"),
        ("https://zoom.us/" + "a" * 484, "https://zoom.us/" + "a" * 484),  # 500 signs
        ("https://zoom.us/" + "a" * 485, None),
        (" https://meet.jit.si/Room ", "https://meet.jit.si/Room"),
        ("https://video.practice.example/b/room", "https://video.practice.example/b/room"),
        ("https://video.practice.example:8443/room", "https://video.practice.example:8443/room"),
        ("https://zoom.us.evil.example/j/1", None),
        ("https://evilzoom.us/j/1", None),
        ("https://sub.video.practice.example/room", None),
        ("https://zoom.us:444/j/1", None),
        ("https://me@zoom.us/j/1", None),
        ("http://zoom.us/j/1", None),
        ("javascript:alert(1)//zoom.us/x", None),
        ("https://zoom.us/", None),
        ("https://[zoom.us/j/1", None),
        ("not an address", None),
    ],
)
def test_a_room_is_at_a_service_that_is_known_or_at_ones_own(link: str, kept: str | None) -> None:
    own = frozenset({"video.practice.example", "video.practice.example:8443"})
    if kept is None:
        with pytest.raises(RuleBroken, match=r"room|address") as refused:
            room(link, own)
        assert refused.value.field == "link"
    else:
        assert room(link, own) == kept
