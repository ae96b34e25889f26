"""A client sets a goal without scripts; a practitioner reads it in a report, signs it, and gives it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Client
from tests.factories.people import PASSWORD
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, a_client

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 375, "height": 720}}


def signs_in(reader: Reader, email: str) -> None:
    reader.opens("/sign-in")
    reader.fills(email=email, password=PASSWORD)
    reader.presses("Sign in", within="main")


def test_a_goal_comes_back_in_a_signed_report(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Gita Goals")
    gita = sit_down("Gita", settled, java_script_enabled=False, **PHONE)
    signs_in(gita, somebody.email)
    gita.presses("Progress")
    gita.fills(words="Carry my shopping home")
    gita.presses("Write it down")
    gita.sees("Your goal is written down", "Carry my shopping home")
    with settled.inside():
        client_id = db.session.scalars(select(Client.id).where(Client.name == "Gita Goals")).one()
    owner = sit_down("Owner", settled)
    signs_in(owner, OWNER)
    owner.opens(f"/clients/{client_id}")
    owner.presses("Progress and reports")
    owner.sees("Carry my shopping home")
    owner.presses("Choose findings")
    owner.sees("Nothing to share yet")
    owner.presses("Progress")
    owner.presses("Write a report")
    owner.sees("Written for", "Carry my shopping home")
    owner.fills(words="Well begun.")
    owner.ticks("I have read this report")
    owner.presses("Sign report")
    owner.sees("The report is signed", "Well begun.")
    owner.presses("Give it to the client")
    gita.presses("Progress")
    gita.presses("Report of progress")
    gita.sees("Well begun.", "Read and signed by")
