"""Answers as a form read them, and whether they belong to what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clinic.domain import scoring
from clinic.domain.errors import RuleBroken
from clinic.domain.questionnaires import QuestionnaireKind
from clinic.domain.words import say
from clinic.models import QuestionnaireResponse
from clinic.services.questionnaires.pages import QuestionnairePage

LONGEST_ACTIVITY = 120


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """Answers as a form read them: a number or None by question, and the activities that were named."""

    answers: Mapping[str, int | None]
    activities: tuple[str, ...] = ()

    def is_in(self, row: QuestionnaireResponse) -> bool:
        """Whether this is what a row holds already."""
        return dict(row.answers) == dict(self.answers) and tuple(row.activities or ()) == self.activities


def check(page: QuestionnairePage, given: GivenAnswers) -> None:
    """RuleBroken for what does not answer this page."""
    scoring.refuse_strange(given.answers, page.questionnaire.allowed)
    if page.questionnaire.kind is QuestionnaireKind.ACTIVITIES:
        _check_activities(page, given)


def _check_activities(page: QuestionnairePage, given: GivenAnswers) -> None:
    named = page.questionnaire.activities
    assert named is not None
    if page.activities and given.activities != page.activities and given.activities:
        raise RuleBroken(say("The same activities are asked about every time."))
    if len(given.activities) > named.most or len(set(given.activities)) < len(given.activities):
        raise RuleBroken(say("Name each activity once, five at most."))
    if any(not each.strip() or len(each) > LONGEST_ACTIVITY for each in given.activities):
        raise RuleBroken(
            say(
                "Use %(longest)s characters or fewer for each activity.",
                longest=LONGEST_ACTIVITY,
            )
        )
    if set(given.answers) != set(named.ids[: len(given.activities)]):
        raise RuleBroken(say("Choose one of the answers offered here."))
