"""Two assessments of a client held against each other field by field, and each measure over time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from clinic.catalogue import load_catalogue
from clinic.domain.errors import NotFound
from clinic.domain.finding_changes import FindingChange, MeasureSeries, finding_changes, series
from clinic.models import Assessment, Client
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.assessments import history
from clinic.services.assessments.history import AssessmentRecord


@dataclass(frozen=True, slots=True)
class Comparison:
    """A client's signed assessments, oldest first, and two of them held against each other.

    `between` are those taken between the two; they are read only where somebody asked for them.
    """

    client: Client
    all: Sequence[Assessment]
    first: AssessmentRecord
    latest: AssessmentRecord
    between: Sequence[AssessmentRecord]
    rows: Sequence[FindingChange]


def compared(first: AssessmentRecord, latest: AssessmentRecord) -> list[FindingChange]:
    """Two records held against each other, with the catalogue's usual thresholds of change."""
    return finding_changes(first, latest, load_catalogue().usual)


def of_client(
    actor: Actor,
    client_id: uuid.UUID,
    first_id: uuid.UUID | None = None,
    latest_id: uuid.UUID | None = None,
    *,
    with_between: bool = False,
) -> Comparison | None:
    """First against latest, or any two; the earlier one is held against the later whichever way they came.

    None where there are not two signed ones; NotFound for one that is not this client's. Four queries, and
    one more where own tests are among them.
    """
    client = access.client_for(actor, client_id)
    signed = history.signed_of(client.practice_id, client.id)
    if len(signed) < 2:
        return None
    at = {each.id: number for number, each in enumerate(signed)}
    wanted = [first_id or signed[0].id, latest_id or signed[-1].id]
    if not set(wanted) <= at.keys():
        raise NotFound
    one, two = sorted(at[each] for each in wanted)
    chosen = signed[one : two + 1] if with_between else [signed[one], signed[two]]
    read = history.records(chosen)
    first, latest = read[0], read[-1]
    return Comparison(client, signed, first, latest, read[1:-1], compared(first, latest))


def trends_of(
    actor: Actor, client_id: uuid.UUID
) -> tuple[Client, list[AssessmentRecord], list[MeasureSeries]]:
    """Everything measured in at least two signed assessments, by way of measuring: four queries."""
    client = access.client_for(actor, client_id)
    records = history.records(history.signed_of(client.practice_id, client.id))
    return client, records, list(series(records))
