"""The practitioner's first page in words and figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from clinic.domain.attention import AttentionKind, Reason
from clinic.domain.dates import day_in_words
from clinic.domain.types import Tier
from clinic.services.attention.today import MOST, ClientWithReasons, RecentAnswer
from clinic.web.presenters.checkins import CheckinAnswerLine, answer_line


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason: why, since when, and its figure."""

    words: str
    since: str
    figure: str
    unit: str


@dataclass(frozen=True, slots=True)
class AttentionEntry:
    """A client on the list."""

    client_id: str
    name: str
    url: str
    tone: str
    lines: tuple[ReasonLine, ...]
    cases: str
    flag_url: str | None


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


def entry(listed: ClientWithReasons, at: datetime, today: date) -> AttentionEntry:
    """A client with their reasons, as they are at an instant of a day where the practice is."""
    flag, first = listed.flag_id, listed.reasons[0]
    return AttentionEntry(
        client_id=str(listed.client_id),
        name=listed.name,
        url=_client(listed.client_id),
        tone="emergency" if flag and first.tier is not Tier.S else "attention",
        lines=tuple(_line(reason, at, today) for reason in listed.reasons),
        cases=" ".join(map(str, listed.cases)),
        flag_url=url_for("practitioner.warnings.show", flag_id=flag) if flag else None,
    )


def answer(answered: RecentAnswer, on: date, today: date) -> CheckinAnswerLine:
    """A recent answer in one line; `on` is its day where the practice is."""
    return answer_line(answered.client_name, answered, _ago(on, today))


def _client(client_id: object) -> str:
    return url_for("practitioner.clients.show", client_id=client_id)


def _line(reason: Reason, at: datetime, today: date) -> ReasonLine:
    figure, unit = _figure(reason, at, today)
    ends = reason.kind is AttentionKind.ENDING  # its words name the day
    return ReasonLine(
        reason.in_words(today), "" if ends else f"since {_ago(reason.since, today)}", figure, unit
    )


def _figure(reason: Reason, at: datetime, today: date) -> tuple[str, str]:
    match reason.kind:
        case AttentionKind.PAIN_UP:
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


def headline(number: int, listed: int) -> str:
    """How many clients there are to look after, and how many of them the page shows."""
    if not number:
        return ""
    all_of_them = f"{number:,} client{'' if number == 1 else 's'} to look after"
    return all_of_them if listed >= number else f"{all_of_them}, the {listed} most pressing are shown"
