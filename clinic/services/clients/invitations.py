"""Inviting a client to an account of their own: by mail or by a link handed over, accepted once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ColumnElement, CursorResult, and_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from clinic.domain.attention import AttentionKind
from clinic.domain.consents import ConsentHow, ConsentKind
from clinic.domain.errors import LinkProblem, RuleBroken, must_hold
from clinic.domain.invitations import PROBLEMS, state
from clinic.domain.links import LIFETIMES
from clinic.domain.mail_standing import MailSort
from clinic.domain.types import InvitationState, LinkProblemKind, LinkPurpose, Role
from clinic.domain.words import say
from clinic.extensions import db
from clinic.mail.addresses import Address, parse_address
from clinic.models import Client, Invitation, LinkToken, OutboxMessage, Practice, User
from clinic.models.base import given
from clinic.services import access, audit, links, mail_standing
from clinic.services.accounts import addresses, passwords, sessions
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.services.clients import identity as client_identity
from clinic.services.clock import now
from clinic.services.consents import acts as consents
from clinic.services.consents import texts
from clinic.services.consents.acts import Given
from clinic.services.consents.texts import AskedWording
from clinic.services.outbox import promises as outbox
from clinic.services.outbox.promises import MailStatus
from clinic.services.reasons.marks import touch
from clinic.services.transaction import release, transaction

# of an address that anybody may type: whose it is, is not told
ADDRESS_TAKEN = say("This email address cannot be used here. Use another one, or call the practice.")
_ITS_MAIL = aliased(OutboxMessage)
_NEWEST_MAIL = (
    select(_ITS_MAIL.id)
    .where(
        given(_ITS_MAIL.practice_id),
        given(_ITS_MAIL.client_id),  # there is an index for that
        _ITS_MAIL.invitation_id == Invitation.id,
    )
    .order_by(_ITS_MAIL.created_at.desc())
    .limit(1)
    .scalar_subquery()
)
_LATEST = (
    select(Invitation, OutboxMessage)
    .outerjoin(OutboxMessage, OutboxMessage.id == _NEWEST_MAIL)
    .where(given(Invitation.practice_id), given(Invitation.client_id))
    .order_by(Invitation.created_at.desc(), Invitation.id)
    .limit(1)
)
LIFETIME = LIFETIMES[LinkPurpose.INVITATION]


@dataclass(frozen=True, slots=True)
class InvitationOffer:
    """What somebody with a good link is offered."""

    invitation: Invitation
    client: Client
    practice: Practice
    lacking: frozenset[ConsentKind] = frozenset()  # what they have not agreed to
    wording: Mapping[ConsentKind, AskedWording] = field(default_factory=dict)  # of that

    @property
    def needs_consent(self) -> bool:
        return ConsentKind.RECORD in self.lacking

    @property
    def needs_address(self) -> bool:
        return self.client.email is None


class LatestInvitation(NamedTuple):
    """A client's newest invitation and the newest mail it went out with, where there are any."""

    invitation: Invitation | None
    mail: OutboxMessage | None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the invited person answers."""

    password: str
    address: Address | None = None  # asked for only where the practice has none
    consents: bool = False  # that the record is kept
    mails: bool = False  # to be written to
    persistent: bool = False


def send(actor: Actor, client_id: uuid.UUID) -> Invitation:
    """Mail a link, ending earlier ones; refused without address, consent or the practice's numbers."""
    with transaction():
        return promise(actor, access.client_for(actor, client_id))


def promise(actor: Actor, client: Client) -> Invitation:
    """Do what `send` does, within the caller's transaction."""
    if problem := mail_problem(client, access.practice_of(actor)):
        raise RuleBroken(problem, "invite")
    invitation = _renew(actor, client, client.email)
    outbox.promise_invitation(invitation, attempt=1)
    return invitation


def hand_over(actor: Actor, client_id: uuid.UUID) -> tuple[Invitation, str]:
    """A link to hand to the client, ending earlier ones; its secret can be shown only now."""
    with transaction():
        invitation = _renew(actor, access.client_for(actor, client_id), None)
        secret = mint_link(invitation)
    return invitation, secret


def revoke(actor: Actor, invitation_id: uuid.UUID) -> Invitation:
    """Take an open invitation back; one that is over already stays as it is."""
    with transaction():
        invitation = access.invitation_for(actor, invitation_id)
        take_back(actor, invitation)
    return invitation


