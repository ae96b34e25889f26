"""What a client says of each day's practice, and what that comes to."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from clinic.domain import programs as rules
from clinic.domain.diary_entries import DiaryEntry, beside, seen_as
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.moves import named_mistake_in
from clinic.domain.own_device import MOST_DAYS_LATE
from clinic.domain.practising import UNCOUNTED, Practised, Repetitions, asked_of, practised_outcomes, way_in
from clinic.domain.programs import (
    DAYS_TO_CORRECT,
    logging_problem,
    was_under_way,
)
from clinic.domain.types import LogObstacle, LogOutcome, MistakeAnswer, WayDone
from clinic.extensions import db
from clinic.models import Client, PainMorning, PracticeLog, Prescription
from clinic.models.base import among, given, points_at
from clinic.services import audit, rows
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.programs import kept_days, noticed, own
from clinic.services.programs.kept_days import KeptDays, KeptPlan, LoggedOutcomes
from clinic.services.programs.own import OwnPrograms
from clinic.services.routines.wording import dose_of
from clinic.services.transaction import one_at_a_time, transaction

# Made once, so that a client's page costs the queries alone.
_LOGS = (
    select(
        PracticeLog.prescription_id,
        PracticeLog.local_date,
        PracticeLog.outcome,
        PracticeLog.pain,
        PracticeLog.mistake,
        PracticeLog.note,
        PracticeLog.obstacle,
        Prescription.program_id,
    )
    .join(
        Prescription,
        points_at(PracticeLog.prescription_id, Prescription),
    )
    .where(
        given(PracticeLog.practice_id),
        given(PracticeLog.client_id),
        PracticeLog.local_date >= bindparam("first"),
    )
    .order_by(PracticeLog.local_date, Prescription.position)
)
_PRESCRIPTIONS = (
    select(Prescription)
    .where(given(Prescription.practice_id), among(Prescription.program_id, "programs"))
    .order_by(Prescription.program_id, Prescription.position)
)
_MISTAKES = (
    select(PracticeLog.local_date, PracticeLog.mistake)
    .where(given(PracticeLog.practice_id), given(PracticeLog.client_id), PracticeLog.mistake.is_not(None))
    .order_by(PracticeLog.local_date)
)
_PRACTISED = select(
    PracticeLog.prescription_id,
    PracticeLog.reps_both,
    PracticeLog.reps_left,
    PracticeLog.reps_right,
    PracticeLog.way,
    PracticeLog.way_words,
).where(
    given(PracticeLog.practice_id),
    given(PracticeLog.client_id),
    PracticeLog.local_date == bindparam("day"),
    PracticeLog.reps_both.is_not(None),
)
_WAYS_TAKEN = select(PainMorning.easier).where(
    given(PainMorning.practice_id), given(PainMorning.client_id), PainMorning.local_date == bindparam("day")
)
FIRST_SLOT = 1


class LoggedMove(NamedTuple):
    """What was logged of one move on one day."""

    prescription_id: uuid.UUID
    local_date: date
    outcome: LogOutcome
    pain: int | None
    mistake: MistakeAnswer | None
    note: str | None
    obstacle: LogObstacle | None
    program_id: uuid.UUID


@dataclass(frozen=True)
class Diary(KeptDays, OwnPrograms):
    """The programs, what each asked on which days, and what was logged."""

    logs: Sequence[LoggedMove] = ()
    plans: Mapping[uuid.UUID, KeptPlan] = field(default_factory=dict)
    begun: frozenset[uuid.UUID] = frozenset()  # programs that were practised when they were stopped

    @property
    def logged(self) -> Iterator[LoggedOutcomes]:
        """Each log, with what it says of its one move."""
        return ((log.local_date, log.program_id, (log.outcome,)) for log in self.logs)

    def entry(self, day: date) -> DiaryEntry | None:
        """What was logged for a day, as the form asks it."""
        logs = [log for log in self.logs if log.local_date == day]
        if not logs or self.outcomes.get(day) is None:
            return None
        hurting = {log.prescription_id for log in logs if _is_marked(log)}
        return DiaryEntry(
            self.outcomes[day],
            max((log.pain for log in logs if log.pain is not None), default=None),
            next((log.mistake for log in logs if log.mistake is not None), None),
            next((log.note for log in logs if log.note), None),
            next((log.obstacle for log in logs if log.obstacle is not None), None),
            frozenset(hurting if len(hurting) < len(logs) else ()),
        )

    def asked_on(self, day: date) -> Collection[uuid.UUID]:
        """The programs a day is logged for: those that asked for practice, and those that were logged."""
        logged = [log.program_id for log in self.logs if log.local_date == day]
        asking = [
            program_id
            for program_id, each in self.plans.items()
            if each.plan.rest_on(day) is None or program_id in self.begun
        ]
        return list(dict.fromkeys([*asking, *logged]))

    def may_log(self, day: date) -> bool:
        """Whether the client may say something of a day."""
        return self.problem_with(day) is None

    def problem_with(self, day: date, *, is_late: bool = False) -> str | None:
        """Why the client may not say anything of a day, in words for them; None if they may."""
        rest = self.plan.rest_on(day) if self.plan and not self.asked_on(day) else None
        is_held = self.locked and not self.begun and not is_late  # what was done was done
        has_program = self.plan is not None
        most_days = MOST_DAYS_LATE if is_late else DAYS_TO_CORRECT
        return logging_problem(
            rest, day, self.today, is_held=is_held, has_program=has_program, most_days=most_days
        )


def mistake_answers(client: Client) -> list[tuple[date, MistakeAnswer]]:
    """What a client's logs say of the named mistake, day by day; for staff. One query."""
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    return [(day, answer) for day, answer in db.session.execute(_MISTAKES, whose) if answer is not None]


