"""The list of clients as a file: those it finds, as they are, and back in again without a difference."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest

from clinic.domain.csv_text import table_of
from clinic.domain.errors import Forbidden, NotFound
from clinic.domain.types import ClientStatus, Sex
from clinic.extensions import db
from clinic.models import AuditEvent, Client
from clinic.services.clients.importing import COLUMNS, details_of, rows_of
from clinic.services.clients.listing import ClientFilter
from clinic.services.clients.records import text_of
from clinic.services.files.clients_csv import clients_csv
from clinic.services.transaction import transaction
from tests.factories.people import People

ALL = ClientFilter()
RUNS = '=HYPERLINK("http://evil.example","x"), "quoted"; línea'


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def ada(people: People) -> Client:
    """A client of whom everything is known, some of it dangerous to a spreadsheet."""
    with transaction():
        client = db.session.get_one(Client, people.client.id)
        client.born_on, client.sex, client.own_number = date(1961, 5, 3), Sex.FEMALE, "-17"
        client.phone, client.notes, client.history = "+44 20 7946 0999", RUNS, "'=1\n@two"
        client.consented_at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    return client


def test_nothing_in_it_runs_and_an_import_reads_back_exactly_what_was_there(
    people: People, ada: Client
) -> None:
    content = clients_csv(people.actor(people.colleague), ALL)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows(content) for cell in row.values())
    table = table_of(content.decode("utf-8-sig"))
    back = {row.cells["name"]: details_of(row, people.practice) for row in rows_of(table)}
    details, problems = back[ada.name]
    assert problems == []
    for name in COLUMNS:
        told = getattr(details, name)
        held = date(2026, 3, 2) if name == "consented_on" else getattr(ada, name)
        assert text_of(told.typed if name == "email" else told) == text_of(held), name


def test_it_holds_whom_the_list_finds(people: People, ada: Client) -> None:
    robin = people.actor(people.colleague)
    names = {row["name"] for row in rows(clients_csv(robin, ALL))}
    assert names == {people.client.name, people.other_client.name}
    assert [row["name"] for row in rows(clients_csv(robin, ClientFilter(text=ada.name)))] == [ada.name]
    assert rows(clients_csv(robin, ClientFilter(status=ClientStatus.ARCHIVED))) == []


def test_who_took_it_stands_in_the_trail(people: People) -> None:
    clients_csv(people.actor(people.owner), ALL)
    event = db.session.query(AuditEvent).filter_by(action="clients.taken_out").one()
    assert (event.actor_name, event.details["clients"]) == (people.owner.name, 2)


def test_who_takes_out_no_records_takes_out_no_list(people: People) -> None:
    with pytest.raises(Forbidden):
        clients_csv(people.actor(people.assistant), ALL)
    with pytest.raises(NotFound):
        clients_csv(people.actor(people.client_user), ALL)
