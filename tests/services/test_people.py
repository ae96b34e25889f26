"""Colleagues are invited, change roles, leave with a handover, and come back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic.domain.errors import Forbidden, LinkProblem, RuleBroken
from clinic.domain.types import AssessmentStatus, LinkProblemKind, MailKind, OutboxState, Role
from clinic.extensions import db
from clinic.mail.addresses import parse_address
from clinic.models import Assessment, AuditEvent, AuthSession, Client, OutboxMessage, StaffInvitation, User
from clinic.services.accounts import addresses
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.people import handing_over, inviting, roles
from clinic.services.people.inviting import StaffAnswer
from clinic.services.transaction import transaction
from tests.factories.people import People, make_practice, make_user
from tests.factories.records import make_world

KEY = "0" * 32
SAM = parse_address("sam.reed@harbour.example")
ANSWER = StaffAnswer("Sam Reed", "nine herons on a jetty")


def owner_of(people: People) -> Actor:
    return people.actor(people.owner)


def invite(people: People, role: Role = Role.PRACTITIONER, key: str = KEY) -> StaffInvitation:
    return inviting.invite(owner_of(people), role, SAM, key)


def link_of(invitation: StaffInvitation) -> str:
    with transaction():
        return inviting.mint_link(invitation)


def mails() -> list[OutboxMessage]:
    kind = OutboxMessage.kind == MailKind.STAFF_INVITATION
    return list(db.session.scalars(select(OutboxMessage).where(kind).order_by(OutboxMessage.created_at)))


def noted(action: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def user_of(address: str) -> User:
    return db.session.scalars(select(User).where(User.email == address)).one()


def test_a_mailed_invitation_makes_an_account_whose_address_it_proves(people: People) -> None:
    invitation = invite(people, Role.ASSISTANT)
    secret = link_of(invitation)
    inviting.accept(secret, ANSWER)
    sam = user_of(SAM.typed)
    assert (sam.role, sam.name, sam.unproved_since) == (Role.ASSISTANT, "Sam Reed", None)
    assert invitation.user_id == sam.id
    with pytest.raises(LinkProblem) as used:
        inviting.offer(secret)
    assert used.value.kind is LinkProblemKind.USED
    assert [event.details["role"] for event in noted("colleague.joined")] == ["assistant"]


def test_a_link_that_was_handed_over_leaves_the_address_to_be_proved(people: People) -> None:
    invitation, secret = inviting.hand_over(owner_of(people), Role.PRACTITIONER, KEY)
    with pytest.raises(RuleBroken, match="Enter your email address"):
        inviting.accept(secret, ANSWER)
    inviting.accept(secret, StaffAnswer("Sam Reed", ANSWER.password, SAM))
    sam = user_of(SAM.typed)
    assert sam.unproved_since is not None
    assert addresses.waiting(sam) == SAM.typed
    assert invitation.email is None


def test_a_form_pressed_twice_is_one_invitation_and_one_mail(people: People) -> None:
    assert invite(people).id == invite(people).id
    assert len(mails()) == 1


def test_a_newer_invitation_to_an_address_ends_the_one_before(people: People) -> None:
    first = invite(people, Role.OWNER)
    secret = link_of(first)
    second = invite(people, Role.ASSISTANT, "1" * 32)
    with pytest.raises(LinkProblem):
        inviting.offer(secret)
    assert [each.invitation.id for each in inviting.open_ones(owner_of(people))] == [second.id]
    assert [mail.state for mail in mails()] == [OutboxState.CANCELLED, OutboxState.READY]


def test_sent_again_the_link_before_ends_and_the_week_begins_anew(people: People) -> None:
    with time_machine.travel(now() - timedelta(days=8), tick=False):
        invitation = invite(people)
        secret = link_of(invitation)
    with pytest.raises(LinkProblem) as late:
        inviting.offer(secret)
    assert late.value.kind is LinkProblemKind.EXPIRED
    inviting.send_again(owner_of(people), invitation.id)
    assert inviting.offer(link_of(invitation)).invitation.id == invitation.id
    assert len(mails()) == 2


def test_taken_back_it_opens_nothing_and_its_mail_is_called_back(people: People) -> None:
    invitation = invite(people)
    secret = link_of(invitation)
    inviting.revoke(owner_of(people), invitation.id)
    with pytest.raises(LinkProblem) as over:
        inviting.offer(secret)
    assert over.value.kind is LinkProblemKind.REVOKED
    assert [mail.state for mail in mails()] == [OutboxState.CANCELLED]
    with pytest.raises(RuleBroken, match="over"):
        inviting.send_again(owner_of(people), invitation.id)


def test_who_is_here_already_is_not_invited_and_who_left_comes_back_otherwise(people: People) -> None:
    for user, words in ((people.colleague, "signs in with this"), (people.client_user, "signs in with this")):
        with pytest.raises(RuleBroken, match=words):
            inviting.invite(owner_of(people), Role.ASSISTANT, parse_address(user.email), KEY)
    roles.close(owner_of(people), people.colleague.id)
    with pytest.raises(RuleBroken, match="Open it again"):
        inviting.invite(owner_of(people), Role.ASSISTANT, parse_address(people.colleague.email), KEY)


def test_only_owners_invite_and_nobody_is_invited_as_a_client(people: People) -> None:
    with pytest.raises(Forbidden):
        inviting.invite(people.actor(people.colleague), Role.ASSISTANT, SAM, KEY)
    with pytest.raises(RuleBroken):
        invite(people, Role.CLIENT)


def test_the_last_owner_neither_leaves_nor_becomes_something_else(people: People) -> None:
    with pytest.raises(RuleBroken, match="needs an owner"):
        roles.close(owner_of(people), people.owner.id)
    with pytest.raises(RuleBroken, match="needs an owner"):
        roles.change(owner_of(people), people.owner.id, Role.PRACTITIONER)
    roles.change(owner_of(people), people.colleague.id, Role.OWNER)
    roles.close(owner_of(people), people.owner.id)
    assert people.owner.deactivated_at is not None


def test_who_decides_no_longer_has_no_invitation_in_their_own_hands(people: People) -> None:
    roles.change(owner_of(people), people.colleague.id, Role.OWNER)
    _, secret = inviting.hand_over(people.actor(people.colleague), Role.OWNER, KEY)
    roles.change(owner_of(people), people.colleague.id, Role.PRACTITIONER)
    with pytest.raises(LinkProblem):
        inviting.offer(secret)


def test_what_is_theirs_goes_to_a_colleague_with_a_closed_account(app: Flask) -> None:
    world = make_world()
    people, client = world.people, world.records["ada"].client
    draft = world.records["ada"].draft_assessment
    client.responsible_id = people.colleague.id
    draft.created_by = people.colleague.id
    db.session.commit()
    version = client.version
    held = handing_over.of(owner_of(people), people.colleague)
    assert (held.clients, held.drafts >= 1) == (1, True)
    roles.close(owner_of(people), people.colleague.id, people.owner.id)
    db.session.expire_all()
    assert db.session.get_one(Client, client.id).responsible_id == people.owner.id
    assert client.version == version + 1, "a form that is open now meets the newer record"
    assert db.session.get_one(Assessment, draft.id).created_by == people.owner.id
    signed = select(Assessment).where(
        Assessment.status == AssessmentStatus.SIGNED, Assessment.created_by == people.owner.id
    )
    assert not [each for each in db.session.scalars(signed) if each.signed_by == people.colleague.id]
    assert len(noted("client.handed_over")) == 1
    assert not handing_over.of(owner_of(people), people.colleague).any


def test_nobody_takes_over_who_is_gone_or_may_not_answer_for_clients(people: People) -> None:
    for taker in (people.assistant, people.colleague):
        with pytest.raises(RuleBroken, match="Choose a practitioner"):
            roles.close(owner_of(people), people.colleague.id, taker.id)
    assert people.colleague.deactivated_at is None


def test_an_assistant_keeps_no_clients_and_a_closed_account_opens_again(people: People) -> None:
    people.client.responsible_id = people.colleague.id
    db.session.commit()
    roles.change(owner_of(people), people.colleague.id, Role.ASSISTANT, people.owner.id)
    db.session.refresh(people.client)
    assert people.client.responsible_id == people.owner.id
    roles.close(owner_of(people), people.colleague.id)
    roles.open_again(owner_of(people), people.colleague.id)
    assert people.colleague.deactivated_at is None
    living = select(AuthSession).where(AuthSession.user_id == people.colleague.id)
    assert all(each.ended_at for each in db.session.scalars(living))


def test_two_owners_who_demote_each_other_leave_one(live_app: Flask) -> None:
    for _ in range(5):
        with transaction():
            practice = make_practice()
            pair = [make_user(practice, Role.OWNER) for _ in range(2)]
        actors, ids = [accounts.actor_of(user) for user in pair], [user.id for user in pair]
        both, told = threading.Barrier(2), []
        db.session.remove()
        demote = _demoting(live_app, both, actors, ids, told)
        threads = [threading.Thread(target=demote, args=(one,)) for one in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        owners = select(User.id).where(User.practice_id == practice.id, User.role == Role.OWNER)
        assert len(db.session.scalars(owners).all()) == 1
        assert told == ["You are no longer an owner here, so nothing was changed."]


def _demoting(
    app: Flask, both: threading.Barrier, actors: list[Actor], ids: list, told: list[str]
) -> Callable[[int], None]:
    def demote(one: int) -> None:
        with app.app_context():
            both.wait()
            try:
                roles.change(actors[one], ids[1 - one], Role.PRACTITIONER)
            except RuleBroken as refused:
                told.append(refused.message)
            finally:
                db.session.remove()

    return demote
