"""Scores over time in words: charts, first against latest, and what a change may be called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from clinic.catalogue import load_catalogue
from clinic.domain.change import ChangeOutcome, ChangeReason, ChangeVerdict
from clinic.domain.dates import day_in_words
from clinic.domain.provenance import Provenance
from clinic.domain.questionnaires import Measure, MeasureRole, Questionnaire
from clinic.domain.score_changes import AnsweredQuestionnaire, ScoreChange, activity_changes, score_changes
from clinic.domain.scoring import Yardstick
from clinic.web.filters import local_date
from clinic.web.presenters.evidence import CERTAINTY, sources_of
from clinic.web.presenters.questionnaire_answers import LEFT_OUT, SOURCES, figure, score_words

VERDICTS = {
    ChangeVerdict.BETTER: ("Better", "circle-check"),
    ChangeVerdict.WORSE: ("Worse", "circle-alert"),
    ChangeVerdict.SAME: ("No clear change", "minus"),
    ChangeVerdict.WITHIN_ERROR: ("No clear change", "minus"),
    ChangeVerdict.NO_THRESHOLD: ("Not judged", "circle-dashed"),
    ChangeVerdict.NOT_COMPARABLE: ("Not comparable", "circle-dashed"),
}
WHY = {
    ChangeReason.OTHER_VERSION: "taken with another version",
    ChangeReason.OTHER_ACTIVITIES: "other activities",
    ChangeReason.NO_ANSWER: "no score on one of the days",
    ChangeReason.FLOOR: "both scores are so low that a change may not show",
    ChangeReason.CEILING: "both scores are so high that a change may not show",
}
CAUTION = {
    ChangeReason.FLOOR: "one score is very low: improvement may not show fully",
    ChangeReason.CEILING: "one score is very high: worsening may not show fully",
}


@dataclass(frozen=True, slots=True)
class ScoreChart:
    """One score over time."""

    title: str
    points: Sequence[tuple[str, int | float | None]]
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class ScoreChangeLine:
    """First against latest, of a score or of one activity."""

    name: str
    first: str
    latest: str
    change: str
    verdict: str
    icon: str
    why: str


@dataclass(frozen=True, slots=True)
class QuestionnaireBlock:
    """All there is of one questionnaire: charts, first against latest, thresholds, each time it was taken."""

    key: str
    name: str
    charts: tuple[ScoreChart, ...]
    changes: tuple[ScoreChangeLine, ...]
    first_day: str
    latest_day: str
    citation: str
    facts: tuple[tuple[str, str], ...]
    rows: list[tuple[str, str, str, str, str]]

    @property
    def has_readings(self) -> bool:
        """Whether any of the rows reads as something."""
        return any(row[2] for row in self.rows)


def blocks(answered: Sequence[AnsweredQuestionnaire], zone: str, today: date) -> list[QuestionnaireBlock]:
    """Everything that was answered, one block a questionnaire, in the catalogue's order."""
    order = list(load_catalogue().questionnaires.newest)
    changes = score_changes(answered, order)
    keys = [key for key in order if any(each.questionnaire.id == key for each in answered)]
    return [_block(key, answered, changes, zone, today) for key in keys]


def _block(
    key: str,
    answered: Sequence[AnsweredQuestionnaire],
    changes: Sequence[ScoreChange],
    zone: str,
    today: date,
) -> QuestionnaireBlock:
    mine = [each for each in answered if each.questionnaire.id == key]
    made = mine[0].questionnaire
    own = [change for change in changes if change.latest.questionnaire.id == key]
    lines = [_change_line(change) for change in own]
    for change in own:
        lines += _activity_lines(change)
    day = lambda each: day_in_words(local_date(each.answered_at, zone), today)  # noqa: E731
    return QuestionnaireBlock(
        key=key,
        name=made.full_name,
        charts=tuple(_charts(made, mine, zone)),
        changes=tuple(lines),
        first_day=day(own[0].first) if own else "",
        latest_day=day(own[0].latest) if own else "",
        citation=made.licence.citation,
        facts=tuple((text, _source_words(provenance)) for text, provenance in _rests_on(made)),
        rows=[_row(each, zone, today) for each in mine],
    )


def _charts(made: Questionnaire, mine: Sequence[AnsweredQuestionnaire], zone: str) -> list[ScoreChart]:
    drawn = []
    latest = mine[0]
    # a line joins what can be compared: one version, the same activities
    mine = [
        each
        for each in mine
        if (each.questionnaire.version, each.activities) == (latest.questionnaire.version, latest.activities)
    ]
    for measure in made.measures:
        points = [
            (day_in_words(local_date(each.answered_at, zone)), _plain(each.scores.get(measure.id)))
            for each in reversed(mine)
        ]
        known = [value for _, value in points if value is not None]
        if len(known) >= 2 and made.role is MeasureRole.STATE:
            drawn.append(ScoreChart(_title(measure, known), points, measure.rule.low, measure.rule.high))
    return drawn


