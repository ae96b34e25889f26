"""Who needs attention: each reason with its words, its day, when it shows and its place in the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from clinic.domain.attention import (
    AT_ONCE,
    KINDS,
    AnswerGiven,
    AttentionKind,
    CheckinUnanswered,
    ClientFacts,
    Handling,
    OpenInvitation,
    OpenSign,
    PositiveScreen,
    PracticeFell,
    ProgramRun,
    Reason,
    reasons,
    shown,
)
from clinic.domain.progress import Adherence
from clinic.domain.types import ProgramStatus, Tier

CLIENT, ONE, TWO = (UUID(int=number) for number in (1, 2, 3))
LONDON, AUCKLAND = ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland")
FINE = ClientFacts(client_id=CLIENT, zone=LONDON)
DAY = timedelta(days=1)
TODAY = date(2026, 11, 26)
YESTERDAY, WEEK_AGO, FORTNIGHT_AGO = (TODAY - timedelta(days=days) for days in (1, 7, 14))


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


NOW = noon(TODAY)


def practised(percent: int | None) -> Adherence:
    expected, done = (0, 0) if percent is None else (100, percent)
    return Adherence(window=14, expected=expected, done=done, partly=0, not_done=0, not_reported=0)


def fell(before: int | None, now: int | None) -> dict[str, Any]:
    return {"fell": [PracticeFell(ONE, YESTERDAY, practised(before), practised(now), noon(YESTERDAY))]}


def sign(tier: Tier, subject: UUID = ONE, day: date = YESTERDAY) -> dict[str, Any]:
    return {"signs": [OpenSign(subject, tier, noon(day))]}


def said(*pains: int | None, contact: bool = False) -> dict[str, Any]:
    """Answers a week apart, the last one of yesterday."""
    days = [noon(YESTERDAY) - timedelta(weeks=weeks) for weeks in range(len(pains))][::-1]
    return {
        "answers": [
            AnswerGiven(UUID(int=10 + number), at, None, pain, contact and at == days[-1])
            for number, (at, pain) in enumerate(zip(days, pains, strict=True))
        ]
    }


LAST_OF_TWO = UUID(int=11)


def unanswered(*days: date) -> dict[str, Any]:
    return {"unanswered": [CheckinUnanswered(UUID(int=20 + day.day), noon(day), day) for day in days]}


def program(
    starts_on: date = FORTNIGHT_AGO, ends_on: date | None = None, subject: UUID = ONE, **values: Any
) -> ProgramRun:
    return ProgramRun(subject, values.pop("status", ProgramStatus.ACTIVE), starts_on, ends_on, **values)


def invited(day: date) -> dict[str, Any]:
    return {"invitations": [OpenInvitation(ONE, noon(day))], "has_signed_in": False}


def ends(day: date) -> dict[str, Any]:
    return {"programs": [program(TODAY, day, status=ProgramStatus.ASSIGNED)]}


def handled(kind: AttentionKind, subject: UUID, at: datetime) -> dict[str, Any]:
    return {"handled": [Handling(kind, subject, at)]}


def known(facts: dict[str, Any]) -> ClientFacts:
    return replace(FINE, **facts)


def seen(facts: dict[str, Any], at: datetime = NOW) -> list[AttentionKind]:
    return [reason.kind for reason in shown(reasons(known(facts)), at)]


REASONS: list[tuple[dict[str, Any], AttentionKind, str, date]] = [
    (sign(Tier.E), AttentionKind.WARNING_SIGN, "Emergency warning sign", YESTERDAY),
    (sign(Tier.U), AttentionKind.WARNING_SIGN, "Warning sign, same day", YESTERDAY),
    (sign(Tier.S), AttentionKind.WARNING_SIGN, "Warning sign, to review", YESTERDAY),
    (
        {"screens": [PositiveScreen(ONE, noon(YESTERDAY), NOW)]},
        AttentionKind.SCREEN_POSITIVE,
        "PHQ-2 screen positive (≥ 3), talk to them today",
        YESTERDAY,
    ),
    (said(3, 6), AttentionKind.PAIN_UP, "Pain up from 3 to 6", YESTERDAY),
    (said(2, contact=True), AttentionKind.CONTACT_WANTED, "Would like to be contacted", YESTERDAY),
    (
        unanswered(WEEK_AGO, TODAY - 2 * DAY),
        AttentionKind.NOT_ANSWERED,
        "Check-ins not answered, mail stopped",
        WEEK_AGO,
    ),
    ({"bounced_at": noon(YESTERDAY)}, AttentionKind.BOUNCED, "Mail does not arrive", YESTERDAY),
    (fell(90, 60), AttentionKind.PRACTICE_DROPPED, "Practice down from 90 % to 60 % of days", YESTERDAY),
    ({"programs": [program()]}, AttentionKind.NOT_PRACTISED, "No practice reported", FORTNIGHT_AGO),
    (
        invited(TODAY - 8 * DAY),
        AttentionKind.NEVER_SIGNED_IN,
        "Invited, never signed in",
        TODAY - 8 * DAY,
    ),
    (ends(TODAY + 7 * DAY), AttentionKind.ENDING, "Program ends on Thu 3 Dec", TODAY + 7 * DAY),
]


@pytest.mark.parametrize("facts, kind, words, since", REASONS, ids=[row[2] for row in REASONS])
def test_each_reason_is_given_in_words_with_its_day(
    facts: dict[str, Any], kind: AttentionKind, words: str, since: date
) -> None:
    (reason,) = shown(reasons(known(facts)), NOW)
    assert (reason.kind, reason.in_words(TODAY), reason.since) == (kind, words, since)


SUBJECTS = {
    AttentionKind.PAIN_UP: UUID(int=11),
    AttentionKind.CONTACT_WANTED: UUID(int=10),
    AttentionKind.NOT_ANSWERED: UUID(int=44),
    AttentionKind.BOUNCED: CLIENT,
}


@pytest.mark.parametrize("row", REASONS, ids=[row[2] for row in REASONS])
def test_each_reason_names_the_record_it_is_about(
    row: tuple[dict[str, Any], AttentionKind, str, date],
) -> None:
    facts, kind, *_ = row
    (reason,) = shown(reasons(known(facts)), NOW)
    assert reason.subject_id == SUBJECTS.get(kind, ONE)


def test_pain_that_is_up_is_about_the_last_of_many_answers() -> None:
    (reason,) = reasons(known(said(3, 3, 3, 6)))
    assert reason.subject_id == UUID(int=13)


def test_an_end_in_another_year_says_which() -> None:
    (reason,) = reasons(known(ends(date(2027, 1, 4))))
    assert reason.in_words(TODAY) == "Program ends on Mon 4 Jan 2027"


def test_only_a_sign_is_urgent_in_itself() -> None:
    assert {Reason(kind, ONE, TODAY).tier for kind in KINDS} == {Tier.N}


def test_of_whom_nothing_is_known_nothing_is_asked() -> None:
    assert reasons(FINE) == ()
    only_invited = invited(date(2026, 1, 1))["invitations"]
    assert reasons(replace(FINE, invitations=only_invited)) == ()


NO_REASON: list[tuple[dict[str, Any], str]] = [
    ({}, "nothing known against them"),
    (said(3, 4), "pain up by one"),
    (said(None), "pain not said"),
    (unanswered(WEEK_AGO), "one check-in not answered"),
    (unanswered(WEEK_AGO, YESTERDAY), "the second one sent yesterday"),
    (invited(WEEK_AGO), "invited exactly a week ago"),
    (invited(date(2026, 1, 1)) | {"has_signed_in": True}, "invited long ago and here since"),
    (ends(TODAY + 8 * DAY), "a program that ends in more than a week"),
    (ends(YESTERDAY), "a program that has ended"),
    ({"programs": [program(TODAY, TODAY + DAY, status=ProgramStatus.PAUSED)]}, "a program that is paused"),
    ({"programs": [program(status=ProgramStatus.ASSIGNED)]}, "a program that has not begun"),
    (fell(90, 61), "practice a little down"),
    (fell(None, 20), "nothing to compare with"),
    (fell(90, None), "nothing asked now"),
    ({"programs": [program()], "practised_on": TODAY - 13 * DAY}, "practice reported thirteen days ago"),
    ({"programs": [program(changed_on=TODAY - 13 * DAY)]}, "resumed thirteen days ago"),
    (sign(Tier.N), "an answer of no concern"),
]


@pytest.mark.parametrize("facts, why", NO_REASON, ids=[row[1] for row in NO_REASON])
def test_what_is_no_reason_stays_off_the_list(facts: dict[str, Any], why: str) -> None:
    assert seen(facts) == [], why


SCREEN = REASONS[3][0]
SILENT: dict[str, Any] = {"programs": [program()]}
EVERYTHING: dict[str, Any] = {}
for row in REASONS:
    EVERYTHING |= row[0]
EVERYTHING |= said(3, 6, contact=True) | {"programs": [program(ends_on=TODAY + 7 * DAY)]}


def test_the_most_pressing_reason_comes_first_whatever_its_day() -> None:
    assert seen(EVERYTHING) == list(AttentionKind)


def test_of_an_archived_client_only_what_may_be_dangerous_is_said() -> None:
    assert seen(EVERYTHING | {"is_active": False}) == [
        AttentionKind.WARNING_SIGN,
        AttentionKind.SCREEN_POSITIVE,
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_asked_for_some_kinds_the_rules_say_of_them_what_they_say_among_all(kind: AttentionKind) -> None:
    found = reasons(known(EVERYTHING))
    assert reasons(known(EVERYTHING), [kind]) == tuple(each for each in found if each.kind is kind)


def test_the_more_urgent_sign_comes_first_and_of_two_alike_the_older_one() -> None:
    order = [
        Reason(AttentionKind.WARNING_SIGN, ONE, TODAY, figures={"tier": "E"}),
        Reason(AttentionKind.WARNING_SIGN, ONE, WEEK_AGO, figures={"tier": "U"}),
        Reason(AttentionKind.WARNING_SIGN, ONE, YESTERDAY, figures={"tier": "U"}),
        Reason(AttentionKind.WARNING_SIGN, ONE, date(1999, 1, 1), figures={"tier": "S"}),
        Reason(AttentionKind.SCREEN_POSITIVE, ONE, date(1999, 1, 1)),
        Reason(AttentionKind.ENDING, ONE, TODAY),
        Reason(AttentionKind.ENDING, ONE, date.max),
    ]
    assert sorted(order, key=lambda each: each.place) == order
    assert 0 <= order[0].place < order[-1].place < 2**31  # it is a plain number of the database


def test_two_reasons_of_a_kind_are_kept_and_the_more_pressing_one_is_said() -> None:
    signs = [OpenSign(ONE, Tier.S, noon(WEEK_AGO)), OpenSign(TWO, Tier.E, noon(TODAY))]
    found = reasons(known({"signs": signs}))
    assert [each.subject_id for each in found] == [TWO, ONE]
    assert [each.subject_id for each in shown(found, NOW)] == [TWO]


# --- from when, and until when


def test_what_has_happened_shows_at_once_even_if_the_clock_is_put_back() -> None:
    found = [each for facts, *_ in REASONS for each in reasons(known(facts))]
    happened = {each.kind for each in found if each.shows_from == AT_ONCE}
    assert happened == set(KINDS) - {
        AttentionKind.NOT_ANSWERED,
        AttentionKind.NOT_PRACTISED,
        AttentionKind.NEVER_SIGNED_IN,
        AttentionKind.ENDING,
    }


TIMED: list[tuple[str, dict[str, Any], datetime, datetime | None]] = [
    ("silence", {"programs": [program(TODAY)]}, datetime(2026, 12, 10, tzinfo=UTC), None),
    ("invited", invited(TODAY), datetime(2026, 12, 4, tzinfo=UTC), None),
    (
        "ends",
        ends(date(2026, 12, 24)),
        datetime(2026, 12, 17, tzinfo=UTC),
        datetime(2026, 12, 25, tzinfo=UTC),
    ),
    ("not answered", unanswered(WEEK_AGO, TODAY), NOW + 2 * DAY, None),
    ("a third one", unanswered(WEEK_AGO, YESTERDAY, TODAY), NOW + DAY, None),
]


@pytest.mark.parametrize("name, facts, from_at, until", TIMED, ids=[row[0] for row in TIMED])
def test_what_time_brings_about_is_known_before_and_shows_when_it_is_time(
    name: str, facts: dict[str, Any], from_at: datetime, until: datetime | None
) -> None:
    (reason,) = reasons(known(facts))
    assert (reason.shows_from, reason.shows_until) == (from_at, until)
    assert not reason.shows_at(from_at - timedelta(microseconds=1))
    assert reason.shows_at(from_at)
    assert until is None or (
        reason.shows_at(until - timedelta(microseconds=1)) and not reason.shows_at(until)
    )
    assert reason.shows_at(datetime.max.replace(tzinfo=UTC)) is (until is None)


def test_days_begin_where_the_practice_is() -> None:
    (reason,) = reasons(replace(known(ends(date(2026, 12, 24))), zone=AUCKLAND))
    assert reason.shows_from == datetime(2026, 12, 16, 11, tzinfo=UTC)
    assert reason.shows_from.tzinfo is UTC
    (sign_there,) = reasons(replace(known(sign(Tier.E)), zone=AUCKLAND))
    assert sign_there.since == TODAY  # noon in London is the next day's morning


def test_checkins_in_a_row_are_counted_as_they_are_at_the_time() -> None:
    (reason,) = reasons(known(unanswered(TODAY - 9 * DAY, WEEK_AGO, YESTERDAY)))
    assert [reason.in_a_row(NOW + days * DAY) for days in (-8, -5, 0, 1)] == [0, 2, 2, 3]
    assert reason.subject_id == UUID(int=20 + YESTERDAY.day)


def test_of_two_programs_the_longer_silence_counts() -> None:
    programs = [program(TODAY, subject=ONE), program(WEEK_AGO, subject=TWO)]
    (reason,) = reasons(known({"programs": programs}), [AttentionKind.NOT_PRACTISED])
    assert (reason.subject_id, reason.since) == (TWO, WEEK_AGO)


def test_of_two_programs_as_silent_as_each_other_always_the_same_one_is_named() -> None:
    programs = [program(subject=TWO), program(subject=ONE)]
    for held in (programs, programs[::-1]):
        (reason,) = reasons(known({"programs": held}), [AttentionKind.NOT_PRACTISED])
        assert reason.subject_id == ONE


def test_a_program_without_an_end_hides_none_that_ends() -> None:
    programs = [program(TODAY), *ends(TODAY + DAY)["programs"]]
    (reason,) = reasons(known({"programs": programs}), [AttentionKind.ENDING])
    assert reason.since == TODAY + DAY


# --- looked after


HANDLED: list[tuple[str, dict[str, Any], AttentionKind, UUID, datetime, bool]] = [
    ("a screen", SCREEN, AttentionKind.SCREEN_POSITIVE, ONE, NOW, True),
    (
        "a screen, before it was corrected",
        SCREEN,
        AttentionKind.SCREEN_POSITIVE,
        ONE,
        NOW - DAY,
        False,
    ),
    ("another screen", SCREEN, AttentionKind.SCREEN_POSITIVE, TWO, NOW, False),
    ("pain", said(3, 6), AttentionKind.PAIN_UP, LAST_OF_TWO, NOW, True),
    ("pain of the answer before", said(3, 6), AttentionKind.PAIN_UP, UUID(int=10), NOW, False),
    ("a wish", said(3, 3, contact=True), AttentionKind.CONTACT_WANTED, LAST_OF_TWO, NOW, True),
    ("another wish", said(3, 3, contact=True), AttentionKind.CONTACT_WANTED, ONE, NOW, False),
    ("a bounce", {"bounced_at": noon(YESTERDAY)}, AttentionKind.BOUNCED, CLIENT, NOW, True),
    ("the bounce before", {"bounced_at": NOW}, AttentionKind.BOUNCED, CLIENT, NOW - DAY, False),
    ("another's bounce", {"bounced_at": noon(YESTERDAY)}, AttentionKind.BOUNCED, ONE, NOW, False),
    ("practice", fell(90, 60), AttentionKind.PRACTICE_DROPPED, ONE, NOW, True),
    ("another program", fell(90, 60), AttentionKind.PRACTICE_DROPPED, TWO, NOW, False),
    ("an earlier fall", fell(90, 60), AttentionKind.PRACTICE_DROPPED, ONE, noon(WEEK_AGO), False),
    ("an invitation", invited(TODAY - 8 * DAY), AttentionKind.NEVER_SIGNED_IN, ONE, NOW, True),
    ("another one", invited(TODAY - 8 * DAY), AttentionKind.NEVER_SIGNED_IN, TWO, NOW, False),
    ("silence", SILENT, AttentionKind.NOT_PRACTISED, ONE, NOW, True),
    (
        "silence of before",
        SILENT,
        AttentionKind.NOT_PRACTISED,
        TWO,
        noon(FORTNIGHT_AGO),
        False,
    ),
    ("an end", ends(TODAY + DAY), AttentionKind.ENDING, ONE, NOW, True),
    ("another end", ends(TODAY + DAY), AttentionKind.ENDING, TWO, NOW, False),
]


@pytest.mark.parametrize(
    "name, facts, kind, subject, at, is_over", HANDLED, ids=[f"{row[0]}: {row[-1]}" for row in HANDLED]
)
def test_what_was_looked_after_is_off_the_list_and_what_came_later_is_not(
    name: str, facts: dict[str, Any], kind: AttentionKind, subject: UUID, at: datetime, is_over: bool
) -> None:
    assert (kind not in seen(facts | handled(kind, subject, at))) is is_over


def test_an_answer_that_was_corrected_is_looked_at_again() -> None:
    kind, answers = AttentionKind.CONTACT_WANTED, said(3, contact=True)["answers"]
    again = {"answers": [replace(answers[0], corrected_at=NOW)]}
    assert seen(again | handled(kind, answers[0].id, NOW - timedelta(hours=1))) == [kind]


@pytest.mark.parametrize(
    "facts, kind, days",
    [
        (SILENT, AttentionKind.NOT_PRACTISED, 14),
        (ends(TODAY + 7 * DAY), AttentionKind.ENDING, 7),
    ],
)
def test_what_goes_on_is_said_again_after_a_while(
    facts: dict[str, Any], kind: AttentionKind, days: int
) -> None:
    done = facts | handled(kind, ONE, NOW)
    assert [seen(done, NOW + timedelta(days=days, seconds=step)) for step in (-1, 0)] == [[], [kind]]


def test_what_would_be_said_again_only_after_its_end_is_over() -> None:
    last_moment = datetime.combine(TODAY + 8 * DAY, time(), UTC)
    done = [
        handled(AttentionKind.ENDING, ONE, last_moment - timedelta(days=7, seconds=back)) for back in (0, 1)
    ]
    facts = ends(TODAY + 7 * DAY)
    assert [len(reasons(known(facts | each))) for each in done] == [0, 1]
