"""Amendments: what is added to a signed assessment, and how it reads with them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from clinic.domain.findings import Place, Value, Values


@dataclass(frozen=True, slots=True)
class AddedAmendment:
    """One amendment as it is read: a corrected value with its place, a note, or both."""

    id: uuid.UUID
    place: Place | None
    old: Value | None
    new: Value | None
    note: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AmendedPlace:
    """What was signed at a place that is amended, None where nothing was; and why it reads otherwise now."""

    signed: Value | None
    reason: str
    by: str
    at: datetime


def overlaid(
    values: Values, added: Iterable[AddedAmendment]
) -> tuple[dict[Place, Value], dict[Place, AmendedPlace]]:
    """The values as they read with their amendments, and what was signed at each place that one corrects."""
    effective, amended = dict(values), {}
    for each in added:
        if each.place is None:
            continue
        amended[each.place] = AmendedPlace(values.get(each.place), each.reason, each.by, each.at)
        effective.pop(each.place, None)
        if each.new is not None:
            effective[each.place] = each.new
    return effective, amended