def _title(measure: Measure, known: Sequence[int | float]) -> str:
    first, latest = known[0], known[-1]
    if first == latest:
        return f"{measure.name}: {latest} as at the first time"
    return f"{measure.name}: {'up' if latest > first else 'down'} from {first} to {latest}"


def _plain(value: float | None) -> int | float | None:
    if value is None:
        return None
    short = round(value, 1)
    return int(short) if short == int(short) else short


def _row(each: AnsweredQuestionnaire, zone: str, today: date) -> tuple[str, str, str, str, str]:
    made = each.questionnaire
    if each.is_left_out:
        scores: str = LEFT_OUT
    elif len(made.measures) == 1:
        scores = score_words(made.measures[0], each.scores.get(made.measures[0].id))
    else:
        pairs = [(measure, each.scores.get(measure.id)) for measure in made.measures]
        scores = ", ".join(f"{_short(measure)} {'–' if v is None else figure(v)}" for measure, v in pairs)
    return (
        day_in_words(local_date(each.answered_at, zone), today),
        scores,
        _reading(each),
        SOURCES[each.source],
        url_for("practitioner.questionnaires.response", response_id=each.id),
    )


def _short(measure: Measure) -> str:
    return {"now": "now", "average": "average", "worst": "worst"}.get(measure.id, measure.name)


def _reading(each: AnsweredQuestionnaire) -> str:
    if each.screen_positive:
        whatever = ", whatever was left out" if None in each.scores.values() else ""
        return f"Screen positive (≥ {figure(each.questionnaire.positive_from or 0)}){whatever}"
    verdict = each.rated_change
    if verdict is not None and not each.is_left_out:
        since = f" since {day_in_words(each.since)}" if each.since else ""
        return VERDICTS[verdict][0] + since
    return ""


def _change_line(change: ScoreChange) -> ScoreChangeLine:
    first, latest = change.first.scores[change.measure.id], change.latest.scores[change.measure.id]
    return _line(change.measure.name, first, latest, change.outcome)


def _activity_lines(change: ScoreChange) -> list[ScoreChangeLine]:
    return [
        _line(f"“{each.activity}”", each.first, each.latest, each.outcome)
        for each in activity_changes(change)
    ]


def _line(name: str, first: float | None, latest: float | None, outcome: ChangeOutcome) -> ScoreChangeLine:
    verdict, icon = VERDICTS[outcome.verdict]
    shown = [figure(value) if value is not None else "–" for value in (first, latest)]
    by = figure(outcome.by, signed=True) if outcome.by is not None else "–"
    return ScoreChangeLine(name, shown[0], shown[1], by, verdict, icon, _why(outcome))


def _why(outcome: ChangeOutcome) -> str:
    if outcome.verdict is ChangeVerdict.NO_THRESHOLD:
        return "no threshold is published"
    if outcome.why:
        return WHY[outcome.why]
    return CAUTION[outcome.caution] if outcome.caution else ""


def _rests_on(made: Questionnaire) -> Iterator[tuple[str, Provenance]]:
    """What a change is held against, what else is known, and the codes of exports, each with its source."""
    alike: dict[tuple[str, Provenance], list[str]] = {}
    for measure in made.measures:
        if measure.threshold is not None:
            alike.setdefault((_threshold_words(measure.yardstick), measure.threshold), []).append(
                measure.name
            )
    for (words, provenance), names in alike.items():
        yield f"{'; '.join(names)}: {words}", provenance
    for fact in made.facts:
        yield fact.text, fact.provenance
    codes = [f"{measure.name} {measure.loinc}" for measure in made.measures if measure.loinc]
    if made.loinc_provenance is not None:
        yield f"Codes in exported files (LOINC): {'; '.join(codes)}.", made.loinc_provenance


def _threshold_words(yardstick: Yardstick) -> str:
    figures = [f"{figure(yardstick.points)} points"] if yardstick.points is not None else []
    figures += [f"{figure(yardstick.percent)} % of the worse score"] if yardstick.percent is not None else []
    return f"reads as a change from {' or '.join(figures)} on."


def _source_words(provenance: Provenance) -> str:
    named = [source.title.partition(":")[0] for source in sources_of(provenance)]
    return ", ".join([*named, CERTAINTY[provenance.status]])
