"""Who looked at whose record, and who was refused what, is in the trail: once an hour, not at each view."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import AuditEvent
from clinic.services.clock import now
from tests.factories.assessments import draft
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]


def trail(action: str) -> list[AuditEvent]:
    found = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.seq)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


@pytest.mark.parametrize("section", ["", "/program", "/assessments", "/check-ins", "/timeline", "/details"])
def test_whoever_opens_a_record_is_noted(people: People, visit: Visit, section: str) -> None:
    visit(people.colleague).get(f"/clients/{people.client.id}{section}")
    (line,) = trail("record.read")
    assert (line.actor_id, line.client_id) == (people.colleague.id, people.client.id)


def test_once_an_hour_a_person_and_a_client(people: People, visit: Visit) -> None:
    with time_machine.travel(now().replace(minute=50), tick=False) as clock:
        owner, colleague = visit(people.owner), visit(people.colleague)  # no cookie is of a time to come
        for browser in (owner, owner, colleague):
            browser.get(f"/clients/{people.client.id}")
            browser.get(f"/clients/{people.client.id}/details")
        owner.get(f"/clients/{people.other_client.id}")
        clock.shift(timedelta(minutes=15))
        owner.get(f"/clients/{people.client.id}")
    lines = Counter((line.actor_id, line.client_id) for line in trail("record.read"))
    assert lines == {
        (people.owner.id, people.client.id): 2,
        (people.owner.id, people.other_client.id): 1,
        (people.colleague.id, people.client.id): 1,
    }


@pytest.mark.parametrize("form", [{}, {"name": ""}, {"name": "x" * 5000}])
def test_a_form_that_is_refused_on_purpose_shows_a_record_and_is_noted(
    people: People, visit: Visit, form: dict[str, str]
) -> None:
    page = visit(people.colleague).post(f"/clients/{people.client.id}/edit", form, status=422)
    assert people.client.name in page.text
    (line,) = trail("record.read")
    assert (line.actor_id, line.client_id) == (people.colleague.id, people.client.id)


def test_a_form_that_a_use_case_refuses_is_noted_and_undone(people: People, visit: Visit) -> None:
    empty = draft(people.actor(people.owner), people.client)
    visit(people.colleague).post(f"/assessments/{empty.id}/sign", {"version": str(empty.version)}, status=422)
    db.session.refresh(empty)
    assert empty.signed_at is None
    assert [line.client_id for line in trail("record.read")] == [people.client.id]


def test_a_list_and_a_client_at_home_are_nobodys_look(people: People, visit: Visit) -> None:
    for page in ("/today", "/clients", "/check-ins"):
        visit(people.owner).get(page)
    visit(people.client_user).get("/my")
    assert trail("record.read") == []


def test_who_is_refused_a_record_is_noted_where_they_work(people: People, visit: Visit) -> None:
    visit(people.stranger).get(f"/clients/{people.client.id}", status=404)
    visit(people.client_user).get("/today", status=404)
    visit().get(f"/clients/{people.client.id}", status=303)
    first, second = sorted(trail("access.refused"), key=lambda line: line.actor_name != people.stranger.name)
    assert (first.practice_id, first.subject_id, first.client_id) == (
        people.elsewhere.id,
        people.client.id,
        None,
    )
    assert first.details == {"page": "practitioner.clients.show"}
    assert (second.actor_id, second.subject_id) == (people.client_user.id, None)


def test_an_id_that_is_nobodys_is_refused_like_somebody_elses(people: People, visit: Visit) -> None:
    browser, nobody = visit(people.owner), uuid.uuid4()
    for client_id in (people.foreign_client.id, nobody, nobody):
        browser.get(f"/clients/{client_id}", status=404)
    assert {line.subject_id for line in trail("access.refused")} == {people.foreign_client.id, nobody}
    assert len(trail("access.refused")) == 2


def test_looking_stands_not_in_the_timeline(people: People, visit: Visit) -> None:
    browser = visit(people.owner)
    browser.get(f"/clients/{people.client.id}")
    assert "Nothing has happened yet" in browser.get(f"/clients/{people.client.id}/timeline").text


def test_the_owner_reads_the_trail_and_narrows_it(people: People, visit: Visit) -> None:
    visit(people.colleague).get(f"/clients/{people.client.id}")
    visit(people.colleague).get(f"/clients/{people.foreign_client.id}", status=404)
    owner = visit(people.owner)
    whole = owner.get("/practice/trail").text
    assert "Looked at the record" in whole
    assert "Was refused</td>" in whole or "Was refused <" in whole
    read = owner.get(f"/practice/trail?what=read&who={people.colleague.id}&client=ada").text
    assert people.client.name in read
    assert "Page:" not in read
    assert "Nothing of the kind" in owner.get("/practice/trail?to=2020-01-01").text
    assert "Nothing of the kind" in owner.get(f"/practice/trail?what=read&who={people.owner.id}").text
    owner.get("/practice/trail?what=nonsense&who=1&from=x&to=9999-99-99&before=y&client=%25%00")


def test_nobody_else_reads_it(people: People, visit: Visit) -> None:
    for user in (people.colleague, people.assistant, people.client_user):
        visit(user).get("/practice/trail", status=404)


def test_whoever_treats_a_client_sees_who_looked_and_who_was_refused(people: People, visit: Visit) -> None:
    visit(people.assistant).get(f"/clients/{people.client.id}")
    visit(people.assistant).get(f"/clients/{people.client.id}/who-looked", status=303)
    page = visit(people.colleague).get(f"/clients/{people.client.id}/who-looked").text
    assert people.assistant.name in page
    assert "Was refused" in page
    visit(people.stranger).get(f"/clients/{people.client.id}/who-looked", status=404)
    again = visit(people.colleague).get(f"/clients/{people.client.id}/who-looked").text
    assert people.stranger.name not in again  # another practice's trail is its own