def diary(actor: Actor, *, days: int = 14) -> Diary:
    """The signed-in client's programs with the logs of the last days. Four queries, or five with phases."""
    found = own.loaded(actor)
    plans = kept_days.plans_of(found.client)
    logs = _logs(found.client, found.today - timedelta(days=days)) if plans else ()
    return _diary(found, logs, plans)


def history(actor: Actor, *, days: int) -> Diary:
    """The diary of the last days; where no program goes on, of the last that ran, from their first day on."""
    found = own.loaded(actor)
    return _history(found, kept_days.plans_of(found.client), days)


def _history(found: OwnPrograms, plans: Mapping[uuid.UUID, KeptPlan], days: int) -> Diary:
    plans, first = kept_days.shown(plans, found.today, days)
    logs = [each for each in _logs(found.client, first) if each.program_id in plans] if plans else ()
    return _diary(found, logs, plans)


def _diary(found: OwnPrograms, logs: Sequence[LoggedMove], plans: Mapping[uuid.UUID, KeptPlan]) -> Diary:
    days = {program_id: each.phases for program_id, each in plans.items() if each.phases}
    return Diary(**{**vars(found), "phases": days}, logs=logs, plans=plans)


def prescriptions_on(found: Diary, day: date) -> Sequence[Prescription]:
    """The moves a day is logged for, in each program. No query where the programs still go on.

    They are those that its phase asks, and those that were logged.
    """
    moves = _moves_of(found, found.asked_on(day))
    logged = {log.prescription_id for log in found.logs if log.local_date == day}
    return [row for row in moves if row.id in logged or own.is_asked_on(row, day, found.phases)]


def _moves_of(found: Diary, programs: Collection[uuid.UUID]) -> list[Prescription]:
    """The moves of some programs. A query where one of them does not go on."""
    loaded = {program.id: program for program in (*found.programs, *found.over)}
    moves = [row for each in programs if each in loaded for row in loaded[each].prescriptions]
    gone = [each for each in programs if each not in loaded]
    if gone:
        which = {"practice_id": found.client.practice_id, "programs": gone}
        moves += db.session.scalars(_PRESCRIPTIONS, which)
    return moves


def moves_on(found: Diary, day: date) -> Sequence[Prescription]:
    """The moves of a day, each once: of one that several programs ask, the row that was given last."""
    return list({row.exercise_id: row for row in prescriptions_on(found, day)}.values())


def named_mistake_on(found: Diary, day: date) -> str | None:
    """What the practice calls its mistake in the moves of a day; None where it names none."""
    return named_mistake_in(row.content for row in prescriptions_on(found, day))


