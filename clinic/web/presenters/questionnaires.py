"""Questionnaires in words: what was asked, scores over time, and what a change may be called."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from clinic.catalogue import load_catalogue
from clinic.catalogue.questionnaires import Kind, Measure, MeasureRole, Questionnaire
from clinic.domain.dates import day_in_words
from clinic.domain.questionnaires import AnswerSource, AskChannel, AskState
from clinic.domain.scoring import Compared, Verdict, Why
from clinic.domain.types import Evidence, OutboxState
from clinic.services import questionnaires as held
from clinic.services.questionnaires import Answered, Asked, Change
from clinic.services.questionnaires_answers import may_correct
from clinic.web.filters import local_date, moment

VERDICTS = {
    Verdict.BETTER: ("Better", "circle-check"),
    Verdict.WORSE: ("Worse", "circle-alert"),
    Verdict.WITHIN_ERROR: ("No clear change", "minus"),
    Verdict.NOT_COMPARABLE: ("Not comparable", "circle-dashed"),
}
WHY = {
    Why.OTHER_VERSION: "taken with another version",
    Why.OTHER_ACTIVITIES: "other activities",
    Why.NO_SCORE: "no score on one of the days",
    Why.NO_THRESHOLD: "no threshold is published",
    Why.FLOOR: "both scores are so low that a change may not show",
    Why.CEILING: "both scores are so high that a change may not show",
}
CAUTION = {
    Why.FLOOR: "one score is very low: improvement may not show fully",
    Why.CEILING: "one score is very high: worsening may not show fully",
}
STATES = {
    AskState.PENDING: ("pending", "Not answered yet"),
    AskState.PARTLY: ("partly", "Partly answered"),
    AskState.ANSWERED: ("answered", "Answered"),
    AskState.EXPIRED: ("expired", "Not answered in time"),
    AskState.REVOKED: ("revoked", "Taken back"),
}
CHANNELS = {
    AskChannel.CLINIC: "In the practice",
    AskChannel.MAIL: "By mail",
    AskChannel.PAGES: "On their own pages",
}
SOURCES = {
    AnswerSource.TYPED: "Typed in",
    AnswerSource.TABLET: "Tablet in the practice",
    AnswerSource.LINK: "Mailed link",
    AnswerSource.PAGES: "Client’s own pages",
}
CERTAINTY = {
    Evidence.VERIFIED: "seen in the source",
    Evidence.VERIFIED_SECONDARY: "seen in a secondary source",
    Evidence.MEMORY: "not seen in a source",
    Evidence.INFERRED: "worked out from sources",
    Evidence.AUTHORED: "authored, for you to sign off",
}
LEFT_OUT = "Left out"


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A set of questions in a client's list."""

    id: uuid.UUID
    names: str
    meta: tuple[str, ...]
    mark: tuple[str, str]
    url: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One score over time."""

    title: str
    points: list[tuple[str, int | float | None]]
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """First against latest, of a score or of one activity."""

    name: str
    first: str
    latest: str
    change: str
    verdict: str
    icon: str
    why: str


@dataclass(frozen=True, slots=True)
class Block:
    """All there is of one questionnaire: charts, first against latest, thresholds, each time it was taken."""

    key: str
    name: str
    charts: tuple[Chart, ...]
    changes: tuple[ChangeLine, ...]
    first_day: str
    latest_day: str
    facts: tuple[tuple[str, str], ...]
    rows: list[tuple[str, str, str, str, str]]

    @property
    def has_readings(self) -> bool:
        """Whether any of the rows reads as something."""
        return any(row[2] for row in self.rows)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One question with its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of an answered questionnaire."""

    when: str
    by: str
    reason: str | None
    is_current: bool
    lines: tuple[AnswerLine, ...]
    scores: tuple[tuple[str, str], ...]
    positive: str


def asked_line(asked: Asked, zone: str, today: date) -> AskedLine:
    """A set of questions as a line of a list, its times where the practice is."""
    request = asked.request
    meta = [
        CHANNELS[request.channel],
        f"asked {day_in_words(local_date(request.asked_at, zone), today)} by {asked.asked_by}",
    ]
    if asked.is_open:
        meta.append(f"open until {day_in_words(local_date(request.expires_at, zone), today)}")
        meta += _mail_words(asked, zone)
    return AskedLine(
        id=request.id,
        names=", ".join(each.name for each in asked.questionnaires),
        meta=tuple(meta),
        mark=STATES[asked.state],
        url=url_for("practitioner.questionnaires.request_page", request_id=request.id),
    )


def mark(asked: Asked) -> tuple[str, str]:
    """The status of a set of questions: shape and word."""
    return STATES[asked.state]


def mail_line(asked: Asked, zone: str) -> str:
    """What became of the newest mail; empty where there is none."""
    return next(iter(_mail_words(asked, zone)), "")


def page_marks(asked: Asked) -> list[tuple[Questionnaire, bool]]:
    """Each questionnaire of a set, and whether it is answered."""
    return [(each, each.id in asked.answered) for each in asked.questionnaires]


def blocks(answered: Sequence[Answered], zone: str, today: date) -> list[Block]:
    """Everything that was answered, one block a questionnaire, in the catalogue's order."""
    changes = held.changes(answered)
    order = load_catalogue().questionnaires.newest
    keys = [key for key in order if any(each.questionnaire.id == key for each in answered)]
    return [_block(key, answered, changes, zone, today) for key in keys]


