"""Every page the journeys came to, as the server sent it, through the Nu HTML checker in one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import vnu
from tests.journeys.conftest import leave_out

if TYPE_CHECKING:
    from tests.journeys.reader import Findings

pytestmark = pytest.mark.browser


def test_every_page_of_the_journeys_is_valid_html(findings: Findings) -> None:
    if not findings.pages:
        pytest.skip("no journey was made in this run")
    if reason := vnu.missing():
        leave_out(reason)
    problems = vnu.problems(findings.pages)
    assert not problems, "\n".join(problems)
