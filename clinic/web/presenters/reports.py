"""The practitioner's report of an assessment: everything recorded, in words, ready to be set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from clinic.domain.amendments import AddedAmendment
from clinic.domain.assessment import BatteryItem, Threshold
from clinic.domain.change import REAL_CHANGE, ChangeVerdict
from clinic.domain.dates import born, count
from clinic.domain.finding_changes import FindingChange
from clinic.domain.findings import Place, Value, Values, in_figures
from clinic.domain.same_day import same_day_findings
from clinic.domain.spots import Spot, spots_of
from clinic.domain.types import AssessmentStatus, Evidence, Side
from clinic.domain.words import say
from clinic.models import Assessment, Practice
from clinic.services.assessments import comparisons, reading
from clinic.services.assessments.history import AssessmentRecord
from clinic.web.filters import city, day_year, local_date, moment
from clinic.web.presenters import assessments as words
from clinic.web.presenters import norms
from clinic.web.presenters.comparisons import change_words, verdict_words
from clinic.web.presenters.evidence import sources_of
from clinic.web.presenters.report_sides import sides_picture

DRAFT = say("DRAFT, not signed")
OUR_OWN = "(our own wording)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """An assessment with all that its report tells of it; `by` made the report, at that instant."""

    record: AssessmentRecord
    before: AssessmentRecord | None
    practice: Practice
    mistake: str
    by: str
    at: datetime

    @property
    def assessment(self) -> Assessment:
        """The assessment itself."""
        return self.record.assessment

    @property
    def is_draft(self) -> bool:
        """Whether it may still change."""
        return self.assessment.status is AssessmentStatus.DRAFT


def letterhead(practice: Practice) -> dict[str, Any]:
    """What every page for paper says of the practice."""
    reached = [each for each in (practice.phone, practice.email) if each]
    return {"name": practice.name, "address": (practice.address or "").split("\n"), "reached": reached}


def assessment_report(seen: ReportView) -> dict[str, Any]:
    """The whole report as JSON values."""
    assessment, record = seen.assessment, seen.record
    name, client = reading.name_of(assessment), assessment.client.name
    usual = norms.usual(record.items, assessment.client, assessment.taken_on)
    chart = words.chart(record.items, record.values, seen.mistake, record.amended, usual)
    return {
        "title": f"{name}: {client}",
        "description": f"Assessment of {day_year(assessment.taken_on)}",
        "practice": letterhead(seen.practice),
        "client": client,
        "name": name,
        "taken": day_year(assessment.taken_on),
        "draft": DRAFT if seen.is_draft else "",
        "status": _status(seen),
        "made": f"Printed {_instant(seen.at, seen.practice)} by {seen.by}",
        "facts": list(_facts(seen)),
        "flags": _flags(seen),
        "empty": not record.values,
        "sections": [asdict(section) for section in chart],
        "sides": sides_picture(record.items, record.values),
        "changes": _changes(seen),
        "note": assessment.note or "",
        "amendments": [_amendment(each, seen) for each in record.added],
        "sources": _sources(record.items, record.values),
    }


def _status(seen: ReportView) -> str:
    if seen.is_draft:
        return DRAFT
    return "Signed and amended" if seen.record.added else "Signed"


def _facts(seen: ReportView) -> Iterator[tuple[str, str]]:
    assessment = seen.assessment
    if assessment.client.born_on:
        yield "Client", f"{assessment.client.name}, {born(assessment.client.born_on)}"
    yield "Taken", day_year(assessment.taken_on)
    yield "Battery", f"{reading.name_of(assessment)}, version {assessment.battery_version}"
    if assessment.client.reason_for_care:
        yield "Reason for care", assessment.client.reason_for_care
    if assessment.signer is None or assessment.signed_at is None:
        yield "Begun by", assessment.author.name
    else:
        yield "Signed by", f"{assessment.signer.name}, {_instant(assessment.signed_at, seen.practice)}"


def _instant(at: datetime, practice: Practice) -> str:
    zone = practice.time_zone
    clock = moment(at, zone).rpartition(", ")[2]
    return f"{day_year(local_date(at, zone))}, {clock} ({city(zone)})"


def _flags(seen: ReportView) -> list[dict[str, Any]]:
    before = seen.before
    raised = same_day_findings(seen.record.items, seen.record.values, before.values if before else {})
    told: dict[str, list[str]] = {}
    for flag in words.flag_lines(raised, before.taken_on if before else None):
        told.setdefault(flag.do, []).append(flag.found)
    return [{"do": do, "found": found} for do, found in told.items()]


def _changes(seen: ReportView) -> dict[str, Any] | None:
    """The one before against this one: what differs line by line, what does not as a number."""
    rows = [row for row in changes(seen) if row.first is not None and row.latest is not None]
    if seen.before is None or not rows:
        return None
    told = [row for row in rows if row.outcome.verdict is not ChangeVerdict.SAME]
    return {
        "title": f"Since {day_year(seen.before.taken_on)}",
        "before": _short_day(seen.before.taken_on),
        "now": _short_day(seen.assessment.taken_on),
        "rows": [_change(row, seen.mistake) for row in told],
        "same": _same(len(rows) - len(told)),
    }


def _same(number: int) -> str:
    if not number:
        return ""
    return f"{count(number, 'other value')} {'is' if number == 1 else 'are'} the same as then."


def changes(seen: ReportView) -> list[FindingChange]:
    """Every place of this assessment and of the one before it, held against each other."""
    if seen.before is None:
        return []
    record, before = seen.record, seen.before
    return comparisons.compared(before, record)


def _change(row: FindingChange, mistake: str) -> dict[str, Any]:
    spot = row.spot
    return {
        "name": words.field_name(spot.test, spot.field, Side.NONE),
        "side": words.SIDE_WORDS[spot.place.side],
        "before": _value(spot, row.first, mistake),
        "now": _value(spot, row.latest, mistake),
        "change": change_words(spot, row.outcome),
        "verdict": verdict_words(row.outcome),
        "counts": row.outcome.verdict in REAL_CHANGE,
    }


def _value(spot: Spot, value: Value | None, mistake: str) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and spot.field.options:
        return in_figures(value)  # what a grade means stands in the chart
    return words.value_words(spot.field, value, mistake)


def _short_day(day: date) -> str:
    return " ".join(day_year(day).split()[1:])


def _amendment(added: AddedAmendment, seen: ReportView) -> dict[str, Any]:
    spots = {spot.place: spot for spot in spots_of(seen.record.items)}
    spot = spots.get(added.place) if added.place else None
    lines = [_corrected(added, added.place, spot, seen.mistake)] if added.place else []
    return {
        "when": _instant(added.at, seen.practice),
        "by": added.by,
        "lines": [*lines, *([added.note] if added.note else [])],
        "reason": added.reason,
    }


def _corrected(added: AddedAmendment, place: Place, spot: Spot | None, mistake: str) -> str:
    name = words.field_name(spot.test, spot.field, place.side) if spot else " ".join(place)
    old, new = (
        "" if each is None else _value(spot, each, mistake) if spot else str(each)
        for each in (added.old, added.new)
    )
    if added.new is None:
        return f"{name}: {old} is withdrawn"
    return f"{name}: {new}, was {old}" if old else f"{name}: {new}, was left out"


def _sources(items: Iterable[BatteryItem], values: Values) -> dict[str, Any]:
    """What figures are held against, for the tests that were recorded; sources are numbered in order."""
    recorded = {place.test for place in values}
    titles: list[str] = []
    statements = [
        {"test": item.test.name, "text": threshold.text, "cited": _cited(threshold, titles)}
        for item in items
        if item.test.id in recorded
        for threshold in item.test.thresholds
        if threshold.provenance.status is not Evidence.MEMORY
    ]
    return {"statements": statements, "titles": titles}


def _cited(threshold: Threshold, titles: list[str]) -> str:
    cited = [source.title for source in sources_of(threshold.provenance)]
    titles += [title for title in cited if title not in titles]
    numbers = [f"[{titles.index(title) + 1}]" for title in cited]
    return " ".join([*numbers, *([OUR_OWN] if threshold.provenance.needs_sign_off else [])])