def take_back(actor: Actor, invitation: Invitation) -> bool:
    """Do what `revoke` does, within the caller's transaction; whether it was open."""
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        return False
    _end(invitation)
    _note(actor, "invitation.revoked", invitation)
    return True


def withdraw(actor: Actor, client: Client, because: str) -> bool:
    """End what is pending for a client, within the caller's transaction; whether anything was."""
    pending = [each for each in _open_of(client) if state_of(each) is InvitationState.PENDING]
    for invitation in pending:
        _end(invitation)
        _note(actor, "invitation.revoked", invitation, because=because)
    return bool(pending)


def mail_problem(client: Client, practice: Practice) -> str | None:
    """Why this client cannot be invited by mail, in words; None when they can."""
    if client.user_id is not None:
        return f"{client.name} has an account already."
    return mail_standing.problem(client, practice, MailSort.INVITATION)


def latest(actor: Actor, client_id: uuid.UUID) -> LatestInvitation:
    """The client's newest invitation with its newest mail; staff only. One query."""
    access.staff_only(actor)
    whose = {"practice_id": actor.practice_id, "client_id": client_id}
    row = db.session.execute(_LATEST, whose).first()
    return LatestInvitation(row.Invitation, row.OutboxMessage) if row else LatestInvitation(None, None)


def mail_status(found: LatestInvitation, client: Client, practice: Practice) -> MailStatus | None:
    """What became of an invitation's mail; None where a link was handed over, or the mail is long gone."""
    if found.mail is None:
        return None
    mails = {found.mail.id: found.mail}
    return outbox.statuses(mails, client, practice, MailSort.INVITATION)[found.mail.id]


def state_of(invitation: Invitation) -> InvitationState:
    """Where an invitation stands now."""
    return state(
        now(),
        expires_at=invitation.expires_at,
        accepted_at=invitation.accepted_at,
        revoked_at=invitation.revoked_at,
    )


def mint_link(invitation: Invitation) -> str:
    """A link's secret for an open invitation, in the caller's transaction; raises LinkProblem if it is over.

    Links of the same invitation that were mailed before stay good: a mail may arrive twice, in any order.
    """
    standing = state_of(invitation)
    if standing is not InvitationState.PENDING:
        raise LinkProblem(PROBLEMS[standing])
    return links.mint(
        invitation.practice_id, LinkPurpose.INVITATION, invitation.expires_at, invitation_id=invitation.id
    )


def offer(secret: str) -> InvitationOffer:
    """What a link offers; raises LinkProblem saying why it offers nothing."""
    return _offer(links.find(secret, LinkPurpose.INVITATION))


def accept(secret: str, answer: Acceptance) -> str:
    """Make the account, once, and sign it in; returns the new session's secret."""
    offered = offer(secret)
    must_hold(problems(offered, answer))
    release()
    password_hash = passwords.hashed(answer.password)
    with transaction():
        token = links.find(secret, LinkPurpose.INVITATION)
        links.use(token)
        offered = _offer(token)
        must_hold(problems(offered, answer))  # the practice may have changed the record meanwhile
        _take(offered.invitation)
        user = _make_account(offered, answer, password_hash)
        _note(accounts.actor_of(user), "invitation.accepted", offered.invitation)
        return sessions.begin(user, persistent=answer.persistent)


def _renew(actor: Actor, client: Client, address: str | None) -> Invitation:
    db.session.refresh(client, with_for_update=True)  # two at once would leave two open
    if client.user_id is not None:
        raise RuleBroken(say("%(name)s has an account already.", name=client.name))
    if not client.is_active:
        raise RuleBroken(say("%(name)s is archived. Restore the record first.", name=client.name))
    earlier = _open_of(client)
    for invitation in earlier:
        _end(invitation)
    at = now()
    invitation = Invitation(
        id=uuid.uuid4(),
        practice_id=client.practice_id,
        client_id=client.id,
        email=address,
        created_by=actor.user_id,
        created_at=at,
        expires_at=at + LIFETIME,
    )
    db.session.add(invitation)
    db.session.flush()
    by_mail = "invitation.resent" if earlier else "invitation.sent"
    _note(actor, by_mail if address else "invitation.handed", invitation, to=address)
    return invitation


