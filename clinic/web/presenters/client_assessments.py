"""A client's assessments on their page: drafts to go on with, signed ones, what changed since the first."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic.domain.change import REAL_CHANGE
from clinic.domain.dates import day_in_words
from clinic.domain.types import AssessmentStatus
from clinic.models import Assessment
from clinic.services.assessments import reading
from clinic.services.assessments.comparisons import compared
from clinic.services.assessments.recording import ClientAssessments
from clinic.web.presenters.comparisons import ComparisonGroup, rows_between

MOST_CHANGES = 8  # on the client's page; the comparison has them all


@dataclass(frozen=True, slots=True)
class ListLine:
    """One assessment in a client's list."""

    id: uuid.UUID
    day: str
    name: str
    is_draft: bool
    by: str


def client_page(held: ClientAssessments, mistake: str, today: date) -> dict[str, object]:
    """What the page shows."""
    lines = [_line(each, today) for each in held.all]
    return {
        "drafts": [line for line in lines if line.is_draft],
        "signed": [line for line in lines if not line.is_draft],
        "latest_id": held.latest.id if held.latest else None,
        **_changes(held, mistake, today),
    }


def _changes(held: ClientAssessments, mistake: str, today: date) -> dict[str, object]:
    first, latest = held.first, held.latest
    if first is None or latest is None:
        return {"changes": None, "days": (), "is_compared": False, "more": 0}
    found = compared(first, latest)
    rows = rows_between(
        [row for row in found if row.outcome.verdict in REAL_CHANGE], (first, latest), mistake
    )
    group = (
        ComparisonGroup("changed", "Changed since the first", tuple(rows[:MOST_CHANGES])) if rows else None
    )
    return {
        "changes": group,
        "days": _days((first.taken_on, latest.taken_on), today),
        "is_compared": True,
        "more": max(0, len(rows) - MOST_CHANGES),
    }


def _days(days: Sequence[date], today: date) -> tuple[str, ...]:
    return tuple(day_in_words(day, today) for day in days)


def _line(assessment: Assessment, today: date) -> ListLine:
    is_draft = assessment.status is AssessmentStatus.DRAFT
    person = assessment.author if is_draft or assessment.signer is None else assessment.signer
    return ListLine(
        id=assessment.id,
        day=day_in_words(assessment.taken_on, today),
        name=reading.name_of(assessment),
        is_draft=is_draft,
        by=f"{'begun' if is_draft else 'signed'} by {person.name}",
    )
