"""A routine by weeks gets a newer version: offered with a note, read in plain words, and taken over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from clinic.domain.phases import Phase
from clinic.extensions import db
from clinic.models import Client, Program, Routine, User
from clinic.services.clock import today_in
from clinic.services.transaction import transaction
from tests.factories.people import PASSWORD
from tests.factories.programs import assign_program, in_phases, publish_beside, publish_next
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, a_client, hip_routine
from tests.journeys.test_smaller_journeys import signs_in

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 375, "height": 720}}


def test_a_newer_version_is_offered_read_and_taken_over(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Vera Stairs")
    routine_id = _in_parts(settled, "Vera Stairs")

    olive = sit_down("Olive", settled)
    olive.opens("/sign-in")
    olive.fills(email=OWNER, password=PASSWORD)
    olive.presses("Sign in")
    olive.opens(f"/routines/{routine_id}")
    olive.sees("1 client is on version 1")
    olive.presses("Offer version 2")
    olive.sees("What is different from version 1", "No longer: Knee bend", "Nobody’s program changes by this")
    olive.writes("A note for your clients", "The hinge is enough for now.")
    olive.presses("Offer it")
    olive.sees("Version 2 is offered to 1 client", "Not answered yet")

    vera = sit_down("Vera", settled, **PHONE)
    signs_in(vera, somebody)
    vera.sees("There is a new version of Stairs for you", "Stairs: Once your practitioner finds this met")
    vera.presses("Read what would be different")
    vera.sees("The hinge is enough for now.", "No longer: Knee bend", "It would begin tomorrow")
    vera.presses("Take it over from tomorrow")
    vera.sees("From tomorrow on you have the new version")
    vera.does_not_see("There is a new version")
    with settled.inside():
        assert db.session.query(Program).filter_by(name="Stairs").count() == 2, "one follows on the other"

    olive.opens(f"/routines/{routine_id}/offer")
    olive.sees("Taken over")


def _in_parts(installation: Installation, name: str) -> str:
    """A routine in two parts beside the first, with a newer version; a client has the older one."""
    with installation.inside():
        version = publish_beside(hip_routine())
        in_phases(
            version, [Phase("Hinge", None, "No pain on the stairs"), Phase("Both")], [(1, None), (2, None)]
        )
        with transaction():
            db.session.get_one(Routine, version.routine_id).name = "Stairs"
        owner = db.session.query(User).filter_by(email=OWNER).one()
        client = db.session.query(Client).filter_by(name=name).one()
        first = today_in(client.time_zone) - timedelta(days=3)
        assign_program(owner, client, version, starts_on=first, alongside=True)
        return str(publish_next(version).routine_id)
