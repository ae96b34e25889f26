"""Mail that clients wrote back, as the practice sees it."""

from __future__ import annotations

from collections.abc import Callable

from clinic.extensions import db
from clinic.models import MailReply
from clinic.services.sending import intake as mail_intake
from tests.factories.people import People
from tests.factories.returned import person
from tests.visitor import Visitor


def write(people: People, text: str) -> None:
    address = str(people.client.email).encode()
    mail_intake.take_in(person("Re: How is it going?", text).replace(b"ada@client.example", address))


def test_every_page_says_that_a_mail_waits_until_somebody_has_read_it(
    people: People, visit: Callable[..., Visitor]
) -> None:
    write(people, "My left foot has gone numb.\n<b>Really</b>")
    browser = visit(people.colleague)
    for path in ("/today", "/clients", "/practice"):
        assert "1 mail from a client waits to be read" in browser.get(path).text
    page = browser.get("/mail").text
    assert "My left foot has gone numb." in page
    assert "&lt;b&gt;Really&lt;/b&gt;" in page
    assert people.client.name in page
    (reply,) = db.session.query(MailReply)
    assert browser.post(f"/mail/{reply.id}/read", status=303).location == "/mail"
    assert "waits to be read" not in browser.get("/today").text
    assert "My left foot has gone numb." in browser.get("/mail").text


def test_a_client_sees_nothing_of_it(people: People, visit: Callable[..., Visitor]) -> None:
    write(people, "My left foot has gone numb.")
    assert "waits to be read" not in visit(people.client_user).get("/my").text


def test_a_mailbox_that_is_full_week_after_week_stands_on_the_record(
    people: People, visit: Callable[..., Visitor]
) -> None:
    people.client.returning_since = people.client.created_at
    people.client.bounce_reason = "552 5.2.2 Over quota"
    db.session.commit()
    page = visit(people.colleague).get(f"/clients/{people.client.id}").text
    assert "comes back week after week" in page
    assert "552 5.2.2 Over quota" in page


def test_a_mail_is_thrown_away_and_brought_back(people: People, visit: Callable[..., Visitor]) -> None:
    write(people, "Cheap.")
    (reply,) = db.session.query(MailReply)
    browser = visit(people.assistant)
    assert browser.post(f"/mail/{reply.id}/throw-away", status=303).location == "/mail"
    page = browser.get("/mail").text
    assert "Undo" in page
    assert "Bring back" in page
    assert "Cheap." not in page
    assert "waits to be read" not in browser.get("/today").text
    browser.post(f"/mail/{reply.id}/bring-back", status=303)
    assert "Cheap." in browser.get("/mail").text
