"""A practice's pages can be put among the apps of a phone, under its name, and it tells nobody whose."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from clinic.extensions import db
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
LINK = re.compile(r'<link rel="manifest"([^>]*)>')


def address_in(page: str) -> str:
    (found,) = LINK.findall(page)
    assert "crossorigin" not in found, "so browsers send no cookie along"
    (where,) = re.findall(r'href="([^"]+)"', found)
    return str(where)


def read(app: Flask, where: str) -> dict[str, Any]:
    """What a browser without any cookie is told."""
    answer = app.test_client().get(where)
    assert (answer.status_code, answer.mimetype) == (200, "application/manifest+json")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    told: dict[str, Any] = json.loads(answer.data)
    return told


def test_it_is_called_as_the_practice_calls_itself(people: People, visit: Visit, app: Flask) -> None:
    people.practice.name = "Praxis Größer & Söhne"
    db.session.commit()
    where = address_in(visit(people.client_user).get("/my").text)
    assert where == address_in(visit(people.owner).get("/today").text), "the same for everybody"
    told = read(app, where)
    assert (told["name"], told["short_name"]) == ("Praxis Größer & Söhne",) * 2
    assert (told["display"], told["start_url"], told["scope"]) == ("standalone", "/", "/")
    assert (told["lang"], told["dir"], told["id"]) == ("en", "ltr", where)
    for icon in told["icons"]:
        drawn = app.test_client().get(icon["src"])
        assert (drawn.status_code, drawn.mimetype) == (200, icon["type"])
    assert {icon.get("purpose") for icon in told["icons"]} == {None, "maskable"}


def test_each_practice_has_its_own(people: People, visit: Visit, app: Flask) -> None:
    here, there = (
        read(app, address_in(visit(each).get("/my").text))
        for each in (people.client_user, people.foreign_client_user)
    )
    assert (here["name"], there["name"]) == (people.practice.name, people.elsewhere.name)
    assert here["id"] != there["id"], "one does not take the other's place"


def test_nothing_of_the_person_stands_in_it(people: People, visit: Visit, app: Flask) -> None:
    where = address_in(visit(people.client_user).get("/my").text)
    said = json.dumps(read(app, where)) + where
    client, user = people.client, people.client_user
    for each in (client.id, user.id):
        assert str(each) not in said
        assert each.hex not in said
    assert not any(words in said for words in (client.name.split()[0], str(client.email)))


def test_where_the_practice_is_not_known_there_is_no_app(people: People, visit: Visit) -> None:
    assert LINK.findall(visit().get("/sign-in").text) == [], "two practices share these pages"


@pytest.mark.parametrize("which", [uuid.UUID(int=0), "x"])
def test_a_practice_that_is_not_there_has_none(people: People, app: Flask, which: object) -> None:
    answer = app.test_client().get(f"/app/{which}.webmanifest")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
