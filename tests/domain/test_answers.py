"""Where somebody with a check-in's link stands."""

from __future__ import annotations

from datetime import date

import pytest

from clinic.domain.answers import AnswerStage, LinkVisit

TODAY, YESTERDAY = date(2026, 11, 23), date(2026, 11, 22)


@pytest.mark.parametrize(
    "visit, stage, may_answer",
    [
        (LinkVisit(TODAY), AnswerStage.SIGNS, False),
        (LinkVisit(TODAY, denied_signs_on=TODAY), AnswerStage.QUESTIONS, True),
        (LinkVisit(TODAY, denied_signs_on=YESTERDAY), AnswerStage.SIGNS, False),
        (LinkVisit(TODAY, denied_signs_on=TODAY, answered_on=TODAY), AnswerStage.ANSWERED, True),
        (LinkVisit(TODAY, denied_signs_on=YESTERDAY, answered_on=TODAY), AnswerStage.ANSWERED, False),
        (LinkVisit(TODAY, denied_signs_on=YESTERDAY, answered_on=YESTERDAY), AnswerStage.CLOSED, False),
        (LinkVisit(TODAY, is_locked=True), AnswerStage.WARNED, True),
        (LinkVisit(TODAY, is_archived=True), AnswerStage.ARCHIVED, False),
        (LinkVisit(TODAY, denied_signs_on=TODAY, is_archived=True), AnswerStage.ARCHIVED, False),
        (LinkVisit(TODAY, is_locked=True, is_archived=True), AnswerStage.ARCHIVED, False),
        (LinkVisit(TODAY, answered_on=TODAY, is_archived=True), AnswerStage.ARCHIVED, False),
        (LinkVisit(TODAY, is_locked=True, answered_on=YESTERDAY), AnswerStage.WARNED, True),
    ],
)
def test_a_link_leads_to_where_its_reader_stands(
    visit: LinkVisit, stage: AnswerStage, may_answer: bool
) -> None:
    assert (visit.stage, visit.may_answer) == (stage, may_answer)
