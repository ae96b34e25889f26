"""Two assessments of a client held against each other field by field, and each measure over time."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import MEASURED, AssessmentTest, BatteryItem, Field, Threshold, ThresholdKind
from clinic.domain.comparison import Outcome, Scale, Taken, Verdict, Way, compare, difference
from clinic.domain.errors import NotFound
from clinic.domain.findings import Place, Value
from clinic.domain.types import FieldKind, Side
from clinic.models import Assessment, Client
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.assessments import history, reading
from clinic.services.assessments.history import Record
from clinic.services.assessments.reading import Spot, Values


@dataclass(frozen=True, slots=True)
class Compared:
    """One place of both assessments; `threshold` is what the difference was held against."""

    spot: Spot
    first: Value | None
    latest: Value | None
    outcome: Outcome
    threshold: Threshold | None


@dataclass(frozen=True, slots=True)
class Measured:
    """A number of both assessments, and what the difference is called."""

    spot: Spot
    first: float
    latest: float
    verdict: Verdict
    by: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A client's signed assessments, oldest first, and two of them held against each other.

    `between` are those taken between the two; they are read only where somebody asked for them.
    """

    client: Client
    all: Sequence[Assessment]
    first: Record
    latest: Record
    between: Sequence[Record]
    rows: Sequence[Compared]


@dataclass(frozen=True, slots=True)
class Series:
    """What one measure did over all assessments, on one side, measured in one way; None is a gap."""

    spot: Spot
    way: Way
    values: Sequence[float | None]


def compared(
    items: Iterable[BatteryItem], first: Values, latest: Values, earlier_items: Iterable[BatteryItem] = ()
) -> list[Compared]:
    """Every place recorded in either, in the order of the items; places of earlier items alone come last."""
    tests, before = _tests(items), _tests(earlier_items) or _tests(items)
    return list(_compared(tests, before, first, latest))


def outcome_of(spot: Spot, first: Record, latest: Record, *, first_value: Value) -> Outcome:
    """What became of one place, from a value it had in the first assessment."""
    now = latest.values.get(spot.place)
    later = next((each.test for each in latest.items if each.test.id == spot.test.id), spot.test)
    one = Taken(first_value, way_of(spot.test, first.values), spot.test.version)
    return compare(
        scale_of(spot.test, spot.field)[0], one, _taken(now, way_of(later, latest.values), later.version)
    )


def measured(items: Iterable[BatteryItem], first: Values, latest: Values) -> list[Measured]:
    """The numbers recorded both times, without grades and pain, as a report tells of them."""
    return [
        Measured(row.spot, row.first, row.latest, row.outcome.verdict, difference(row.first, row.latest))
        for row in compared(items, first, latest)
        if row.spot.field.kind in MEASURED and isinstance(row.first, float) and isinstance(row.latest, float)
    ]


def scale_of(test: AssessmentTest, field: Field) -> tuple[Scale, Threshold | None]:
    """How a field's values are held against each other, and by what threshold."""
    threshold = change_threshold(test, field) if field.is_numeric else None
    scale = Scale(
        kind=field.kind,
        better=field.better,
        limit=threshold.value if threshold else None,
        codes=tuple(code for code, _ in field.options),
        abnormal=field.abnormal.codes if field.abnormal else (),
    )
    return scale, threshold


def change_threshold(test: AssessmentTest, field: Field) -> Threshold | None:
    """The test's own threshold of change, or the usual one of such fields; None where there is none."""
    own = reading.threshold(test, field, ThresholdKind.CHANGE)
    return own or load_catalogue().usual.get(field.kind)


def way_of(test: AssessmentTest, values: Values) -> dict[str, Value | None]:
    """How a test was measured: each of its ways, None where it was not noted."""
    return {field.id: values.get(Place(test.id, field.id, Side.NONE)) for field in test.fields if field.way}


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
    rows = compared(latest.items, first.values, latest.values, first.items)
    return Comparison(client, signed, first, latest, read[1:-1], rows)


def trends_of(actor: Actor, client_id: uuid.UUID) -> tuple[Client, list[Record], list[Series]]:
    """Everything measured in at least two signed assessments, by way of measuring: four queries."""
    client = access.client_for(actor, client_id)
    records = history.records(history.signed_of(client.practice_id, client.id))
    return client, records, list(series(records))


def series(records: Sequence[Record]) -> Iterator[Series]:
    """One series for each measure, side and way of measuring that has at least two values."""
    found: dict[tuple[Place, tuple[tuple[str, Value | None], ...], int], list[float | None]] = {}
    spots: dict[tuple[Place, int], Spot] = {}
    for number, record in enumerate(records):
        for spot in reading.spots(record.items):
            value = record.values.get(spot.place)
            if not spot.field.is_numeric or not isinstance(value, float):
                continue
            measured = spot.field.kind not in (FieldKind.GRADE, FieldKind.PAIN)
            way = tuple(way_of(spot.test, record.values).items()) if measured else ()
            key = spot.place, way, spot.test.version
            found.setdefault(key, [None] * len(records))[number] = value
            spots[spot.place, spot.test.version] = spot
    for (place, way, version), values in found.items():
        if sum(value is not None for value in values) > 1:
            yield Series(spots[place, version], dict(way), values)


def _tests(items: Iterable[BatteryItem]) -> dict[str, BatteryItem]:
    return {item.test.id: item for item in items}


def _compared(
    tests: Mapping[str, BatteryItem], before: Mapping[str, BatteryItem], first: Values, latest: Values
) -> Iterator[Compared]:
    for key in (*tests, *(key for key in before if key not in tests)):
        item, earlier = tests.get(key), before.get(key)
        test = (item or before[key]).test
        was, now = way_of((earlier or tests[key]).test, first), way_of(test, latest)
        versions = (earlier or tests[key]).test.version, test.version
        for field in _fields(earlier, item):
            if field.way or field.kind is FieldKind.TEXT:
                continue
            scale, threshold = scale_of(test, field)
            for side in reading.sides_of(field):
                place = Place(key, field.id, side)
                one, two = first.get(place), latest.get(place)
                if one is None and two is None:
                    continue
                outcome = compare(scale, _taken(one, was, versions[0]), _taken(two, now, versions[1]))
                yield Compared(Spot(place, test, field), one, two, outcome, threshold)


def _fields(*items: BatteryItem | None) -> Iterable[Field]:
    """The fields that either asked for, as the later one knows them."""
    asked: dict[str, Field] = {}
    for item in filter(None, items):
        asked |= {field.id: field for field in item.fields}
    return asked.values()


def _taken(value: Value | None, way: Way, version: int) -> Taken | None:
    return None if value is None else Taken(value, way, version)
