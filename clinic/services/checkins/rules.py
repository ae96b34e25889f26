"""A program's stored schedule as a rule, and when by that rule the next check-in is due."""

from __future__ import annotations

from datetime import date, datetime

from clinic.domain.scheduling import DAY, Schedule, load_zone, next_occurrence, parse_cadence, waking_hours
from clinic.models import CheckinSchedule, Client, Practice, Program


def rule_of(row: CheckinSchedule, program: Program, client: Client, practice: Practice) -> Schedule:
    """The stored schedule as a rule, within the client's waking hours or else the practice's."""
    return Schedule(
        kind=row.kind,
        starts_on=program.starts_on,
        ends_on=program.ends_on,
        at=row.at_time,
        zone=load_zone(client.time_zone),
        weekday=row.weekday,
        every_weeks=row.every_weeks or 1,  # a row that is not written yet has none
        counted_from=row.counted_from,
        cadence_days=parse_cadence(row.cadence_days) if row.cadence_days else (),
        hours=waking_hours(
            practice.waking_from, practice.waking_until, client.waking_from, client.waking_until
        ),
    )


def plan(
    row: CheckinSchedule,
    program: Program,
    client: Client,
    practice: Practice,
    after: datetime,
    first_day: date = date.min,
) -> None:
    """Work out the next check-in due after an instant, not before a day and in no pause that is planned.

    Within the caller's transaction.
    """
    rule, pause = rule_of(row, program, client, practice), program.pause
    found = next_occurrence(rule, after, first_day)
    if found is not None and pause is not None and pause.covers(found.local_date):
        found = next_occurrence(rule, after, pause.last + DAY) if pause.last else None
    row.time_zone = client.time_zone
    row.next_on = found.local_date if found else None
    row.next_due_at = found.due_at if found else None
