"""Check-ins in words: states, reasons, answers, and every change."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import url_for

from clinic.domain.dates import count, time_in_words
from clinic.domain.mistake_trend import mistake_story
from clinic.domain.people import Named, who
from clinic.domain.skipping import not_running, skip_in_words
from clinic.domain.types import CheckinKind, CheckinState, MistakeAnswer, Tier
from clinic.domain.words import say
from clinic.models import (
    Checkin,
    CheckinAnswer,
    CheckinEvent,
    CheckinSchedule,
    Program,
    WarningFlag,
)
from clinic.services.attention.today import RecentAnswer
from clinic.services.checkins.ledger import ComingCheckin, LedgerEntry
from clinic.web.filters import day_year, moment
from clinic.web.mailing import NO_SERVER, mail_leaves
from clinic.web.presenters.checkin_charts import CheckinChart, charts
from clinic.web.presenters.mistakes import MistakeView, mistake_view
from clinic.web.presenters.programs import coming_words, rhythm_words
from clinic.web.presenters.warnings import urgency

STATE_MARKS = {
    CheckinState.PLANNED: ("pending", "Planned"),
    CheckinState.DUE: ("waiting", "Due"),
    CheckinState.SKIPPED: ("skipped", "Not sent"),
    CheckinState.WAITING: ("waiting", "Waiting"),
    CheckinState.SENDING: ("waiting", "Being sent"),
    CheckinState.SENT: ("sent", "Sent"),
    CheckinState.KEPT: ("skipped", "Kept here, not sent"),
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
# the same in a column of their own
MISTAKE_SAID = {
    MistakeAnswer.YES: say("Mistake noticed"),
    MistakeAnswer.NO: say("No mistake"),
    MistakeAnswer.NOT_SURE: say("Not sure about the mistake"),
}
NOT_SAID = say("not said")


@dataclass(frozen=True, slots=True)
class CheckinLine:
    """One line of a ledger or a list of check-ins."""

    name: str
    born_on: date | None
    url: str
    when: str
    mark: tuple[str, str]
    reason: str
    resend_url: str | None
    in_doubt: bool


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A check-in to come: whose, of which program, when, and what keeps it back."""

    name: str
    born_on: date | None
    url: str
    program: str
    when: str
    kept_back: str


@dataclass(frozen=True, slots=True)
class CheckinChangeLine:
    """One change of a check-in: when, what it came to, and why."""

    when: str
    words: str
    reason: str


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One check-in of one client: what it is, what became of it, why, and every change, oldest first."""

    title: str
    facts: tuple[str, ...]
    mark: tuple[str, str]
    reason: str
    resend_url: str | None
    in_doubt: bool
    changes: tuple[CheckinChangeLine, ...]


@dataclass(frozen=True, slots=True)
class NextLine:
    """What comes next of a running program, and the button that sends one now."""

    program: str
    url: str
    words: str
    send_url: str | None


@dataclass(frozen=True, slots=True)
class CheckinAnswerLine:
    """An answer in a few words."""

    name: str
    born_on: date | None
    url: str
    facts: tuple[str, ...]
    note: str | None
    when: str


@dataclass(frozen=True, slots=True)
class CheckinsSection:
    """All that a client's own check-in page shows."""

    coming: list[NextLine]
    ledger: list[LedgerLine]
    older: int
    answers: list[tuple[str, str, str, str, str, str]]
    charts: list[CheckinChart]
    mistake: MistakeView | None
    flag_url: str | None
    flag_words: str
    kept_back: str | None
    preview_url: str


def line(entry: LedgerEntry, zone: str) -> CheckinLine:
    """A check-in as a line, its times where the practice is."""
    checkin = entry.checkin
    return CheckinLine(
        name=checkin.client.name,
        born_on=checkin.client.born_on,
        url=url_for("practitioner.clients.checkins", client_id=checkin.client_id),
        when=moment(_when(entry), zone),
        mark=STATE_MARKS[entry.state],
        reason=_reason(entry),
        resend_url=_resend(entry),
        in_doubt=checkin.state is CheckinState.IN_DOUBT,
    )


def is_doubt(entry: LedgerEntry) -> bool:
    """Whether nobody knows if it arrived, and somebody may say so."""
    return entry.checkin.state is CheckinState.IN_DOUBT and entry.can_be_resent


def doubt_line(entry: LedgerEntry, zone: str) -> tuple[str, str]:
    """Its mail's id, and whose it is and of when; what is known of it stands on its line."""
    return str(entry.message_id), f"{who(entry.checkin.client)}, {moment(_when(entry), zone)}"


def mails(number: int) -> str:
    """How many mails, at the beginning of a sentence: "The mail", "3 mails"."""
    return "The mail" if number == 1 else count(number, "mail")


def arrived(number: int) -> str:
    """What was said of mails in doubt."""
    return f"{count(number, 'mail')} noted as arrived."


def again(number: int) -> str:
    """That mails in doubt go out again."""
    return "It is on its way again." if number == 1 else f"{count(number, 'mail')} are on their way again."


def doubted(number: int) -> str:
    """That mails are in doubt again."""
    return f"Taken back: {count(number, 'mail')} in doubt again."


def answer_line(client: Named, answer: CheckinAnswer | RecentAnswer, when: str) -> CheckinAnswerLine:
    """An answer as a line of a list."""
    url = url_for("practitioner.clients.checkins", client_id=answer.client_id)
    return CheckinAnswerLine(client.name, client.born_on, url, answer_facts(answer), answer.note, when)


