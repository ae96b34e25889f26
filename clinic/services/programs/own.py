"""What a client has to do: their programs side by side, each move once, and what they learned before."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from clinic.domain.dose_changes import TOLD_FOR, DoseChange
from clinic.domain.moves import named_mistake_in
from clinic.domain.new_versions import waits_because
from clinic.domain.phases import PhaseDays, asked_in, is_asked, news_in_words, phase_before, phase_on
from clinic.domain.programs import DAY, together
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.side_by_side import GivenMove, MergedMove, MovePlace, merged
from clinic.domain.types import ProgramStatus, Tier
from clinic.domain.warnings import pauses_program
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, Prescription, Program, ProgramEvent
from clinic.models.base import given, points_at
from clinic.services import phases, rows, warnings
from clinic.services.access import own_programs
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.routines.wording import dose_of

MOST_CHANGES = 3  # told at a time
# Made once, so that a client's page costs the query alone.
_ENDED = (
    select(Program)
    .where(given(Program.practice_id), given(Program.client_id), Program.status == ProgramStatus.ENDED)
    .order_by(Program.assigned_at, Program.id)
    .options(joinedload(Program.prescriptions))
)
_CORRECTED = (
    select(ProgramEvent.program_id, ProgramEvent.happened_at)
    .add_columns(ProgramEvent.before, ProgramEvent.after, ProgramEvent.told)
    .join(Program, points_at(ProgramEvent.program_id, Program))
    .where(
        given(Program.practice_id),
        given(Program.client_id),
        ProgramEvent.action.is_(None),
        ProgramEvent.happened_at >= bindparam("since"),
    )
    .order_by(ProgramEvent.happened_at.desc())
)
_LAST_ENDED = (
    select(Program)
    .where(given(Program.practice_id), given(Program.client_id), Program.status == ProgramStatus.ENDED)
    .order_by(Program.assigned_at.desc(), Program.id)
    .limit(1)
)


Phases = Mapping[uuid.UUID, Sequence[PhaseDays]]  # by program


def all_of(_row: Prescription) -> bool:
    """Every move of a program."""
    return True


@dataclass(frozen=True, slots=True)
class OwnMove:
    """A move as its client finds it: under a number, in the wording of the program that gave it last."""

    number: int
    merged: MergedMove
    prescription: Prescription


@dataclass(frozen=True)
class OwnPrograms:
    """A client's programs, the earliest first. `today` is their local date.

    `programs` are those that have not ended today; `over` those whose last day has just gone by; `phases` the
    days of the phases of those whose moves are not asked throughout.
    """

    client: Client
    programs: Sequence[Program]
    over: Sequence[Program]
    tier: Tier | None  # of an open warning flag
    today: date
    phases: Phases = field(default_factory=dict)
    is_asked: bool = False  # the practice waits for answers to its questions
    is_written_to: bool = False  # it wrote since they last looked; it may yet take that back
    offers: Mapping[uuid.UUID, uuid.UUID] = field(default_factory=dict)  # of newer versions, by program

    @property
    def status(self) -> ProgramStatus | None:
        """What all programs come to today; None where none goes on."""
        return together([program.on(self.today) for program in self.programs])

    @property
    def asked(self) -> Sequence[Program]:
        """The programs whose moves are today's: those that run, or all where none does."""
        return self.running or self.programs

    @property
    def running(self) -> Sequence[Program]:
        """The programs that run today."""
        return self._with(ProgramStatus.ACTIVE)

    @property
    def offered(self) -> Sequence[tuple[Program, uuid.UUID]]:
        """The programs of which a newer version is offered now, each with the offer."""
        if self.tier is not None:
            return []
        return [
            (program, self.offers[program.id])
            for program in self.programs
            if program.id in self.offers
            and waits_because(program.on(self.today), ends_on=program.ends_on, today=self.today) is None
        ]

    @property
    def paused(self) -> Sequence[Program]:
        """The programs that are paused while another one runs."""
        return [each for each in self._with(ProgramStatus.PAUSED) if each not in self.asked]

    @cached_property
    def moves(self) -> Sequence[OwnMove]:
        """Today's moves, each once: of a program with phases, those of today's."""
        phased = self.phases
        return numbered(self.asked, of=lambda row: is_asked_on(row, self.today, phased))

    @property
    def resting(self) -> Sequence[OwnMove]:
        """The other moves of the programs that have not ended, numbered on from today's."""
        others = self.programs if self.phases else [each for each in self.programs if each not in self.asked]
        return numbered(others, after=self.moves)

    @property
    def named_mistake(self) -> str | None:
        """What the practice calls its mistake in these moves; None where it names none."""
        return named_mistake_in(move.prescription.content for move in self.moves)

    @property
    def locked(self) -> bool:
        """Whether a warning sign holds the programs until a practitioner has looked."""
        return self.tier is not None and pauses_program(self.tier)

    def _with(self, status: ProgramStatus) -> Sequence[Program]:
        return [program for program in self.programs if program.on(self.today) is status]


