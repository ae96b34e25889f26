"""Programs in words: status, span, check-ins, doses, and what was changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from clinic.domain.dates import DAY_NAMES, day_in_words, time_in_words
from clinic.domain.doses import Dose
from clinic.domain.load import DayLoad, load_in_words
from clinic.domain.moves import MoveContent
from clinic.domain.programs import RUNNING, may_be_changed, steps_by_hand
from clinic.domain.types import ProgramAction, ProgramStatus, ScheduleKind, StopReason
from clinic.domain.words import in_a_row, say
from clinic.models import CheckinSchedule, Client, Prescription, Program, ProgramEvent, RoutineVersion
from clinic.services.clock import today_in
from clinic.services.programs import offering
from clinic.services.programs.assigning import ProgramDetail, ProgramWithSchedule
from clinic.services.routines import loads
from clinic.services.routines.wording import dose_lines, dose_of, dose_sentences
from clinic.web.filters import city
from clinic.web.presenters.assigning import asked_words
from clinic.web.presenters.doses import RANGES, SIDES, SUPPORTS
from clinic.web.presenters.load import LoadLines, load_lines

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
    ProgramAction.MOVE: "Days moved",
}
STOPS = {
    StopReason.CONFIDENT: "Confident: goes on alone",
    StopReason.BETTER: "Better: not needed any more",
    StopReason.HURTS: "It hurts",
    StopReason.NOT_SUITABLE: "Not suitable",
    StopReason.NO_TIME: "No time",
    StopReason.MOVED: "Moved away",
    StopReason.OTHER: "Another reason",
}
DATE_WORDS = {"first_day": "first day", "last_day": "last day"}
CONSEQUENCES = {
    ProgramAction.PAUSE: (
        "The client sees that the program is paused, and is not asked to practise.",
        "No check-in is mailed; one that waits to be sent is called back.",
        "With a last day it goes on by itself on the day after; you can resume it earlier.",
        "What was logged stays, and other programs of the client go on.",
    ),
    ProgramAction.RESUME: (
        "The client is asked to practise again from this day on.",
        "Check-ins are planned again from now on; none is sent for the days between.",
    ),
    ProgramAction.END: (
        "The client no longer sees the moves as theirs to do today.",
        "No check-in is mailed; one that waits to be sent is called back.",
        "What was logged stays, and you can restart the program later.",
    ),
    ProgramAction.RESTART: (
        "The client gets the same moves and doses again from this day on.",
        "Check-ins are planned again from now on.",
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

    @property
    def has_harder(self) -> bool:
        """Whether a move of it has harder ways."""
        return any(move.content.harder for move in self.moves)


@dataclass(frozen=True, slots=True)
class EventLine:
    """A line of a program's history, as the timeline component takes it."""

    when: str
    iso: str
    title: str
    by: str
    text: str
    icon: str


HARDER_TOLD = {
    True: "Harder ways can be chosen now, too.",
    False: "Harder ways can no longer be chosen.",
}


def program_mark(status: ProgramStatus, *, locked: bool) -> tuple[str, str]:
    """Where a program stands, with its sign; one that a warning sign holds is not called active."""
    if locked and status in RUNNING:
        return "emergency", "Locked by a warning sign"
    return STATUS_KIND[status]


def card(held: ProgramWithSchedule, today: date, *, locked: bool) -> Card:
    """One program in words."""
    program = held.program
    kind, status = program_mark(program.on(today), locked=locked)
    return Card(
        program=program,
        kind=kind,
        status=status,
        span=standing(program, today),
        moves=tuple(move_line(row) for row in program.prescriptions),
        load=load_in_words(loads.of_moves(program.prescriptions)),
        checkin=checkin_words(held.schedule, program, today),
        may_be_changed=may_be_changed(program.on(today)),
    )


def move_line(row: Prescription) -> MoveLine:
    """One move of a program, as it was frozen, with the dose of now."""
    content = MoveContent.from_json(row.content)
    lines = (*dose_lines(dose_of(row), content), asked_words(row))
    return MoveLine(content.name, content.figure, tuple(filter(None, lines)), content)


def dose_words(row: Prescription, dose: Dose | None) -> str:
    """A dose that is being typed for a move of a program, as a sentence; empty while it is not right."""
    return dose_sentences(dose, MoveContent.from_json(row.content)) if dose else ""


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
        return say("From %(day)s, no end yet", day=first)
    return say("%(first)s to %(last)s", first=first, last=day_in_words(program.ends_on, today))


def extended(program: Program, before: date) -> dict[str, Any]:
    """What was extended, with the button that takes it back."""
    assert program.ends_on is not None
    fields = {"seen": program.ends_on.isoformat(), "ends_on": before.isoformat()}
    return {
        "text": f"{program.name} of {program.client.name} goes on to {_last(program)}.",
        "url": url_for("practitioner.programs.extend", program_id=program.id),
        "fields": fields,
    }


def ends_again(program: Program) -> str:
    """What was taken back."""
    return f"{program.name} of {program.client.name} ends on {_last(program)} again."


def _last(program: Program) -> str:
    assert program.ends_on is not None
    return day_in_words(program.ends_on, today_in(program.client.time_zone))


def seen_from(client: Client, *, locked: bool) -> str:
    """From when a client sees what was assigned: not without an account, nor while a warning sign is open."""
    if locked:
        return f"{client.name} sees it as soon as the open warning sign is dealt with."
    if client.user_id is None:
        return f"{client.name} has no account yet, and sees it once they have one: see their overview."
    return f"{client.name} sees it from now on."


