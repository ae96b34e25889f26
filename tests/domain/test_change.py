"""How far a number moved."""

from __future__ import annotations

import pytest

from clinic.domain.change import REAL_CHANGE, ChangeVerdict, difference


@pytest.mark.parametrize(
    "first, latest, by",
    [(1.0, 3.5, "2.5"), (3.5, 1.0, "-2.5"), (0.1, 0.3, "0.2"), (3.33, 5.66, "2.33"), (0.001, 0.0, "0.0")],
)
def test_a_difference_has_two_places_at_most_and_is_never_minus_nought(
    first: float, latest: float, by: str
) -> None:
    assert str(difference(first, latest)) == by


def test_better_worse_and_changed_are_real_changes_and_nothing_else() -> None:
    assert {verdict for verdict in ChangeVerdict if verdict in REAL_CHANGE} == {
        ChangeVerdict.BETTER,
        ChangeVerdict.WORSE,
        ChangeVerdict.CHANGED,
    }
