"""Which measures a client sees of what was found, first against latest; kept as assessments are signed."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from clinic.catalogue import load_catalogue
from clinic.catalogue.plain_words import plain_words
from clinic.domain.access import Permission
from clinic.domain.change import ChangeOutcome
from clinic.domain.errors import Forbidden
from clinic.domain.finding_changes import outcome_since
from clinic.domain.findings import Place
from clinic.domain.spots import Spot, spots_of
from clinic.extensions import db
from clinic.models import Client, SharedFinding
from clinic.models.base import given
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.assessments import history
from clinic.services.assessments.history import AssessmentRecord
from clinic.services.clock import now
from clinic.services.transaction import one_at_a_time, transaction

_SHARED = select(SharedFinding).where(given(SharedFinding.practice_id), given(SharedFinding.client_id))


@dataclass(frozen=True, slots=True)
class MeasuredValue:
    """A number that was measured, and the day of it."""

    value: float
    on: date


@dataclass(frozen=True, slots=True)
class ShareableFinding:
    """A measure there are plain words for: its first value, and the latest where it was taken again."""

    spot: Spot
    first: MeasuredValue
    latest: MeasuredValue | None
    outcome: ChangeOutcome | None
    is_shared: bool = False


def offered(actor: Actor, client_id: uuid.UUID) -> Sequence[ShareableFinding]:
    """What can be shared with a client of the practice, in the order of the tests; staff only.

    Five queries, and one more where own tests are among them.
    """
    client = access.client_for(actor, client_id)
    shared = {_place(row) for row in _rows(client)}
    return [
        ShareableFinding(each.spot, each.first, each.latest, each.outcome, place in shared)
        for place, each in _measured(client).items()
    ]


def share(actor: Actor, client_id: uuid.UUID, names: Collection[str]) -> None:
    """Let the client see these measures, by the names of their places, and no others."""
    with transaction():
        client = access.client_for(actor, client_id)
        if not actor.may(Permission.SHARE_FINDINGS):
            raise Forbidden("A practitioner or the owner chooses what a client sees.")
        one_at_a_time(Client, client.id)
        known = _measured(client)
        wanted = {place for place in known if place.name in names}
        before = {_place(row): row for row in _rows(client)}
        for place in before.keys() - wanted:
            db.session.delete(before[place])
        for place in wanted - before.keys():
            db.session.add(_new(actor, client, place))
        db.session.flush()
        keep(client)
        if wanted != before.keys():
            audit.record(actor, "findings.shared", client_id=client.id, number=len(wanted))


def keep(client: Client) -> None:
    """Make what is shared anew out of the signed assessments, within the caller's transaction."""
    shared = _rows(client)
    if not shared:
        return
    known = _measured(client)
    for row in shared:
        _write(row, known.get(_place(row)))


def _write(row: SharedFinding, found: ShareableFinding | None) -> None:
    first, latest = (found.first, found.latest) if found else (None, None)
    row.unit = found.spot.field.unit if found else row.unit
    row.first_value, row.first_on = (first.value, first.on) if first else (None, None)
    row.latest_value, row.latest_on = (latest.value, latest.on) if latest else (None, None)
    row.verdict = found.outcome.verdict if found and found.outcome else None


def _new(actor: Actor, client: Client, place: Place) -> SharedFinding:
    return SharedFinding(
        practice_id=client.practice_id,
        client_id=client.id,
        test_key=place.test,
        field_key=place.field,
        side=place.side,
        unit="",
        shared_by=actor.user_id,
        shared_at=now(),
    )


def _rows(client: Client) -> list[SharedFinding]:
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    return list(db.session.scalars(_SHARED, whose))


def _measured(client: Client) -> Mapping[Place, ShareableFinding]:
    """Every measure with plain words that was taken, in the order of the latest assessment's tests."""
    records = history.records(history.signed_of(client.practice_id, client.id))
    spots: dict[Place, Spot] = {}
    for record in reversed(records):
        for spot in spots_of(record.items):
            if spot.place in record.values and _has_words(spot):
                spots.setdefault(spot.place, spot)
    found = ((place, _first_and_latest(spot, records)) for place, spot in spots.items())
    return {place: each for place, each in found if each is not None}


def _has_words(spot: Spot) -> bool:
    test = plain_words().get(spot.test.id)
    return test is not None and spot.field.id in test.measures


def _first_and_latest(spot: Spot, records: Sequence[AssessmentRecord]) -> ShareableFinding | None:
    taken = [
        (record, value) for record in records if isinstance(value := record.values.get(spot.place), float)
    ]
    if not taken:
        return None
    (first, before), (latest, after) = taken[0], taken[-1]
    start = MeasuredValue(before, first.taken_on)
    if latest is first:
        return ShareableFinding(spot, start, None, None)
    outcome = outcome_since(spot, before, first, latest, load_catalogue().usual)
    return ShareableFinding(spot, start, MeasuredValue(after, latest.taken_on), outcome)


def _place(row: SharedFinding) -> Place:
    return Place(row.test_key, row.field_key, row.side)
