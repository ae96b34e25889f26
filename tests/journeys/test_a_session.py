"""A client asks for a session, takes one of the times out of somebody's hours, and is told of each change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from clinic.extensions import db
from clinic.models import Appointment
from clinic.services.clock import now
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, a_client
from tests.journeys.test_a_pain_that_is_logged import PHONE, signs_in

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

EVERY_DAY = "\n".join(f"{day} 9:00-12:00" for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))


def test_asked_offered_taken_and_called_off(settled: Installation, sit_down: SitDown) -> None:
    nora = a_client(settled, "Nora Vance")
    olive, client = sit_down("Olive", settled), sit_down("Nora", settled, **PHONE)
    signs_in(olive, OWNER)
    olive.opens("/your-account/hours")
    olive.writes("Hours of each week", EVERY_DAY)
    olive.writes("Video room", "https://meet.jit.si/HarbourStreet")
    olive.presses("Save")
    olive.sees("Saved.")

    signs_in(client, nora.email)
    client.opens("/my/appointments")
    client.presses("Ask for a session")
    client.ticks("By video")
    client.writes("What is it about?", "My knee clicks.")
    client.writes("Which times suit you?", "Any morning.")
    client.presses("Ask for it")
    client.sees("You have asked for a session.")

    olive.opens("/sessions")
    olive.presses("Offer times Nora Vance")
    olive.sees("My knee clicks.", "Any morning.")
    olive.page.get_by_role("checkbox").nth(4).check()
    olive.presses("Offer these times")
    olive.sees("The times are offered")

    client.opens("/my/appointments")
    client.page.get_by_role("button", name="Take this time").click()
    client.sees("The time is yours.", "Open the video room")

    client.page.get_by_role("link", name="Another time").click()
    client.writes("Which times suit you?", "Later that week.")
    client.presses("Ask for another time")
    client.sees("Another time for", "Until you take another time, it stays as it is.")
    olive.opens("/sessions")
    olive.sees("another time for")
    olive.presses("Offer times Nora Vance")
    olive.page.get_by_role("checkbox").nth(6).check()
    olive.presses("Offer these times")
    client.opens("/my/appointments")
    client.page.get_by_role("button", name="Take this time").click()
    client.sees("The time is yours.")
    both_are_reminded(settled, nora.email)

    client.page.get_by_role("link", name="I cannot come").click()
    client.writes("Why", "I am away.")
    client.presses("Call it off")
    client.sees("Called off. Your practice is told.", "I am away.")

    olive.opens("/sessions")
    olive.sees("Nobody asks for a session")


def both_are_reminded(settled: Installation, email: str) -> None:
    """There is one appointment, in calendars the second time; it is moved to an hour from now."""
    with settled.inside():
        (row,) = db.session.query(Appointment).join(Appointment.client).filter_by(email=email)
        assert row.sequence == 1
        stood = row.starts_at, row.slot_at, row.changed_at
        row.starts_at = row.slot_at = now() + timedelta(minutes=50)
        row.changed_at -= timedelta(days=2)
        db.session.commit()
    settled.plans_now()
    for address in (email, OWNER):
        settled.until(partial(is_reminded, settled, address), 90, f"reminded {address} of no session")
    with settled.inside():  # and back, so that it can be called off for tomorrow
        row = db.session.query(Appointment).join(Appointment.client).filter_by(email=email).one()
        row.starts_at, row.slot_at, row.changed_at = stood
        db.session.commit()


def is_reminded(settled: Installation, address: str) -> bool:
    return any(str(mail.message["Subject"]).startswith("Reminder:") for mail in settled.mails_to(address))
