"""The page about those who work here, and what it leads to."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import select

from clinic.domain.access import PERMISSIONS, WORDS
from clinic.domain.types import Role
from clinic.extensions import db
from clinic.models import Client, StaffInvitation, User
from clinic.web.presenters import people as words
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
PASSWORD = "nine herons on a jetty"


def role_page(user: User) -> str:
    return f"/practice/people/{user.id}/role"


def close_page(user: User) -> str:
    return f"/practice/people/{user.id}/close"


def text(page: object) -> str:
    return re.sub(r"\s+", " ", str(page.text))  # type: ignore[attr-defined]


def test_the_table_says_what_the_product_itself_asks(people: People, visit: Visit) -> None:
    for line in words.table()[len(words.EVERYBODY_MAY) :]:
        permission = next(each for each, said in WORDS.items() if said.casefold() == line.words.casefold())
        roles = (Role.OWNER, Role.PRACTITIONER, Role.ASSISTANT)
        assert line.allowed == tuple(permission in PERMISSIONS[role] for role in roles)
    page = text(visit(people.assistant).get("/practice/people"))
    assert all(line.words in page for line in words.table())
    assert "Invite a colleague" not in page


def test_a_colleague_is_invited_by_mail_seen_as_pending_and_taken_back(people: People, visit: Visit) -> None:
    owner = visit(people.owner)
    form = {"key": "0" * 32, "role": "practitioner", "email": "sam@harbour.example", "how": "mail"}
    owner.post("/practice/people/invite", {**form, "email": ""}, status=422)
    owner.post("/practice/people/invite", form, status=303)
    page = text(owner.get("/practice/people"))
    assert "sam@harbour.example, as practitioner" in page
    invitation = db.session.scalars(select(StaffInvitation)).one()
    owner.post(f"/practice/people/invitations/{invitation.id}/send-again", status=303)
    owner.post(f"/practice/people/invitations/{invitation.id}/revoke", status=303)
    assert "as practitioner" not in text(owner.get("/practice/people"))


def test_a_link_that_is_handed_over_makes_a_colleague_once(people: People, visit: Visit) -> None:
    form = {"key": "0" * 32, "role": "assistant", "email": "", "how": "link"}
    page = visit(people.owner).post("/practice/people/invite", form, status=200)
    path = re.search(r"/colleague/[\w-]+", page.text)
    assert path is not None
    newcomer = visit()
    answer = {"name": "Sam Reed", "email": "sam@harbour.example", "password": PASSWORD}
    assert "You are invited as assistant" in text(newcomer.get(path[0]))
    newcomer.post(path[0], {**answer, "email": people.colleague.email}, status=422)
    newcomer.post(path[0], answer, status=303)
    newcomer.get("/today")
    assert "used" in text(visit().get(path[0], status=410))


def test_somebody_who_is_signed_in_is_asked_before_they_take_an_invitation(
    people: People, visit: Visit
) -> None:
    form = {"key": "0" * 32, "role": "assistant", "email": "", "how": "link"}
    page = visit(people.owner).post("/practice/people/invite", form, status=200)
    path = re.search(r"/colleague/[\w-]+", page.text)
    assert path is not None
    assert f"You are signed in as {people.colleague.name}" in text(visit(people.colleague).get(path[0]))


def test_a_role_changes_from_the_next_page_on(people: People, visit: Visit) -> None:
    colleague = visit(people.colleague)
    colleague.get("/practice/trail", status=404)
    visit(people.owner).post(role_page(people.colleague), {"role": "owner"}, status=303)
    colleague.get("/practice/trail")
    visit(people.owner).post(role_page(people.colleague), {"role": "client"}, status=422)
    visit(people.owner).post(role_page(people.client_user), {"role": "assistant"}, status=404)


def test_who_gives_up_answering_for_clients_says_who_takes_over(people: People, visit: Visit) -> None:
    people.client.responsible_id = people.colleague.id
    db.session.commit()
    owner, here = visit(people.owner), role_page(people.colleague)
    assert "Choose who takes over" in text(owner.post(here, {"role": "assistant"}, status=422))
    owner.post(here, {"role": "assistant", "taker": str(people.owner.id)}, status=303)
    db.session.expire_all()
    assert people.client.responsible_id == people.owner.id


def test_the_last_owner_is_told_why_they_stay(people: People, visit: Visit) -> None:
    owner = visit(people.owner)
    for page, form in ((role_page(people.owner), {"role": "assistant"}), (close_page(people.owner), {})):
        assert "A practice needs an owner" in text(owner.post(page, form, status=422))
    assert people.owner.deactivated_at is None


def test_an_owner_closes_their_own_account_where_another_one_stays(people: People, visit: Visit) -> None:
    people.colleague.role = Role.OWNER
    db.session.commit()
    owner = visit(people.owner)
    assert "Close your own account?" in text(owner.get(close_page(people.owner)))
    answer = owner.post(close_page(people.owner), status=303)
    assert "Your account is closed, and you are signed out." in text(owner.get(answer.location))


def test_the_owner_closes_a_colleagues_account_after_being_asked(people: People, visit: Visit) -> None:
    people.client.responsible_id = people.colleague.id
    db.session.commit()
    colleague, owner = visit(people.colleague), visit(people.owner)
    colleague.get("/practice")
    page = text(owner.get(close_page(people.colleague)))
    assert f"Close the account of {people.colleague.name}?" in page
    assert "Handed over with it: 1 client." in page
    assert "Choose who takes over" in text(owner.post(close_page(people.colleague), status=422))
    assert "Choose who takes over" in text(
        owner.post(close_page(people.colleague), {"taker": str(people.assistant.id)}, status=422)
    )
    owner.post(close_page(people.colleague), {"taker": str(people.owner.id)}, status=303)
    assert db.session.get_one(Client, people.client.id).responsible_id == people.owner.id
    assert people.colleague.name in text(owner.get("/practice/people")).split("Closed accounts")[-1]
    owner.post(f"/practice/people/{people.colleague.id}/open", status=303)
    assert "Closed accounts" not in text(owner.get("/practice/people"))


def test_only_owners_close_accounts_and_none_of_clients_or_strangers(people: People, visit: Visit) -> None:
    for user in (people.colleague, people.assistant, people.client_user):
        visit(user).post(close_page(people.colleague), status=404)
    for target in (people.client_user, people.stranger):
        visit(people.owner).post(close_page(target), status=404)
    for user in (people.owner, people.colleague, people.stranger, people.client_user):
        assert user.deactivated_at is None


def test_who_was_typing_when_their_account_was_closed_is_told_in_a_sentence(
    people: People, visit: Visit
) -> None:
    colleague, edit = visit(people.colleague), f"/clients/{people.client.id}/edit"
    colleague.get(edit)
    visit(people.owner).post(close_page(people.colleague), status=303)
    before = people.client.version
    answer = colleague.post(edit, {"name": "Somebody Else", "version": str(before)}, status=303)
    page = text(colleague.get(answer.location))
    assert "Your account here is closed, and you are signed out." in page
    assert "What you were typing is not saved; nothing that was saved before is lost." in page
    assert "is closed" not in text(colleague.get("/sign-in")), "it is told once"
    db.session.refresh(people.client)
    assert people.client.version == before


def test_mine_or_all_is_remembered_and_an_address_may_say_otherwise(people: People, visit: Visit) -> None:
    people.client.responsible_id, people.other_client.responsible_id = people.colleague.id, people.owner.id
    db.session.commit()
    browser, other = visit(people.colleague), people.other_client.name
    assert other in text(browser.get("/clients"))
    answer = browser.post(
        "/whose-clients", {"whose": "mine", "page": "practitioner.clients.index"}, status=303
    )
    assert answer.location == "/clients"
    assert other not in text(browser.get("/clients"))
    assert other in text(browser.get("/clients?whose=all"))
    assert other in text(browser.get(f"/clients?whose={people.owner.id}"))
    assert other in text(visit(people.owner).get("/clients?whose=mine"))
    for page in ("/today", "/check-ins", "/mail", "/groups"):
        assert 'value="mine" aria-pressed="true"' in text(browser.get(page))
    browser.post("/whose-clients", {"whose": "mine", "page": "https://elsewhere.example"}, status=303)


def test_a_record_says_who_is_responsible_and_the_form_keeps_it(people: People, visit: Visit) -> None:
    people.client.responsible_id = people.colleague.id
    db.session.commit()
    browser = visit(people.owner)
    assert f"Responsible: {people.colleague.name}" in text(browser.get(f"/clients/{people.client.id}"))
    edit = f"/clients/{people.client.id}/edit"
    assert f'<option value="{people.colleague.id}" selected >' in text(browser.get(edit))
