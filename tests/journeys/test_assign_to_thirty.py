"""Thirty students get a program with one act: ticked, looked at, done, read, and undone as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from clinic.domain.types import ClientKind
from clinic.extensions import db
from clinic.models import Client, Practice, Program
from tests.factories.people import PASSWORD, make_client
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 375, "height": 720}, "java_script_enabled": False}


def enrol_class(settled: Installation, group: str, number: int = 30) -> None:
    """Online students of a group, two of them without an address."""
    with settled.inside():
        practice = db.session.query(Practice).one()
        for each in range(number):
            address = {"email": None} if each in (7, 8) else {}
            values = {"kind": ClientKind.ONLINE, "group_name": group, **address}
            make_client(practice, f"{group} {each:02}", **values)
        db.session.commit()


def programs(settled: Installation) -> int:
    with settled.inside():
        of_class = select(Client.id).where(Client.group_name == "Winter class")
        return db.session.scalar(
            select(func.count()).select_from(Program).where(Program.client_id.in_(of_class))
        )


def signs_in_as_owner(olive: Reader) -> None:
    olive.opens("/sign-in")
    olive.fills(email=OWNER, password=PASSWORD)
    olive.presses("Sign in")


def test_thirty_get_a_program_and_it_is_taken_back(settled: Installation, sit_down: SitDown) -> None:
    enrol_class(settled, "Winter class")
    olive = sit_down("Olive", settled)
    signs_in_as_owner(olive)
    olive.opens("/clients?q=winter")
    olive.picks("For those that are ticked", "assign")
    assert olive.page.get_by_text("All 30 clients that this list finds").count() == 1, "the list stays"
    olive.page.get_by_label("Tick all on this page").check()
    olive.presses("Look at what will happen")
    olive.sees("It will be done for 30 of 30 clients", "Winter class 07", "Hip routine")
    olive.presses("Assign to 30 clients")
    olive.sees("30 done", "assigned; no check-ins by mail: no address")
    assert programs(settled) == 30

    olive.presses("Undo all of it")
    olive.sees("30 undone", "taken back, as if never assigned")
    assert programs(settled) == 0


def test_without_a_script_on_a_phone_all_that_is_found_is_invited(
    settled: Installation, sit_down: SitDown
) -> None:
    enrol_class(settled, "Summer class")
    olive = sit_down("Olive", settled, **PHONE)
    signs_in_as_owner(olive)
    olive.opens("/clients?q=summer")
    olive.picks("For those that are ticked", "invite")
    olive.ticks("All 30 clients that this list finds")
    olive.presses("Look at what will happen")
    olive.sees("It will be done for 28 of 30 clients: 2 left out.", "no address")
    olive.presses("Invite 28 clients")
    olive.sees("28 done, 2 left out", "invited")
    olive.presses("Done for many")
    olive.sees("Invite by mail", "Done: 28 done, 2 left out")


def test_sixty_are_done_in_the_background_and_the_page_follows(
    settled: Installation, sit_down: SitDown
) -> None:
    enrol_class(settled, "Spring class", 60)
    olive = sit_down("Olive", settled)
    signs_in_as_owner(olive)
    olive.opens("/clients?q=spring")
    olive.picks("For those that are ticked", "group")
    olive.ticks("All 60 clients that this list finds")
    olive.presses("Look at what will happen")
    olive.writes("Group", "Spring, second half")
    olive.presses("Put 60 clients in it")
    olive.page.get_by_text("60 done").wait_for(timeout=30_000)
    olive.sees("Put in Spring, second half", "Undo all of it")
