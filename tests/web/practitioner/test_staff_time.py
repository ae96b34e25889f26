"""Time spent on a client between visits: noted once, corrected, removed, brought back, and read by client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from clinic.domain.types import Role
from clinic.extensions import db
from clinic.models import AuditEvent, StaffTime
from clinic.services.clock import now, today_in
from clinic.services.overview import counting
from tests.factories.people import People, make_client
from tests.visitor import Visitor

TYPED = {"key": "0" * 32, "version": "0", "kind": "live", "minutes": "12", "note": "Called about the stairs"}


def on(day: object) -> dict[str, str]:
    year, month, of_month = str(day).split("-")
    return {"day-day": of_month, "day-month": month, "day-year": year}


@pytest.fixture
def staff(people: People, visit: Callable[..., Visitor]) -> Visitor:
    return visit(people.colleague)


def entry() -> StaffTime:
    return db.session.scalars(select(StaffTime)).one()


def test_time_is_noted_once_corrected_removed_and_brought_back(people: People, staff: Visitor) -> None:
    today = today_in(people.practice.time_zone)
    page = f"/clients/{people.client.id}/time"
    assert "No time is noted for this client." in staff.get(page).text
    for _ in range(2):  # pressed twice
        staff.post(page, TYPED | on(today), status=303)
    assert "12 minutes" in staff.get(page).text
    here = f"/staff-time/{entry().id}"
    staff.post(here, TYPED | on(today) | {"version": "1", "minutes": "20"}, status=303)
    met = staff.post(here, TYPED | on(today) | {"version": "1", "minutes": "25"}, status=409)
    assert "20 minutes" in met.text
    staff.post(f"{here}/remove", status=303)
    told = staff.get(page).text
    assert "0 minutes" in told
    assert "Bring back" in told
    staff.post(f"{here}/bring-back", status=303)
    assert (entry().minutes, entry().user_id, entry().removed_at) == (20, people.colleague.id, None)
    assert "Time spent brought back" in staff.get(f"/clients/{people.client.id}/timeline").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"minutes": ""}, "Minutes must be from 1 to 480."),
        ({"minutes": "481"}, "Minutes must be from 1 to 480."),
        ({"minutes": "a while"}, "Minutes"),
        ({"kind": ""}, "Choose what it was."),
        ({"note": "x" * 161}, "160"),
    ],
)
def test_what_cannot_be_is_said(people: People, staff: Visitor, typed: dict[str, str], said: str) -> None:
    today = today_in(people.practice.time_zone)
    answer = staff.post(f"/clients/{people.client.id}/time", TYPED | on(today) | typed, status=422)
    assert said in answer.text
    assert not db.session.scalars(select(StaffTime)).all()


def test_a_day_to_come_is_refused(people: People, staff: Visitor) -> None:
    tomorrow = today_in(people.practice.time_zone) + timedelta(days=1)
    answer = staff.post(f"/clients/{people.client.id}/time", TYPED | on(tomorrow), status=422)
    assert "still to come" in answer.text


def test_thirty_days_by_client_and_as_a_table(people: People, staff: Visitor) -> None:
    today = today_in(people.practice.time_zone)
    other = make_client(people.practice, "=Ben Ware")
    for number, (client, day) in enumerate(
        [
            (people.client, today),
            (people.client, today - timedelta(days=29)),
            (other, today - timedelta(days=30)),
        ]
    ):
        key = {"key": f"{number:032x}"}
        staff.post(f"/clients/{client.id}/time", TYPED | on(day) | key, status=303)
    shown = staff.get("/practice/time").text
    assert "24 minutes for 1 client, 2 live contacts." in shown
    before = staff.get(f"/practice/time?until={today - timedelta(days=30)}").text
    assert "12 minutes for 1 client, 1 live contact." in before
    assert staff.get("/practice/time?until=0001-01-01").status_code == 200
    assert staff.get("/practice/time?until=x").status_code == 200
    made = staff.post(f"/practice/time.csv?until={today - timedelta(days=30)}").text
    assert "'=Ben Ware" in made
    assert db.session.scalars(select(AuditEvent).filter_by(action="staff_time.taken_out")).one()
    counted = counting.count(people.practice.id, now())
    assert (counted.staff_minutes, counted.live_contacts, counted.with_time) == (24, 2, 1)


def test_an_assistant_notes_time_and_takes_out_no_table(
    people: People, visit: Callable[..., Visitor]
) -> None:
    people.colleague.role = Role.ASSISTANT
    db.session.commit()
    assistant = visit(people.colleague)
    today = today_in(people.practice.time_zone)
    assistant.post(f"/clients/{people.client.id}/time", TYPED | on(today), status=303)
    assert "As a table" not in assistant.get("/practice/time").text
    assistant.post("/practice/time.csv", status=403)
