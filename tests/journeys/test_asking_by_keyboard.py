"""Asking and answering with the keyboard alone: messages, answers and sessions, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, a_client
from tests.journeys.test_a_pain_that_is_logged import PHONE, signs_in
from tests.journeys.test_a_question_becomes_an_answer import a_minute_passes
from tests.journeys.test_a_session import EVERY_DAY

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser
WAYS = [pytest.param(True, id="with scripts"), pytest.param(False, id="without scripts")]


def writes(reader: Reader, label: str, text: str) -> None:
    reader.tabs_to(label)
    reader.page.keyboard.type(text)


def presses(reader: Reader, words: str) -> None:
    reader.tabs_to(words)
    reader.enters("Enter")


@pytest.mark.parametrize("scripts", WAYS)
def test_a_question_is_asked_and_answered(settled: Installation, sit_down: SitDown, scripts: bool) -> None:
    name = f"Ida Keys {'On' if scripts else 'Off'}"
    somebody = a_client(settled, name)
    client = sit_down("Ida", settled, java_script_enabled=scripts, **PHONE)
    olive = sit_down("Olive", settled, java_script_enabled=scripts)
    signs_in(client, somebody.email)
    client.opens("/my/messages")
    writes(client, "Your message", f"May my heels lift, {name}?")
    presses(client, "Send message")
    client.sees("has your message")

    signs_in(olive, OWNER)
    olive.opens("/inbox")
    presses(olive, f"Assign {name}")
    olive.tabs_to("Save")
    olive.enters("Enter")
    presses(olive, f"Open {name}")
    writes(olive, "Your answer to", "They stay down.")
    presses(olive, "Send answer")
    presses(olive, "Take back")
    olive.sees("Taken back")
    presses(olive, "Send answer")
    a_minute_passes(settled)
    client.opens("/my/messages")
    client.sees("They stay down.")

    olive.opens(olive.page.url)
    presses(olive, "Make an answer of it")
    writes(olive, "Question", f"May heels lift ({'on' if scripts else 'off'})?")
    olive.tabs_to("I have looked") if olive.page.get_by_label("I have looked").count() else None
    olive.types("Space")
    presses(olive, "Save answer")
    presses(olive, "Sign it")
    olive.sees("Clients find it")
    client.opens("/my/answers")
    writes(client, "What would you like to know?", "heels lift")
    presses(client, "Look for answers")
    client.sees("They stay down.")
    client.tabs_to("This helped")
    client.types("Enter")
    client.sees("helped")


@pytest.mark.parametrize("scripts", WAYS)
def test_a_session_is_asked_taken_moved_and_called_off(
    settled: Installation, sit_down: SitDown, scripts: bool
) -> None:
    name = f"Ivo Keys {'On' if scripts else 'Off'}"
    somebody = a_client(settled, name)
    client = sit_down("Ivo", settled, java_script_enabled=scripts, **PHONE)
    olive = sit_down("Olive", settled, java_script_enabled=scripts)
    signs_in(olive, OWNER)
    olive.opens("/your-account/hours")
    olive.tabs_to("Hours of each week")
    olive.types("Control+a")
    olive.page.keyboard.type(EVERY_DAY)
    presses(olive, "Save")

    signs_in(client, somebody.email)
    client.opens("/my/appointments")
    presses(client, "Ask for a session")
    client.tabs_to("At the practice")
    client.types("Space")
    writes(client, "What is it about?", "My knee clicks.")
    writes(client, "Which times suit you?", "Any morning.")
    presses(client, "Ask for it")
    client.sees("You have asked for a session.")
    offers(olive, name, 8)
    client.opens("/my/appointments")
    presses(client, "Take this time")
    client.sees("The time is yours.")
    presses(client, "Another time")
    writes(client, "Which times suit you?", "Later that week.")
    presses(client, "Ask for another time")
    offers(olive, name, 10)
    client.opens("/my/appointments")
    presses(client, "Take this time")
    client.sees("The time is yours.")
    presses(client, "I cannot come")
    writes(client, "Why", "I am away.")
    presses(client, "Call it off")
    client.sees("Called off.")


def offers(olive: Reader, name: str, place: int) -> None:
    """One of the times in their hours."""
    olive.opens("/sessions")
    presses(olive, f"Offer times {name}")
    olive.tabs_to("Free in your hours")
    for _ in range(place):
        olive.types("Tab")
    olive.types("Space")
    presses(olive, "Offer these times")
    olive.sees("The times are offered")
