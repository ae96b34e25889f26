"""The figures of a practice as a table: a name that stays, a number, what it is out of."""

from __future__ import annotations

from collections.abc import Iterator

from clinic.domain.practice_overview import PracticeOverview
from clinic.services.files.findings_csv import csv_of

COLUMNS = ("figure", "value", "of")
Cell = int | str


def overview_csv(found: PracticeOverview) -> bytes:
    """The figures as CSV in UTF-8."""
    return csv_of(COLUMNS, ([str(cell) for cell in row] for row in _figures(found)))


def _figures(found: PracticeOverview) -> Iterator[tuple[str, Cell, Cell]]:
    yield "active_clients", found.active, ""
    yield "with_program", found.with_program, found.active
    yield "with_account", found.with_account, found.active
    for each in found.windows:
        yield f"days_practised_{each.days}", each.practised, each.expected
        yield f"days_not_done_{each.days}", each.not_done, each.expected
        yield f"days_not_reported_{each.days}", each.not_reported, each.expected
        yield f"programs_{each.days}", each.programs, ""
        yield f"checkins_answered_{each.days}", each.answered, each.sent
        yield f"answered_as_promised_{each.days}", each.kept, each.promised
    for outcome in found.outcomes:
        twice = outcome.better + outcome.worse + outcome.unchanged + outcome.not_comparable
        yield f"{outcome.name}: better", outcome.better, twice
        yield f"{outcome.name}: worse", outcome.worse, twice
        yield f"{outcome.name}: changed by less than its threshold", outcome.unchanged, twice
        yield f"{outcome.name}: not comparable", outcome.not_comparable, twice
        yield f"{outcome.name}: answered once", outcome.once, ""
    yield "staff_minutes_30", found.staff_minutes, ""
    yield "live_contacts_30", found.live_contacts, ""
    yield "clients_with_staff_time_30", found.with_time, ""
    yield "graduated_365", found.graduated, ""
    for reason, number in found.stops.items():
        yield f"stopped_{reason}_365", number, sum(found.stops.values())
