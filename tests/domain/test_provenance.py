"""Where a text or a figure comes from."""

from __future__ import annotations

import pytest

from clinic.domain.provenance import Provenance
from clinic.domain.types import Evidence


@pytest.mark.parametrize("status", Evidence)
def test_wording_of_our_own_waits_for_a_practitioner_and_no_other(status: Evidence) -> None:
    assert Provenance(status).needs_sign_off is (status is Evidence.AUTHORED)


def test_nothing_is_claimed_that_is_not_said() -> None:
    assert Provenance(Evidence.AUTHORED) == Provenance(Evidence.AUTHORED, sources=(), confidence="", note="")
