"""Assigning: the usual case in three presses, a favourite in two, and what is changed for one client."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from clinic.domain.phases import Phase
from clinic.extensions import db
from clinic.models import Client, Practice, Program, RoutineFavourite
from tests.factories.people import PASSWORD, make_client
from tests.factories.programs import in_phases, publish_beside
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, hip_routine

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

NAMES = ("Nora Newcome", "Otto Newcome", "Pia Newcome")


def test_assigning_takes_three_presses_and_follows_what_is_typed(
    settled: Installation, sit_down: SitDown
) -> None:
    with settled.inside():
        practice = db.session.query(Practice).one()
        for name in NAMES:
            make_client(practice, name)
        db.session.commit()
        by_weeks = publish_beside(hip_routine())
        by_weeks.routine.name = "Knee by weeks"
        in_phases(by_weeks, [Phase("Hinge", weeks=2), Phase("Both", weeks=4)], [(1, None), (2, None)])
        db.session.commit()
    olive = sit_down("Olive", settled)
    olive.opens("/sign-in")
    olive.fills(email=OWNER, password=PASSWORD)
    olive.presses("Sign in")

    olive.opens("/clients")
    olive.presses("Nora Newcome")  # one
    olive.presses("Assign program")  # two
    olive.presses("Assign program")  # three
    olive.sees("Hip routine is assigned")

    # a routine by weeks, which becomes a favourite and comes first from then on
    olive.opens("/clients")
    olive.presses("Otto Newcome")
    olive.presses("Assign program")
    olive.opens_up("Any routine, or single moves")
    with olive.page.expect_response(lambda answer: "/favourite" in answer.url):
        olive.page.get_by_role("button", name="Favourite Knee by weeks").click()
    olive.sees("Favourites", "From phase 2 on")
    olive.presses("Assign program", within="main form[novalidate]")
    olive.sees("Knee by weeks is assigned")

    # a dose is changed: sentence and load follow; a move is left out, another one added
    olive.opens("/clients")
    olive.presses("Pia Newcome")
    olive.presses("Assign program")
    olive.opens_up("Change the dose of Hip hinge")
    olive.page.locator("[name=doses-0-reps]").fill("50")
    olive.sees("3 rounds of 50")
    olive.ticks("Leave out Knee bend")
    olive.sees("Left out: this client is not given it.", "17 minutes a day, 1 move")
    olive.opens_up("Add a move of the library")
    olive.page.locator("#q").fill("turns")
    olive.ticks("Small standing hip turns", question="Moves to tick")
    olive.presses("Find moves, and add those ticked")
    olive.sees("3 rounds of 50", "20 minutes a day, 2 moves")
    olive.presses("Assign program", within="main form[novalidate]")
    olive.sees("Knee by weeks is assigned", "3 rounds of 50")
    with settled.inside():
        hers = db.session.query(Client).filter_by(name="Pia Newcome").one().id
        program = db.session.query(Program).filter_by(client_id=hers).one()
        names = [row.content["name"] for row in program.prescriptions]
        db.session.query(RoutineFavourite).delete()  # Olive has other journeys to go on
        db.session.commit()
    assert names == ["Hip hinge", "Small standing hip turns"]
