"""The phases of programs as they are kept: read only for programs whose moves are not asked throughout."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from clinic.domain.phases import Phase, PhaseDays, is_phased, paces, phase_days
from clinic.domain.programs import ProgramChange, pauses
from clinic.domain.progress import PlanPace, Span
from clinic.models import Prescription, Program, ProgramEvent, ProgramPhase
from clinic.models.base import among
from clinic.models.routine import PhaseColumns
from clinic.services import rows

Which = Callable[[InstrumentedAttribute[Any], str], ColumnElement[bool]]
# Of a program's moves: 1 where one of them is not asked throughout, else 0.
HAS_PHASES = func.max(
    case((or_(Prescription.from_phase > 1, Prescription.until_phase.is_not(None)), 1), else_=0)
)
_KEPT = (
    select(
        ProgramPhase.program_id,
        ProgramPhase.position,
        ProgramPhase.name,
        ProgramPhase.weeks,
        ProgramPhase.criterion,
        ProgramPhase.passed_on,
        Prescription.from_phase,
        Prescription.until_phase,
        Prescription.days_per_week,
    )
    .join(
        Prescription,
        and_(
            Prescription.practice_id == ProgramPhase.practice_id,
            Prescription.program_id == ProgramPhase.program_id,
        ),
    )
    .where(among(ProgramPhase.practice_id, "practices"), among(ProgramPhase.program_id, "programs"))
    .order_by(ProgramPhase.program_id, ProgramPhase.position, Prescription.position)
)


@dataclass(frozen=True, slots=True)
class _PhasedMove:
    from_phase: int
    until_phase: int | None
    days_per_week: int


@dataclass(slots=True)
class KeptPhases:
    """The phases of one program, and in which of them its moves are asked."""

    phases: dict[int, Phase] = field(default_factory=dict)
    moves: list[_PhasedMove] = field(default_factory=list)

    def days(self, starts_on: date, held: Iterable[Span]) -> tuple[PhaseDays, ...]:
        """The days of each phase; `held` are those on which the program did not run."""
        return phase_days(list(self.phases.values()), starts_on, held)

    def paces(self, starts_on: date, held: Iterable[Span]) -> tuple[PlanPace, ...]:
        """How much is asked from which day on."""
        return paces(self.days(starts_on, held), self.moves)


def phase_of(row: PhaseColumns | Row[*tuple[Any, ...]]) -> Phase:
    """A phase as the rules take it, of a row that holds its columns."""
    return Phase(row.name, row.weeks, row.criterion, getattr(row, "passed_on", None))


def has_changes(which: Which) -> ColumnElement[int]:
    """Of a prescription's program: 1 where any step stands in its history, else 0."""
    step = select(ProgramEvent.id).where(
        which(ProgramEvent.practice_id, "practices"),
        ProgramEvent.program_id == Prescription.program_id,
        ProgramEvent.action.is_not(None),
    )
    return case((step.correlate(Prescription).exists(), 1), else_=0)


def changes(which: Which) -> Select[uuid.UUID, Any, date, date | None]:
    """The statement of all steps of programs, in the order in which they were made."""
    return (
        select(ProgramEvent.program_id, ProgramEvent.action, ProgramEvent.effective_on, ProgramEvent.until)
        .where(
            which(ProgramEvent.practice_id, "practices"),
            which(ProgramEvent.program_id, "programs"),
            ProgramEvent.action.is_not(None),
        )
        .order_by(ProgramEvent.happened_at)
    )


def changes_of(
    statement: Select[uuid.UUID, Any, date, date | None], which: Mapping[str, Any]
) -> dict[uuid.UUID, list[ProgramChange]]:
    """The steps of programs by program. One query."""
    found: dict[uuid.UUID, list[ProgramChange]] = defaultdict(list)
    for program_id, action, day, until in rows.read(statement, which):
        found[program_id].append(ProgramChange(action, day, until=until))
    return found


_CHANGES = changes(among)


def kept(practices: Collection[uuid.UUID], programs: Collection[uuid.UUID]) -> Mapping[uuid.UUID, KeptPhases]:
    """The phases of those programs that have any. One query, or none."""
    found: dict[uuid.UUID, KeptPhases] = defaultdict(KeptPhases)
    if not programs:
        return found
    which = {"practices": list(practices), "programs": list(programs)}
    for row in rows.read(_KEPT, which):
        each = found[row.program_id]
        each.phases[row.position] = phase_of(row)
        if len(each.phases) == 1:  # every phase brings all moves
            each.moves.append(_PhasedMove(row.from_phase, row.until_phase, row.days_per_week))
    return found


def days_of(programs: Sequence[Program]) -> dict[uuid.UUID, tuple[PhaseDays, ...]]:
    """The days of the phases of those programs that have any. Two queries, or one where none has."""
    practices = {program.practice_id for program in programs}
    found = kept(practices, [program.id for program in programs])
    if not found:
        return {}
    stepped = changes_of(_CHANGES, {"practices": list(practices), "programs": list(found)})
    return {
        program.id: found[program.id].days(program.starts_on, pauses(stepped[program.id]))
        for program in programs
        if program.id in found
    }


def of_phased(programs: Sequence[Program]) -> dict[uuid.UUID, tuple[PhaseDays, ...]]:
    """The same of programs loaded with their moves, where phases make a difference. Two queries, or none."""
    phased = [program for program in programs if is_phased(program.prescriptions)]
    return days_of(phased) if phased else {}