def log_day(
    actor: Actor, day: date, entry: DiaryEntry, *, late_key: uuid.UUID | None = None, seen: str | None = None
) -> None:
    """Log a day's practice of all programs, or put right what was logged; a second tap changes nothing.

    With the key of a log that comes late, it stands beside what was said of the day, and takes nothing away;
    so does one of a form that had `seen` something else: another phone, or another tab, has logged since.
    """
    with transaction():
        one_at_a_time(Client, actor.client_id)
        found = _with_begun(diary(actor), day, entry.practised)
        if problem := found.problem_with(day, is_late=late_key is not None):
            raise RuleBroken(problem)
        before, asked = found.entry(day), found.asked_on(day)
        if late_key or seen not in (None, seen_as(before)):
            entry = beside(before, entry)
        moves = prescriptions_on(found, day)
        if late_key:  # the program may have changed since
            entry = replace(entry, hurting=entry.hurting & {move.id for move in moves})
        entry = _tidied(entry, moves)
        logged = {log.prescription_id for log in found.logs if log.local_date == day}
        kept = practised_on(found.client, day)
        practised = _counted(entry, kept, moves, {each.id for each in found.programs if each.allows_harder})
        said = replace(entry, practised={})
        if before == said and practised == kept and logged.issuperset(move.id for move in moves):
            return
        outcomes = _outcomes(said, practised, moves)
        ways = ways_taken(found, day)
        for prescription in moves:
            each = replace(said, outcome=outcomes[prescription.id], practised=practised, ways=ways)
            _write(found.client, prescription, day, each, late_key)
        noticed.follow_log(found.client, day, _done_near(found, moves), is_new=before is None)
        audit.record(
            actor,
            "practice.corrected" if before else "practice.logged",
            client_id=found.client.id,
            subject_id=next(iter(asked)),
            day=day.isoformat(),
            outcome=entry.outcome.value,
            **({"before": before.outcome.value} if before else {}),
        )


def _done_near(found: Diary, moves: Sequence[Prescription]) -> dict[uuid.UUID, list[date]]:
    """The days by move, of those that were read, on which some moves were done."""
    move_of = {each.id: each.exercise_id for each in moves}
    days: dict[uuid.UUID, list[date]] = {move_id: [] for move_id in move_of.values()}
    for log in found.logs:
        if log.prescription_id in move_of and log.outcome is not LogOutcome.NOT_DONE:
            days[move_of[log.prescription_id]].append(log.local_date)
    return days


def kept_in_words(found: Diary, day: date) -> str:
    """What is said of a log that was kept although its program has stopped; empty where it goes on."""
    rest = found.plan.rest_on(day) if found.plan else None
    return rules.kept_in_words(rest, is_held=found.locked)


def practised_on(client: Client, day: date) -> Mapping[uuid.UUID, Practised]:
    """What guided practice counted of a day's moves, by prescription. One query."""
    whose = {"practice_id": client.practice_id, "client_id": client.id, "day": day}
    return {
        prescription_id: Practised(Repetitions(both or 0, left or 0, right or 0), way, words or "")
        for prescription_id, both, left, right, way, words in rows.read(_PRACTISED, whose)
    }


def ways_taken(found: Diary, day: date) -> Mapping[uuid.UUID, str]:
    """The easier ways that were taken in the morning of a day, by move. A query where the day before hurt."""
    if not any(log.local_date == day - timedelta(days=1) and _is_marked(log) for log in found.logs):
        return {}
    whose = {"practice_id": found.client.practice_id, "client_id": found.client.id, "day": day}
    return ways_in(rows.value(_WAYS_TAKEN, whose))


def ways_in(easier: Mapping[str, str] | None) -> Mapping[uuid.UUID, str]:
    """The same as a morning keeps them."""
    return {uuid.UUID(move): way for move, way in (easier or {}).items()}


def stopped_under_way(found: Diary, day: date) -> Collection[uuid.UUID]:
    """The programs that somebody may have been in the middle of when they were paused, ended or held."""
    if found.locked:
        return found.plans.keys()
    plans = ((program_id, each.plan) for program_id, each in found.plans.items())
    return {
        program_id
        for program_id, plan in plans
        if was_under_way(day, plan.over_since, [pause.first for pause in plan.pauses])
    }


def _with_begun(found: Diary, day: date, practised: Collection[uuid.UUID]) -> Diary:
    """The diary for a log of a practice that somebody was in the middle of when its program was stopped."""
    if not practised:
        return found
    stopped = stopped_under_way(found, day)
    begun = {row.program_id for row in _moves_of(found, stopped) if row.id in practised}
    return replace(found, begun=frozenset(begun))


def _counted(
    entry: DiaryEntry,
    kept: Mapping[uuid.UUID, Practised],
    moves: Collection[Prescription],
    harder_in: Collection[uuid.UUID],
) -> Mapping[uuid.UUID, Practised]:
    """What was counted of the day's moves with what an entry brings; nothing of a day on which none was done.

    A move that is not the day's is left out: the program has changed since somebody began. Harder ways count
    in the programs that allow them.
    """
    if entry.outcome is LogOutcome.NOT_DONE:
        return {}
    found = {move.id: kept[move.id] for move in moves if move.id in kept}
    for move in moves:
        if told := entry.practised.get(move.id):
            known = found.get(move.id, UNCOUNTED)
            harder = move.content.get("harder", ()) if move.program_id in harder_in else ()
            way = way_in(told.way_words, move.content.get("easier", ()), harder)
            found[move.id] = Practised(told.reps.further(known.reps), way, told.way_words if way else "")
    return found


