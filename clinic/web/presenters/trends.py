"""What each measure did over a client's assessments: one drawing for each measure and way of measuring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil, floor

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import Field
from clinic.domain.dates import day_in_words
from clinic.domain.finding_changes import MeasureSeries
from clinic.domain.findings import in_figures, with_unit
from clinic.domain.thresholds import change_threshold, norm_of
from clinic.domain.types import Section, Side
from clinic.services.assessments.history import AssessmentRecord
from clinic.web.presenters.assessments import SECTION_WORDS, SIDE_WORDS, field_name, lower_first, value_words

LEFT, RIGHT, TOP, BOTTOM = 34.0, 300.0, 14.0, 128.0  # the ends of the drawing
APART = 15.0  # least distance of two words at the right
STEPS = (1, 2, 5, 10, 20, 50, 100)
SHORT = 10  # scales of so many points are drawn from end to end
NOT_HELD = "No published threshold says how much of this is a change."


@dataclass(frozen=True, slots=True)
class TrendLine:
    """One side: its strokes, broken where nothing was taken, its points, and its word at the end."""

    side: str
    path: str
    dots: tuple[tuple[float, float], ...]
    words: str
    word_y: float


@dataclass(frozen=True, slots=True)
class TrendScale:
    """The numbers at the bottom and at the top of a drawing."""

    low: float
    high: float

    @classmethod
    def over(cls, values: Sequence[float], norm: tuple[float, float] | None) -> TrendScale:
        """A scale with room for all values and for what is usual, from and to a round number."""
        ends = [*values, *(norm or ())]
        span = max(ends) - min(ends)
        step = next((each for each in STEPS if span <= each * 4), STEPS[-1])
        low, high = floor(min(ends) / step) * step, ceil(max(ends) / step) * step
        return cls(low, high + step * ((high - low) // step % 2 if high > low else 2))

    @classmethod
    def of(cls, field: Field, values: Sequence[float], norm: tuple[float, float] | None) -> TrendScale:
        """The whole of a short scale, so that one point of ten looks like one; else room for the values."""
        low, high = field.minimum, field.maximum
        if low is None or high is None or high - low > SHORT:
            return cls.over(values, norm)
        return cls(low, high)

    @property
    def levels(self) -> tuple[float, ...]:
        """Where the scale has a line: both ends, and the middle where that is a whole number."""
        middle = (self.low + self.high) / 2
        return (self.low, middle, self.high) if middle.is_integer() else (self.low, self.high)

    def y(self, value: float) -> float:
        """How far down a value lies."""
        return round(BOTTOM - (value - self.low) * (BOTTOM - TOP) / (self.high - self.low), 1)


@dataclass(frozen=True, slots=True)
class Trend:
    """One drawing with the numbers under it; `rows` are a day with a value for each line, None for a gap."""

    key: str
    title: str
    way: str
    held: str
    lines: tuple[TrendLine, ...]
    levels: tuple[tuple[float, str], ...]
    band: tuple[float, float, str] | None
    days: tuple[str, str]
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class TrendSection:
    """The drawings of one section, and in words what never changed."""

    key: str
    title: str
    trends: tuple[Trend, ...]
    steady: tuple[str, ...]


def sections(
    records: Sequence[AssessmentRecord], found: Sequence[MeasureSeries], today: date
) -> list[TrendSection]:
    """Every measure taken at least twice in the same way, by section and in the order of the tests."""
    told = []
    for section in Section:
        here = [each for each in found if each.spot.test.section is section]
        if here:
            measures = _measures(here)
            moved = [group for group in measures if not _is_steady(group)]
            drawn = tuple(_trend(number, records, group, today) for number, group in enumerate(moved))
            steady = tuple(_steady_words(group) for group in measures if _is_steady(group))
            told.append(TrendSection(section.value, SECTION_WORDS[section], drawn, steady))
    return told


def _measures(found: Sequence[MeasureSeries]) -> list[list[MeasureSeries]]:
    """The sides of each measure and way together, the ways of one measure one after the other."""
    measures: dict[tuple[str, str], dict[tuple[str, int], list[MeasureSeries]]] = {}
    for series in found:
        spot = series.spot
        ways = measures.setdefault((spot.test.id, spot.field.id), {})
        ways.setdefault((repr(sorted(series.way.items())), spot.test.version), []).append(series)
    return [group for ways in measures.values() for group in ways.values()]


def _is_steady(group: Sequence[MeasureSeries]) -> bool:
    return all(len({value for value in series.values if value is not None}) == 1 for series in group)


def _steady_words(group: Sequence[MeasureSeries]) -> str:
    spot = group[0].spot
    return f"{field_name(spot.test, spot.field, Side.NONE)}: {_message(group, spot.field.unit)}"


def _trend(
    number: int, records: Sequence[AssessmentRecord], group: Sequence[MeasureSeries], today: date
) -> Trend:
    spot, unit = group[0].spot, group[0].spot.field.unit
    at = [each for each in range(len(records)) if any(series.values[each] is not None for series in group)]
    span = slice(at[0], at[-1] + 1)
    values = [series.values[span] for series in group]
    days = [record.taken_on for record in records[span]]
    norm = _norm(group[0])
    scale = TrendScale.of(spot.field, [value for line in values for value in line if value is not None], norm)
    threshold = change_threshold(spot.test, spot.field, load_catalogue().usual)
    words = [day_in_words(day, today) for day in days]
    return Trend(
        key=f"{spot.test.section.value}-{number}",
        title=f"{field_name(spot.test, spot.field, Side.NONE)}: {_message(group, unit)}",
        way=_way(group[0]),
        held=threshold.text if threshold else NOT_HELD,
        lines=_apart(
            [_line(series, line, _places(days), scale) for series, line in zip(group, values, strict=True)]
        ),
        levels=tuple((scale.y(level), in_figures(level)) for level in scale.levels),
        band=(scale.y(norm[1]), scale.y(norm[0]), f"usual {in_figures(norm[0])}–{in_figures(norm[1])}")
        if norm
        else None,
        days=(words[0], words[-1]),
        columns=tuple(SIDE_WORDS[series.spot.place.side] or "Value" for series in group),
        rows=tuple(_numbers(words, values, unit)),
    )


def _numbers(
    days: Sequence[str], values: Sequence[Sequence[float | None]], unit: str
) -> Iterator[tuple[str | None, ...]]:
    for day, *line in zip(days, *values, strict=True):
        yield str(day), *(None if value is None else with_unit(float(value), unit) for value in line)


def _norm(series: MeasureSeries) -> tuple[float, float] | None:
    found = norm_of(series.spot.test, series.spot.field, series.way.get("position"))
    return found.range if found else None


def _way(series: MeasureSeries) -> str:
    """How it was measured, or what was not noted of that."""
    test = series.spot.test
    told = []
    for key, value in series.way.items():
        field = test.field(key)
        told.append(
            value_words(field, value) if value is not None else f"{lower_first(field.label)} not noted"
        )
    return ", ".join(told)


def _message(group: Sequence[MeasureSeries], unit: str) -> str:
    """What the drawing says: "left from 22° to 35°, right from 28° to 33°"."""
    told = []
    for series in group:
        known = [value for value in series.values if value is not None]
        first, last = with_unit(known[0], unit), with_unit(known[-1], unit)
        side = SIDE_WORDS[series.spot.place.side].lower()
        moved = f"{first} throughout" if len(set(known)) == 1 else f"from {first} to {last}"
        told.append(f"{side} {moved}".strip())
    return ", ".join(told)


def _places(days: Sequence[date]) -> list[float]:
    """Where the days stand, by their distance in time."""
    span = (days[-1] - days[0]).days or 1
    return [round(LEFT + (day - days[0]).days * (RIGHT - LEFT) / span, 1) for day in days]


def _line(
    series: MeasureSeries, values: Sequence[float | None], places: Sequence[float], scale: TrendScale
) -> TrendLine:
    points = [None if value is None else (x, scale.y(value)) for x, value in zip(places, values, strict=True)]
    path, pen = "", False
    for point in points:
        if point is not None:
            path += f"{'L' if pen else 'M'}{point[0]} {point[1]}"
        pen = point is not None
    last = max(number for number, point in enumerate(points) if point is not None)
    dots = tuple(point for point in points if point is not None)
    value = values[last]
    side = SIDE_WORDS[series.spot.place.side]
    words = f"{side[:1]} {with_unit(value, series.spot.field.unit) if value is not None else ''}".strip()
    return TrendLine(side, path, dots, words, dots[-1][1])


def _apart(lines: Sequence[TrendLine]) -> tuple[TrendLine, ...]:
    """Two words at the right never lie on each other."""
    if len(lines) < 2 or abs(lines[0].word_y - lines[1].word_y) >= APART:
        return tuple(lines)
    middle = min(max((lines[0].word_y + lines[1].word_y) / 2, TOP + APART / 2), BOTTOM - APART / 2)
    upper = 0 if lines[0].word_y <= lines[1].word_y else 1
    return tuple(
        replace(line, word_y=round(middle + (-APART / 2 if number == upper else APART / 2), 1))
        for number, line in enumerate(lines)
    )
