"""What a client finds hard, in their own words: each activity from its first rating to its latest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.domain.change import ChangeVerdict
from clinic.domain.own_activities import OwnActivity, most_changed, own_activities
from clinic.domain.progress_headline import EasierActivity
from clinic.domain.score_changes import AnsweredQuestionnaire
from tests.domain.test_score_changes import FIRST, answered, doing, pain

BETTER, WORSE = ChangeVerdict.BETTER, ChangeVerdict.WORSE
SAME, WITHIN = ChangeVerdict.SAME, ChangeVerdict.WITHIN_ERROR
Told = tuple[str, int, int, ChangeVerdict | None]
BACK_AND_FORTH: list[Told] = [("socks", 3, 6, BETTER)]
TABLE: list[tuple[str, list[AnsweredQuestionnaire], list[Told]]] = [
    ("nothing was named", [], []),
    ("pain names nothing", [pain(0, 6), pain(1, 3)], []),
    ("nor do words beside it", [answered("phq2", 0, {"interest": 1, "a1": 3}, ("socks",))], []),
    ("once is no change", [doing(0, socks=3)], [("socks", 3, 3, None)]),
    (
        "first against latest",
        [doing(0, socks=3), doing(1, socks=9), doing(2, socks=6)],
        [("socks", 3, 6, BETTER)],
    ),
    ("in whichever order", [doing(2, socks=6), doing(0, socks=3)], [("socks", 3, 6, BETTER)]),
    ("within the error of one", [doing(0, socks=3), doing(1, socks=5)], [("socks", 3, 5, WITHIN)]),
    ("the same", [doing(0, socks=3), doing(1, socks=3)], [("socks", 3, 3, SAME)]),
    ("harder", [doing(0, socks=6), doing(1, socks=3)], [("socks", 6, 3, WORSE)]),
    ("left out is passed over", [doing(0, socks=None), doing(1, socks=4)], [("socks", 4, 4, None)]),
    (
        "others in between are told each by itself",
        [doing(0, socks=3, garden=5), doing(1, car=2), doing(2, garden=9)],
        [("socks", 3, 3, None), ("garden", 5, 9, BETTER), ("car", 2, 2, None)],
    ),
    (
        "capitals and spaces make no other one",
        [
            answered("psfs", 0, {"a1": 2}, ("Put on  socks",)),
            answered("psfs", 1, {"a1": 7}, ("put on Socks",)),
        ],
        [("put on Socks", 2, 7, BETTER)],
    ),
]


@pytest.mark.parametrize("said, held, told", TABLE)
def test_each_activity_from_its_first_rating_to_its_latest(
    said: str, held: list[AnsweredQuestionnaire], told: list[Told]
) -> None:
    found = own_activities(held)
    assert [(each.activity, each.first, each.latest, each.verdict) for each in found] == told, said


def test_each_rating_has_its_day() -> None:
    (found,) = own_activities([doing(0, socks=3), doing(4, socks=6)])
    assert (found.first_at, found.latest_at) == (FIRST, FIRST + timedelta(weeks=4))
    assert found.by == 3


def activity(name: str, first: int, latest: int, verdict: ChangeVerdict | None) -> OwnActivity:
    return OwnActivity(name, first, FIRST, latest, FIRST, verdict)


MOST = [
    ([], BETTER, None),
    ([activity("socks", 3, 3, None)], BETTER, None),
    ([activity("socks", 3, 6, BETTER)], WORSE, None),
    ([activity("socks", 3, 6, BETTER), activity("car", 2, 8, BETTER)], BETTER, EasierActivity("car", 2, 8)),
    ([activity("socks", 3, 6, BETTER), activity("car", 4, 7, BETTER)], BETTER, EasierActivity("socks", 3, 6)),
    ([activity("socks", 7, 4, WORSE), activity("car", 9, 2, WORSE)], WORSE, EasierActivity("car", 9, 2)),
]


@pytest.mark.parametrize("activities, verdict, found", MOST)
def test_the_one_that_changed_most_is_said(
    activities: list[OwnActivity], verdict: ChangeVerdict, found: EasierActivity | None
) -> None:
    assert most_changed(activities, verdict) == found
