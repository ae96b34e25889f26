"""Inviting a client, and accepting the invitation once."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from clinic.domain.errors import LinkProblem, NotFound, RuleBroken
from clinic.domain.types import InvitationState, LinkProblemKind, OutboxState, Role
from clinic.extensions import db
from clinic.mail.addresses import parse_address
from clinic.models import AuditEvent, Client, Invitation, LinkToken, OutboxMessage, User
from clinic.services.accounts import sessions
from clinic.services.clients import invitations
from clinic.services.clients import records as clients
from clinic.services.clients.invitations import Acceptance
from clinic.services.clock import now
from clinic.services.transaction import transaction
from tests.factories.people import People, make_client, make_user

GOOD = "seven grey herons over water"


@pytest.fixture
def client(people: People) -> Client:
    """A client with consent and address, and no account."""
    client = make_client(people.practice, "Cora Lind", email="cora@clients.example")
    db.session.commit()
    return client


def actions_of(client: Client) -> list[str]:
    """What the client's trail holds, oldest first."""
    query = (
        select(AuditEvent.action).where(AuditEvent.client_id == client.id).order_by(AuditEvent.happened_at)
    )
    return list(db.session.scalars(query))


def problem_of(secret: str) -> LinkProblemKind:
    """Why a link does not work."""
    with pytest.raises(LinkProblem) as caught:
        invitations.offer(secret)
    return caught.value.kind


def handed(people: People, client: Client) -> str:
    """The secret of a link handed over by the practitioner."""
    return invitations.hand_over(people.actor(people.colleague), client.id)[1]


def mails(client: Client) -> list[OutboxState]:
    """The states of the client's invitation mails, oldest first."""
    query = (
        select(OutboxMessage.state)
        .where(OutboxMessage.client_id == client.id, OutboxMessage.kind == "invitation")
        .order_by(OutboxMessage.created_at)
    )
    return list(db.session.scalars(query))


def test_an_invitation_by_mail_is_promised_and_lasts_seven_days(people: People, client: Client) -> None:
    invitation = invitations.send(people.actor(people.colleague), client.id)
    assert invitation.expires_at - invitation.created_at == timedelta(days=7)
    assert invitation.email == "cora@clients.example"
    assert mails(client) == [OutboxState.READY]
    assert actions_of(client) == ["invitation.sent"]


def test_the_secret_of_a_link_is_stored_nowhere(people: People, client: Client) -> None:
    secret = handed(people, client)
    stored = db.session.scalars(select(LinkToken.token_hash)).all()
    assert secret not in stored
    assert len(stored) == 1


def test_sending_again_ends_the_links_and_the_waiting_mail_of_before(people: People, client: Client) -> None:
    actor = people.actor(people.colleague)
    first = invitations.send(actor, client.id)
    with transaction():
        mailed = invitations.mint_link(first)
    invitations.send(actor, client.id)
    assert problem_of(mailed) is LinkProblemKind.REVOKED
    assert mails(client) == [OutboxState.CANCELLED, OutboxState.READY]
    assert actions_of(client) == ["invitation.sent", "invitation.resent"]


def test_a_mail_that_goes_out_twice_holds_two_links_that_both_work(people: People, client: Client) -> None:
    invitation = invitations.send(people.actor(people.colleague), client.id)
    with transaction():
        one, two = invitations.mint_link(invitation), invitations.mint_link(invitation)
    assert invitations.offer(one).client.id == invitations.offer(two).client.id == client.id


def test_once_accepted_the_other_link_of_the_same_invitation_is_over(people: People, client: Client) -> None:
    invitation = invitations.send(people.actor(people.colleague), client.id)
    with transaction():
        one, two = invitations.mint_link(invitation), invitations.mint_link(invitation)
    invitations.accept(one, Acceptance(GOOD))
    assert problem_of(two) in {LinkProblemKind.REVOKED, LinkProblemKind.USED}
    assert problem_of(one) is LinkProblemKind.USED
    assert accounts_of(client) == 1


def accounts_of(client: Client) -> int:
    """How many accounts have the client's address."""
    return (
        db.session.scalar(select(func.count()).select_from(User).where(User.email_key == client.email_key))
        or 0
    )


@pytest.mark.parametrize(
    "spoil, words",
    [
        ({"email": None, "email_key": None}, "email address"),
        ({"consented_at": None, "consent_recorded_by": None}, "consent"),
    ],
    ids=["no address", "no consent"],
)
def test_no_mail_is_promised_without(
    people: People, client: Client, spoil: dict[str, None], words: str
) -> None:
    for name, value in spoil.items():
        setattr(client, name, value)
    db.session.commit()
    with pytest.raises(RuleBroken, match=words):
        invitations.send(people.actor(people.colleague), client.id)
    assert mails(client) == []


def test_no_mail_is_promised_before_the_practice_has_set_its_numbers(people: People, client: Client) -> None:
    people.practice.urgent_number = None
    db.session.commit()
    with pytest.raises(RuleBroken, match="numbers"):
        invitations.send(people.actor(people.colleague), client.id)
    assert mails(client) == []


def test_a_client_with_an_account_is_not_invited_again(people: People) -> None:
    with pytest.raises(RuleBroken, match="account already"):
        invitations.hand_over(people.actor(people.colleague), people.client.id)


