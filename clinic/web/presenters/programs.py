"""Programs in words: status, span, check-ins, doses, and what was changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from clinic.domain.dates import DAY_NAMES, day_in_words, time_in_words
from clinic.domain.moves import MoveContent
from clinic.domain.programs import RUNNING, may_be_changed, steps_by_hand
from clinic.domain.types import ProgramAction, ProgramStatus, ScheduleKind
from clinic.models import CheckinSchedule, Prescription, Program, ProgramEvent, RoutineVersion
from clinic.services.programs.assigning import ProgramDetail, ProgramWithSchedule
from clinic.services.routines.wording import dose_lines, dose_of
from clinic.web.filters import city
from clinic.web.presenters.doses import RANGES, SIDES, SUPPORTS, load_in_words

STATUS_KIND = {
    ProgramStatus.ASSIGNED: ("waiting", "Not begun yet"),
    ProgramStatus.ACTIVE: ("active", "Active"),
    ProgramStatus.PAUSED: ("paused", "Paused"),
    ProgramStatus.ENDED: ("ended", "Ended"),
}
ACTION_WORDS = {
    ProgramAction.PAUSE: ("Pause", "Pause program", "pause"),
    ProgramAction.RESUME: ("Resume", "Resume program", "play"),
    ProgramAction.END: ("End", "End program", "square"),
    ProgramAction.RESTART: ("Restart", "Restart program", "refresh-cw"),
}
DONE_WORDS = {
    ProgramAction.START: "Started",
    ProgramAction.PAUSE: "Paused",
    ProgramAction.RESUME: "Resumed",
    ProgramAction.END: "Ended",
    ProgramAction.RESTART: "Restarted",
}
CONSEQUENCES = {
    ProgramAction.PAUSE: (
        "The client sees that the program is paused, and is not asked to practise.",
        "No check-in is mailed; one that waits to be sent is called back.",
        "You can resume it at any time. What was logged stays.",
    ),
    ProgramAction.RESUME: (
        "The client is asked to practise again from this day on.",
        "Check-ins come again from now on; none is sent for the days between.",
    ),
    ProgramAction.END: (
        "The client no longer sees the moves as theirs to do today.",
        "No check-in is mailed; one that waits to be sent is called back.",
        "What was logged stays, and you can restart the program later.",
    ),
    ProgramAction.RESTART: (
        "The client gets the same moves and doses again from this day on.",
        "Check-ins come again from now on.",
    ),
}
FIELD_WORDS = {
    "side": "side",
    "sets": "rounds",
    "reps": "repetitions",
    "hold_s": "hold",
    "rest_s": "rest",
    "tempo": "tempo",
    "times_per_day": "times a day",
    "days_per_week": "days a week",
    "move_range": "range",
    "support": "support",
}
WORDS_OF: dict[str, dict[Any, str]] = {
    "side": {member.value: words for member, words in SIDES.items()},
    "move_range": {member.value: words for member, words in RANGES.items()},
    "support": {member.value: words for member, words in SUPPORTS.items()},
}


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A move of a program: its name, its figure and its dose in words."""

    name: str
    figure: str
    dose: tuple[str, ...]
    content: MoveContent


@dataclass(frozen=True, slots=True)
class Card:
    """A program as the client's page shows it to the practitioner."""

    program: Program
    kind: str
    status: str
    span: str
    moves: tuple[MoveLine, ...]
    load: str
    checkin: str
    may_be_changed: bool


@dataclass(frozen=True, slots=True)
class EventLine:
    """A line of a program's history, as the timeline component takes it."""

    when: str
    iso: str
    title: str
    by: str
    text: str
    icon: str


def card(held: ProgramWithSchedule, today: date) -> Card:
    """One program in words."""
    program = held.program
    kind, status = STATUS_KIND[program.status]
    return Card(
        program=program,
        kind=kind,
        status=status,
        span=span(program, today),
        moves=tuple(move_line(row) for row in program.prescriptions),
        load=load_in_words(dose_of(row) for row in program.prescriptions),
        checkin=checkin_words(held.schedule, program, today),
        may_be_changed=may_be_changed(program.status),
    )


def move_line(row: Prescription) -> MoveLine:
    """One move of a program, as it was frozen, with the dose of now."""
    content = MoveContent.from_json(row.content)
    return MoveLine(content.name, content.figure, dose_lines(dose_of(row), content), content)


