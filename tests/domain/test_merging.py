"""What becomes of one field when two people filled in the same sheet."""

from __future__ import annotations

import pytest

from clinic.domain.merging import FieldFate, fate


@pytest.mark.parametrize(
    "base, mine, theirs, becomes",
    [
        ("", "", "", FieldFate.NOTHING),
        ("35", "35", "35", FieldFate.NOTHING),
        ("", "35", "", FieldFate.KEEP),  # typed here alone
        ("35", "40", "35", FieldFate.KEEP),  # changed here alone
        ("35", "", "35", FieldFate.KEEP),  # emptied here alone
        ("", "", "35", FieldFate.NOTHING),  # typed there alone: theirs stays
        ("35", "35", "40", FieldFate.NOTHING),  # changed there alone
        ("35", "35", "", FieldFate.NOTHING),  # emptied there alone
        ("", "35", "35", FieldFate.NOTHING),  # the same on both sides
        ("35", "", "", FieldFate.NOTHING),
        ("", "35", "40", FieldFate.COLLIDES),
        ("30", "35", "40", FieldFate.COLLIDES),
        ("30", "", "40", FieldFate.COLLIDES),  # emptied here, changed there
        ("30", "35", "", FieldFate.COLLIDES),
    ],
)
def test_a_field_is_kept_or_left_or_settled_by_a_person(
    base: str, mine: str, theirs: str, becomes: FieldFate
) -> None:
    assert fate(base, mine, theirs) is becomes
