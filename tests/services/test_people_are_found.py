"""Clients are found by any spelling, by the end of their phone and by their group; those of before too."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, update

from clinic.domain.search import search_key
from clinic.domain.types import ClientKind
from clinic.extensions import db
from clinic.mail.addresses import parse_address
from clinic.models import Client
from clinic.services.clients import listing as client_list
from clinic.services.clients import records as clients
from clinic.services.clients.listing import ClientFilter
from clinic.services.clients.records import ClientDetails
from tests.factories.people import People, make_client, make_people

BEFORE = "0018"
DETAILS = ClientDetails(
    name="Käthe Müller",
    email=parse_address("km@clients.example"),
    phone="+44 7912 345678",
    born_on=date(1961, 5, 3),
    time_zone="Europe/London",
    kind=ClientKind.ONLINE,
    group_name="Frühling group",
)


def found(people: People, text: str) -> list[str]:
    page = client_list.page(people.actor(people.colleague), ClientFilter(text))
    return [line.name for line in page.rows]


@pytest.mark.parametrize(
    "text", ["Mueller", "muller", "Müller Kaethe", "5678", "07912 345 678", "fruehling", "Frühling Müller"]
)
def test_a_client_is_found(people: People, text: str) -> None:
    clients.add(people.actor(people.colleague), DETAILS)
    assert found(people, text) == ["Käthe Müller"]


def test_a_client_is_found_by_what_stands_now(people: People) -> None:
    actor = people.actor(people.colleague)
    client = clients.add(actor, DETAILS)
    other = ClientDetails(
        name="Kate Miller",
        email=None,
        phone="020 7946 0100",
        time_zone="Europe/London",
        kind=ClientKind.PRIVATE,
    )
    clients.correct(actor, client.id, other, client.version)
    assert found(people, "miller 0100") == ["Kate Miller"]
    for gone in ("mueller", "5678", "fruehling"):
        assert found(people, gone) == []


def test_clients_of_before_are_found_too(live_app: Flask) -> None:
    people = make_people()
    make_client(people.practice, "Käthe Müller", phone="+44 7912 345678", group_name="Frühling group")
    db.session.commit()
    db.session.remove()
    downgrade(revision=BEFORE, x_arg="drop=yes")
    db.session.execute(update(Client.__table__).values(search_key="old"))
    db.session.commit()
    db.session.remove()
    upgrade()
    for client in db.session.scalars(select(Client)):
        expected = search_key(client.name, client.email, client.phone, client.group_name)
        assert client.search_key == expected
        assert client.born_on is None
