"""Every finding of a client, as it leaves the practice in a file: drafts too, and what was amended."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from clinic.domain.amendments import AmendedPlace
from clinic.domain.assessment import AssessmentTest, Field
from clinic.domain.findings import NONE_SEEN, Place, Value
from clinic.domain.spots import spots_of
from clinic.domain.types import AssessmentStatus, FieldKind
from clinic.extensions import db
from clinic.models import Assessment, Client, Practice
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.assessments import history
from clinic.services.assessments.history import AssessmentRecord

PEOPLE = (joinedload(Assessment.author), joinedload(Assessment.signer))
WITH_PEOPLE = (joinedload(Assessment.client), *PEOPLE)


@dataclass(frozen=True, slots=True)
class Findings:
    """A client of a practice with assessments, oldest first."""

    practice: Practice
    client: Client
    records: Sequence[AssessmentRecord]


@dataclass(frozen=True, slots=True)
class RecordedValue:
    """One value of a record; None is one that was withdrawn. A test that is not kept any more is None too."""

    place: Place
    test: AssessmentTest | None
    field: Field | None
    value: Value | None
    amended: AmendedPlace | None


def of_client(actor: Actor, client_id: uuid.UUID) -> Findings:
    """All of a client's; staff only. Four queries."""
    return of(access.client_for(actor, client_id), access.practice_of(actor))


def of(client: Client, practice: Practice, *, signed_only: bool = False) -> Findings:
    """All of a client somebody was let through to, or those that were signed. Three queries."""
    query = (
        select(Assessment)
        .where(Assessment.practice_id == client.practice_id, Assessment.client_id == client.id)
        .order_by(Assessment.taken_on, Assessment.created_at, Assessment.id)
        .options(*PEOPLE)
    )
    if signed_only:
        query = query.where(Assessment.status == AssessmentStatus.SIGNED)
    found = db.session.scalars(query).all()
    return Findings(practice, client, history.records(found))


def of_assessment(actor: Actor, assessment_id: uuid.UUID) -> Findings:
    """Those of one assessment; staff only. Three queries."""
    found = access.assessment_for(actor, assessment_id, *WITH_PEOPLE)
    return Findings(access.practice_of(actor), found.client, history.records([found]))


def told(record: AssessmentRecord) -> Iterator[RecordedValue]:
    """Every value of a record in the order it is filled in, and those whose test is not kept any more."""
    left = {*record.values, *record.amended}
    for spot in spots_of(record.items):
        if spot.place in left:
            left.discard(spot.place)
            yield _told(record, spot.place, spot.test, spot.field)
    for place in sorted(left):
        yield _told(record, place, None, None)


def in_words(field: Field | None, value: Value) -> str:
    """A value in the words of its field: "Positive", "35", "Heels lift, Knees in"."""
    if not isinstance(value, str):
        meaning = dict(field.options).get(f"{value:g}") if field else None
        return f"{value:g}, {meaning}" if meaning else f"{value:g}"
    if field is None:
        return value
    names = {**dict(field.options), NONE_SEEN: "None seen"}
    if field.kind is FieldKind.FAULTS:
        return ", ".join(names.get(code, code) for code in value.split())
    return dict(field.options).get(value, value)


def _told(
    record: AssessmentRecord, place: Place, test: AssessmentTest | None, field: Field | None
) -> RecordedValue:
    return RecordedValue(place, test, field, record.values.get(place), record.amended.get(place))
