"""One answered questionnaire in words: question by question, with its scores."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.domain.asking import AnswerSource
from clinic.domain.dates import day_in_words
from clinic.domain.questionnaires import Measure, QuestionnaireKind
from clinic.domain.score_changes import AnsweredQuestionnaire
from clinic.domain.words import in_a_row, say
from clinic.web.filters import moment

SOURCES = {
    AnswerSource.TYPED: say("Typed in"),
    AnswerSource.TABLET: say("Tablet in the practice"),
    AnswerSource.LINK: say("Mailed link"),
    AnswerSource.PAGES: say("Client’s own pages"),
}
LEFT_OUT = say("Left out")


@dataclass(frozen=True, slots=True)
class QuestionAnswerLine:
    """One question with its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class FormStatement:
    """One statement of a form, by its number there."""

    number: int
    text: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of an answered questionnaire."""

    when: str
    by: str
    reason: str | None
    is_current: bool
    lines: tuple[QuestionAnswerLine, ...]
    statements: tuple[FormStatement, ...]
    scores: tuple[tuple[str, str], ...]
    positive: str


def revision(each: AnsweredQuestionnaire, zone: str) -> Revision:
    """One revision, question by question."""
    by: str = SOURCES[each.source]
    if each.typed_by:
        by = say("%(source)s by %(name)s", source=by, name=each.typed_by)
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
        statements=_statements(each),
        scores=tuple(scores),
        positive=each.questionnaire.advice if each.screen_positive else "",
    )


def score_words(measure: Measure, value: float | None) -> str:
    """A score with its range: "3.3 of 10"; a rating of change with its sign."""
    if value is None:
        return say("No score")
    if measure.rule.low < 0:
        return figure(value, signed=True)
    return say("%(score)s of %(highest)s", score=figure(value), highest=f"{measure.rule.high}")


def figure(value: float, *, signed: bool = False) -> str:
    """A number as people write it, one decimal at most: 3, 3.3, −2."""
    text = f"{round(value, 1):g}".replace("-", "−")
    return f"+{text}" if signed and value > 0 else text


def _lines(each: AnsweredQuestionnaire) -> list[QuestionAnswerLine]:
    made = each.questionnaire
    if each.is_left_out:
        return []
    if made.activities:
        return [QuestionAnswerLine(text, _activity_answer(each, text)) for text in each.activities]
    if made.kind is QuestionnaireKind.TICKS:
        ticked = [str(each.number) for each in _statements(each) if each.is_ticked]
        counted = say("Statements ticked: %(number)s", number=len(ticked))
        return [QuestionAnswerLine(counted, in_a_row(ticked) or say("None"))]
    lines = []
    for item in made.items:
        value = each.answers.get(item.id)
        question = item.text
        if made.needs_since and each.since:
            question = question.format(since=day_in_words(each.since))
        words = dict(item.options).get(value, "") if value is not None else LEFT_OUT
        scored = (
            f"{words} ({value})" if made.kind is QuestionnaireKind.CHOICE and value is not None else words
        )
        lines.append(QuestionAnswerLine(question, scored))
    return lines


def _statements(each: AnsweredQuestionnaire) -> tuple[FormStatement, ...]:
    made = each.questionnaire
    if made.kind is not QuestionnaireKind.TICKS or each.is_left_out:
        return ()
    return tuple(
        FormStatement(number, item.text, bool(each.answers.get(item.id)))
        for number, item in enumerate(made.items, start=1)
    )


def _activity_answer(each: AnsweredQuestionnaire, text: str) -> str:
    value = each.rating(text)
    return LEFT_OUT if value is None else say("%(rating)s of 10", rating=value)
