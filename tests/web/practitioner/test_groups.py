"""The pages of groups: made, looked at, changed by two people, filled one by one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import ClientGroup
from clinic.services.clock import now
from tests.factories.checkins import answered, enrol
from tests.factories.people import People, make_client
from tests.visitor import Visitor


@pytest.fixture
def staff(people: People, visit: Callable[..., Visitor]) -> Visitor:
    return visit(people.colleague)


def made(staff: Visitor, people: People, name: str = "Tuesdays") -> str:
    """The address of a new group's page, led by whoever makes it."""
    form = {"name": name, "leader": str(people.colleague.id), "key": "0" * 32}
    return str(staff.post("/groups/new", form, status=303).location)


def test_a_group_is_made_and_led_by_whoever_makes_it(people: People, staff: Visitor) -> None:
    assert "No groups yet" in staff.get("/groups").text
    page = staff.get("/groups/new")
    assert re.search(f'<option\\s+value="{people.colleague.id}"\\s+selected', page.text)
    assert "Enter the group’s name." in staff.post("/groups/new", {"key": "0" * 32}, status=422).text
    here = made(staff, people)
    assert "Led by Robin Vale" in staff.get(here).text
    assert "Nobody stands in it yet" in staff.get(here).text
    assert "Tuesdays" in staff.get("/groups").text


def test_a_client_is_found_put_in_and_taken_out(people: People, staff: Visitor) -> None:
    here = made(staff, people)
    assert str(people.client.id) in staff.get(f"{here}?find=ada").text
    assert "No active client matches" in staff.get(f"{here}?find=nobody").text
    staff.post(f"{here}/put-in", {"client": str(people.client.id)}, status=303)
    answered(enrol(people), now())
    page = staff.get(here).text
    assert "5 of 7 days, pain 3 of 10" in page
    assert "1 of 1 asked" in page
    staff.post(f"{here}/take-out", {"client": str(people.client.id)}, status=303)
    assert "Nobody stands in it yet" in staff.get(here).text


def test_what_is_no_client_of_the_practice_is_not_found(people: People, staff: Visitor) -> None:
    here = made(staff, people)
    for other in (str(people.foreign_client.id), "nonsense", ""):
        staff.post(f"{here}/put-in", {"client": other}, status=404)


def test_two_people_who_change_it_meet(people: People, staff: Visitor) -> None:
    here = made(staff, people)
    version = str(db.session.scalars(select(ClientGroup.version)).one())
    form = {"name": "Evenings", "leader": str(people.owner.id), "version": version}
    staff.post(f"{here}/edit", form, status=303)
    page = staff.post(f"{here}/edit", form | {"name": "Mornings"}, status=409).text
    assert "Somebody else changed this group meanwhile" in page
    assert "It is called Evenings now, led by Olive Hart." in " ".join(page.split())
    assert 'value="Mornings"' in page


def test_many_are_shown_by_the_page(people: People, staff: Visitor) -> None:
    for number in range(55):
        make_client(people.practice, f"Student {number:02}", group_name="Autumn course")
    group = db.session.scalars(select(ClientGroup)).one()
    page = staff.get(f"/groups/{group.id}").text
    assert "55 clients" in page
    assert ("Student 49" in page, "Student 50" in page) == (True, False)
    assert "55 clients" in staff.get(f"/groups/{group.id}?q=student").text