def _open_of(client: Client) -> list[Invitation]:
    query = select(Invitation).where(
        Invitation.practice_id == client.practice_id,
        Invitation.client_id == client.id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    return list(db.session.scalars(query))


def _end(invitation: Invitation) -> None:
    invitation.revoked_at = now()
    links.revoke(LinkToken.invitation_id == invitation.id)
    outbox.cancel(invitation.practice_id, _its_mails(invitation), "The invitation was taken back.")


def _its_mails(invitation: Invitation) -> ColumnElement[bool]:
    # by client too: there is an index for that
    return and_(
        OutboxMessage.practice_id == invitation.practice_id,
        OutboxMessage.client_id == invitation.client_id,
        OutboxMessage.invitation_id == invitation.id,
    )


def _offer(token: LinkToken) -> InvitationOffer:
    invitation = db.session.get_one(Invitation, token.invitation_id)
    standing = state_of(invitation)
    if standing is not InvitationState.PENDING:
        # a link may have been mailed in the moment the invitation was taken back
        raise LinkProblem(PROBLEMS[standing])
    client = db.session.get_one(Client, invitation.client_id)
    practice, lacking = db.session.get_one(Practice, invitation.practice_id), consents.missing(client)
    wording = texts.in_force(practice) if lacking else {}
    return InvitationOffer(invitation, client, practice, lacking, wording)


def problems(offered: InvitationOffer, answer: Acceptance) -> Iterator[RuleBroken]:
    """All that speaks against an answer."""
    client, address = offered.client, answer.address
    if offered.needs_consent and not answer.consents:
        yield RuleBroken(say("To go on, please tick that you agree."), "consents")
    if offered.needs_address and address is None:
        yield RuleBroken(say("Enter your email address."), "email")
    elif offered.needs_address and client_identity.address_problem(client, address):
        yield RuleBroken(ADDRESS_TAKEN, "email")  # whose it is, is for the practice alone
    typed = client.email or (address.typed if address else "")
    yield from accounts.password_problems(answer.password, typed, client.name)


def _take(invitation: Invitation) -> None:
    # two links of one invitation are two tokens: the invitation itself is taken once, too
    taken = db.session.execute(
        update(Invitation)
        .where(
            Invitation.id == invitation.id, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None)
        )
        .values(accepted_at=now())
    )
    assert isinstance(taken, CursorResult)
    if taken.rowcount != 1:
        raise LinkProblem(LinkProblemKind.USED)
    touch(invitation.practice_id, [invitation.client_id], AttentionKind.NEVER_SIGNED_IN)
    links.revoke(LinkToken.invitation_id == invitation.id)


def _make_account(offered: InvitationOffer, answer: Acceptance, password_hash: str) -> User:
    client, asked = offered.client, offered.needs_address
    if asked and answer.address is not None:
        client_identity.readdress(client, answer.address)
    assert client.email is not None
    assert client.email_key is not None
    at = now()
    user = User(
        practice_id=client.practice_id,
        role=Role.CLIENT,
        name=client.name,
        email=client.email,
        email_key=client.email_key,
        password_hash=password_hash,
        password_changed_at=at,
        created_at=at,
    )
    _add_user(user, offered.practice, own_address=not asked)
    if not _was_mailed_to(offered.invitation, client.email_key):
        addresses.begin_unproved(user)
    client.user_id = user.id
    db.session.flush()
    agreed = {ConsentKind.RECORD: answer.consents, ConsentKind.MAIL: answer.mails}
    kinds = [kind for kind in ConsentKind if kind in offered.lacking and agreed[kind]]
    made = consents.give(client, offered.practice, kinds, Given(ConsentHow.PAGE, client.name))
    consents.note_given(accounts.actor_of(user), client, made)
    return user


def _was_mailed_to(invitation: Invitation, address_key: str) -> bool:
    """Whether the link that was followed came by mail to this very address."""
    return invitation.email is not None and parse_address(invitation.email, smtputf8=True).key == address_key


def _add_user(user: User, practice: Practice, *, own_address: bool) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(user)
            db.session.flush()
    except IntegrityError:
        known = (
            f"This email address has an account at {practice.name} already. "
            "Sign in with it, or call the practice."
        )
        raise RuleBroken(known if own_address else ADDRESS_TAKEN, "email") from None


def _note(actor: Actor, action: str, invitation: Invitation, **details: str | None) -> None:
    said = {name: value for name, value in details.items() if value}
    audit.record(actor, action, client_id=invitation.client_id, subject_id=invitation.id, **said)