def test_a_revoked_invitation_opens_nothing(people: People, client: Client) -> None:
    actor = people.actor(people.colleague)
    secret = handed(people, client)
    invitation = invitations.latest(actor, client.id).invitation
    assert invitation is not None
    invitations.revoke(actor, invitation.id)
    assert invitations.state_of(invitation) is InvitationState.REVOKED
    assert problem_of(secret) is LinkProblemKind.REVOKED


def test_a_link_minted_in_the_moment_of_revoking_opens_nothing(people: People, client: Client) -> None:
    secret = handed(people, client)
    invitation = invitations.latest(people.actor(people.colleague), client.id).invitation
    assert invitation is not None
    invitation.revoked_at = now()  # as another process would, after our link was made
    db.session.commit()
    assert problem_of(secret) is LinkProblemKind.REVOKED


def test_no_link_is_minted_for_an_invitation_that_is_over(people: People, client: Client) -> None:
    actor = people.actor(people.colleague)
    invitation = invitations.send(actor, client.id)
    invitations.revoke(actor, invitation.id)
    with pytest.raises(LinkProblem):
        invitations.mint_link(invitation)


def test_an_invitation_runs_out_after_seven_days(people: People, client: Client) -> None:
    secret = handed(people, client)
    invitation = invitations.latest(people.actor(people.colleague), client.id).invitation
    assert invitation is not None
    invitation.expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    assert problem_of(secret) is LinkProblemKind.EXPIRED


def test_accepting_makes_a_client_account_and_signs_it_in(people: People, client: Client) -> None:
    secret = invitations.accept(handed(people, client), Acceptance(GOOD))
    found = sessions.find(secret)
    db.session.refresh(client)
    assert found is not None
    assert found.actor.role is Role.CLIENT
    assert found.actor.client_id == client.id
    assert client.user_id == found.actor.user_id
    assert actions_of(client) == ["invitation.handed", "invitation.accepted"]


def test_consent_is_asked_for_where_it_is_not_recorded(people: People, client: Client) -> None:
    client.consented_at = client.consent_recorded_by = None
    db.session.commit()
    secret = handed(people, client)
    with pytest.raises(RuleBroken, match="agree") as refused:
        invitations.accept(secret, Acceptance(GOOD))
    assert refused.value.field == "consents"
    invitations.accept(secret, Acceptance(GOOD, consents=True, mails=True))
    db.session.refresh(client)
    assert client.consented_at is not None
    assert client.consent_recorded_by == "Cora Lind"


def test_a_client_without_an_address_gives_one(people: People) -> None:
    client = make_client(people.practice, "Dov Aster", email=None)
    db.session.commit()
    secret = handed(people, client)
    with pytest.raises(RuleBroken) as refused:
        invitations.accept(secret, Acceptance(GOOD))
    assert refused.value.field == "email"
    invitations.accept(secret, Acceptance(GOOD, parse_address("Dov@Clients.example")))
    db.session.refresh(client)
    assert client.email_key == "dov@clients.example"
    assert "dov@clients" in client.search_key
    assert accounts_of(client) == 1


def test_an_address_that_has_an_account_already_is_told_and_the_link_stays_good(
    people: People, client: Client
) -> None:
    make_user(people.practice, Role.PRACTITIONER, "Cora Lind", email="cora@clients.example")
    db.session.commit()
    secret = handed(people, client)
    with pytest.raises(RuleBroken, match="has an account at Harbour Chiropractic already"):
        invitations.accept(secret, Acceptance(GOOD))
    assert invitations.offer(secret).client.id == client.id


def test_the_same_address_may_have_an_account_at_another_practice(people: People, client: Client) -> None:
    make_user(people.elsewhere, Role.CLIENT, "Cora Lind", email="cora@clients.example")
    db.session.commit()
    invitations.accept(handed(people, client), Acceptance(GOOD))
    assert accounts_of(client) == 2


@pytest.mark.parametrize("password", ["short", "cora@clients.example", "passwordpassword"])
def test_a_weak_password_leaves_the_link_unused(people: People, client: Client, password: str) -> None:
    secret = handed(people, client)
    with pytest.raises(RuleBroken) as refused:
        invitations.accept(secret, Acceptance(password))
    assert refused.value.field == "password"
    assert invitations.offer(secret).client.id == client.id


def test_archiving_ends_the_open_invitation(people: People, client: Client) -> None:
    secret = handed(people, client)
    clients.archive(people.actor(people.colleague), client.id, "moved away")
    assert problem_of(secret) is LinkProblemKind.REVOKED
    with pytest.raises(RuleBroken, match="archived"):
        handed(people, client)


@pytest.mark.parametrize("who", ["stranger", "client_user"])
def test_nobody_else_can_invite_or_revoke(people: People, client: Client, who: str) -> None:
    handed(people, client)
    invitation = db.session.scalars(select(Invitation)).one()
    actor = people.actor(getattr(people, who))
    with pytest.raises(NotFound):
        invitations.send(actor, client.id)
    with pytest.raises(NotFound):
        invitations.hand_over(actor, client.id)
    with pytest.raises(NotFound):
        invitations.revoke(actor, invitation.id)
    assert invitations.state_of(invitation) is InvitationState.PENDING


def test_an_unknown_link_is_unknown(app: object) -> None:
    assert problem_of(uuid.uuid4().hex) is LinkProblemKind.UNKNOWN
