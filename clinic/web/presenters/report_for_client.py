"""A client's page about an assessment, in plain words: what we measured, what changed, what next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from clinic.catalogue.plain_words import PlainMeasure, plain_words
from clinic.domain.assessment import BatteryItem
from clinic.domain.change import REAL_CHANGE, ChangeOutcome, ChangeVerdict
from clinic.domain.dates import born
from clinic.domain.finding_changes import FindingChange
from clinic.domain.findings import Values, in_figures, with_unit
from clinic.domain.side_by_side import minutes_together
from clinic.domain.spots import Spot, in_section, spots_of
from clinic.domain.types import FieldKind, Section
from clinic.domain.words import all_of, in_a_row, say, say_many
from clinic.models import Program
from clinic.services.programs.own import OwnMove
from clinic.web.filters import day_year
from clinic.web.presenters.assessments import SIDE_WORDS
from clinic.web.presenters.handout import with_a_capital
from clinic.web.presenters.hold import Hold
from clinic.web.presenters.moves import move_views
from clinic.web.presenters.reports import DRAFT, ReportView, changes, letterhead

# authored, like the words of the tests themselves
PARTS = {
    Section.ORTHOPEDIC: say("Your hips and back"),
    Section.NEUROLOGIC: say("Strength and feeling"),
    Section.FUNCTIONAL_MOVEMENT: say("How you move"),
}
SAME = say("About the same")
ANOTHER_WAY = say("Measured in another way")
SO_SAID = {
    ChangeVerdict.SAME: say("The same"),
    ChangeVerdict.WITHIN_ERROR: SAME,
    ChangeVerdict.NOT_COMPARABLE: ANOTHER_WAY,
    ChangeVerdict.NO_THRESHOLD: "",  # nobody has agreed how much counts: the figures stand for themselves
}


@dataclass(frozen=True, slots=True)
class NextForClient:
    """What comes next: the client's programs, if they have any, what holds them, and what they ask today."""

    programs: Sequence[Program]
    hold: Hold | None
    moves: Sequence[OwnMove]


def client_page(seen: ReportView, following: NextForClient) -> dict[str, Any]:
    """The client's page as JSON values."""
    assessment, practice = seen.assessment, seen.practice
    before = seen.before
    return {
        "title": say("What we measured on %(day)s", day=day_year(assessment.taken_on)),
        "description": say("Your visit in plain words"),
        "practice": letterhead(practice),
        "client": assessment.client.name,
        "born": born(assessment.client.born_on) if assessment.client.born_on else "",
        "taken": day_year(assessment.taken_on),
        "before": day_year(before.taken_on) if before else "",
        "draft": DRAFT if seen.is_draft else "",
        "parts": list(_parts(seen.record.items, seen.record.values)),
        "rows": list(_rows(seen)),
        "pain": _pain(seen),
        "next": _next(following),
        "ask": assessment.signer.name if assessment.signer else practice.name,
        "phone": practice.phone or "",
        "emergency": practice.emergency_number or say("your emergency number"),
    }


def _parts(items: Sequence[BatteryItem], values: Values) -> Iterator[dict[str, Any]]:
    recorded = {place.test for place in values}
    known = plain_words()
    for section in Section:
        here = [item.test for item in in_section(items, section) if item.test.id in recorded]
        told = [known[test.id].tested if test.id in known else test.name for test in here]
        if told:
            yield {"title": PARTS[section], "tested": in_a_row(list(dict.fromkeys(told)))}


def _rows(seen: ReportView) -> Iterator[dict[str, Any]]:
    """One row a measure, with a line for each side of it."""
    both = {row.spot.place: row for row in changes(seen) if row.first is not None}
    found: dict[str, list[dict[str, str]]] = {}
    for spot in spots_of(seen.record.items):
        value, measure = seen.record.values.get(spot.place), _measure(spot)
        if measure is not None and isinstance(value, float):
            found.setdefault(measure.label, []).append(_line(spot, value, measure, both.get(spot.place)))
    for label, lines in found.items():
        yield {"label": label, "lines": lines}


def _line(spot: Spot, value: float, measure: PlainMeasure, row: FindingChange | None) -> dict[str, str]:
    before = row.first if row else None
    return {
        "side": SIDE_WORDS[spot.place.side],
        "before": in_units(before, spot.field.unit) if isinstance(before, float) else "",
        "now": in_units(value, spot.field.unit),
        "words": way_it_went(row.outcome, measure) if row else "",
    }


def _measure(spot: Spot) -> PlainMeasure | None:
    test = plain_words().get(spot.test.id)
    return test.measures.get(spot.field.id) if test else None


def in_units(value: float, unit: str) -> str:
    """A number with its unit in a client's words: "12 seconds"."""
    figures = in_figures(value)
    match unit:
        case "s":
            return say("%(figures)s seconds", figures=figures)
        case "stands":
            return say("%(figures)s times", figures=figures)
        case "°":
            return say("%(figures)s°", figures=figures)
        case "cm":
            return say("%(figures)s cm", figures=figures)
        case _ if unit.startswith("of "):
            return say("%(figures)s of %(most)s", figures=figures, most=unit.removeprefix("of "))
        case _:
            return with_unit(value, unit)  # of tests that clients are told nothing of


def way_it_went(outcome: ChangeOutcome, measure: PlainMeasure) -> str:
    """Which way a measure went, never whether that is good: that is for the practitioner to say."""
    if outcome.verdict in REAL_CHANGE and outcome.by:
        return measure.more if outcome.by > 0 else measure.less
    return SO_SAID.get(outcome.verdict, "")


def _pain(seen: ReportView) -> str:
    """The most it hurt while we tested, as the client said it."""
    most, before = _most_pain(seen.record.items, seen.record.values), None
    if most is None:
        return ""
    if seen.before is not None:
        before = _most_pain(seen.before.items, seen.before.values)
    if before is None:
        return say("The most it hurt while we tested was %(pain)s out of 10.", pain=f"{most:g}")
    return say(
        "The most it hurt while we tested was %(pain)s out of 10. Last time it was %(before)s.",
        pain=f"{most:g}",
        before=f"{before:g}",
    )


def _most_pain(items: Iterable[BatteryItem], values: Values) -> float | None:
    felt = (values.get(spot.place) for spot in spots_of(items) if spot.field.kind is FieldKind.PAIN)
    return max((value for value in felt if isinstance(value, float)), default=None)


def _next(following: NextForClient) -> dict[str, Any]:
    if following.hold is not None:
        return {"hold": following.hold.text, "moves": [], "lead": ""}
    if not following.programs:
        return {"hold": "", "moves": [], "lead": say("We will talk with you about what comes next.")}
    minutes = minutes_together(each.merged for each in following.moves)
    return {
        "hold": "",
        "lead": _called(following.programs, minutes),
        "moves": [
            {"name": move.content.name, "dose": say("%(dose)s.", dose=with_a_capital(move.dose))}
            for move in move_views(following.moves)
        ],
    }


def _called(programs: Sequence[Program], minutes: int) -> str:
    if len(programs) == 1:
        return say_many(
            "Your program is called %(program)s. It takes %(number)s minute a day.",
            "Your program is called %(program)s. It takes %(number)s minutes a day.",
            minutes,
            program=programs[0].name,
        )
    return say_many(
        "Your programs are called %(programs)s. Together they take %(number)s minute a day.",
        "Your programs are called %(programs)s. Together they take %(number)s minutes a day.",
        minutes,
        programs=all_of([each.name for each in programs]),
    )
