"""A client says when they wish to be reminded, reads how it stands, and stops it."""

from __future__ import annotations

from collections.abc import Callable

from clinic.models import User
from tests.factories.people import People
from tests.visitor import Visitor
from tests.web.practitioner.test_clients import text

HERE = "/account/reminders"


def test_a_wish_is_made_changed_and_stopped(people: People, visit: Callable[[User], Visitor]) -> None:
    ada = visit(people.client_user)
    assert "Be reminded of your moves" in text(ada.get("/account"))
    assert "By the clock of London" in text(ada.get(HERE))
    ada.post(HERE, {"at_time": "18:30", "way": "mail"}, status=303)
    page = ada.get(HERE)
    assert "We remind you by mail at 18:30." in text(page)
    assert 'value="18:30"' in page.text
    ada.post(HERE, {"at_time": "07:15", "way": "calendar"}, status=303)
    page = text(ada.get(HERE))
    assert "Your calendar reminds you at 07:15." in page
    assert "Make an address for your calendar" in page
    ada.post(f"{HERE}/stop", {}, status=303)
    assert "Stop my reminders" not in text(ada.get(HERE))


def test_a_time_that_is_none_is_said_beside_it(people: People, visit: Callable[[User], Visitor]) -> None:
    page = visit(people.client_user).post(HERE, {"at_time": "", "way": "mail"}, status=422)
    assert "Enter a time, like 18:30." in text(page)
