"""Reading an assessment: its name, the tests it asks for, and its findings as values by place."""

from __future__ import annotations

from collections.abc import Iterable

from clinic.domain.assessment import BatteryItem
from clinic.domain.findings import Place, Value
from clinic.domain.spots import with_note
from clinic.models import Assessment, Finding
from clinic.services.batteries import offered as batteries


def name_of(assessment: Assessment) -> str:
    """What the assessment is called."""
    return batteries.title_of(assessment)


def items_of(assessment: Assessment) -> tuple[BatteryItem, ...]:
    """The tests asked for, in order, each as it stood when the assessment was begun."""
    return tuple(with_note(item) for item in batteries.items_of(assessment))


def values_of(findings: Iterable[Finding]) -> dict[Place, Value]:
    """What was recorded, by place."""
    return {place_of(each): value_of(each) for each in findings}


def place_of(finding: Finding) -> Place:
    """Where a finding stands."""
    return Place(finding.test_key, finding.field_key, finding.side)


def value_of(finding: Finding) -> Value:
    """The number or the text of a finding."""
    if finding.value_number is not None:
        return finding.value_number
    assert finding.value_text is not None
    return finding.value_text
