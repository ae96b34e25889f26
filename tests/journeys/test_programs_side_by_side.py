"""A second program beside the first: assigned, seen once a move, logged once, one of them paused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from clinic.extensions import db
from clinic.models import Client, PracticeLog
from tests.factories.people import PASSWORD
from tests.factories.programs import publish_beside
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, a_client, hip_routine
from tests.journeys.test_smaller_journeys import signs_in

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 375, "height": 720}}


def test_two_programs_are_one_page_one_log_and_paused_one_by_one(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Petra Twofold")
    with settled.inside():
        publish_beside(hip_routine())
    olive = sit_down("Olive", settled)
    olive.opens("/sign-in")
    olive.fills(email=OWNER, password=PASSWORD)
    olive.presses("Sign in")
    olive.opens("/clients")
    olive.presses("Petra Twofold")
    olive.presses("Assign program")
    olive.sees("Petra Twofold has a program already", "Hip routine runs already")
    olive.presses("Knee routine")
    olive.sees("each move once, logs once a day")
    olive.ticks("Keep alongside")
    olive.presses("Assign program")
    olive.sees("Knee routine is assigned", "sees it from now on")

    petra = sit_down("Petra", settled, **PHONE)
    signs_in(petra, somebody)
    petra.sees("Small standing hip turns", "Hip hinge", "Knee bend", "Knee routine:")
    assert petra.page.get_by_role("link", name="Hip hinge").count() == 1
    petra.ticks("Done")
    petra.presses("Save")
    petra.sees("Today: Done")
    with settled.inside():
        hers = db.session.query(Client).filter_by(name="Petra Twofold").one().id
        rows = db.session.query(PracticeLog).filter_by(client_id=hers).count()
    assert rows == 4, "one row a move of each program"

    olive.presses("Pause program")
    olive.writes("Why", "Away for a week")
    olive.presses("Pause program")
    olive.sees("Paused")
    petra.opens("/my")
    petra.sees("Knee routine is paused", "Hip hinge")
    petra.does_not_see("Knee bend", "Knee routine:")
    petra.presses("Program")
    petra.sees("Not today", "Knee bend")
    petra.presses("Knee bend")
    petra.sees("This move is not one of today’s")