def _outcomes(
    entry: DiaryEntry, practised: Mapping[uuid.UUID, Practised], moves: Collection[Prescription]
) -> Mapping[uuid.UUID, LogOutcome]:
    asked = {move.id: asked_of(dose_of(move)) for move in moves if move.id in practised}
    counted = {move_id: practised[move_id].reps.outcome(of_it) for move_id, of_it in asked.items()}
    return practised_outcomes(entry.outcome, counted, [move.id for move in moves])


def _tidied(entry: DiaryEntry, moves: Collection[Prescription]) -> DiaryEntry:
    """An entry as it comes back from its rows; NotFound where it names a move that is not the day's.

    A move that hurts does so in each program that asks it.
    """
    if not entry.hurting <= {move.id for move in moves}:
        raise NotFound
    sore = {move.exercise_id for move in moves if move.id in entry.hurting}
    named = frozenset(move.id for move in moves if move.exercise_id in sore)
    obstacle = None if entry.outcome is LogOutcome.DONE else entry.obstacle
    is_said = entry.pain is not None or obstacle is LogObstacle.HURTS
    hurting = named if is_said and len(named) < len(moves) else frozenset()
    return replace(entry, obstacle=obstacle, hurting=hurting)


def _is_marked(log: LoggedMove) -> bool:
    """Whether a move is one that hurt."""
    return log.pain is not None or log.obstacle is LogObstacle.HURTS


def _logs(client: Client, first: date) -> Sequence[LoggedMove]:
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    return [LoggedMove._make(row) for row in rows.read(_LOGS, {**whose, "first": first})]


def _write(
    client: Client, prescription: Prescription, day: date, entry: DiaryEntry, late_key: uuid.UUID | None
) -> None:
    found = _row(prescription, day)
    if found is None:
        try:
            with db.session.begin_nested():
                db.session.add(_new(client, prescription, day, entry, late_key))
            return
        except IntegrityError:  # the other tap came first
            found = _row(prescription, day)
            assert found is not None
    for name, value in _said_of(prescription, entry).items():
        setattr(found, name, value)
    found.corrected_at = now()
    found.late_key = late_key or found.late_key


def _new(
    client: Client, prescription: Prescription, day: date, entry: DiaryEntry, late_key: uuid.UUID | None
) -> PracticeLog:
    return PracticeLog(
        practice_id=client.practice_id,
        client_id=client.id,
        prescription_id=prescription.id,
        local_date=day,
        slot=FIRST_SLOT,
        logged_at=now(),
        late_key=late_key,
        **_said_of(prescription, entry),
    )


def _said_of(prescription: Prescription, entry: DiaryEntry) -> dict[str, Any]:
    """What an entry says of one move."""
    hurts = entry.hurts_in(prescription.id)
    return {
        "outcome": entry.outcome,
        "pain": entry.pain if hurts else None,
        "mistake": _mistake(prescription, entry),
        "note": entry.note,
        "obstacle": entry.obstacle if hurts or entry.obstacle is not LogObstacle.HURTS else None,
        **_practised_of(entry.practised.get(prescription.id)),
        **_way_taken(prescription, entry),
    }


def _practised_of(practised: Practised | None) -> dict[str, Any]:
    reps = practised.reps if practised else None
    return {
        "reps_both": reps.both if reps else None,
        "reps_left": reps.left if reps else None,
        "reps_right": reps.right if reps else None,
        "way": practised.way if practised else None,
        "way_words": (practised.way_words or None) if practised else None,
    }


def _way_taken(prescription: Prescription, entry: DiaryEntry) -> dict[str, Any]:
    """The easier way that was taken in the morning, where guided practice does not know better."""
    way = entry.ways.get(prescription.exercise_id)
    if way is None or entry.outcome is LogOutcome.NOT_DONE or prescription.id in entry.practised:
        return {}
    return {"way": WayDone.EASIER, "way_words": way}


def _mistake(prescription: Prescription, entry: DiaryEntry) -> MistakeAnswer | None:
    """The answer belongs to the move that has a named mistake, and to no other."""
    return entry.mistake if named_mistake_in([prescription.content]) else None


def _row(prescription: Prescription, day: date) -> PracticeLog | None:
    return db.session.scalars(
        select(PracticeLog).where(
            PracticeLog.practice_id == prescription.practice_id,
            PracticeLog.prescription_id == prescription.id,
            PracticeLog.local_date == day,
            PracticeLog.slot == FIRST_SLOT,
        )
    ).one_or_none()
