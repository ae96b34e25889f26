"""The first visit to an installation begins the practice, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.types import Role
from clinic.extensions import db
from clinic.models import Practice, Routine, User
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
FORM = {
    "name": "Quay Spine",
    "time_zone": "Europe/Warsaw",
    "phone": "22 123 45 67",
    "emergency_number": "112",
    "urgent_number": "116 117",
    "waking_from": "08:00",
    "waking_until": "20:00",
    "owner_name": "Nina Quay",
    "owner_email": "nina@quay.example",
    "password": "seven herons on a jetty",
}


def test_an_empty_installation_leads_to_its_set_up(app: Flask, visit: Visit) -> None:
    assert visit().get("/", status=303).location == "/set-up"
    assert visit().get("/sign-in", status=303).location == "/set-up"
    assert "Set up your practice" in visit().get("/set-up").get_data(as_text=True)


def test_the_set_up_makes_practice_owner_and_draft_routine_and_signs_in(app: Flask, visit: Visit) -> None:
    browser = visit()
    assert browser.post("/set-up", FORM, status=303).location == "/today"
    practice = db.session.scalars(select(Practice)).one()
    assert (practice.name, practice.emergency_number, practice.numbers_set) == ("Quay Spine", "112", True)
    owner = db.session.scalars(select(User)).one()
    assert (owner.role, owner.email_key) == (Role.OWNER, "nina@quay.example")
    assert db.session.scalars(select(Routine.name)).all() == ["Hip routine"]
    browser.get("/practice")


def test_there_is_no_second_set_up(people: People, visit: Visit) -> None:
    assert visit().get("/set-up", status=303).location == "/sign-in"
    visit().post("/set-up", FORM, status=303)
    assert db.session.scalar(select(Practice.id).where(Practice.name == "Quay Spine")) is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Enter the name of your practice."),
        ("time_zone", "Mars/Base", "Choose a time zone."),
        ("emergency_number", "", "Enter the number to call in an emergency."),
        ("urgent_number", "", "Enter the number or place for urgent medical advice."),
        ("owner_email", "nobody", "Your email address"),
        ("password", "short", "at least 15 characters"),
        ("password", "Nina Quay Nina Quay", "Leave your name"),
        ("waking_until", "07:00", "The last hour has to be later than the first."),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_made(
    app: Flask, visit: Visit, field: str, value: str, said: str
) -> None:
    page = visit().post("/set-up", {**FORM, field: value}, status=422).get_data(as_text=True)
    assert "There is a problem" in page
    assert said in page
    assert FORM["password"] not in page
    assert db.session.scalars(select(Practice)).all() == []