def revision(each: Answered, zone: str) -> Revision:
    """One revision, question by question."""
    by = SOURCES[each.source] + (f" by {each.typed_by}" if each.typed_by else "")
    scores = [
        (measure.name, score_words(measure, each.scores.get(measure.id)))
        for measure in each.questionnaire.measures
    ]
    return Revision(
        when=moment(each.recorded_at, zone),
        by=by,
        reason=each.reason,
        is_current=each.is_current,
        lines=tuple(_lines(each)),
        scores=tuple(scores),
        positive=each.questionnaire.advice if each.screen_positive else "",
    )


def can_be_corrected(each: Answered) -> bool:
    """Whether the practice may put this right."""
    return may_correct(each)


def score_words(measure: Measure, value: float | None) -> str:
    """A score with its range: "3.3 of 10"; a rating of change with its sign."""
    if value is None:
        return "No score"
    if measure.rule.low < 0:
        return figure(value, signed=True)
    return f"{figure(value)} of {measure.rule.high}"


def figure(value: float, *, signed: bool = False) -> str:
    """A number as people write it, one decimal at most: 3, 3.3, −2."""
    text = f"{round(value, 1):g}".replace("-", "−")
    return f"+{text}" if signed and value > 0 else text


def _mail_words(asked: Asked, zone: str) -> list[str]:
    mail = asked.mail
    if mail is None:
        return []
    match mail.state:
        case OutboxState.READY | OutboxState.LEASED:
            return [f"mail goes out {moment(mail.due_at, zone)}"]
        case OutboxState.SENT:
            return [f"mail sent {moment(mail.finished_at or mail.due_at, zone)}"]
        case OutboxState.IN_DOUBT:
            return ["mail may have arrived"]
        case _:
            return [f"mail not sent: {mail.reason}"]


def _block(
    key: str, answered: Sequence[Answered], changes: Sequence[Change], zone: str, today: date
) -> Block:
    mine = [each for each in answered if each.questionnaire.id == key]
    made = mine[0].questionnaire
    own = [change for change in changes if change.latest.questionnaire.id == key]
    lines = [_change_line(change) for change in own]
    for change in own:
        lines += _activity_lines(change)
    day = lambda each: day_in_words(local_date(each.answered_at, zone), today)  # noqa: E731
    return Block(
        key=key,
        name=made.full_name,
        charts=tuple(_charts(made, mine, zone)),
        changes=tuple(lines),
        first_day=day(own[0].first) if own else "",
        latest_day=day(own[0].latest) if own else "",
        facts=tuple((fact.text, _source_words(fact.provenance)) for fact in made.facts),
        rows=[_row(each, zone, today) for each in mine],
    )


def _charts(made: Questionnaire, mine: Sequence[Answered], zone: str) -> list[Chart]:
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
            drawn.append(Chart(_title(measure, known), points, measure.rule.low, measure.rule.high))
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


def _row(each: Answered, zone: str, today: date) -> tuple[str, str, str, str, str]:
    made = each.questionnaire
    if each.is_left_out:
        scores = LEFT_OUT
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


def _reading(each: Answered) -> str:
    if each.screen_positive:
        return f"Screen positive (≥ {figure(each.questionnaire.positive_from or 0)})"
    verdict = held.rated_change(each)
    if verdict is not None and not each.is_left_out:
        since = f" since {day_in_words(each.since)}" if each.since else ""
        return VERDICTS[verdict][0] + since
    return ""


def _change_line(change: Change) -> ChangeLine:
    first, latest = change.first.scores[change.measure.id], change.latest.scores[change.measure.id]
    return _line(change.measure.name, first, latest, change.compared)


def _activity_lines(change: Change) -> list[ChangeLine]:
    return [
        _line(f"“{each.activity}”", each.first, each.latest, each.compared)
        for each in held.activity_changes(change)
    ]


def _line(name: str, first: float | None, latest: float | None, compared: Compared) -> ChangeLine:
    verdict, icon = VERDICTS[compared.verdict]
    why = WHY[compared.why] if compared.why else CAUTION[compared.caution] if compared.caution else ""
    shown = [figure(value) if value is not None else "–" for value in (first, latest)]
    by = figure(compared.by, signed=True) if compared.by is not None else "–"
    return ChangeLine(name, shown[0], shown[1], by, verdict, icon, why)


def _source_words(provenance: object) -> str:
    status = getattr(provenance, "status", Evidence.AUTHORED)
    sources = load_catalogue().sources
    named = [sources[key].title.partition(":")[0] for key in getattr(provenance, "sources", ())]
    return ", ".join([*named, CERTAINTY[status]])


def _lines(each: Answered) -> list[AnswerLine]:
    made = each.questionnaire
    if each.is_left_out:
        return []
    if made.activities:
        return [AnswerLine(text, _activity_answer(each, text)) for text in each.activities]
    if made.on_paper_only:
        ticked = [key.removeprefix("s") for key, value in each.answers.items() if value]
        return [AnswerLine(f"Statements ticked: {len(ticked)}", ", ".join(ticked) or "None")]
    lines = []
    for item in made.items:
        value = each.answers.get(item.id)
        question = item.text or f"Statement {item.id[1:]}"
        if made.needs_since and each.since:
            question = question.format(since=day_in_words(each.since))
        words = dict(item.options).get(value, "") if value is not None else LEFT_OUT
        scored = f"{words} ({value})" if made.kind is Kind.CHOICE and value is not None else words
        lines.append(AnswerLine(question, scored))
    return lines


def _activity_answer(each: Answered, text: str) -> str:
    value = each.rating(text)
    return LEFT_OUT if value is None else f"{value} of 10"
