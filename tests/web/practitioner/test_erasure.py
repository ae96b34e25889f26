"""The owner has a client erased on a page, everybody sees it on the record, and it is called back there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from clinic.domain.erasure import ErasureReason
from clinic.extensions import db
from clinic.models import Client, Erasure
from clinic.services.clock import now
from clinic.services.erasure import asking, doing
from clinic.services.transaction import transaction
from tests.factories.assessments import POSITIVE, signed
from tests.factories.people import People, make_client
from tests.pdf_reader import words_in
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
PAGE = "/practice/erasure"


def of(client: Client) -> str:
    return f"/clients/{client.id}"


def erased(people: People) -> Erasure:
    erasure = asking.begin(people.actor(people.owner), people.client.id, ErasureReason.WISH, "", None)
    with transaction():
        erasure.erase_on = erasure.asked_at.date()
    doing.run()
    return erasure


def test_it_stands_on_the_record_and_whoever_treats_calls_it_back_there(people: People, visit: Visit) -> None:
    owner, colleague = visit(people.owner), visit(people.colleague)
    assert "Why" in owner.get(of(people.client) + "/erasure").text
    owner.post(of(people.client) + "/erasure", {"reason": "wish", "note": "By phone."}, status=303)
    assert people.client.name in owner.get(PAGE).text
    assert "Will be erased on" in colleague.get(of(people.client)).text
    said = colleague.post(of(people.client) + "/status", {"was": "archived", "reason": "Again."}).text
    assert "is to be erased. Call that back first." in said
    colleague.post(of(people.client) + "/erasure/call-back", status=303)
    assert "Will be erased on" not in colleague.get(of(people.client)).text


def test_where_something_is_signed_it_is_asked_what_the_law_keeps(people: People, visit: Visit) -> None:
    signed(people.actor(people.colleague), people.client, date(2026, 3, 2), {POSITIVE: "positive"})
    owner, page = visit(people.owner), of(people.client) + "/erasure"
    assert "Say whether your law demands" in owner.post(page, {"reason": "wish"}, status=422).text
    half = {"reason": "wish", "keeps": "by_law", "keep_years": "10"}
    assert "Name the law that demands it." in owner.post(page, half, status=422).text
    owner.post(page, {**half, "keep_law": "Health Records Act 9"}, status=303)
    assert asking.open_of(people.actor(people.owner), people.client.id) is not None


def test_a_practice_that_has_said_it_once_is_not_asked_again(people: People, visit: Visit) -> None:
    signed(people.actor(people.colleague), people.client, date(2026, 3, 2), {POSITIVE: "positive"})
    owner = visit(people.owner)
    known = {"retention_years": "", "keep_years": "10", "keep_law": "Health Records Act 9"}
    owner.post(PAGE + "/settings", known, status=303)
    assert "Health Records Act 9" in owner.get(of(people.client) + "/erasure").text
    owner.post(of(people.client) + "/erasure", {"reason": "wish"}, status=303)
    refused = owner.post(PAGE + "/settings", {"retention_years": "ten"}, status=422).text
    assert "years, in figures" in refused


def test_a_wish_of_the_client_stands_on_every_page_of_the_owner(people: People, visit: Visit) -> None:
    client, owner = visit(people.client_user), visit(people.owner)
    assert "is asked, and decides" in client.get("/account/erasure").text
    client.post("/account/erasure", status=303)
    assert "Take it back" in client.get("/account/erasure").text
    assert "A client asks to be erased." in owner.get("/today").text
    assert "asks to be erased" not in visit(people.colleague).get("/today").text
    assert people.client.name in owner.get(PAGE).text
    owner.post(of(people.client) + "/erasure/decline", status=303)
    assert "asks to be erased" not in owner.get("/today").text


def test_the_receipt_counts_and_names_nobody(people: People, visit: Visit) -> None:
    name, erasure = people.client.name, erased(people)
    owner = visit(people.owner)
    for page in (f"{PAGE}/{erasure.id}", f"{PAGE}/{erasure.id}/receipt.txt"):
        receipt = owner.get(page).text
        assert str(erasure.pseudonym) in receipt
        assert "1 record" in receipt
        assert name not in receipt
    on_paper = words_in(owner.get(f"{PAGE}/{erasure.id}/receipt.pdf").data)
    for told in (people.practice.name, str(erasure.pseudonym), "Receipt of an erasure", "1 record"):
        assert told in on_paper
    assert name not in on_paper
    assert str(erasure.pseudonym) in owner.get(PAGE).text
    owner.get(f"/clients/{erasure.client_id}", status=404)
    trail = owner.get("/practice/trail").text
    assert "A client was erased" in trail
    assert name not in trail


def test_a_record_added_by_mistake_is_deleted_at_once(people: People, visit: Visit) -> None:
    owner, twice = visit(people.owner), make_client(people.practice, "Twice Added", created_at=now())
    page = of(twice)
    owner.post(page + "/erasure", {"reason": "mistake"}, status=303)
    assert "The record of Twice Added is deleted." in owner.get(PAGE).text
    owner.get(page, status=404)


@pytest.mark.parametrize("sure", [True, False])
def test_those_who_are_due_are_erased_when_the_owner_has_looked(
    people: People, visit: Visit, sure: bool
) -> None:
    owner, old = visit(people.owner), make_client(people.practice, "Orla Finch")
    with transaction():
        old.created_at = now() - timedelta(days=4000)
        people.practice.retention_years = 10
    page = owner.get(PAGE).text
    assert "Orla Finch" in page
    assert people.client.name not in page
    owner.post(PAGE + "/due", {"clients": str(old.id), **({"sure": "y"} if sure else {})}, status=303)
    db.session.refresh(old)
    assert (old.erase_on is not None) is sure
    owner.post(PAGE + "/due", {"clients": str(people.client.id), "sure": "y"}, status=303)
    assert people.client.erase_on is None  # heard of lately
    owner.post(PAGE + "/due", {"clients": str(people.foreign_client.id), "sure": "y"}, status=404)
