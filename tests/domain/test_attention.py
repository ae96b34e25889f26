"""Who needs attention: each reason with its words, its day, when it shows and its place in the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from clinic.domain.attention import (
    ASSESS_EVERY,
    AT_ONCE,
    KINDS,
    NOT_WELL,
    OF_ANSWERS,
    OF_LOGS,
    ActivitiesSaid,
    AnswerGiven,
    AttentionKind,
    CheckinUnanswered,
    CitingProgram,
    ClientFacts,
    Handling,
    LoggedDay,
    MorningSaid,
    OpenInvitation,
    OpenSign,
    PositiveScreen,
    PracticeFell,
    ProgramRun,
    Reason,
    RecheckSaid,
    StopSaid,
    WaitsForAnswer,
    assess_every_problems,
    may_put_off,
    next_act,
    reasons,
    shown,
)
from clinic.domain.progress import Adherence
from clinic.domain.reason_acts import NextAct, ReasonAct
from clinic.domain.rechecks import RecheckResult
from clinic.domain.types import ProgramStatus, StopReason, Tier

CLIENT, ONE, TWO = (UUID(int=number) for number in (1, 2, 3))
LONDON, AUCKLAND = ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland")
FINE = ClientFacts(client_id=CLIENT, zone=LONDON, pain_ceiling=6)
DAY = timedelta(days=1)
TODAY = date(2026, 11, 26)
YESTERDAY, WEEK_AGO, FORTNIGHT_AGO = (TODAY - timedelta(days=days) for days in (1, 7, 14))


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


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


def logged(*days: tuple[date, int | None], **values: Any) -> dict[str, Any]:
    """Days of the log, each said on its noon."""
    return {
        "logged": [
            LoggedDay(UUID(int=30 + number), day, noon(day), pain, **values)
            for number, (day, pain) in enumerate(days)
        ]
    }


def mornings(*days: date) -> dict[str, Any]:
    return {"mornings": [MorningSaid(UUID(int=40 + day.day), day, False, noon(day)) for day in days]}


def rechecked(*results: RecheckResult) -> dict[str, Any]:
    """Re-checks of a day each, the last one of yesterday."""
    days = [YESTERDAY - DAY * back for back in range(len(results))][::-1]
    found = zip(days, results, strict=True)
    rows = [
        RecheckSaid(UUID(int=60 + day.day), day, each, noon(day), MOVE, "Hip hinge") for day, each in found
    ]
    return {"rechecks": rows}


MOVE, OTHER_MOVE = UUID(int=70), UUID(int=71)


def stopped(reason: StopReason, day: date = YESTERDAY) -> dict[str, Any]:
    return {"stops": [StopSaid(ONE, day, reason, noon(day))]}


PASSED, FAILED = RecheckResult.PASSED, RecheckResult.FAILED
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


def said_of(facts: dict[str, Any]) -> list[str]:
    return [reason.in_words(TODAY) for reason in shown(reasons(known(facts)), NOW)]


def test_each_move_that_is_not_right_is_named_until_somebody_has_looked() -> None:
    wrong, right = RecheckResult.FAILED, RecheckResult.PASSED
    told = [
        RecheckSaid(UUID(int=60), YESTERDAY, wrong, noon(YESTERDAY), MOVE, "Hip hinge"),
        RecheckSaid(UUID(int=61), TODAY, right, noon(TODAY), OTHER_MOVE, "Bridge"),
    ]
    assert said_of({"rechecks": told}) == ["Form re-check, not right yet: Hip hinge"]
    told[1] = replace(told[1], result=wrong)
    assert said_of({"rechecks": told}) == ["Form re-check, not right yet: Bridge, Hip hinge"]
    looked = Handling(AttentionKind.RECHECK_FAILED, UUID(int=60), noon(YESTERDAY))
    assert said_of({"rechecks": told, "handled": [looked]}) == ["Form re-check, not right yet: Bridge"]


WEEK = timedelta(weeks=1)


def cites(starts_on: date = TODAY - 14 * DAY, ends_on: date | None = None) -> dict[str, Any]:
    return {"citing": [CitingProgram(ONE, starts_on, ends_on, "Hip routine")]}


def assessed(on: date, every: int = 12) -> dict[str, Any]:
    return {"assessed_on": on, "assess_every": every}


def waits(due_at: datetime) -> dict[str, Any]:
    return {"waiting": [WaitsForAnswer(ONE, noon(WEEK_AGO), noon(YESTERDAY), due_at)]}


RUNS: dict[str, Any] = {"programs": [ProgramRun(ONE, ProgramStatus.ACTIVE, TODAY, None)]}
REASONS: list[tuple[dict[str, Any], AttentionKind, str, date]] = [
    (sign(Tier.E), AttentionKind.WARNING_SIGN, "Emergency warning sign", YESTERDAY),
    (sign(Tier.U), AttentionKind.WARNING_SIGN, "Warning sign, same day", YESTERDAY),
    (sign(Tier.S), AttentionKind.WARNING_SIGN, "Warning sign, to review", YESTERDAY),
    (
        {"screens": [PositiveScreen(ONE, noon(YESTERDAY), NOW)]},
        AttentionKind.SCREEN_POSITIVE,
        "Talk to them today: PHQ-2 screen positive (≥ 3)",
        YESTERDAY,
    ),
    (logged((YESTERDAY, 9)), AttentionKind.LOG_PAIN, "Logged pain 9", YESTERDAY),
    (said(7), AttentionKind.ANSWER_PAIN, "Pain 7 in the check-in", YESTERDAY),
    (
        {"logged": [LoggedDay(ONE, YESTERDAY, NOW, hurts=True)]},
        AttentionKind.LOG_HURTS,
        "Left out practice, some or all, because it hurts",
        YESTERDAY,
    ),
    (
        mornings(WEEK_AGO + DAY, YESTERDAY),
        AttentionKind.STILL_UP,
        "Pain still up on 2 mornings after",
        WEEK_AGO + DAY,
    ),
    (stopped(StopReason.HURTS), AttentionKind.STOPPED_HURTS, "Stopped because it hurts", YESTERDAY),
    (
        rechecked(PASSED, FAILED),
        AttentionKind.RECHECK_FAILED,
        "Form re-check, not right yet: Hip hinge",
        YESTERDAY,
    ),
    (
        logged((YESTERDAY, 3), (TODAY, 5)),
        AttentionKind.LOG_RISING,
        "Logged pain rising from 3 to 5",
        YESTERDAY,
    ),
    (
        {"logged": [LoggedDay(ONE, YESTERDAY, NOW, wrote=True)]},
        AttentionKind.LOG_NOTE,
        "Wrote in the log",
        YESTERDAY,
    ),
    (
        {"answers": [AnswerGiven(ONE, noon(YESTERDAY), None, 2, False, wrote=True)]},
        AttentionKind.ANSWER_NOTE,
        "Wrote in the check-in",
        YESTERDAY,
    ),
    (
        {"named": [ActivitiesSaid(ONE, noon(YESTERDAY), NOW, True, ("Climbing stairs",))]},
        AttentionKind.ACTIVITIES,
        "Named what is hard to do",
        YESTERDAY,
    ),
    (said(3, 5), AttentionKind.PAIN_UP, "Pain up from 3 to 5", YESTERDAY),
    (said(2, contact=True), AttentionKind.CONTACT_WANTED, "Would like to be contacted", YESTERDAY),
    (
        waits(NOW),
        AttentionKind.ANSWER_LATE,
        "Waits for an answer longer than promised",
        WEEK_AGO,
    ),
    (
        {"consent_withdrawn_at": noon(YESTERDAY)},
        AttentionKind.CONSENT_WITHDRAWN,
        "Withdrew consent to the record",
        YESTERDAY,
    ),
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
    (cites(ends_on=TODAY + 7 * DAY), AttentionKind.RETEST_DUE, "Re-test due for Hip routine", TODAY),
    (
        assessed(TODAY - 12 * WEEK) | {"programs": [program(TODAY)]},
        AttentionKind.ASSESSMENT_DUE,
        "Assessment due",
        TODAY,
    ),
]
FACTS = {kind: facts for facts, kind, *_ in REASONS}
# What time alone brings about; all else was said, or has happened, at an instant.
BY_TIME = {
    AttentionKind.NOT_ANSWERED,
    AttentionKind.NOT_PRACTISED,
    AttentionKind.NEVER_SIGNED_IN,
    AttentionKind.ENDING,
    AttentionKind.RETEST_DUE,
    AttentionKind.ASSESSMENT_DUE,
    AttentionKind.ANSWER_LATE,
}


@pytest.mark.parametrize("facts, kind, words, since", REASONS, ids=[row[2] for row in REASONS])
def test_each_reason_is_given_in_words_with_its_day(
    facts: dict[str, Any], kind: AttentionKind, words: str, since: date
) -> None:
    (reason,) = shown(reasons(known(facts)), NOW)
    assert (reason.kind, reason.in_words(TODAY), reason.since) == (kind, words, since)


SUBJECTS = {
    AttentionKind.LOG_PAIN: UUID(int=30),
    AttentionKind.ANSWER_PAIN: UUID(int=10),
    AttentionKind.STILL_UP: UUID(int=40 + YESTERDAY.day),
    AttentionKind.LOG_RISING: UUID(int=31),
    AttentionKind.RECHECK_FAILED: UUID(int=60 + YESTERDAY.day),
    AttentionKind.PAIN_UP: UUID(int=11),
    AttentionKind.CONTACT_WANTED: UUID(int=10),
    AttentionKind.NOT_ANSWERED: UUID(int=44),
    AttentionKind.BOUNCED: CLIENT,
    AttentionKind.ASSESSMENT_DUE: CLIENT,
    AttentionKind.CONSENT_WITHDRAWN: CLIENT,
}


@pytest.mark.parametrize("row", REASONS, ids=[row[2] for row in REASONS])
def test_each_reason_names_the_record_it_is_about(
    row: tuple[dict[str, Any], AttentionKind, str, date],
) -> None:
    facts, kind, *_ = row
    (reason,) = shown(reasons(known(facts)), NOW)
    assert reason.subject_id == SUBJECTS.get(kind, ONE)


def test_pain_that_is_up_is_about_the_last_of_many_answers() -> None:
    (reason,) = reasons(known(said(3, 3, 3, 5)))
    assert reason.subject_id == UUID(int=13)


def test_pain_that_rises_is_about_the_last_of_many_days() -> None:
    (reason,) = reasons(known(logged((TODAY - 2 * DAY, 3), (YESTERDAY, 3), (TODAY, 5))))
    assert reason.subject_id == UUID(int=32)


def test_of_high_pain_in_two_answers_the_last_is_told() -> None:
    (reason,) = reasons(known(said(7, 7)))
    assert reason.subject_id == LAST_OF_TWO


def test_pain_that_was_still_up_is_about_the_last_morning_on_which_it_was() -> None:
    up = mornings(WEEK_AGO + DAY, YESTERDAY)["mornings"]
    (reason,) = reasons(known({"mornings": [*up, MorningSaid(ONE, TODAY, True, NOW)]}))
    assert reason.subject_id == up[-1].id


def test_silence_is_told_with_what_the_client_says_of_it() -> None:
    """As long as they have not logged since; of several words the last counts."""
    silent = {"programs": [program()], "practised_on": FORTNIGHT_AGO}
    words = []
    for stops in (
        stopped(StopReason.NO_TIME),
        stopped(StopReason.BETTER, FORTNIGHT_AGO),
        stopped(StopReason.BETTER, FORTNIGHT_AGO - DAY),
        {
            "stops": [
                *stopped(StopReason.HURTS, WEEK_AGO)["stops"],
                *stopped(StopReason.NOT_SUITABLE)["stops"],
            ]
        },
    ):
        (reason,) = shown(reasons(known(silent | stops)), NOW)
        words.append(reason.in_words(TODAY))
    assert words == [
        "No practice reported: “I have no time”",
        "No practice reported: “I feel better”",
        "No practice reported",
        "No practice reported: “It is not for me”",
    ]
    paused = [program(paused_from=TODAY - 2 * DAY, paused_until=TODAY - DAY)]
    again = reasons(known({"programs": paused, **stopped(StopReason.NO_TIME)}))
    assert [each.figures for each in again] == [{"why": "no_time"}]


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
    (said(5), "pain below the ceiling in an answer"),
    (logged((YESTERDAY, 5)), "pain below the ceiling in the log"),
    (logged((YESTERDAY, None)), "a log that says nothing of pain"),
    (logged((YESTERDAY, 1), (TODAY, 3)), "pain up to one that is fine"),
    (logged((TODAY - 8 * DAY, 2), (TODAY, 5)), "pain up since more than a week ago"),
    (mornings(YESTERDAY), "pain still up on one morning"),
    (rechecked(FAILED, PASSED), "a re-check that passed after one that did not"),
    (stopped(StopReason.NO_TIME), "stopped for want of time"),
    (stopped(StopReason.HURTS) | {"practised_on": TODAY}, "stopped because it hurts, and logged since"),
    (mornings(WEEK_AGO, TODAY), "pain still up on two mornings more than a week apart"),
    (said(None), "pain not said"),
    (waits(NOW + timedelta(microseconds=1)), "an answer that is due in a moment"),
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
    (cites(ends_on=TODAY + 8 * DAY), "findings of a program that ends in more than a week"),
    (cites(starts_on=TODAY - 27 * DAY), "findings of a program of less than four weeks"),
    (cites(starts_on=TODAY - 30 * DAY) | assessed(TODAY - 29 * DAY), "findings taken again since"),
    (cites(starts_on=TODAY - 90 * DAY, ends_on=TODAY - 28 * DAY), "findings of a program over long ago"),
    (cites(ends_on=TODAY) | {"is_active": False}, "findings of an archived client"),
    (RUNS | assessed(TODAY - 12 * WEEK + DAY), "an assessment of less than twelve weeks ago"),
    (RUNS | assessed(TODAY - 99 * WEEK, every=0), "a practice that reminds nobody"),
    (RUNS | {"assess_every": 12}, "a client who was never assessed"),
    (assessed(TODAY - 99 * WEEK), "an assessment of old, and no program"),
    (RUNS | {"assessed_on": TODAY - 99 * WEEK}, "an assessment of old, and nobody said how often"),
]


@pytest.mark.parametrize("facts, why", NO_REASON, ids=[row[1] for row in NO_REASON])
def test_what_is_no_reason_stays_off_the_list(facts: dict[str, Any], why: str) -> None:
    assert seen(facts) == [], why


SCREEN = FACTS[AttentionKind.SCREEN_POSITIVE]
SILENT: dict[str, Any] = {"programs": [program()]}
EVERYTHING: dict[str, Any] = {}
for row in REASONS:
    EVERYTHING |= row[0]
EVERYTHING |= {"programs": [program(ends_on=TODAY + 7 * DAY)]}
EVERYTHING["answers"] = [
    AnswerGiven(ONE, noon(FORTNIGHT_AGO), None, 3, False, wrote=True),
    AnswerGiven(TWO, noon(YESTERDAY), None, 6, True),
]
EVERYTHING["logged"] = [
    LoggedDay(UUID(int=30), WEEK_AGO, noon(WEEK_AGO), 2, wrote=True),
    LoggedDay(UUID(int=31), YESTERDAY, noon(YESTERDAY), 4),
    LoggedDay(UUID(int=32), TODAY, noon(TODAY), 9, hurts=True),
]


def test_the_most_pressing_reason_comes_first_whatever_its_day() -> None:
    alone = {AttentionKind.ASSESSMENT_DUE}  # a re-test that is due is the assessment
    assert seen(EVERYTHING) == [kind for kind in AttentionKind if kind not in alone]


def test_of_an_archived_client_only_what_may_be_dangerous_is_said() -> None:
    assert seen(EVERYTHING | {"is_active": False}) == [
        AttentionKind.WARNING_SIGN,
        AttentionKind.SCREEN_POSITIVE,
        AttentionKind.CONSENT_WITHDRAWN,
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


def test_of_programs_that_end_each_is_told() -> None:
    programs = [program(TODAY, TODAY + 2 * DAY, ONE), program(TODAY, TODAY + DAY, TWO)]
    found = shown(reasons(known({"programs": programs})), NOW)
    assert [(each.kind, each.subject_id) for each in found] == [
        (AttentionKind.ENDING, TWO),
        (AttentionKind.ENDING, ONE),
    ]


def test_a_reason_that_was_said_again_is_the_same_one() -> None:
    reason = Reason(AttentionKind.LOG_PAIN, ONE, TODAY)
    assert reason == replace(reason, said_at=NOW)


# --- from when, and until when


def test_what_has_happened_shows_at_once_even_if_the_clock_is_put_back() -> None:
    found = [each for facts, *_ in REASONS for each in reasons(known(facts))]
    happened = {each.kind for each in found if each.shows_from == AT_ONCE}
    assert happened == set(KINDS) - BY_TIME


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
    ("re-test without an end", cites(TODAY), midnight(TODAY + 28 * DAY), None),
    (
        "re-test of three days",
        cites(TODAY, TODAY + 3 * DAY),
        midnight(TODAY + DAY),
        midnight(TODAY + 31 * DAY),
    ),
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


PAUSES: list[tuple[str, dict[str, Any], list[tuple[datetime, datetime | None]]]] = [
    (
        "it is silence until the pause begins",
        {"paused_from": TODAY + 7 * DAY},
        [(midnight(TODAY), midnight(TODAY + 7 * DAY))],
    ),
    (
        "a pause that begins as it would show: two weeks after it",
        {"paused_from": TODAY, "paused_until": TODAY + 13 * DAY},
        [(midnight(TODAY + 28 * DAY), None)],
    ),
    ("a pause without a last day", {"paused_from": TODAY}, []),
]


@pytest.mark.parametrize("why, pause, times", PAUSES, ids=[row[0] for row in PAUSES])
def test_a_pause_that_is_to_come_is_no_silence(
    why: str, pause: dict[str, Any], times: list[tuple[datetime, datetime | None]]
) -> None:
    silence = AttentionKind.NOT_PRACTISED, ONE, FORTNIGHT_AGO
    found = reasons(known({"programs": [program(**pause)]}))
    assert found == tuple(Reason(*silence, *each) for each in times)


def test_a_program_without_an_end_hides_none_that_ends() -> None:
    programs = [program(TODAY), *ends(TODAY + DAY)["programs"]]
    (reason,) = reasons(known({"programs": programs}), [AttentionKind.ENDING])
    assert reason.since == TODAY + DAY


@pytest.mark.parametrize(
    "name, begins, ends_for_good", [("Hips", 1, False), ("Knees", 1, True), ("Hips", 2, True)]
)
def test_a_program_that_another_of_its_routine_follows_on_does_not_end(
    name: str, begins: int, ends_for_good: bool
) -> None:
    last = program(ends_on=TODAY, name="Hips")
    after = program(TODAY + begins * DAY, subject=TWO, name=name, status=ProgramStatus.ASSIGNED)
    found = reasons(known({"programs": [last, after]}), [AttentionKind.ENDING])
    assert bool(found) is ends_for_good


# --- looked after


LATE, DUE = FACTS[AttentionKind.ANSWER_LATE], FACTS[AttentionKind.ASSESSMENT_DUE]
WITHDRAWN = FACTS[AttentionKind.CONSENT_WITHDRAWN]
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
    ("high pain", said(7), AttentionKind.ANSWER_PAIN, UUID(int=10), NOW, True),
    ("high pain of another answer", said(7), AttentionKind.ANSWER_PAIN, ONE, NOW, False),
    ("words", FACTS[AttentionKind.ANSWER_NOTE], AttentionKind.ANSWER_NOTE, ONE, NOW, True),
    ("other words", FACTS[AttentionKind.ANSWER_NOTE], AttentionKind.ANSWER_NOTE, TWO, NOW, False),
    ("activities", FACTS[AttentionKind.ACTIVITIES], AttentionKind.ACTIVITIES, ONE, NOW, True),
    ("other activities", FACTS[AttentionKind.ACTIVITIES], AttentionKind.ACTIVITIES, TWO, NOW, False),
    ("a wish", said(3, 3, contact=True), AttentionKind.CONTACT_WANTED, LAST_OF_TWO, NOW, True),
    ("another wish", said(3, 3, contact=True), AttentionKind.CONTACT_WANTED, ONE, NOW, False),
    ("a late answer", LATE, AttentionKind.ANSWER_LATE, ONE, NOW, True),
    ("before they wrote again", LATE, AttentionKind.ANSWER_LATE, ONE, noon(WEEK_AGO), False),
    ("another late answer", LATE, AttentionKind.ANSWER_LATE, TWO, NOW, False),
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
    ("consent", {"consent_withdrawn_at": NOW}, AttentionKind.CONSENT_WITHDRAWN, CLIENT, NOW, True),
    (
        "consent before",
        {"consent_withdrawn_at": NOW},
        AttentionKind.CONSENT_WITHDRAWN,
        CLIENT,
        NOW - DAY,
        False,
    ),
    ("another's consent", {"consent_withdrawn_at": NOW}, AttentionKind.CONSENT_WITHDRAWN, ONE, NOW, False),
    ("another stop", stopped(StopReason.HURTS), AttentionKind.STOPPED_HURTS, TWO, NOW, False),
    ("findings", cites(ends_on=TODAY), AttentionKind.RETEST_DUE, ONE, NOW, True),
    ("other findings", cites(ends_on=TODAY), AttentionKind.RETEST_DUE, TWO, NOW, False),
    ("an assessment", DUE, AttentionKind.ASSESSMENT_DUE, CLIENT, NOW, True),
    ("another's assessment", DUE, AttentionKind.ASSESSMENT_DUE, ONE, NOW, False),
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
    last_moment = midnight(TODAY + 8 * DAY)
    done = [
        handled(AttentionKind.ENDING, ONE, last_moment - timedelta(days=7, seconds=back)) for back in (0, 1)
    ]
    facts = ends(TODAY + 7 * DAY)
    assert [len(reasons(known(facts | each))) for each in done] == [0, 1]


# --- what is logged: heard, corrected, gone on


LOG = UUID(int=30)
HEARD: list[tuple[str, dict[str, Any], list[Handling], list[AttentionKind]]] = [
    ("pain looked after", logged((YESTERDAY, 9)), [Handling(AttentionKind.LOG_PAIN, LOG, NOW)], []),
    (
        "what hurts too much, looked after",
        FACTS[AttentionKind.LOG_HURTS],
        [Handling(AttentionKind.LOG_HURTS, ONE, NOW)],
        [],
    ),
    (
        "pain logged again since",
        logged((YESTERDAY, 9), (TODAY, 9)),
        [Handling(AttentionKind.LOG_PAIN, LOG, noon(YESTERDAY))],
        [AttentionKind.LOG_PAIN],
    ),
    (
        "words beside a pain are read with it",
        logged((YESTERDAY, 9), wrote=True),
        [],
        [AttentionKind.LOG_PAIN],
    ),
    (
        "and looked after with it",
        logged((YESTERDAY, 9), wrote=True),
        [Handling(AttentionKind.LOG_PAIN, LOG, NOW)],
        [],
    ),
    (
        "words of an earlier day stay when the pain of a later one is looked after",
        logged((WEEK_AGO, 7), (TODAY, 9), wrote=True),
        [Handling(AttentionKind.LOG_PAIN, UUID(int=31), NOW)],
        [AttentionKind.LOG_NOTE],
    ),
    (
        "a rise that was looked after counts from there",
        logged((WEEK_AGO + DAY, 2), (YESTERDAY, 4), (TODAY, 5)),
        [Handling(AttentionKind.LOG_RISING, UUID(int=31), noon(YESTERDAY))],
        [],
    ),
    (
        "and is a reason again when it rises on",
        logged((WEEK_AGO + DAY, 2), (YESTERDAY, 3), (TODAY, 5)),
        [Handling(AttentionKind.LOG_RISING, UUID(int=31), noon(YESTERDAY))],
        [AttentionKind.LOG_RISING],
    ),
    (
        "a re-check looked after",
        rechecked(FAILED),
        [Handling(AttentionKind.RECHECK_FAILED, ONE, noon(YESTERDAY))],
        [],
    ),
    (
        "and one that was not right again",
        rechecked(FAILED, FAILED),
        [Handling(AttentionKind.RECHECK_FAILED, ONE, noon(YESTERDAY - DAY))],
        [AttentionKind.RECHECK_FAILED],
    ),
    (
        "an end looked after",
        stopped(StopReason.HURTS),
        [Handling(AttentionKind.STOPPED_HURTS, ONE, noon(YESTERDAY))],
        [],
    ),
    (
        "mornings looked after the moment the last was said",
        mornings(WEEK_AGO + DAY, YESTERDAY),
        [Handling(AttentionKind.STILL_UP, UUID(int=40 + YESTERDAY.day), noon(YESTERDAY))],
        [],
    ),
    (
        "a morning after the call",
        mornings(WEEK_AGO + DAY, YESTERDAY, TODAY),
        [Handling(AttentionKind.STILL_UP, UUID(int=40 + YESTERDAY.day), noon(YESTERDAY))],
        [AttentionKind.STILL_UP],
    ),
]


@pytest.mark.parametrize("why, facts, done, kinds", HEARD, ids=[row[0] for row in HEARD])
def test_what_was_said_is_a_reason_until_somebody_has_heard_it(
    why: str, facts: dict[str, Any], done: list[Handling], kinds: list[AttentionKind]
) -> None:
    assert seen(facts | {"handled": done}) == kinds, why


def test_a_log_that_is_corrected_is_looked_at_anew() -> None:
    done = [Handling(AttentionKind.LOG_PAIN, ONE, NOW)]
    corrected = {"logged": [LoggedDay(ONE, YESTERDAY, NOW + timedelta(minutes=1), 10)], "handled": done}
    assert seen(corrected) == [AttentionKind.LOG_PAIN]
    withdrawn = {"logged": [LoggedDay(ONE, YESTERDAY, NOW + timedelta(minutes=1), 2)]}
    assert seen(withdrawn) == []


def test_pain_that_goes_on_is_one_reason_about_the_newest_day_since_the_first() -> None:
    (reason,) = reasons(known(logged((WEEK_AGO, 8), (YESTERDAY, 6))))
    assert (reason.subject_id, reason.since, reason.figures) == (UUID(int=31), WEEK_AGO, {"pain": 6})


def test_the_ceiling_is_the_clients() -> None:
    assert reasons(replace(known(logged((TODAY, 4))), pain_ceiling=4)) != ()
    assert reasons(replace(known(logged((TODAY, 4))), pain_ceiling=5)) == ()
    where_none_is_set = ClientFacts(client_id=CLIENT, zone=LONDON)
    assert reasons(replace(where_none_is_set, **logged((TODAY, 10)))) != ()
    assert reasons(replace(where_none_is_set, **logged((TODAY, 9)))) == ()


NEW_TO_THE_LIST = (*OF_LOGS, AttentionKind.STILL_UP, AttentionKind.ANSWER_PAIN, AttentionKind.ANSWER_NOTE)


@pytest.mark.parametrize("kind", [*NEW_TO_THE_LIST, AttentionKind.ACTIVITIES])
def test_what_was_said_before_an_update_listened_is_not_dug_up(kind: AttentionKind) -> None:
    (reason,) = reasons(known(FACTS[kind]))
    assert seen(FACTS[kind] | {"heard_from": reason.said_at}) == [kind]
    assert seen(FACTS[kind] | {"heard_from": reason.said_at + timedelta(microseconds=1)}) == []


def test_whoever_says_something_is_not_said_to_do_well() -> None:
    told_by_the_client = {*OF_LOGS, *OF_ANSWERS, AttentionKind.STILL_UP, AttentionKind.ACTIVITIES}
    told_by_the_client |= {AttentionKind.SCREEN_POSITIVE}
    told_by_the_client |= {AttentionKind.STOPPED_HURTS, AttentionKind.RECHECK_FAILED}
    assert told_by_the_client | {AttentionKind.WARNING_SIGN} == NOT_WELL


# --- put off, handed over

BO, CY = UUID(int=50), UUID(int=51)
PAIN = AttentionKind.LOG_PAIN


def acted(act: ReasonAct, at: datetime = NOW, subject: UUID = LOG, **values: Any) -> Handling:
    return Handling(PAIN, subject, at, act, **values)


def test_what_is_put_off_comes_back_by_itself() -> None:
    until = NOW + 3 * DAY
    (reason,) = reasons(known(logged((TODAY, 9)) | {"handled": [acted(ReasonAct.SNOOZED, until=until)]}))
    assert not reason.shows_at(until - timedelta(seconds=1))
    assert reason.shows_at(until)


def test_what_is_said_again_shows_whatever_was_put_off() -> None:
    put_off = {"handled": [acted(ReasonAct.SNOOZED, noon(YESTERDAY), until=NOW + 9 * DAY)]}
    assert seen(logged((YESTERDAY, 9), (TODAY, 9)) | put_off) == [PAIN]


SAID = set(KINDS) - BY_TIME | {AttentionKind.ANSWER_LATE}  # before its time somebody wrote


@pytest.mark.parametrize("kind", [kind for kind in KINDS if may_put_off(kind) and kind in SAID])
def test_what_was_put_off_before_it_was_said_shows_at_once(kind: AttentionKind) -> None:
    (reason,) = reasons(known(FACTS[kind]))
    for at, kinds in ((noon(FORTNIGHT_AGO), [kind]), (NOW, [])):
        put_off = Handling(kind, reason.subject_id, at, ReasonAct.SNOOZED, NOW + DAY)
        assert seen(FACTS[kind] | {"handled": [put_off]}) == kinds


@pytest.mark.parametrize("until", [midnight(TODAY + 8 * DAY), NOW + 20 * DAY], ids=["to it", "beyond it"])
def test_put_off_to_its_end_or_beyond_a_program_is_not_named_again(until: datetime) -> None:
    snoozed = Handling(AttentionKind.ENDING, ONE, NOW, ReasonAct.SNOOZED, until)
    assert reasons(known(ends(TODAY + 7 * DAY) | {"handled": [snoozed]})) == ()


def test_a_warning_sign_is_handed_but_not_put_off() -> None:
    sign_of = {"subject_id": ONE, "kind": AttentionKind.WARNING_SIGN, "at": NOW}
    snoozed = Handling(**sign_of, act=ReasonAct.SNOOZED, until=NOW + DAY)
    handed = Handling(**sign_of, act=ReasonAct.HANDED, handed_to=BO)
    (reason,) = reasons(known(sign(Tier.E) | {"handled": [snoozed, handed]}))
    assert (reason.shows_from, reason.handed_to) == (AT_ONCE, BO)
    assert not may_put_off(AttentionKind.WARNING_SIGN)


HANDED: list[tuple[str, list[Handling], UUID | None]] = [
    ("to nobody", [], None),
    (
        "to the last",
        [acted(ReasonAct.HANDED, NOW - DAY, handed_to=BO), acted(ReasonAct.HANDED, handed_to=CY)],
        CY,
    ),
    ("what goes on stays with them", [acted(ReasonAct.HANDED, subject=UUID(int=31), handed_to=BO)], BO),
    (
        "till it is done",
        [acted(ReasonAct.HANDED, NOW - 2 * DAY, handed_to=BO), acted(ReasonAct.DONE, NOW - DAY)],
        None,
    ),
    (
        "done at the moment it was handed over, it is done",
        [acted(ReasonAct.HANDED, NOW - DAY, handed_to=BO), acted(ReasonAct.DONE, NOW - DAY)],
        None,
    ),
    (
        "of two at one moment always to the same one",
        [acted(ReasonAct.HANDED, handed_to=BO), acted(ReasonAct.HANDED, handed_to=CY)],
        CY,
    ),
    (
        "another reason about the same record is another's",
        [Handling(AttentionKind.LOG_NOTE, LOG, NOW, ReasonAct.HANDED, handed_to=BO)],
        None,
    ),
]


@pytest.mark.parametrize("why, acts, whose", HANDED, ids=[row[0] for row in HANDED])
def test_a_reason_is_with_whom_it_was_given_to(why: str, acts: list[Handling], whose: UUID | None) -> None:
    (reason,) = reasons(known(logged((TODAY, 9)) | {"handled": acts}))
    assert reason.handed_to == whose, why


# --- what is next


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_one_next_act_and_a_call_needs_a_number(kind: AttentionKind) -> None:
    act = next_act(kind, has_phone=True)
    assert next_act(kind, has_phone=False) is (NextAct.READ if act is NextAct.CALL else act)


@pytest.mark.parametrize(
    "kind, has_phone, act",
    [
        (AttentionKind.LOG_PAIN, True, NextAct.CALL),
        (AttentionKind.LOG_PAIN, False, NextAct.READ),
        (AttentionKind.BOUNCED, True, NextAct.CORRECT),
        (AttentionKind.BOUNCED, False, NextAct.CORRECT),
    ],
)
def test_pain_is_called_about_and_an_address_put_right_without_a_number(
    kind: AttentionKind, has_phone: bool, act: NextAct
) -> None:
    assert next_act(kind, has_phone=has_phone) is act


def test_activities_are_read_when_they_are_named_and_not_when_they_are_asked_about_again() -> None:
    stairs, shoes = ("Climbing stairs",), ("Putting on shoes",)
    named = [
        ActivitiesSaid(UUID(int=60), noon(WEEK_AGO), noon(WEEK_AGO), False, stairs),  # typed by the practice
        ActivitiesSaid(UUID(int=61), noon(YESTERDAY), noon(YESTERDAY), True, stairs),
        ActivitiesSaid(UUID(int=62), noon(TODAY), noon(TODAY), True, shoes),
    ]
    assert [reason.subject_id for reason in reasons(known({"named": named}))] == [UUID(int=62)]


def test_a_re_test_that_was_looked_after_is_said_again_a_week_later() -> None:
    handled = [Handling(AttentionKind.RETEST_DUE, ONE, NOW)]
    (reason,) = reasons(known(cites(ends_on=TODAY) | {"handled": handled}))
    assert reason.shows_from == NOW + timedelta(days=7)
    assert reason.shows_until == midnight(TODAY + 28 * DAY)


def test_an_assessment_that_was_looked_after_is_said_again_four_weeks_later() -> None:
    handled = [Handling(AttentionKind.ASSESSMENT_DUE, CLIENT, NOW)]
    (reason,) = (
        each
        for each in reasons(known(RUNS | assessed(TODAY - 12 * WEEK) | {"handled": handled}))
        if each.kind is AttentionKind.ASSESSMENT_DUE
    )
    assert reason.shows_from == NOW + timedelta(days=28)


def test_findings_of_each_program_are_due_by_themselves() -> None:
    two = [CitingProgram(each, TODAY - 40 * DAY, None, name) for each, name in ((ONE, "A"), (TWO, "B"))]
    assert [each.subject_id for each in shown(reasons(known({"citing": two})), NOW)] == [ONE, TWO]


def test_findings_are_taken_again_by_an_assessment_after_the_first_day_and_only_of_what_began_before() -> (
    None
):
    """The one of the first day itself is what the program answers."""
    began = {ONE: TODAY - 60 * DAY, TWO: TODAY - 40 * DAY}
    two = [CitingProgram(each, starts_on, None) for each, starts_on in began.items()]
    found = reasons(known({"citing": two, "assessed_on": TODAY - 40 * DAY}))
    assert [(each.kind, each.subject_id) for each in found] == [(AttentionKind.RETEST_DUE, TWO)]


@pytest.mark.parametrize("weeks, is_fine", [(-1, False), (0, True), (1, True), (104, True), (105, False)])
def test_an_assessment_comes_every_so_many_weeks_up_to_two_years_or_never(weeks: int, is_fine: bool) -> None:
    found = [(str(each), each.field) for each in assess_every_problems(weeks)]
    assert found == ([] if is_fine else [("Weeks must be from 0 to 104.", "assess_every_weeks")])
    assert ASSESS_EVERY == 12, "as a practice begins"
