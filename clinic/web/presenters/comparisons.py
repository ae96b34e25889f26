"""Assessments held against each other in words: what changed first, and what it is held against."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from clinic.catalogue import load_catalogue
from clinic.domain.amendments import AmendedPlace
from clinic.domain.assessment import Field, Threshold
from clinic.domain.change import ChangeOutcome, ChangeReason, ChangeVerdict
from clinic.domain.dates import day_in_words
from clinic.domain.finding_changes import FindingChange
from clinic.domain.findings import Value, in_figures, with_unit
from clinic.domain.spots import Spot
from clinic.domain.types import FieldKind, Side
from clinic.models import Assessment
from clinic.services.assessments import reading
from clinic.services.assessments.comparisons import Comparison
from clinic.services.assessments.history import AssessmentRecord
from clinic.web.presenters.assessments import SIDE_WORDS, field_name, value_words
from clinic.web.presenters.evidence import CERTAINTY, sources_of

VERDICT_WORDS = {
    ChangeVerdict.BETTER: "Better",
    ChangeVerdict.WORSE: "Worse",
    ChangeVerdict.CHANGED: "Changed",
    ChangeVerdict.SAME: "Same",
    ChangeVerdict.WITHIN_ERROR: "Within error",
    ChangeVerdict.NO_THRESHOLD: "Not judged",
    ChangeVerdict.NOT_COMPARABLE: "Not comparable",
}
WHY_WORDS = {
    ChangeReason.NOT_THEN: "not recorded the first time",
    ChangeReason.NOT_NOW: "not recorded the second time",
    ChangeReason.NO_ANSWER: "not tested, or could not be done",
    ChangeReason.OTHER_VERSION: "another version of the test",
}
ICONS = {
    ChangeVerdict.BETTER: "circle-check",
    ChangeVerdict.WORSE: "triangle-alert",
    ChangeVerdict.CHANGED: "refresh-cw",
}
GROUPS = (
    ("changed", "Changed", (ChangeVerdict.WORSE, ChangeVerdict.BETTER, ChangeVerdict.CHANGED)),
    ("not-judged", "Different, with no published threshold", (ChangeVerdict.NO_THRESHOLD,)),
    ("steady", "Within measurement error", (ChangeVerdict.WITHIN_ERROR,)),
    ("same", "The same", (ChangeVerdict.SAME,)),
    ("not-comparable", "Not comparable", (ChangeVerdict.NOT_COMPARABLE,)),
)
FOLDED = frozenset({"same"})  # the longest and the least worth reading
NOT_HELD = frozenset({ChangeVerdict.SAME, ChangeVerdict.NO_THRESHOLD, ChangeVerdict.NOT_COMPARABLE})
ONCE = frozenset({ChangeReason.NOT_THEN, ChangeReason.NOT_NOW})  # recorded in one of the two alone
ORDER = [verdict for _, _, verdicts in GROUPS for verdict in verdicts]
SIGNED_UNITS = ("°", "s", "cm")  # a difference of counts stands without "of 3"


@dataclass(frozen=True, slots=True)
class AmendedCell:
    """An amended value of one assessment: what it reads now, what was signed, and why it is not that."""

    text: str
    was: str
    why: str


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One place of the assessments, earliest first, with what its difference is called and why."""

    name: str
    side: str
    cells: tuple[str | AmendedCell | None, ...]
    change: str
    verdict: str
    why: str
    kind: str
    icon: str
    source: int


@dataclass(frozen=True, slots=True)
class ComparisonGroup:
    """Rows that read alike; `is_folded` ones stand one press below."""

    key: str
    title: str
    rows: tuple[ComparisonRow, ...]
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class ThresholdStatement:
    """What differences are held against: the words, how sure we are, and the publications."""

    number: int
    text: str
    sure: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssessmentChoice:
    """An assessment that can be chosen."""

    id: uuid.UUID
    words: str


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """A comparison as its page shows it."""

    days: tuple[str, ...]
    groups: tuple[ComparisonGroup, ...]
    counts: tuple[tuple[str, str], ...]
    statements: tuple[ThresholdStatement, ...]
    choices: tuple[AssessmentChoice, ...]
    first_id: uuid.UUID
    latest_id: uuid.UUID
    can_widen: bool
    is_wide: bool


def page(found: Comparison, mistake: str, today: date) -> ComparisonPage:
    """Two assessments item by item, with those between them where they were asked for."""
    records = (found.first, *found.between, found.latest)
    told = _Telling(mistake, records)
    rows = [(row.outcome, _row(row, records, told)) for row in found.rows]
    both = [(outcome.verdict, row) for outcome, row in rows if outcome.why not in ONCE]
    once = [row for outcome, row in rows if outcome.why in ONCE]
    at = {each.id: number for number, each in enumerate(found.all)}
    return ComparisonPage(
        days=tuple(day_in_words(record.taken_on, today) for record in records),
        groups=(*_groups(both), *_recorded_once(once)),
        counts=tuple(_counts(both)),
        statements=tuple(told.statements()),
        choices=tuple(_choice(each, today) for each in found.all),
        first_id=found.first.id,
        latest_id=found.latest.id,
        can_widen=at[found.latest.id] - at[found.first.id] > 1,
        is_wide=bool(found.between),
    )


def rows_between(
    found: Sequence[FindingChange], records: Sequence[AssessmentRecord], mistake: str
) -> list[ComparisonRow]:
    """Some places of a few assessments, worst news first."""
    told = _Telling(mistake, records)
    ranked = sorted(found, key=lambda row: ORDER.index(row.outcome.verdict))
    return [_row(row, records, told) for row in ranked]


