"""Time spent on clients in thirty days as a table; no spreadsheet runs anything in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clinic.domain.access import Permission
from clinic.domain.csv_text import harmless
from clinic.domain.errors import Forbidden
from clinic.domain.staff_time import TimePeriod
from clinic.services import audit
from clinic.services.actors import Actor
from clinic.services.clients import staff_time
from clinic.services.clients.staff_time import ClientTime
from clinic.services.files.findings_csv import csv_of
from clinic.services.transaction import transaction

COLUMNS = ("client", "client_id", "first_day", "last_day", "minutes", "live_contacts", "days_with_data")


def staff_time_csv(actor: Actor, period: TimePeriod) -> bytes:
    """Each client for whom time was noted; the trail says so. Forbidden for who takes out no records."""
    found = staff_time.by_client(actor, period)
    if not actor.may(Permission.TAKE_OUT_RECORDS):
        raise Forbidden("A practitioner or the owner takes out a list of clients.")
    with transaction():
        audit.record(actor, "staff_time.taken_out", clients=len(found))
    return csv_of(COLUMNS, _rows(found, period))


def _rows(found: Sequence[ClientTime], period: TimePeriod) -> Iterator[list[str]]:
    days = [period.first.isoformat(), period.last.isoformat()]
    for each in found:
        counted = (each.total.minutes, each.total.live_contacts, each.total.days_with_data)
        yield [harmless(each.client.name), str(each.client.id), *days, *map(str, counted)]
