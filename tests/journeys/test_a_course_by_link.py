"""A course is made on its pages; five students join by its link, one of them a week late."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Client, Course, Program
from tests.factories.people import PASSWORD
from tests.journeys.installation import Installation, link_in
from tests.journeys.people import OWNER

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 375, "height": 720}}
STUDENTS = ("Nora Vance", "Ola Berg", "Pia Lund", "Rui Costa")
LATE = "Uma Falk"
SLOW_ENOUGH = 2500  # milliseconds; nobody types faster


def address(name: str) -> str:
    return f"{name.split(maxsplit=1)[0].lower()}@students.example"


def the_course_is_made(olive: Reader) -> None:
    olive.opens("/sign-in")
    olive.fills(email=OWNER, password=PASSWORD)
    olive.presses("Sign in")
    olive.opens("/groups/new")
    olive.writes("Name", "Hips in autumn")
    olive.presses("Make the group")
    olive.presses("Course")
    olive.page.get_by_label("With a week 1 of their own").check()
    olive.page.get_by_label("Somebody of the practice looks at each").uncheck()
    olive.presses("Save course")
    olive.presses("Open the course")
    olive.presses("Make a link")
    olive.sees("0 taken", "Running")


def ask_for_a_place(settled: Installation, sit_down: SitDown, code: str, *names: str) -> None:
    readers = {name: sit_down(name, settled, **PHONE) for name in names}
    for name, reader in readers.items():
        reader.opens(f"/join/{code}")
        reader.writes("Your name", name)
        reader.writes("Your email address", address(name))
        for consent in reader.page.get_by_label("I agree that").all():
            consent.check()
    reader.page.wait_for_timeout(SLOW_ENOUGH)  # of the one who came last
    for name, reader in readers.items():
        reader.presses("Ask for a place")
        reader.sees("Check your email")
        reader.opens(link_in(settled.mail_to(address(name)), "/join/confirm/"))
        reader.presses("Confirm, I want a place")
        reader.sees("You have a place.")


def starts(settled: Installation) -> dict[str, object]:
    with settled.inside():
        query = select(Client.email, Program.starts_on).join(Program, Program.client_id == Client.id)
        return {row.email: row.starts_on for row in db.session.execute(query)}


def test_five_join_by_the_link_and_one_is_late(settled: Installation, sit_down: SitDown) -> None:
    olive = sit_down("Olive", settled)
    the_course_is_made(olive)
    with settled.inside():
        code = str(db.session.scalars(select(Course.join_code)).one())
    ask_for_a_place(settled, sit_down, code, *STUDENTS)
    settled.a_week_passes()
    ask_for_a_place(settled, sit_down, code, LATE)

    began = starts(settled)
    assert len({began[address(name)] for name in STUDENTS}) == 1
    assert began[address(LATE)] > began[address(STUDENTS[0])]
    olive.opens("/groups")
    olive.presses("Hips in autumn")
    olive.sees(*STUDENTS, LATE, "5 clients")
    olive.presses("Messages")
    olive.sees("no account yet", "The mail to each is kept here, not sent: no mail server is set.")
