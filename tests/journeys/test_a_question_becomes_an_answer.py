"""A question under a move is answered, becomes an answer for all, and the next client finds it first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from clinic.extensions import db
from clinic.models import Message, Thread
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, a_client
from tests.journeys.test_a_pain_that_is_logged import PHONE, signs_in

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

ASKED = "Does my shadow have to stay still on the wall?"
ANSWERED = "Your shadow may sway a little. Watch your belt instead."


def test_asked_answered_lent_signed_and_found(settled: Installation, sit_down: SitDown) -> None:
    wanda, pia = a_client(settled, "Wanda Asks"), a_client(settled, "Pia Looks")
    client, olive = sit_down("Wanda", settled, **PHONE), sit_down("Olive", settled)
    signs_in(client, wanda.email)
    client.opens("/my/program/1")
    client.presses("Ask about this move")
    client.sees("Not for emergencies", "About your move")
    client.writes("Your message", ASKED)
    client.presses("Send message")
    client.sees("has your message", ASKED)

    signs_in(olive, OWNER)
    olive.opens("/inbox")
    olive.sees("Wanda Asks", "Not read")
    olive.presses("Open Wanda Asks")
    olive.writes("Your answer to", ANSWERED)
    olive.presses("Send answer")
    olive.sees("Sent.", "Take back")
    a_minute_passes(settled)
    client.opens("/my/messages")
    client.sees("There is something new for you", ANSWERED)

    olive.opens(olive.page.url)
    olive.presses("Make an answer of it")
    olive.writes("Question", "Does my shadow stay still?")
    olive.ticks("Ask the client whether their words may be used")
    if olive.page.get_by_label("I have looked").count():
        olive.ticks("I have looked")
    olive.presses("Save answer")
    olive.presses("Sign it")
    olive.sees("has not said yet")
    answer = olive.page.url
    client.opens("/my/messages")
    client.sees("May we use your words?")
    client.presses("Yes, use them")
    client.is_at("/my/messages")
    client.does_not_see("May we use your words?")
    olive.opens(answer)
    olive.presses("Sign it")
    olive.sees("Clients find it")

    looks(settled, sit_down, pia.email)


def looks(settled: Installation, sit_down: SitDown, email: str) -> None:
    """Pia begins to write, and it is there; what she wrote stays. Without scripts she looks first."""
    pia = sit_down("Pia", settled, **PHONE)
    signs_in(pia, email)
    pia.opens("/my/messages")
    pia.page.get_by_label("Your message").press_sequentially("Should my shadow be still?")
    pia.sees("Is it this?")
    pia.opens_up("Does my shadow stay still?")
    pia.sees("Watch your belt instead")
    pia.page.get_by_role("button", name="This helped").click()
    pia.sees("We are glad that it helped")
    assert pia.page.get_by_label("Your message").input_value() == "Should my shadow be still?"
    pia.looks()
    plain = sit_down("Pia", settled, java_script_enabled=False, **PHONE)
    signs_in(plain, email)
    plain.opens("/my/messages")
    plain.tabs_to("Your message")
    plain.tabs_to("Send message")
    plain.presses("Look first")
    plain.writes("What would you like to know?", "shadow")
    plain.presses("Look for answers")
    plain.sees("This may be it", "Watch your belt instead", "You said that this helped")


def a_minute_passes(settled: Installation) -> None:
    """What was sent is older than it can be taken back."""
    with settled.inside():
        for row in db.session.query(Message):
            row.sent_at -= timedelta(minutes=2)
        for thread in db.session.query(Thread).where(Thread.client_read_until.is_not(None)):
            thread.client_read_until -= timedelta(minutes=2)
        db.session.commit()