def verdict_words(outcome: ChangeOutcome) -> str:
    """What a difference is called: "Better", "Not comparable: another device"."""
    why = why_words(outcome)
    return f"{VERDICT_WORDS[outcome.verdict]}{f': {why}' if why else ''}"


def why_words(outcome: ChangeOutcome) -> str:
    """Why two values are not held against each other; empty where they are."""
    if outcome.why is ChangeReason.OTHER_WAY:
        return f"another {outcome.which}"
    if outcome.why is ChangeReason.WAY_NOT_NOTED:
        return f"{outcome.which} not noted"
    return WHY_WORDS[outcome.why] if outcome.why else ""


def change_words(spot: Spot, outcome: ChangeOutcome) -> str:
    """By how much a number moved, with its sign and unit; empty where it did not."""
    if not outcome.by:
        return ""
    unit = spot.field.unit if spot.field.unit in SIGNED_UNITS else ""
    return f"{'+' if outcome.by > 0 else ''}{with_unit(outcome.by, unit)}"


class _Words(dict[Value | None, str | None]):
    """Each value of a field in words, found once; a grade in figures alone."""

    def __init__(self, field: Field, mistake: str) -> None:
        super().__init__({None: None})
        self._field, self._mistake = field, mistake
        if not field.is_numeric and field.kind is not FieldKind.FAULTS:
            self.update(field.options)

    def __missing__(self, value: Value) -> str:
        is_grade = not isinstance(value, str) and self._field.kind is FieldKind.GRADE
        words = in_figures(float(value)) if is_grade else value_words(self._field, value, self._mistake)
        self[value] = words
        return words


class _Telling:
    """The words of one page: each value's once, and the thresholds in the order they are first needed."""

    def __init__(self, mistake: str, records: Sequence[AssessmentRecord]) -> None:
        self._mistake = mistake
        self.tables = [record.values for record in records]
        self.with_amendments = [number for number, record in enumerate(records) if record.amended]
        self._words: dict[int, _Words] = {}
        self._used: dict[tuple[str, str], tuple[int, Threshold]] = {}

    def of(self, spot: Spot) -> _Words:
        """The words for the values of a field."""
        found = self._words.get(id(spot.field))
        if found is None:
            found = self._words[id(spot.field)] = _Words(spot.field, self._mistake)
        return found

    def source(self, row: FindingChange) -> int:
        """The number of what a difference is held against; 0 where it is held against nothing."""
        if row.threshold is None or row.outcome.verdict in NOT_HELD:
            return 0
        is_usual = load_catalogue().usual.get(row.spot.field.kind) is row.threshold
        key = "" if is_usual else row.spot.test.name, row.threshold.text
        return self._used.setdefault(key, (len(self._used) + 1, row.threshold))[0]

    def statements(self) -> Iterator[ThresholdStatement]:
        """The thresholds used, numbered, with their sources."""
        for (test, text), (number, threshold) in self._used.items():
            yield ThresholdStatement(
                number,
                f"{test}: {text}" if test else text,
                CERTAINTY[threshold.provenance.status],
                tuple(source.title for source in sources_of(threshold.provenance)),
            )


def _row(row: FindingChange, records: Sequence[AssessmentRecord], told: _Telling) -> ComparisonRow:
    spot, outcome = row.spot, row.outcome
    return ComparisonRow(
        name=field_name(spot.test, spot.field, Side.NONE),
        side=SIDE_WORDS[spot.place.side],
        cells=_cells(spot, records, told),
        change=change_words(spot, outcome),
        verdict=VERDICT_WORDS[outcome.verdict],
        why=why_words(outcome),
        kind=outcome.verdict.value,
        icon=ICONS.get(outcome.verdict, ""),
        source=told.source(row),
    )


def _cells(
    spot: Spot, records: Sequence[AssessmentRecord], told: _Telling
) -> tuple[str | AmendedCell | None, ...]:
    place, words = spot.place, told.of(spot)
    cells: list[str | AmendedCell | None] = [words[values.get(place)] for values in told.tables]
    for number in told.with_amendments:
        if amended := records[number].amended.get(place):
            cells[number] = _amended(records[number].values.get(place), amended, words)
    return tuple(cells)


def _amended(value: Value | None, amended: AmendedPlace, words: _Words) -> AmendedCell:
    return AmendedCell(words[value] or "withdrawn", words[amended.signed] or "nothing", amended.reason)


def _groups(rows: Sequence[tuple[ChangeVerdict, ComparisonRow]]) -> Iterator[ComparisonGroup]:
    for key, title, verdicts in GROUPS:
        found = [row for verdict in verdicts for each, row in rows if each is verdict]
        if found:
            yield ComparisonGroup(key, title, tuple(found), is_folded=key in FOLDED)


def _recorded_once(rows: Sequence[ComparisonRow]) -> Iterator[ComparisonGroup]:
    if rows:
        yield ComparisonGroup("once", "Recorded in one of the two only", tuple(rows), is_folded=True)


def _counts(rows: Sequence[tuple[ChangeVerdict, ComparisonRow]]) -> Iterator[tuple[str, str]]:
    """How many of each, with the group they stand in."""
    for key, _, verdicts in GROUPS:
        for verdict in verdicts:
            if number := sum(each is verdict for each, _ in rows):
                yield key, f"{number} {VERDICT_WORDS[verdict].lower()}"


def _choice(assessment: Assessment, today: date) -> AssessmentChoice:
    return AssessmentChoice(
        assessment.id, f"{day_in_words(assessment.taken_on, today)}, {reading.name_of(assessment)}"
    )
