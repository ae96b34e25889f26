"""Check-ins in words: states, reasons, answers, and pain over time."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import url_for

from clinic.domain.dates import day_in_words, time_in_words
from clinic.domain.progress import PainChange, PainPoint, pain_since_baseline
from clinic.domain.scheduling import skip_in_words
from clinic.domain.types import CheckinState, MistakeAnswer, Tier
from clinic.models import CheckinAnswer, WarningFlag
from clinic.services.checkins import Entry, Planned
from clinic.web.filters import moment
from clinic.web.presenters.warnings import urgency

STATE_MARKS = {
    CheckinState.PLANNED: ("pending", "Planned"),
    CheckinState.DUE: ("waiting", "Due"),
    CheckinState.SKIPPED: ("skipped", "Not sent"),
    CheckinState.WAITING: ("waiting", "Waiting"),
    CheckinState.SENDING: ("waiting", "Being sent"),
    CheckinState.SENT: ("sent", "Sent"),
    CheckinState.IN_DOUBT: ("in_doubt", "In doubt"),
    CheckinState.FAILED: ("failed", "Not delivered"),
    CheckinState.ANSWERED: ("answered", "Answered"),
    CheckinState.EXPIRED: ("expired", "Not answered"),
}
MISTAKES = {
    MistakeAnswer.YES: "mistake noticed",
    MistakeAnswer.NO: "no mistake",
    MistakeAnswer.NOT_SURE: "not sure about the mistake",
}
MOST_POINTS = 26  # half a year of weeks


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a ledger or a list of check-ins."""

    client_name: str
    client_url: str
    when: str
    mark: tuple[str, str]
    reason: str
    resend_url: str | None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One check-in of one client: what was planned, what became of it and when; None where it did not."""

    planned: str
    sent: str | None
    answered: str | None
    mark: tuple[str, str]
    reason: str
    resend_url: str | None


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """An answer in a few words."""

    name: str
    url: str
    facts: tuple[str, ...]
    note: str | None
    when: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Pain over the check-ins: the message, and a point a check-in, None where nothing was said."""

    title: str
    points: list[tuple[str, int | None]]


@dataclass(frozen=True, slots=True)
class Section:
    """All that a client's own check-in page shows."""

    ledger: list[LedgerLine]
    answers: list[tuple[str, str, str, str, str, str]]
    chart: Chart | None
    flag_url: str | None
    flag_words: str
    preview_url: str


def line(entry: Entry, zone: str) -> Line:
    """A check-in as a line, its times where the practice is."""
    checkin = entry.checkin
    return Line(
        client_name=checkin.client.name,
        client_url=url_for("practitioner.clients.checkins", client_id=checkin.client_id),
        when=moment(_when(entry), zone),
        mark=STATE_MARKS[checkin.state],
        reason=_reason(entry),
        resend_url=_resend(entry.message_id) if entry.can_be_resent else None,
    )


def answer_line(name: str, answer: CheckinAnswer, when: str) -> AnswerLine:
    """An answer as a line of a list."""
    url = url_for("practitioner.clients.checkins", client_id=answer.client_id)
    return AnswerLine(name, url, answer_facts(answer), answer.note, when)


def planned_line(planned: Planned, zone: str) -> tuple[str, str, str]:
    """Time, client and address of a check-in to come."""
    url = url_for("practitioner.clients.checkins", client_id=planned.client_id)
    assert planned.due_at is not None
    return time_in_words(planned.due_at.astimezone(ZoneInfo(zone)).time()), planned.client_name, url


def section(entries: Sequence[Entry], zone: str, client_id: uuid.UUID, flag: WarningFlag | None) -> Section:
    """A client's ledger, answers and pain over time; entries come newest first."""
    return Section(
        ledger=[_ledger_line(entry, zone) for entry in entries],
        answers=[_answer_row(entry.answer, zone) for entry in entries if entry.answer],
        chart=_chart(entries[::-1], zone),
        flag_url=url_for("practitioner.flags.show", flag_id=flag.id) if flag else None,
        flag_words=urgency(flag.tier if flag else Tier.N),
        preview_url=url_for("practitioner.checkins.preview"),
    )


def _ledger_line(entry: Entry, zone: str) -> LedgerLine:
    checkin = entry.checkin
    return LedgerLine(
        planned=moment(checkin.due_at, zone),
        sent=moment(checkin.sent_at, zone) if checkin.sent_at else None,
        answered=moment(checkin.answered_at, zone) if checkin.answered_at else None,
        mark=STATE_MARKS[checkin.state],
        reason=_reason(entry),
        resend_url=_resend(entry.message_id) if entry.can_be_resent else None,
    )


def answer_facts(answer: CheckinAnswer) -> tuple[str, ...]:
    """An answer in a few words."""
    facts = []
    if answer.days_practised is not None:
        facts.append(f"{answer.days_practised} of 7 days")
    facts.append("pain not said" if answer.pain is None else f"pain {answer.pain}")
    if answer.mistake is not None:
        facts.append(MISTAKES[answer.mistake])
    if answer.contact_wanted:
        facts.append("wants to be contacted")
    return tuple(facts)


def _when(entry: Entry) -> datetime:
    checkin = entry.checkin
    return checkin.answered_at or checkin.sent_at or checkin.due_at


def _reason(entry: Entry) -> str:
    checkin = entry.checkin
    if checkin.state is CheckinState.SKIPPED and checkin.skip_reason is not None:
        return _sentence(skip_in_words(checkin.skip_reason))
    return "" if checkin.state is CheckinState.ANSWERED else _sentence(entry.reason)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _resend(message_id: uuid.UUID | None) -> str | None:
    return url_for("practitioner.checkins.resend", message_id=message_id)


def _answer_row(answer: CheckinAnswer, zone: str) -> tuple[str, str, str, str, str, str]:
    mistake = MISTAKES[answer.mistake] if answer.mistake else "not asked or not said"
    return (
        moment(answer.answered_at, zone),
        "not said" if answer.days_practised is None else f"{answer.days_practised} of 7",
        "not said" if answer.pain is None else str(answer.pain),
        _sentence(mistake),
        "Yes" if answer.contact_wanted else "No",
        answer.note or "–",
    )


def _chart(entries: Iterable[Entry], zone: str) -> Chart | None:
    told = [entry for entry in entries if entry.checkin.state is not CheckinState.SKIPPED][-MOST_POINTS:]
    points = [(entry.checkin.local_date, entry.answer.pain if entry.answer else None) for entry in told]
    change = pain_since_baseline([PainPoint(on, pain) for on, pain in points])
    if change is None:
        return None
    return Chart(_message(change), [(day_in_words(on), pain) for on, pain in points])


def _message(change: PainChange) -> str:
    since = day_in_words(change.since)
    if change.points == 0:
        return f"Pain {change.now} as on {since}"
    return f"Pain {'up' if change.points > 0 else 'down'} from {change.before} to {change.now} since {since}"
