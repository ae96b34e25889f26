"""Findings as rows: those of an assessment as they stand, and what a section puts in their place."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from clinic.domain.findings import Place, Value
from clinic.extensions import db
from clinic.models import Assessment, Finding
from clinic.services.assessments import reading
from clinic.services.assessments.layout import Layout


def stored(assessment: Assessment) -> dict[Place, Finding]:
    """The findings by place, as the database has them now."""
    query = select(Finding).where(
        Finding.practice_id == assessment.practice_id, Finding.assessment_id == assessment.id
    )
    rows = db.session.scalars(query.execution_options(populate_existing=True))
    return {reading.place_of(row): row for row in rows}


def write(
    assessment: Assessment,
    rows: Mapping[Place, Finding],
    laid: Layout,
    values: Mapping[Place, Value],
    as_normal: frozenset[str],
) -> int:
    """Put the values of a section in the place of its rows; returns how many rows changed."""
    changed = 0
    for name, spot in laid.spots.items():
        row, value = rows.get(spot.place), values.get(spot.place)
        if value is None:
            if row is not None:
                db.session.delete(row)
                changed += 1
            continue
        if row is None:
            row = _new_row(assessment, spot.place)
        elif reading.value_of(row) == value and row.as_normal == (name in as_normal):
            continue
        row.value_number, row.value_text = (None, value) if isinstance(value, str) else (value, None)
        row.unit = spot.field.unit or None
        row.as_normal = name in as_normal
        changed += 1
    return changed


def _new_row(assessment: Assessment, place: Place) -> Finding:
    row = Finding(
        practice_id=assessment.practice_id,
        assessment_id=assessment.id,
        test_key=place.test,
        field_key=place.field,
        side=place.side,
    )
    db.session.add(row)
    return row