def offered(version: RoutineVersion) -> list[MoveLine]:
    """The moves of a published routine, for the page that assigns it."""
    lines = []
    for item in version.items:
        content = MoveContent.from_json(item.content or {})
        lines.append(MoveLine(content.name, content.figure, dose_lines(dose_of(item), content), content))
    return lines


def span(program: Program, today: date) -> str:
    """From when to when: "Mon 2 Nov to Sun 24 Jan 2027"."""
    first = day_in_words(program.starts_on, today)
    if program.ends_on is None:
        return f"From {first}, no end yet"
    return f"{first} to {day_in_words(program.ends_on, today)}"


def checkin_words(schedule: CheckinSchedule | None, program: Program, today: date) -> str:
    """When check-ins come, and when the next one does."""
    if schedule is None:
        return "Switched off"
    rule = rhythm_words(schedule)
    if schedule.next_on is not None:
        return f"{rule}. {coming_words(schedule, today)}"
    if program.status not in RUNNING:
        return f"{rule}, none while the program is {program.status.value}"
    return f"{rule}, no more before the program ends"


def rhythm_words(schedule: CheckinSchedule) -> str:
    """How often check-ins come: "Every 2 weeks on Tuesday at 09:00"."""
    at = time_in_words(schedule.at_time)
    if schedule.kind is ScheduleKind.CADENCE:
        days = (schedule.cadence_days or "").replace(",", ", ")
        return f"On days {days} after the first, at {at}"
    weekday = DAY_NAMES[schedule.weekday]
    if schedule.every_weeks == 1:
        return f"{weekday}s at {at}"
    return f"Every {schedule.every_weeks} weeks on {weekday} at {at}"


def coming_words(schedule: CheckinSchedule | None, today: date) -> str:
    """The next check-in by the client's clock: "Next: Tue 2 Dec at 09:00, Warsaw time"; empty without one."""
    if schedule is None or schedule.next_on is None or schedule.next_due_at is None:
        return ""
    there = schedule.next_due_at.astimezone(ZoneInfo(schedule.time_zone))
    when = f"{day_in_words(there.date(), today)} at {time_in_words(there.time())}"
    return f"Next: {when}, {city(schedule.time_zone)} time"


def actions(program: Program) -> list[tuple[ProgramAction, str, str]]:
    """What may be done to a program now: action, words of its button, icon."""
    return [(action, *ACTION_WORDS[action][1:]) for action in steps_by_hand(program.status)]


def history(detail: ProgramDetail, today: date, assigned_on: date) -> list[EventLine]:
    """What happened to a program, newest first, down to the day it was assigned."""
    lines = [_event(event, by, today) for event, by in detail.events]
    first = detail.program.starts_on
    begun = EventLine(
        when=day_in_words(assigned_on, today),
        iso=assigned_on.isoformat(),
        title="Assigned",
        by="",
        text="" if first == assigned_on else f"First day {day_in_words(first, today)}",
        icon="clipboard-check",
    )
    return [*lines, begun]


def _event(event: ProgramEvent, by: str, today: date) -> EventLine:
    corrected = event.action is None
    told = [*(_corrections(event) if corrected else []), event.reason]
    return EventLine(
        when=day_in_words(event.effective_on, today),
        iso=event.effective_on.isoformat(),
        title="Dose corrected" if event.action is None else DONE_WORDS[event.action],
        by=by,
        text=" · ".join(filter(None, told)),
        icon="pencil" if event.action is None else ACTION_WORDS.get(event.action, ("", "", "circle"))[2],
    )


def _corrections(event: ProgramEvent) -> list[str]:
    return [
        f"{move}: "
        + ", ".join(_correction(name, event.before[move][name], new) for name, new in fields.items())
        for move, fields in event.after.items()
    ]


def _correction(name: str, old: Any, new: Any) -> str:
    words = WORDS_OF.get(name, {})
    unit = " s" if name in ("hold_s", "rest_s") else ""
    return (
        f"{FIELD_WORDS[name]} {words.get(old, old) or 'none'}{unit} → {words.get(new, new) or 'none'}{unit}"
    )


def cards(programs: Iterable[ProgramWithSchedule], today: date) -> dict[str, list[Card]]:
    """A client's programs for their page: those that have not ended, and those that have."""
    found = [card(held, today) for held in programs]
    return {
        "current": [each for each in found if each.program.status is not ProgramStatus.ENDED],
        "past": [each for each in found if each.program.status is ProgramStatus.ENDED],
    }