def standing(program: Program, today: date) -> str:
    """From when to when, and what holds it: "From Mon 2 Nov, no end yet, paused until Sun 6 Dec"."""
    return in_a_row([part for part in (span(program, today), pause_words(program, today)) if part])


def pause_words(program: Program, today: date) -> str:
    """The pause that is, or is to come, for a reader: "paused until Sun 6 Dec"; empty without one."""
    status, pause = program.on(today), program.pause
    last = day_in_words(pause.last, today) if pause and pause.last else ""
    if status is ProgramStatus.PAUSED:
        return say("paused until %(last)s", last=last) if last else say("paused")
    if pause and pause.first > today and status is not ProgramStatus.ENDED:
        first = day_in_words(pause.first, today)
        if last:
            return say("pause from %(first)s until %(last)s", first=first, last=last)
        return say("pause from %(first)s", first=first)
    return ""


def left_out_words(program: Program, today: date) -> str:
    """What a client reads of a program that is paused while another one runs."""
    if program.pause is None or program.pause.last is None:
        return say("%(program)s is paused: its moves are left out.", program=program.name)
    return say(
        "%(program)s is paused until %(last)s: its moves are left out.",
        program=program.name,
        last=day_in_words(program.pause.last, today),
    )


def checkin_words(schedule: CheckinSchedule | None, program: Program, today: date) -> str:
    """When check-ins come, and when the next one does."""
    if schedule is None:
        return "Switched off"
    rule = rhythm_words(schedule)
    if schedule.next_on is not None:
        return f"{rule}. {coming_words(schedule, today)}"
    if (status := program.on(today)) not in RUNNING:
        return f"{rule}, none while the program is {status.value}"
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


def actions(program: Program, today: date) -> list[tuple[ProgramAction, str, str]]:
    """What may be done to a program now: action, words of its button, icon."""
    steps = steps_by_hand(program.on(today), pause_planned=is_pause_planned(program, today))
    return [(action, *button(program, action, today)) for action in steps]


def is_pause_planned(program: Program, today: date) -> bool:
    """Whether a pause is still to come."""
    return program.pause is not None and program.pause.first > today


def button(program: Program, action: ProgramAction, today: date) -> tuple[str, str]:
    """The words of a step's button, and its icon."""
    planned = is_pause_planned(program, today)
    if planned and action is ProgramAction.RESUME:
        return "Call off the pause", "play"
    is_paused = program.on(today) is ProgramStatus.PAUSED
    if action is ProgramAction.PAUSE and (planned or is_paused):
        return "Change the pause", "pause"
    return ACTION_WORDS[action][1:]


def history(detail: ProgramDetail, today: date, assigned_on: date) -> list[EventLine]:
    """What happened to a program, newest first, down to the day it was assigned."""
    lines = [event_line(event, by, today) for event, by in detail.events]
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


def event_line(event: ProgramEvent, by: str, today: date) -> EventLine:
    """One thing that happened to a program."""
    corrected = event.action is None
    until = f"until {day_in_words(event.until, today)}" if event.until else ""
    stop = STOPS[event.stop] if event.stop and event.stop is not StopReason.OTHER else ""
    for_client = f"For the client: {event.told}" if event.told else ""
    told = [*(_corrections(event) if corrected else []), *_moved(event, today), until, stop, event.reason]
    return EventLine(
        when=day_in_words(event.effective_on, today),
        iso=event.effective_on.isoformat(),
        title=_title(event, today),
        by=by,
        text=" · ".join(filter(None, [*told, for_client])),
        icon="pencil" if event.action is None else ACTION_WORDS.get(event.action, ("", "", "circle"))[2],
    )


def _title(event: ProgramEvent, today: date) -> str:
    if event.action is None:
        return "Dose corrected"
    if event.action is ProgramAction.PAUSE and event.effective_on > today:
        return "Pause planned"
    is_same = event.before.get("status") == event.after.get("status")
    if event.action is ProgramAction.RESUME and is_same and event.actor_id is not None:
        return "Pause called off"
    return DONE_WORDS[event.action]


def _moved(event: ProgramEvent, today: date) -> list[str]:
    if event.action is not ProgramAction.MOVE:
        return []
    before, after = event.before, event.after
    names = [name for name in DATE_WORDS if before[name] != after[name]]
    return [f"{DATE_WORDS[n]} {_day(before[n], today)} → {_day(after[n], today)}" for n in names]


def _day(iso: str | None, today: date) -> str:
    return day_in_words(date.fromisoformat(iso), today) if iso else "no end"


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


def cards(programs: Iterable[ProgramWithSchedule], today: date, *, locked: bool) -> dict[str, list[Card]]:
    """A client's programs for their page: those that have not ended, and those that have."""
    found = [card(held, today, locked=locked) for held in programs]
    return {
        "current": [each for each in found if each.may_be_changed],
        "past": [each for each in found if not each.may_be_changed],
    }


def going_on(found: Iterable[ProgramWithSchedule], today: date) -> list[Program]:
    """A client's programs that have not ended."""
    return [each.program for each in found if may_be_changed(each.program.on(today))]


def load_together(found: Iterable[ProgramWithSchedule], today: date, limit: DayLoad) -> LoadLines:
    """The load meter of all programs of a client that go on."""
    return load_lines(offering.load(going_on(found, today), ()), limit)


def load_of(program: Program, found: Iterable[ProgramWithSchedule], today: date, limit: DayLoad) -> LoadLines:
    """The load meter of one program of a client, and of all that go on."""
    all_of_them = going_on(found, today)
    is_alone = not any(each is not program for each in all_of_them)
    together = None if is_alone else offering.load(all_of_them, ())
    return load_lines(loads.of_moves(program.prescriptions), limit, together)