def held(actor: Actor) -> OwnPrograms:
    """The signed-in client's programs, and whether a warning sign holds them.

    One query, or two; and two where a program has phases.
    """
    found = loaded(actor)
    return replace(found, phases=phases.of_phased(found.programs))


def loaded(actor: Actor) -> OwnPrograms:
    """The same without the days of phases, for whoever knows them otherwise. One query, or two."""
    client, programs, is_flagged, is_asked, is_written_to, offers = own_programs(actor)
    today = today_in(client.time_zone)
    going = [program for program in programs if program.on(today) is not ProgramStatus.ENDED]
    over = [program for program in programs if program not in going]
    tier = _open_tier(client) if is_flagged else None
    return OwnPrograms(
        client, going, over, tier, today, is_asked=is_asked, is_written_to=is_written_to, offers=offers
    )


def is_asked_on(row: Prescription, day: date, days: Phases) -> bool:
    """Whether the phase of a day asks a move; without phases each day does."""
    of_program = days.get(row.program_id)
    return of_program is None or is_asked(row, phase_on(day, of_program))


def ended(found: OwnPrograms) -> Sequence[Program]:
    """The client's programs that have ended, with their moves, the earliest first. One query."""
    own = {"practice_id": found.client.practice_id, "client_id": found.client.id}
    return [*db.session.scalars(_ENDED, own).unique(), *found.over]


def last_ended(found: OwnPrograms) -> Program | None:
    """The newest of the client's programs that have ended, without its moves. One query, or none."""
    own = {"practice_id": found.client.practice_id, "client_id": found.client.id}
    return found.over[-1] if found.over else db.session.scalar(_LAST_ENDED, own)


def changes_told(found: OwnPrograms) -> Sequence[str]:
    """What has changed lately in the programs that go on: phases that began, and doses, newest first.

    One query, or none.
    """
    if not found.programs:
        return []
    return [*_phases_told(found), *_doses_told(found)]


def _phases_told(found: OwnPrograms) -> Iterator[str]:
    """The news of each running program whose phase has begun in the last days."""
    for program in found.running:
        days = found.phases.get(program.id, ())
        began = next((each for each in days if each.position == phase_on(found.today, days)), None)
        before = phase_before(days, began.position) if began else None
        if began is None or before is None or began.first is None:
            continue
        if began.first <= found.today < began.first + TOLD_FOR:
            names = names_in(program, before.position), names_in(program, began.position)
            news = news_in_words(began, *names, found.today)
            is_one = len(found.programs) == 1
            yield news if is_one else say("%(program)s: %(news)s", program=program.name, news=news)


def names_in(program: Program, phase: int) -> list[str]:
    """The moves of a phase by name, each once."""
    return list(dict.fromkeys(row.content["name"] for row in asked_in(program.prescriptions, phase)))


def _doses_told(found: OwnPrograms) -> Sequence[str]:
    since = now() - TOLD_FOR - DAY  # and a day for clocks that are behind
    whose = {"practice_id": found.client.practice_id, "client_id": found.client.id}
    zone = load_zone(found.client.time_zone)
    names = {each.id: each.name if len(found.programs) > 1 else "" for each in found.programs}
    changes = [
        DoseChange(local_date(at, zone), before, after, told or "", names[program_id])
        for program_id, at, before, after, told in rows.read(_CORRECTED, {**whose, "since": since})
        if program_id in names
    ]
    return [each.in_words(found.today) for each in changes if each.is_told_on(found.today)][:MOST_CHANGES]


def learned(found: OwnPrograms, ended_ones: Sequence[Program]) -> Sequence[OwnMove]:
    """The moves of programs that have ended and are in no other one, numbered on: they stay readable."""
    return numbered(ended_ones, after=(*found.moves, *found.resting))


def numbered(
    programs: Sequence[Program], after: Sequence[OwnMove] = (), of: Callable[[Prescription], bool] = all_of
) -> Sequence[OwnMove]:
    """The moves of several programs, each once, without those that came before; `of` says which."""
    known = {move.prescription.exercise_id for move in after}
    written = {row.id: row for program in programs for row in program.prescriptions if of(row)}
    moves = merged(
        given_move(program, row) for program in programs for row in program.prescriptions if of(row)
    )
    new = [each for each in moves if each.newest.move_id not in known]
    return [
        OwnMove(number, each, written[each.newest.prescription_id])
        for number, each in enumerate(new, len(after) + 1)
    ]


def given_move(program: Program, row: Prescription) -> GivenMove:
    """A move of one program, to be laid beside those of others."""
    place = MovePlace(program.assigned_at, program.id, row.position)
    return GivenMove(row.id, row.exercise_id, program.name, place, dose_of(row))


def _open_tier(client: Client) -> Tier | None:
    flag = warnings.open_flag(client)
    return flag.tier if flag else None
