"""What becomes of one field when two people filled in the same sheet."""

from __future__ import annotations

import pytest

from clinic.domain.merging import Fate, fate


@pytest.mark.parametrize(
    "base, mine, theirs, becomes",
    [
        ("", "", "", Fate.NOTHING),
        ("35", "35", "35", Fate.NOTHING),
        ("", "35", "", Fate.KEEP),  # typed here alone
        ("35", "40", "35", Fate.KEEP),  # changed here alone
        ("35", "", "35", Fate.KEEP),  # emptied here alone
        ("", "", "35", Fate.NOTHING),  # typed there alone: theirs stays
        ("35", "35", "40", Fate.NOTHING),  # changed there alone
        ("35", "35", "", Fate.NOTHING),  # emptied there alone
        ("", "35", "35", Fate.NOTHING),  # the same on both sides
        ("35", "", "", Fate.NOTHING),
        ("", "35", "40", Fate.COLLIDES),
        ("30", "35", "40", Fate.COLLIDES),
        ("30", "", "40", Fate.COLLIDES),  # emptied here, changed there
        ("30", "35", "", Fate.COLLIDES),
    ],
)
def test_a_field_is_kept_or_left_or_settled_by_a_person(
    base: str, mine: str, theirs: str, becomes: Fate
) -> None:
    assert fate(base, mine, theirs) is becomes
