"""What a page says of mail is so where no mail leaves, where one waits, and where somebody is not mailed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from clinic.services import warnings
from clinic.services.clients import memberships
from clinic.services.clock import now
from clinic.services.transaction import transaction
from tests.factories.mail import make_program, make_version
from tests.factories.people import People
from tests.factories.programs import publish_routine
from tests.visitor import Visitor
from tests.web.practitioner.test_bulk_acts import chosen
from tests.web.practitioner.test_clients import text
from tests.web.practitioner.test_routines import typed

Visit = Callable[..., Visitor]
TOLD = "Your practice is told now, by mail or at the top of its pages."
KEPT_OF_MANY = {
    "assign": "The mail that tells clients with an account of it",
    "invite": "The mail with each one’s link",
    "checkin": "The mail that asks each of them",
}


@pytest.mark.usefixtures("mail_server")
def test_an_alert_that_waits_is_told_at_the_top_of_the_pages_as_the_client_was_told(
    people: People, visit: Visit
) -> None:
    with transaction():
        make_program(people.client, make_version(people.practice), people.owner)
    warnings.name_on_own_page(people.actor(people.client_user), ["saddle"])
    assert TOLD in text(visit(people.client_user).get("/my"))
    with time_machine.travel(now() + timedelta(minutes=15), tick=False):
        page = text(visit(people.owner).get("/clients"))
    assert f"Warning sign of {people.client.name}: it could not be mailed to you. It waits." in page


def test_a_second_step_taken_off_calls_nobody_told_where_no_mail_leaves(people: People, visit: Visit) -> None:
    with transaction():
        people.colleague.second_step_since = now()
    browser = visit(people.owner)
    page = f"/practice/people/{people.colleague.id}/second-step"
    assert "told by mail" not in text(browser.get(page))
    browser.post(page, status=303)
    said = text(browser.get("/practice"))
    assert "The mail that tells them is kept here, not sent: no mail server is set." in said
    assert "They are told by mail" not in said


def test_mails_that_are_wanted_again_are_not_promised(people: People, visit: Visit) -> None:
    with transaction():
        people.client.bounced_at = now()
    browser = visit(people.client_user)
    for choice in ("off", "on"):
        browser.post(f"/account/check-in-mail/{choice}", status=303)
    page = text(browser.get("/account/check-in-mail"))
    assert "Check-in mails are on again." in page
    assert "You will get" not in page


def test_check_ins_that_nobody_may_get_are_called_planned(people: People, visit: Visit) -> None:
    with transaction():
        program = make_program(people.client, make_version(people.practice), people.owner)
        people.client.email = people.client.email_key = None
    browser = visit(people.owner)
    here = f"/programs/{program.id}/end"
    browser.post(here, typed(browser.get(here)) | {"stop": "moved"}, status=303)
    page = text(browser.get(f"/programs/{program.id}/restart"))
    assert "Check-ins are planned again from now on" in page


def test_what_is_done_for_many_promises_no_mail_where_none_leaves(people: People, visit: Visit) -> None:
    browser = visit(people.owner)
    publish_routine(people.practice, people.owner)
    with transaction():
        group = memberships.named_or_new(people.actor(people.owner), "Tuesdays")
        memberships.join(people.actor(people.owner), group, people.client)
    page = text(browser.get(f"/groups/{group.id}/messages"))
    assert "The mail to each is kept here, not sent: no mail server is set." in page
    assert "reads it on the page alone: no mail server is set" in page
    for kind, kept in KEPT_OF_MANY.items():
        preview = text(browser.get(chosen(browser, kind, people.client)))
        assert f"{kept} is kept here, not sent: no mail server is set." in preview


@pytest.mark.usefixtures("mail_server")
def test_where_mail_leaves_a_message_says_who_is_told(people: People, visit: Visit) -> None:
    with transaction():
        group = memberships.named_or_new(people.actor(people.owner), "Tuesdays")
        memberships.join(people.actor(people.owner), group, people.client)
    page = text(visit(people.owner).get(f"/groups/{group.id}/messages"))
    assert "1 of 1 client is told by mail." in page
    assert "is told by mail, and reads it on the page" in page
