"""The practitioner's first page in words and figures."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import url_for

from clinic.domain.attention import OF_ANSWERS, OF_LOGS, AttentionKind, Reason, next_act
from clinic.domain.dates import day_in_words
from clinic.domain.reason_acts import LONGEST_SNOOZE, NextAct, ReasonAct, snooze_days
from clinic.domain.types import Tier
from clinic.services.attention.acts import DoneBefore, Press
from clinic.services.attention.cases import ClientWithReasons
from clinic.services.attention.today import MOST, RecentAnswer
from clinic.services.reasons.said import WITH_WORDS
from clinic.web.filters import day_year, moment
from clinic.web.presenters.checkins import CheckinAnswerLine, answer_line

MOST_NOTES = 3  # of a reason in a list; the record has them all
DONE_BEFORE: Mapping[ReasonAct, str] = {
    ReasonAct.DONE: "marked this as done",
    ReasonAct.SNOOZED: "put this off",
    ReasonAct.HANDED: "handed this over",
}


@dataclass(frozen=True, slots=True)
class NextActLink:
    """What is to be done next, and where."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason: why, since when, its figure, the client's own words, who has it, and another next act.

    Of a program that ends, also where it is extended and the last day as it was read.
    """

    words: str
    since: str
    figure: str
    unit: str
    said: tuple[str, ...]
    said_before: int  # how many more there are, earlier ones
    with_whom: str
    act: NextActLink | None
    extend_url: str | None
    last_day: str


@dataclass(frozen=True, slots=True)
class AttentionEntry:
    """A client on the list; `act` is what their most pressing reason asks for."""

    client_id: str
    name: str
    born_on: date | None
    url: str
    tone: str
    lines: tuple[ReasonLine, ...]
    cases: str
    act: NextActLink
    phone: NextActLink | None  # where another act leads elsewhere
    may_be_done: bool


@dataclass(frozen=True, slots=True)
class ActChoices:
    """What the forms of acts offer: days to put off to, colleagues, and what they carry along."""

    days: tuple[tuple[str, str], ...]
    first_day: str
    last_day: str
    colleagues: tuple[tuple[str, str], ...]
    seen: str
    came_from: str


@dataclass(frozen=True, slots=True)
class FirstStep:
    """Something a new practice does before its first check-in."""

    title: str
    text: str
    url: str
    is_done: bool


def first_steps(*, has_routine: bool, has_client: bool) -> list[FirstStep]:
    """What a new practice still has to do; nothing once both are done."""
    if has_routine and has_client:
        return []
    return [
        FirstStep(
            "Read and publish the routine",
            "About 10 minutes, once. It is yours to change.",
            url_for("practitioner.routines.index"),
            has_routine,
        ),
        FirstStep(
            "Add your first client",
            "A name is enough. Then assign the routine and invite them.",
            url_for("practitioner.clients.add"),
            has_client,
        ),
    ]


def entry(
    listed: ClientWithReasons, at: datetime, today: date, colleagues: Mapping[uuid.UUID, str]
) -> AttentionEntry:
    """A client with their reasons, as they are at an instant of a day where the practice is."""
    first = listed.reasons[0]
    act = next_link(listed, first)
    phone = phone_link(listed.phone) if listed.phone else None
    return AttentionEntry(
        client_id=str(listed.client_id),
        name=listed.name,
        born_on=listed.born_on,
        url=_client(listed.client_id),
        tone="emergency" if listed.flag_id and first.tier is not Tier.S else "attention",
        lines=tuple(_line(listed, reason, act, at, today, colleagues) for reason in listed.reasons),
        cases=" ".join(map(str, listed.cases)),
        act=act,
        phone=phone if phone and phone.url != act.url else None,
        may_be_done=listed.may_be_done,
    )


def choices(colleagues: Mapping[uuid.UUID, str], at: datetime, today: date, came_from: StrEnum) -> ActChoices:
    """What the forms of a page offer, as it is opened at an instant of a day where the practice is."""
    return ActChoices(
        days=tuple((day.isoformat(), said) for day, said in snooze_days(today)),
        first_day=(today + timedelta(days=1)).isoformat(),
        last_day=(today + LONGEST_SNOOZE).isoformat(),
        colleagues=tuple((str(who), name) for who, name in colleagues.items()),
        seen=at.isoformat(),
        came_from=came_from.value,
    )


def next_link(listed: ClientWithReasons, reason: Reason) -> NextActLink:
    """What a reason asks for next, leading where it is done."""
    client: dict[str, Any] = {"client_id": listed.client_id}
    match next_act(reason.kind, has_phone=bool(listed.phone)):
        case NextAct.CALL:
            return phone_link(listed.phone or "")
        case NextAct.REVIEW:
            return NextActLink("Review", url_for("practitioner.warnings.show", flag_id=reason.subject_id))
        case NextAct.ANSWER:
            return NextActLink("Answer", url_for("practitioner.messages.index", **client))
        case NextAct.CORRECT:
            return NextActLink("Correct address", url_for("practitioner.clients.edit", **client))
        case NextAct.RESEND:
            return NextActLink("Resend", url_for("practitioner.clients.show", **client, _anchor="account"))
        case NextAct.EXTEND:
            program = url_for("practitioner.programs.show", program_id=reason.subject_id)
            return NextActLink("Extend", program)
        case NextAct.RETEST:
            return NextActLink("Re-test", _where_to_test(reason, client))
        case NextAct.ASSESS:
            return NextActLink("Assess", url_for("practitioner.assessment_recording.begin", **client))
    return NextActLink("Read", _where_to_read(reason, client))


def _where_to_test(reason: Reason, client: Mapping[str, Any]) -> str:
    if reason.kind is AttentionKind.RETEST_DUE:
        return url_for("practitioner.programs.show", program_id=reason.subject_id)
    return url_for("practitioner.clients.assessments", **client)


def phone_link(number: str) -> NextActLink:
    """A call to a number as it was written down."""
    return NextActLink(f"Call {number}", "tel:" + "".join(c for c in number if c.isdigit() or c == "+"))


def pressed(act: ReasonAct, press: Press) -> str:
    """What one press did."""
    if act is ReasonAct.SNOOZED and press.until is not None:
        return f"Put off. It comes back by itself on {day_year(press.until)}."
    return f"Handed to {press.handed_to}." if act is ReasonAct.HANDED else "Marked as done."


def done_before(done: DoneBefore, zone: str) -> str:
    """Who was quicker, and with what."""
    return f"{done.name} {DONE_BEFORE[done.act]} on {moment(done.at, zone)}. Nothing was changed."


def _where_to_read(reason: Reason, client: Mapping[str, Any]) -> str:
    if reason.kind in {AttentionKind.SCREEN_POSITIVE, AttentionKind.ACTIVITIES}:
        return url_for("practitioner.questionnaires.response", response_id=reason.subject_id)
    if reason.kind is AttentionKind.CONSENT_WITHDRAWN:
        return url_for("practitioner.consents.show", **client)
    if reason.kind in {*OF_LOGS, AttentionKind.STILL_UP}:
        return url_for("practitioner.clients.history", **client)
    if reason.kind in {*OF_ANSWERS, AttentionKind.NOT_ANSWERED}:
        return url_for("practitioner.clients.checkins", **client)
    return url_for("practitioner.clients.program", **client)


def answer(answered: RecentAnswer, on: date, today: date) -> CheckinAnswerLine:
    """A recent answer in one line; `on` is its day where the practice is."""
    return answer_line(answered, answered, _ago(on, today))


def _client(client_id: object) -> str:
    return url_for("practitioner.clients.show", client_id=client_id)


def _line(
    listed: ClientWithReasons,
    reason: Reason,
    main: NextActLink,
    at: datetime,
    today: date,
    colleagues: Mapping[uuid.UUID, str],
) -> ReasonLine:
    figure, unit = _figure(reason, at, today)
    ends = reason.kind is AttentionKind.ENDING  # its words name the day
    act, notes = next_link(listed, reason), _said(listed, reason)
    return ReasonLine(
        words=reason.in_words(today),
        since="" if ends else f"since {_ago(reason.since, today)}",
        figure=figure,
        unit=unit,
        said=notes[-MOST_NOTES:],
        said_before=max(0, len(notes) - MOST_NOTES),
        with_whom=colleagues.get(reason.handed_to, "a former colleague") if reason.handed_to else "",
        act=None if act == main or act.url.startswith("tel:") else act,  # the number stands beside it
        extend_url=url_for("practitioner.programs.extend", program_id=reason.subject_id) if ends else None,
        last_day=reason.since.isoformat(),
    )


def _said(listed: ClientWithReasons, reason: Reason) -> tuple[str, ...]:
    """The client's words stand below the first reason that is about their record; of notes below the kind."""
    first = {case.subject_id: case.kind for case in reversed(listed.cases) if case.kind in WITH_WORDS}
    return tuple(note for record, notes in listed.said if first.get(record) is reason.kind for note in notes)


