"""Values of one test that do not go together: nobody is corrected, the practitioner is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clinic.domain.assessment import BatteryItem, Field
from clinic.domain.findings import Place, Values
from clinic.domain.spots import Spot, spots_of
from clinic.domain.types import FieldKind, Side, TestResult

FAMILIAR = ("yes", "no", "not_asked")  # the answers of "familiar pain", whatever a practice calls its field


def negative_with_familiar_pain(items: Iterable[BatteryItem], values: Values) -> Iterator[Spot]:
    """Results that are negative although the test brought the pain that the client came with."""
    items = tuple(items)
    for spot in spots_of(items):
        if spot.field.kind is FieldKind.RESULT and values.get(spot.place) == TestResult.NEGATIVE:
            item = next(each for each in items if each.test.id == spot.test.id)
            if any(_is_familiar(item, field, spot.place.side, values) for field in item.fields):
                yield spot


def _is_familiar(item: BatteryItem, field: Field, side: Side, values: Values) -> bool:
    if tuple(code for code, _ in field.options) != FAMILIAR:
        return False
    # what is asked once counts for both sides, and a result of both sides for each of them
    sides = {side, Side.NONE} if side is not Side.NONE else set(Side)
    return any(values.get(Place(item.test.id, field.id, each)) == "yes" for each in sides)
