"""Versions of a routine as rows: begun, filled with moves, and copied from another one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from clinic.catalogue import load_catalogue
from clinic.domain.doses import Dose, dose_problems
from clinic.domain.errors import RuleBroken
from clinic.extensions import db
from clinic.models import (
    Exercise,
    ExerciseMistake,
    ExercisePicture,
    Routine,
    RoutineItem,
    RoutinePhase,
    RoutineVersion,
)
from clinic.models.routine import PhaseColumns
from clinic.services.routines.wording import dose_of

WHOLE = (  # what a page shows of a version: all of it in one statement
    joinedload(RoutineVersion.phases),
    joinedload(RoutineVersion.items)
    .joinedload(RoutineItem.exercise)
    .options(
        joinedload(Exercise.mistakes).joinedload(ExerciseMistake.confirmer),
        joinedload(Exercise.media),
        joinedload(Exercise.pictures).joinedload(ExercisePicture.media),
    ),
)
Row = TypeVar("Row", RoutineItem, RoutinePhase)


def add_version(routine: Routine, number: int) -> RoutineVersion:
    """A new draft of a routine, empty, within the caller's transaction."""
    version = RoutineVersion(practice_id=routine.practice_id, routine_id=routine.id, number=number)
    db.session.add(version)
    db.session.flush()
    return version


def add_item(
    version: RoutineVersion,
    position: int,
    exercise_id: uuid.UUID,
    dose: Dose,
    span: tuple[int, int | None] = (1, None),
) -> None:
    """A move in a draft with its dose, asked in a span of phases, within the caller's transaction."""
    item = RoutineItem(
        practice_id=version.practice_id,
        version_id=version.id,
        exercise_id=exercise_id,
        position=position,
        from_phase=span[0],
        until_phase=span[1],
    )
    set_dose(item, dose)
    db.session.add(item)


def copy_into(version: RoutineVersion, pattern: RoutineVersion) -> None:
    """Give a new draft the plan of another version, within the caller's transaction."""
    version.checkin_preset = pattern.checkin_preset
    for item in _rows(RoutineItem, pattern):
        span = item.from_phase, item.until_phase
        add_item(version, item.position, item.exercise_id, dose_of(item), span)
    add_phases(version, _rows(RoutinePhase, pattern))


def add_phases(version: RoutineVersion, phases: Iterable[PhaseColumns]) -> None:
    """Give a new draft such phases, within the caller's transaction."""
    for phase in phases:
        told = {name: getattr(phase, name) for name in ("position", "name", "weeks", "criterion")}
        db.session.add(RoutinePhase(practice_id=version.practice_id, version_id=version.id, **told))
    db.session.flush()


def set_dose(row: RoutineItem, dose: Dose) -> None:
    """Write a dose into its row, or raise RuleBroken with the first thing that is wrong with it."""
    if problems := dose_problems(dose, load_catalogue().dosing.bounds):
        raise RuleBroken(next(iter(problems.values())))
    for name in Dose.__slots__:
        setattr(row, name, getattr(dose, name))


def _rows(kind: type[Row], version: RoutineVersion) -> list[Row]:
    query = (
        select(kind)
        .where(kind.practice_id == version.practice_id, kind.version_id == version.id)
        .order_by(kind.position)
    )
    return list(db.session.scalars(query))
