"""Where somebody with a check-in's link stands."""

from __future__ import annotations

from datetime import date

import pytest

from clinic.domain.answers import Stage, Visit

TODAY, YESTERDAY = date(2026, 11, 23), date(2026, 11, 22)


@pytest.mark.parametrize(
    "visit, stage, may_answer",
    [
        (Visit(TODAY), Stage.SIGNS, False),
        (Visit(TODAY, denied_signs_on=TODAY), Stage.QUESTIONS, True),
        (Visit(TODAY, denied_signs_on=YESTERDAY), Stage.SIGNS, False),
        (Visit(TODAY, denied_signs_on=TODAY, answered_on=TODAY), Stage.ANSWERED, True),
        (Visit(TODAY, denied_signs_on=YESTERDAY, answered_on=TODAY), Stage.ANSWERED, False),
        (Visit(TODAY, denied_signs_on=YESTERDAY, answered_on=YESTERDAY), Stage.CLOSED, False),
        (Visit(TODAY, is_locked=True), Stage.WARNED, True),
        (Visit(TODAY, is_locked=True, answered_on=YESTERDAY), Stage.WARNED, True),
    ],
)
def test_a_link_leads_to_where_its_reader_stands(visit: Visit, stage: Stage, may_answer: bool) -> None:
    assert (visit.stage, visit.may_answer) == (stage, may_answer)