def _figure(reason: Reason, at: datetime, today: date) -> tuple[str, str]:
    match reason.kind:
        case AttentionKind.LOG_PAIN | AttentionKind.ANSWER_PAIN:
            return str(reason.figures["pain"]), "pain"
        case AttentionKind.STILL_UP:
            return str(reason.figures["mornings"]), "in 7 days"
        case AttentionKind.PAIN_UP | AttentionKind.LOG_RISING:
            return f"+{reason.figures['now'] - reason.figures['before']}", "pain"
        case AttentionKind.NOT_ANSWERED:
            return str(reason.in_a_row(at)), "in a row"
        case AttentionKind.ENDING:
            days = (reason.since - today).days
            return str(days), "day left" if days == 1 else "days left"
        case AttentionKind.PRACTICE_DROPPED:
            return f"{reason.figures['now']} %", "of days"
    days = (today - reason.since).days
    return (str(days), "day" if days == 1 else "days") if days else ("", "new")


def _ago(day: date, today: date) -> str:
    days = (today - day).days
    if days in (0, 1):
        return ("today", "yesterday")[days]
    return day_in_words(day, today)


def more(number: int, listed: int) -> str:
    """What the link to the others says; nothing where they are shown, or as many as a page can hold."""
    return f"Show all {number:,}" if listed < min(number, MOST) else ""


def headline(number: int, listed: int, *, mine: bool = False) -> str:
    """How many clients there are to look after, and how many of them the page shows."""
    if not number:
        return ""
    whose = " to look after among yours" if mine else " to look after"
    all_of_them = f"{number:,} client{'' if number == 1 else 's'}{whose}"
    return all_of_them if listed >= number else f"{all_of_them}, the {listed} most pressing are shown"