def planned_line(planned: ComingCheckin, zone: str) -> PlannedLine:
    """A check-in to come as a line, its time where the practice is."""
    url = url_for("practitioner.clients.checkins", client_id=planned.client_id)
    assert planned.due_at is not None
    at = time_in_words(planned.due_at.astimezone(ZoneInfo(zone)).time())
    kept_back = f"kept back: {skip_in_words(planned.kept_back)}" if planned.kept_back else ""
    return PlannedLine(planned.name, planned.born_on, url, planned.program_name, at, kept_back)


def section(
    entries: Sequence[LedgerEntry],
    changes: Mapping[uuid.UUID, Sequence[CheckinEvent]],
    running: Sequence[tuple[Program, CheckinSchedule | None]],
    *,
    zone: str,
    today: date,
    flag: WarningFlag | None,
    kept_back: str | None,
    logged: Sequence[tuple[date, MistakeAnswer]],
    shown: int,
    is_well: bool,
) -> CheckinsSection:
    """A client's ledger, answers and charts; entries come newest first, `shown` of them as lines."""
    schedules = [schedule for _, schedule in running if schedule]
    return CheckinsSection(
        coming=[_next_line(*each, today) for each in running],
        ledger=[_ledger_line(entry, changes.get(entry.checkin.id, ()), zone) for entry in entries[:shown]],
        older=max(0, len(entries) - shown),
        answers=[answer_row(entry.answer, zone) for entry in entries[:shown] if entry.answer],
        charts=charts(entries[::-1], schedules[0] if schedules else None, zone, is_well=is_well),
        mistake=mistake_view(mistake_story([*logged, *_mistakes_said(entries)], today)),
        flag_url=url_for("practitioner.warnings.show", flag_id=flag.id) if flag else None,
        flag_words=urgency(flag.tier if flag else Tier.N),
        kept_back=kept_back,
        preview_url=url_for("practitioner.checkins.preview"),
    )


def _mistakes_said(entries: Sequence[LedgerEntry]) -> list[tuple[date, MistakeAnswer]]:
    return [
        (entry.checkin.local_date, entry.answer.mistake)
        for entry in entries
        if entry.answer and entry.answer.mistake
    ]


def _next_line(program: Program, schedule: CheckinSchedule | None, today: date) -> NextLine:
    rhythm = rhythm_words(schedule) if schedule else "Switched off"
    coming = coming_words(schedule, today)
    runs = not_running(program.on(today)) is None
    return NextLine(
        program=program.name,
        url=url_for("practitioner.programs.checkin", program_id=program.id),
        words=f"{rhythm}. {coming}." if coming else f"{rhythm}. None is planned.",
        send_url=url_for("practitioner.checkins.send_now", program_id=program.id) if runs else None,
    )


def _ledger_line(entry: LedgerEntry, changes: Sequence[CheckinEvent], zone: str) -> LedgerLine:
    checkin = entry.checkin
    by_hand = checkin.kind is CheckinKind.MANUAL
    return LedgerLine(
        title=day_year(checkin.local_date),
        facts=(*(["By hand"] if by_hand else []), *_instants(checkin, zone)),
        mark=STATE_MARKS[entry.state],
        reason=_reason(entry),
        resend_url=_resend(entry),
        in_doubt=checkin.state is CheckinState.IN_DOUBT,
        changes=tuple(_change_line(each, zone) for each in changes),
    )


def _instants(checkin: Checkin, zone: str) -> list[str]:
    told = [("Sent", checkin.sent_at), ("Reminded", checkin.reminded_at), ("Answered", checkin.answered_at)]
    return [f"{word} {moment(at, zone)}" for word, at in told if at]


def _change_line(event: CheckinEvent, zone: str) -> CheckinChangeLine:
    return CheckinChangeLine(
        moment(event.happened_at, zone), STATE_MARKS[event.state][1], in_sentence(event.reason)
    )


def answer_facts(answer: CheckinAnswer | RecentAnswer) -> tuple[str, ...]:
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


def _when(entry: LedgerEntry) -> datetime:
    checkin = entry.checkin
    return checkin.answered_at or checkin.sent_at or checkin.due_at


def _reason(entry: LedgerEntry) -> str:
    checkin = entry.checkin
    if checkin.state is CheckinState.SKIPPED and checkin.skip_reason is not None:
        return in_sentence(skip_in_words(checkin.skip_reason))
    if checkin.state is CheckinState.KEPT:
        return in_sentence(NO_SERVER)
    return "" if checkin.state is CheckinState.ANSWERED else in_sentence(entry.reason)


def in_sentence(words: str) -> str:
    """Words at the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def _resend(entry: LedgerEntry) -> str | None:
    if not entry.can_be_resent or (entry.checkin.state is CheckinState.KEPT and not mail_leaves()):
        return None  # it would only be kept once more
    return url_for("practitioner.checkins.resend", message_id=entry.message_id)


def answer_row(answer: CheckinAnswer, zone: str) -> tuple[str, str, str, str, str, str]:
    """An answer as a row: when, days practised, pain, mistake, whether contact is wanted, words."""
    days = answer.days_practised
    return (
        moment(answer.answered_at, zone),
        NOT_SAID if days is None else say("%(days)s of 7", days=days),
        NOT_SAID if answer.pain is None else str(answer.pain),
        MISTAKE_SAID[answer.mistake] if answer.mistake else say("Not asked or not said"),
        say("Yes") if answer.contact_wanted else say("No"),
        answer.note or "–",
    )
