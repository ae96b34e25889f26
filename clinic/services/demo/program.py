"""The program of a demo client with its check-in schedule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clinic.domain.doses import Dose
from clinic.domain.scheduling import Schedule, next_occurrence
from clinic.domain.types import (
    ProgramAction,
    ProgramStatus,
    ScheduleKind,
    StopReason,
)
from clinic.models import (
    CheckinSchedule,
    Prescription,
    Program,
    ProgramEvent,
)
from clinic.services.demo.people import (
    AT,
    LONG,
    WEEKS,
    Person,
    Rows,
    audit,
    prescription_id,
)


def program_rows(person: Person) -> Rows:
    """The program with its moves, its check-in schedule, and its pause or end."""
    status = ProgramStatus.ACTIVE
    status = ProgramStatus.PAUSED if person.story.paused else status
    status = ProgramStatus.ENDED if person.story.ended else status
    assigned = person.at(person.starts_on, 11)
    yield (
        Program,
        person.row(
            client_id=person.client_id,
            routine_version_id=person.desk.version.id,
            name=person.desk.version.routine.name,
            status=status,
            starts_on=person.starts_on,
            paused_from=person.held_on if person.story.paused else None,
            ends_on=person.starts_on + timedelta(weeks=WEEKS if person.story.ends_in is not None else LONG),
            assigned_by=person.desk.practitioner_id,
            assigned_at=assigned,
            version=1,
        )
        | {"id": person.program_id},
    )
    for item in person.desk.version.items:
        yield (
            Prescription,
            person.row(
                program_id=person.program_id,
                exercise_id=item.exercise_id,
                position=item.position,
                content=item.content,
                **{column: getattr(item, column) for column in Dose.__slots__},
            )
            | {"id": prescription_id(person, item.position)},
        )
    yield CheckinSchedule, _schedule(person, running=status is ProgramStatus.ACTIVE)
    yield audit(person, "program.assigned", assigned, program=person.desk.version.routine.name)
    if status is not ProgramStatus.ACTIVE:
        yield from _held(person, ended=person.story.ended)


def _held(person: Person, *, ended: bool) -> Rows:
    day = person.held_on
    assert day is not None
    yield (
        ProgramEvent,
        person.row(
            program_id=person.program_id,
            action=ProgramAction.END if ended else ProgramAction.PAUSE,
            effective_on=day,
            reason="Moves well without thinking about it." if ended else "Away for two weeks.",
            stop=StopReason.CONFIDENT if ended else None,
            before={},
            after={},
            actor_id=person.desk.practitioner_id,
            happened_at=person.at(day, 16),
        ),
    )
    yield audit(person, "program.ended" if ended else "program.paused", person.at(day, 16))


def _schedule(person: Person, *, running: bool) -> dict[str, Any]:
    # nothing is overdue on the first pass: the demo sends no burst
    weekday = (person.starts_on + timedelta(days=7)).weekday()
    schedule = Schedule(
        kind=ScheduleKind.WEEKLY,
        starts_on=person.starts_on,
        at=AT,
        zone=ZoneInfo(person.zone),
        weekday=weekday,
    )
    following = next_occurrence(schedule, person.desk.at) if running and person.story.tier is None else None
    return person.row(
        program_id=person.program_id,
        kind=ScheduleKind.WEEKLY,
        weekday=weekday,
        at_time=AT,
        time_zone=person.zone,
        # back to every week a fortnight ago, or the first page would be full of offers of fewer check-ins
        rhythm_since=None if person.number % 6 == 0 else person.today - timedelta(days=14),
        next_on=following.local_date if following else None,
        next_due_at=following.due_at if following else None,
    )
