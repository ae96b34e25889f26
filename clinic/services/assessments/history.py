"""A client's signed assessments as they read now: what was signed, with the amendments over it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import and_, bindparam, inspect, or_, select, type_coerce
from sqlalchemy.orm import joinedload
from sqlalchemy.types import NullType

from clinic.domain.amendments import AddedAmendment, AmendedPlace, overlaid
from clinic.domain.assessment import BatteryItem
from clinic.domain.findings import Place, Value, Values
from clinic.domain.types import AssessmentStatus, Side
from clinic.extensions import db
from clinic.models import Amendment, Assessment, Finding, User
from clinic.models.base import points_at
from clinic.services.assessments import reading

RAW = NullType()
SIDES = {side.value: side for side in Side}


@dataclass(frozen=True)
class AssessmentRecord:
    """One signed assessment as it reads now; `amended` are the places where that is not what was signed."""

    assessment: Assessment
    values: Values
    amended: Mapping[Place, AmendedPlace]
    added: Sequence[AddedAmendment] = ()

    @cached_property
    def items(self) -> tuple[BatteryItem, ...]:
        """What it asks for; worked out for those alone that are read item by item."""
        return reading.items_of(self.assessment)

    @property
    def id(self) -> uuid.UUID:
        """The assessment's own."""
        return self.assessment.id

    @property
    def taken_on(self) -> date:
        """The day it was taken."""
        return self.assessment.taken_on


@dataclass(frozen=True, slots=True)
class EarlierFindings:
    """The findings of the last signed assessment before another one."""

    assessment_id: uuid.UUID
    taken_on: date
    values: Values


# Made once: each costs a page more to put together than the database to answer.
_SIGNED = (
    select(Assessment)
    .where(
        Assessment.practice_id == bindparam("practice_id"),
        Assessment.client_id == bindparam("client_id"),
        Assessment.status == AssessmentStatus.SIGNED,
    )
    .order_by(Assessment.taken_on, Assessment.created_at)
)
_AMENDMENTS = (
    select(Amendment, User.name)
    .join(User, points_at(Amendment.made_by, User))
    .where(
        Amendment.practice_id == bindparam("practice_id"),
        Amendment.assessment_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(Amendment.made_at, Amendment.id)
)
_FINDINGS = (
    select(
        type_coerce(Finding.assessment_id, RAW),
        Finding.test_key,
        Finding.field_key,
        type_coerce(Finding.side, RAW),
        Finding.value_number,
        Finding.value_text,
    )
    .select_from(inspect(Finding).local_table)
    .where(
        Finding.practice_id == bindparam("practice_id"),
        Finding.assessment_id.in_(bindparam("ids", expanding=True)),
    )
)


def signed_of(practice_id: uuid.UUID, client_id: uuid.UUID) -> list[Assessment]:
    """A client's signed assessments, oldest first: one query."""
    return list(db.session.scalars(_SIGNED, {"practice_id": practice_id, "client_id": client_id}))


def records(assessments: Sequence[Assessment]) -> list[AssessmentRecord]:
    """Signed assessments of one practice with what they say now, in the order given: two queries."""
    if not assessments:
        return []
    practice_id, ids = assessments[0].practice_id, [each.id for each in assessments]
    values, added = _values(practice_id, ids), amendments(practice_id, ids)
    return [record_of(each, values.get(each.id, {}), added.get(each.id, ())) for each in assessments]


def amendments(
    practice_id: uuid.UUID, assessment_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[AddedAmendment]]:
    """The amendments of some assessments, each with its maker's name, oldest first: one query."""
    found: dict[uuid.UUID, list[AddedAmendment]] = {}
    asked = {"practice_id": practice_id, "ids": list(assessment_ids)}
    for row, name in db.session.execute(_AMENDMENTS, asked):
        found.setdefault(row.assessment_id, []).append(_added(row, name))
    return found


def effective(assessment: Assessment) -> dict[Place, Value]:
    """What an assessment says now. One query besides its findings, none for a draft."""
    values = reading.values_of(assessment.findings)
    if assessment.status is AssessmentStatus.DRAFT:
        return values
    added = amendments(assessment.practice_id, [assessment.id])
    return overlaid(values, added.get(assessment.id, ()))[0]


def earlier(assessment: Assessment) -> EarlierFindings | None:
    """The last signed assessment taken before this one, as it reads now: two queries."""
    query = (
        select(Assessment)
        .where(
            Assessment.practice_id == assessment.practice_id,
            Assessment.client_id == assessment.client_id,
            Assessment.id != assessment.id,
            Assessment.status == AssessmentStatus.SIGNED,
            or_(
                Assessment.taken_on < assessment.taken_on,
                and_(
                    Assessment.taken_on == assessment.taken_on,
                    Assessment.created_at < assessment.created_at,
                ),
            ),
        )
        .order_by(Assessment.taken_on.desc(), Assessment.created_at.desc())
        .limit(1)
        .options(joinedload(Assessment.findings))  # one row: joined, it is one query less
    )
    found = db.session.scalars(query).unique().one_or_none()
    return EarlierFindings(found.id, found.taken_on, effective(found)) if found else None


def _values(practice_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[Place, Value]]:
    """The findings of some assessments as the driver gives them.

    A client has a thousand: an object, a key and a member of a set made for each cost more than all else.
    """
    found: dict[uuid.UUID, dict[Place, Value]] = {each: {} for each in ids}
    by_key: dict[uuid.UUID | str, dict[Place, Value]] = {each.hex: found[each] for each in ids} | found
    asked = {"practice_id": practice_id, "ids": list(ids)}
    rows: Sequence[Any] = db.session.connection().execute(_FINDINGS, asked).all()
    known: dict[tuple[str, str, str], Place] = {}  # each place comes again with each assessment
    for key, test, field, side, number, text in rows:
        told = test, field, side
        if (place := known.get(told)) is None:
            place = known[told] = Place(test, field, SIDES[side])
        by_key[key][place] = text if number is None else number
    return found


def record_of(assessment: Assessment, values: Values, added: Iterable[AddedAmendment]) -> AssessmentRecord:
    """An assessment as it reads now, of the findings and amendments given."""
    now, amended = overlaid(values, added)
    return AssessmentRecord(assessment, now, amended, tuple(added))


def _added(row: Amendment, name: str) -> AddedAmendment:
    place = None
    if row.test_key is not None and row.field_key is not None and row.side is not None:
        place = Place(row.test_key, row.field_key, row.side)
    old = row.old_text if row.old_number is None else row.old_number
    new = row.new_text if row.new_number is None else row.new_number
    return AddedAmendment(row.id, place, old, new, row.note or "", row.reason, name, row.made_at)
