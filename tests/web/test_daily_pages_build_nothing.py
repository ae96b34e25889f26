"""Pages that are opened every day send statements that were built once: building costs more than asking."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Select

import clinic
from tests.factories.records import World, make_world
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
HOME = str(Path(clinic.__file__).parent)
OF_STAFF = (
    *("/today", "/clients", "/clients?needs=attention", "/check-ins", "/inbox", "/inbox/unread", "/sessions"),
    *("/groups", "/clients/{client}", "/clients/{client}/check-ins", "/clients/{client}/program"),
    *("/clients/{client}/messages", "/clients/{client}/appointments", "/clients/{client}/notes"),
    *("/clients/{client}/timeline", "/clients/{client}/assessments", "/clients/{client}/progress"),
    "/clients/{client}/questionnaires",
)
OF_CLIENTS = (
    *("/my", "/my/practise", "/my/program", "/my/messages", "/my/progress", "/my/history"),
    "/my/appointments",
)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where statements were built that began in the product."""
    places: list[str] = []
    begin = Select.__init__

    def note(self: Select[tuple[object, ...]], *columns: object) -> None:
        ours = [line for line in traceback.extract_stack() if line.filename.startswith(HOME)]
        if ours:
            places.append(f"{ours[-1].filename[len(HOME) :]}:{ours[-1].lineno}")
        begin(self, *columns)  # type: ignore[arg-type]

    monkeypatch.setattr(Select, "__init__", note)
    return places


def test_no_statement_is_built_for_a_page_of_every_day(visit: Visit, built: list[str]) -> None:
    world: World = make_world()
    client = world.people.client.id
    found = {}
    for user, pages in ((world.people.colleague, OF_STAFF), (world.people.client_user, OF_CLIENTS)):
        browser = visit(user)
        for page in pages:
            address = page.format(client=client)
            browser.get(address)  # what is built once is built now, and that somebody looked is noted
            built.clear()
            browser.get(address)
            found[page] = list(built)
    assert {page: places for page, places in found.items() if places} == {}


def test_one_that_is_built_anew_is_noticed(visit: Visit, built: list[str]) -> None:
    world = make_world()
    visit(world.people.client_user).get("/account")
    assert built
