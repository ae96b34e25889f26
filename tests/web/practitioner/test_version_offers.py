"""The page that offers a newer version: who is ticked, and all that nobody has answered taken back."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import select

from clinic.extensions import db
from clinic.models import VersionOffer
from clinic.services.programs import version_answers
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_next, publish_routine
from tests.visitor import Visitor
from tests.web.practitioner.test_clients import text
from tests.web.practitioner.test_routines import typed


def ticked(page: str) -> set[str]:
    """The programs that the form begins with."""
    boxes = re.findall(r'<input[^>]*name="programs"[^>]*>', page)
    return {re.findall(r'value="([^"]+)"', box)[0] for box in boxes if "checked" in box}


def test_who_was_only_taken_back_is_ticked_again_and_who_said_no_is_not(
    people: People, visit: Callable[..., Visitor]
) -> None:
    first = publish_routine(people.practice, people.owner)
    ada, bela = (
        assign_program(people.colleague, each, first) for each in (people.client, people.other_client)
    )
    publish_next(first)
    here, robin = f"/routines/{first.routine_id}/offer", visit(people.colleague)
    page = robin.get(here)
    assert ticked(page.text) == {str(ada.id), str(bela.id)}
    robin.post(here, typed(page) | {"programs": [str(ada.id), str(bela.id)]}, status=303)
    assert "Withdraw it from all 2 who have not answered" in text(robin.get(here))
    offers = {each.program_id: each.id for each in db.session.scalars(select(VersionOffer))}
    version_answers.keep(people.actor(people.client_user), offers[ada.id])
    robin.post(f"{here}/withdraw", status=303)
    page = robin.get(here)
    assert "The offer to 1 client is withdrawn." in text(page)
    assert ticked(page.text) == {str(bela.id)}
