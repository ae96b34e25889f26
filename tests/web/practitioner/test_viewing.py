"""Seeing a client's pages as they do: everything is shown, nothing can be changed, and it is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from clinic.extensions import db
from clinic.models import AuditEvent, PracticeLog
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
BAR = "You see what Ada Northcote sees. Nothing can be changed here."


@pytest.fixture
def viewer(people: People, visit: Visit) -> Visitor:
    """A practitioner who sees Ada's pages."""
    assign_program(people.colleague, people.client, publish_routine(people.practice, people.owner))
    browser = visit(people.colleague)
    answer = browser.post(f"/clients/{people.client.id}/view-as", status=303)
    assert answer.location == "/my"
    return browser


@pytest.mark.parametrize("page", ["/my", "/my/program", "/my/history", "/warning-signs"])
def test_each_page_is_shown_with_a_bar_and_the_way_back(viewer: Visitor, page: str) -> None:
    shown = viewer.get(page).text
    assert BAR in shown
    assert "Back to the record" in shown
    assert "Sign out" not in shown


def test_it_is_what_the_client_sees(people: People, viewer: Visitor, visit: Visit) -> None:
    own = visit(people.client_user).get("/my/program").text
    seen = viewer.get("/my/program").text
    main = [page[page.index("<main") : page.index("</main>")] for page in (own, seen)]
    assert main[0] == main[1]


def test_nothing_can_be_changed(viewer: Visitor) -> None:
    viewer.get("/my")
    viewer.post("/my/log", {"outcome": "done"}, status=403)
    viewer.post("/warning-signs", {"signs": ["cauda"]}, status=403)
    assert db.session.query(PracticeLog).count() == 0


def test_the_account_is_a_persons_own(viewer: Visitor) -> None:
    for page in ("/account", "/account/devices", "/account/check-in-mail"):
        viewer.get(page, status=404)
    assert "/account" not in viewer.get("/my").text


def test_it_stands_on_the_timeline_and_on_the_trail(people: People, viewer: Visitor) -> None:
    event = db.session.query(AuditEvent).filter_by(action="client.viewed_as").one()
    assert (event.client_id, event.actor_name) == (people.client.id, people.colleague.name)
    assert "Pages viewed as the client" in viewer.get(f"/clients/{people.client.id}/timeline").text


def test_back_at_the_record_a_clients_pages_are_closed_again(people: People, viewer: Visitor) -> None:
    assert viewer.post("/view-as/end", status=303).location.endswith(f"/clients/{people.client.id}")
    viewer.get("/my", status=404)
    assert viewer.post("/view-as/end", status=303).location.endswith("/clients")


def test_the_practices_own_pages_stay_open_meanwhile(people: People, viewer: Visitor) -> None:
    assert people.colleague.name in viewer.get("/your-account").text
    assert BAR not in viewer.get("/today").text


def test_after_half_an_hour_it_is_over_and_said_so(people: People, viewer: Visitor) -> None:
    later = datetime.now(UTC) + timedelta(minutes=31)
    with time_machine.travel(later, tick=False):
        assert viewer.get("/my", status=303).location.endswith(f"/clients/{people.client.id}")
        assert "Begin again if you want to go on" in viewer.get("/clients").text


def test_an_assistant_and_a_stranger_see_nobodys_pages(people: People, visit: Visit) -> None:
    visit(people.assistant).post(f"/clients/{people.client.id}/view-as", status=403)
    visit(people.stranger).post(f"/clients/{people.client.id}/view-as", status=404)
    for nobody in (people.assistant, people.stranger):
        visit(nobody).get("/my", status=404)
