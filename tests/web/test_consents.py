"""Consents on the pages of the practice, of the client, and at the invitation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from clinic.domain.consents import ConsentHow, ConsentKind
from clinic.domain.documents import DocumentKind
from clinic.extensions import db
from clinic.models import Client, Consent, Document
from clinic.services.clients import invitations
from clinic.services.clock import now
from clinic.services.consents import acts
from clinic.services.media import tidying
from clinic.services.transaction import transaction
from tests.factories.people import People, make_client
from tests.factories.records import make_document
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
PASSWORD = "four words in a row"


def test_the_practice_notes_one_with_its_signed_form_and_that_it_was_withdrawn(
    visit: Visit, people: People
) -> None:
    browser, here = visit(people.assistant), f"/clients/{people.client.id}/consents"
    with transaction():
        form = make_document(people.owner, people.client)
        form.kind, form.title = DocumentKind.CONSENT_FORM, "Signed in March"
    assert "Given" in browser.get(here).text
    assert "called back" in browser.get(f"{here}/mail/withdrawn").text
    browser.post(f"{here}/mail/withdrawn", {"how": "paper"}, status=303)
    page = browser.get(here).text
    assert "Withdrawn on" in page
    assert "writes to me by email" in page
    assert "Withdrawn on" in browser.get(f"/clients/{people.client.id}/details").text
    browser.post(here, {"kind": "mail", "how": ""}, status=422)
    browser.post(here, {"kind": "mail", "how": "paper", "document": form.id.hex}, status=303)
    assert f"/documents/{form.id}/file" in browser.get(here).text
    browser.get(f"{here}/dreams/withdrawn", status=404)


def test_a_form_of_somebody_else_cannot_be_linked(visit: Visit, people: People) -> None:
    with transaction():
        other = make_document(people.owner, people.other_client)
        other.kind = DocumentKind.CONSENT_FORM
        people.client.consented_at = None
    fields = {"kind": "mail", "how": "paper", "document": other.id.hex}
    visit(people.assistant).post(f"/clients/{people.client.id}/consents", fields, status=422)
    assert not db.session.scalars(select(Consent)).all()


def test_the_client_reads_withdraws_and_gives_again(visit: Visit, people: People) -> None:
    browser, staff = visit(people.client_user), visit(people.colleague)
    assert "/account/consents" in browser.get("/account").text
    assert "sees it on top of your record" in browser.get("/account/consents").text
    browser.post("/account/consents/record/withdraw", status=303)
    browser.post("/account/consents/mail/withdraw", status=303)
    page = browser.get("/account/consents").text
    assert page.count("Withdrawn on") == 2
    record = staff.get(f"/clients/{people.client.id}").text
    assert "Consent to this record is withdrawn" in record
    assert "ask whether the record is to be erased" in " ".join(record.split())
    assert "has withdrawn the consent to mail" in staff.get(f"/clients/{people.client.id}/check-ins").text
    browser.post("/account/consents/record/give", status=303)
    assert "Consent to this record" not in staff.get(f"/clients/{people.client.id}").text


def invited(people: People) -> tuple[Client, str]:
    client = make_client(people.practice, "Cora Lind")
    client.consented_at = client.consent_recorded_by = None
    db.session.commit()
    _, secret = invitations.hand_over(people.actor(people.colleague), client.id)
    return client, f"/invitation/{secret}"


def test_an_invitation_asks_for_both_one_by_one(visit: Visit, people: People) -> None:
    owner = visit(people.owner)
    assert "nobody of your practice has signed them off" in owner.get("/practice/consents").text
    owner.post("/practice/consents", {"kind": "record", "text": "You keep my chart."}, status=303)
    client, link = invited(people)
    page = visit().get(link).text
    assert "You keep my chart." in page
    assert "writes to me by email" in page
    visit().post(link, {"password": PASSWORD, "mails": "y"}, status=422)
    visit().post(link, {"password": PASSWORD, "consents": "y"}, status=303)
    db.session.expire_all()
    assert acts.missing(client) == {ConsentKind.MAIL}
    (act,) = db.session.scalars(select(Consent)).all()
    assert (act.text, act.text_number, act.recorded_by) == ("You keep my chart.", 1, "Cora Lind")
    assert client.consented_at is None


def test_a_linked_form_that_is_removed_for_good_leaves_the_act(people: People) -> None:
    with transaction():
        form = make_document(people.owner, people.client)
        form.kind = DocumentKind.CONSENT_FORM
        people.client.consented_at = None
    actor = people.actor(people.owner)
    acts.record(actor, people.client.id, [ConsentKind.MAIL], ConsentHow.PAPER, document_id=form.id)
    with transaction():
        db.session.get_one(Document, form.id).removed_at = now()
    tidying.tidy(now() + timedelta(days=2))
    db.session.expire_all()
    assert db.session.scalars(select(Consent.document_id)).one() is None
    assert not db.session.scalars(select(Document)).all()
