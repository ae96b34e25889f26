"""A routine by weeks is put together, published and assigned; version 2 of it is offered and taken over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from clinic.extensions import db
from clinic.models import Client, Program
from tests.factories.people import PASSWORD
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, a_client
from tests.journeys.test_smaller_journeys import signs_in
from tests.journeys.test_the_main_job import takes_all_texts

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 375, "height": 720}}


def test_a_routine_by_weeks_is_made_assigned_and_offered_anew(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Wilma Weekly")
    olive = sit_down("Olive", settled)
    olive.opens("/sign-in")
    olive.fills(email=OWNER, password=PASSWORD)
    olive.presses("Sign in")

    # put together: two moves, the second one from the third week on
    olive.presses("Routines")
    olive.presses("Make a routine")
    olive.fills(name="Hips by weeks")
    olive.presses("Make routine", within="main form")
    olive.presses("Change moves and doses")
    for move in ("Small standing hip turns", "Hip hinge"):
        olive.presses(f"Add {move}")
    for number, (name, weeks) in enumerate((("Turns only", "2"), ("Then both", "4"))):
        olive.presses("Add a phase")
        olive.fills(**{f"phases__{number}__name": name, f"phases__{number}__weeks": weeks})
    olive.presses("Save draft")
    olive.page.locator("[name=moves-1-from_phase]").select_option("2")
    olive.presses("Save and read it through")
    olive.sees("Read and publish: Hips by weeks")
    _publishes(olive)
    olive.sees("is published")

    # assigned beside what runs
    olive.opens("/clients")
    olive.presses("Wilma Weekly")
    olive.presses("Assign program")
    olive.presses("Hips by weeks")
    olive.sees("From phase 2 on")
    olive.ticks("End today")
    olive.opens_up("Why, if it ends")
    olive.ticks("Better: not needed any more")
    olive.presses("Assign program", within="main form[novalidate]")
    olive.sees("Hips by weeks is assigned")
    wilma = sit_down("Wilma", settled, **PHONE)
    signs_in(wilma, somebody)
    wilma.sees("Small standing hip turns")

    # version 2 asks more of the hinge; it is offered, read and taken over
    olive.presses("Routines")
    olive.presses("Hips by weeks")
    olive.presses("Make a new version")
    olive.page.locator("main details").evaluate_all("(all) => all.forEach((each) => (each.open = true))")
    olive.fills(moves__1__dose__reps="12", change_note="More of the hinge.")
    _publishes(olive)
    olive.sees("1 client is on version 1")
    olive.presses("Offer version 2")
    olive.sees("What is different from version 1")
    olive.fills(note="You are ready for it.")
    olive.presses("Offer it", within="main form")
    wilma.opens("/my")
    wilma.presses("Read what would be different")
    wilma.sees("You are ready for it.", "12")
    wilma.presses("Take it over from tomorrow")
    with settled.inside():
        hers = db.session.query(Client).filter_by(name="Wilma Weekly").one()
        names = [program.name for program in db.session.query(Program).filter_by(client_id=hers.id)]
    assert names.count("Hips by weeks") == 2, "what she had and what begins tomorrow"


def _publishes(olive: Reader) -> None:
    takes_all_texts(olive)
    olive.presses("Publish routine")
