"""Before an act that is hard to undo it is asked again who sits there, and then the act goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from clinic.extensions import db
from clinic.models import AuditEvent, AuthSession, User
from clinic.services.clock import now
from clinic.services.transaction import transaction
from clinic.web.authz import Rule
from tests.factories.people import PASSWORD, People
from tests.policy.requests import rules
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
WRONG = "not the password at all"
# What takes a record or a list out of the practice, or changes who gets in and where mail goes.
HARD_TO_UNDO = {
    "practitioner.reports.assessment_findings",
    "practitioner.reports.findings",
    "practitioner.reports.fhir",
    "practitioner.reports.record",
    "practitioner.taking_out.clients",
    "practitioner.taking_out.everything",
    "client.own_record.take",
    "practitioner.mail_settings.show",
    "practitioner.mail_settings.forget",
    "practitioner.people.close",
    "practitioner.people.invite",
    "practitioner.people.open_again",
    "practitioner.people.role",
    "practitioner.people.send_again",
}


def minutes_later(minutes: float) -> None:
    """As if everybody had signed in so long ago, and been busy since."""
    with transaction():
        db.session.execute(update(AuthSession).values(proven_at=now() - timedelta(minutes=minutes)))


def prove(browser: Visitor, way: str, password: str = PASSWORD, status: int = 303) -> str:
    answer = browser.post(way, {"password": password}, status=status)
    return str(answer.location)


@pytest.mark.parametrize("endpoint", sorted(HARD_TO_UNDO))
def test_what_is_hard_to_undo_asks_again(endpoint: str) -> None:
    rule: Rule = rules()[endpoint]
    assert rule.asks_again


def test_a_file_is_had_at_once_in_the_first_ten_minutes_and_asked_for_afterwards(
    people: People, visit: Visit
) -> None:
    browser, path = visit(people.colleague), f"/clients/{people.client.id}/findings.csv"
    minutes_later(9.9)
    browser.get(path)
    minutes_later(10)
    way = browser.get(path, status=303).location
    assert way.startswith("/still-you")
    browser.get(way)
    assert prove(browser, way) == path
    browser.get(path)
    assert events("session.proven") == 1


def test_a_clock_that_was_put_back_proves_nothing(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    minutes_later(-60)
    browser.get(f"/clients/{people.client.id}/findings.csv", status=303)


def test_a_wrong_password_opens_nothing(people: People, visit: Visit) -> None:
    browser, path = visit(people.colleague), f"/clients/{people.client.id}/findings.csv"
    minutes_later(11)
    way = browser.get(path, status=303).location
    prove(browser, way, WRONG, 422)
    browser.get(path, status=303)


def test_wrong_passwords_are_counted(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    for _ in range(8):
        browser.post("/still-you", {"password": WRONG}, status=422)
    browser.post("/still-you", {"password": PASSWORD}, status=429)
    visit(people.owner).post("/still-you", {"password": PASSWORD}, status=303)


def test_what_was_typed_is_back_and_one_press_does_it(people: People, visit: Visit) -> None:
    browser = visit(people.owner)
    minutes_later(11)
    form = {"reply_to": "new.desk@harbour.example"}
    way = browser.post("/practice/mail", form, status=303).location
    assert way.startswith("/still-you")
    back = prove(browser, way)
    assert back == "/practice/mail"
    assert "new.desk@harbour.example" in browser.get(back).get_data(as_text=True)


def test_a_button_without_a_page_asks_for_one_more_press(people: People, visit: Visit) -> None:
    browser, path = visit(people.colleague), f"/clients/{people.client.id}/record.zip"
    minutes_later(11)
    way = browser.post(path, {}, status=303).location
    back = prove(browser, way)
    page = browser.get(back).get_data(as_text=True)
    assert f'action="{path}"' in page
    assert browser.post(path, {}, status=200).mimetype == "application/zip"


def test_nothing_is_done_before_it_is_shown_who_sits_there(people: People, visit: Visit) -> None:
    browser = visit(people.owner)
    minutes_later(11)
    browser.post(f"/practice/people/{people.colleague.id}/close", {}, status=303)
    assert db.session.get_one(User, people.colleague.id).deactivated_at is None
    assert events("account.closed") == 0


def test_the_cookie_from_before_is_worthless_afterwards(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    stolen = browser.again()
    prove(browser, "/still-you")
    browser.get("/today")
    stolen.get("/today", status=303)


def test_whoever_is_not_signed_in_is_asked_to_sign_in(people: People, visit: Visit) -> None:
    path = f"/clients/{people.client.id}/findings.csv"
    way = visit().get(f"/still-you?next={path}", status=303).location
    assert way.startswith("/sign-in?next=")


def test_a_way_back_leads_nowhere_else(people: People, visit: Visit) -> None:
    assert prove(visit(people.colleague), "/still-you?next=//elsewhere.example/x") == "/today"


def events(action: str) -> int:
    return (
        db.session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action))
        or 0
    )
