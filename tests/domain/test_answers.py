"""Where somebody with a check-in's link stands, and which answers ask for a practitioner."""

from __future__ import annotations

from datetime import date

import pytest

from clinic.domain.answers import Stage, Visit, needs_somebody
from clinic.domain.progress import PainPoint

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


@pytest.mark.parametrize(
    "pains, contact_wanted, asks",
    [
        ((3,), False, False),
        ((3, 4), False, False),
        ((3, 5), False, True),
        ((5, 3, 4), False, False),
        ((2, None, 6), False, True),
        ((3,), True, True),
        ((None,), False, False),
    ],
)
def test_a_rise_in_pain_or_a_wish_to_talk_asks_for_somebody(
    pains: tuple[int | None, ...], contact_wanted: bool, asks: bool
) -> None:
    points = [PainPoint(date(2026, 11, 1 + at), pain) for at, pain in enumerate(pains)]
    assert needs_somebody(points, contact_wanted=contact_wanted) is asks
