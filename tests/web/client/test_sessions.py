"""A session on its pages: asked for, offered out of one's hours, taken, called off, and held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from clinic.extensions import db
from clinic.models import Appointment, BookingOffer, BookingRequest, User
from tests.factories.people import People
from tests.visitor import Visitor
from tests.web.practitioner.test_clients import text

Visit = Callable[[User], Visitor]
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday, 10:00 in London
HERE = "/my/appointments"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def asked(client: Visitor) -> BookingRequest:
    wish = {"way": "video", "reason": "My knee clicks.", "suits": "Tuesdays after two."}
    client.post(f"{HERE}/ask", wish, status=303)
    return db.session.query(BookingRequest).one()


def offer(staff: Visitor, wish: BookingRequest, **fields: object) -> None:
    sent = {"version": str(wish.version), "minutes": "45", "link": "https://meet.jit.si/Room", **fields}
    staff.post(f"/sessions/{wish.id}", sent, status=303)


def test_from_a_wish_to_a_session_that_was_held(people: People, visit: Visit) -> None:
    client, staff = visit(people.client_user), visit(people.colleague)
    staff.post("/your-account/hours", {"weekly": "Tue 14:00 - 16:00", "room": "https://meet.jit.si/Room"})
    assert "Tue 14:00-16:00" in staff.get("/your-account/hours").text
    wish = asked(client)
    assert "A client asks for a session." in text(staff.get("/today"))
    page = staff.get(f"/sessions/{wish.id}")
    assert "Tue 1 Dec 2026, 14:30" in text(page)
    assert 'value="https://meet.jit.si/Room"' in page.text
    offer(staff, wish, with_id=str(people.colleague.id), times=["2026-12-01T14:30:00+00:00"])
    (offered,) = db.session.query(BookingOffer).all()
    assert "Tue 1 Dec 2026, 14:30" in text(client.get(HERE))
    client.post(f"{HERE}/offers/{offered.id}/take", {}, status=303)
    row = db.session.query(Appointment).one()
    page = client.get(HERE)
    assert 'href="https://meet.jit.si/Room"' in page.text
    assert "The session you asked for" not in page.text
    with time_machine.travel(row.starts_at + timedelta(hours=1), tick=False):
        staff = visit(people.colleague)
        staff.post(
            f"/appointments/{row.id}/outcome", {"outcome": "missed", "because": "No word."}, status=303
        )
        page = staff.get(f"/clients/{people.client.id}/appointments")
        assert "Missed" in text(page)
        assert "Write a note" in text(page)


def test_whoever_cannot_come_says_so_and_the_practice_reads_why(people: People, visit: Visit) -> None:
    client, staff = visit(people.client_user), visit(people.colleague)
    wish = asked(client)
    day = {"day_1-day": "1", "day_1-month": "12", "day_1-year": "2026", "time_1": "14:30"}
    offer(staff, wish, with_id=str(people.colleague.id), **day)
    (offered,) = db.session.query(BookingOffer).all()
    client.post(f"{HERE}/offers/{offered.id}/take", {}, status=303)
    row = db.session.query(Appointment).one()
    client.post(f"{HERE}/{row.id}/call-off", {"because": "I am away."}, status=303)
    assert "I am away." in text(client.get(HERE))
    page = text(staff.get(f"/clients/{people.client.id}/appointments"))
    assert "I am away." in page


def test_another_time_is_asked_for_offered_and_taken(people: People, visit: Visit) -> None:
    client, staff = visit(people.client_user), visit(people.colleague)
    made = {"day-day": "1", "day-month": "12", "day-year": "2026", "at_time": "14:30", "minutes": "30"}
    about = {**made, "with_id": str(people.colleague.id), "key": "0" * 32}
    staff.post(f"/clients/{people.client.id}/appointments", about, status=303)
    row = db.session.query(Appointment).one()
    client.post(f"{HERE}/{row.id}/move", {"suits": ""}, status=422)
    client.post(f"{HERE}/{row.id}/move", {"suits": "Any later time.", "reason": ""}, status=303)
    wish = db.session.query(BookingRequest).one()
    assert "Another time for Tue 1 Dec 2026, 14:30" in text(client.get(HERE))
    assert "Any later time." in client.get(f"{HERE}/{row.id}/move").text
    assert "another time for Tue 1 Dec 2026, 14:30" in text(staff.get("/sessions"))
    page = text(staff.get(f"/sessions/{wish.id}"))
    assert "Another time for Tue 1 Dec 2026, 14:30" in page
    later = {"day_1-day": "1", "day_1-month": "12", "day_1-year": "2026", "time_1": "16:00", "link": ""}
    offer(staff, wish, with_id=str(people.colleague.id), **later)
    assert "these times instead" in text(client.get(HERE))
    (offered,) = db.session.query(BookingOffer).all()
    client.post(f"{HERE}/offers/{offered.id}/take", {}, status=303)
    page = text(client.get(HERE))
    assert "Tue 1 Dec 2026, 16:00" in page
    assert "Tue 1 Dec 2026, 14:30" not in page


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Tuesdays", "cannot be read"),
        ("T 9:00-12:00", "cannot be read"),
        ("Tue 25:00-26:00", "no time of day"),
        ("Tue 12:00-9:00", "begin before"),
    ],
)
def test_hours_that_cannot_be_are_said_to_be(people: People, visit: Visit, line: str, message: str) -> None:
    page = visit(people.colleague).post("/your-account/hours", {"weekly": line}, status=422)
    assert message in text(page)


def test_half_a_time_is_asked_for_the_other_half(people: People, visit: Visit) -> None:
    wish = asked(visit(people.client_user))
    sent = {"version": str(wish.version), "with_id": str(people.colleague.id), "time_1": "14:30"}
    page = visit(people.colleague).post(f"/sessions/{wish.id}", sent, status=422)
    assert "Enter a day too" in text(page)
