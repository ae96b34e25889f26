"""Inviting a colleague, by mail or by a link handed over; who accepts it has an account of their own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, select, update

from clinic.domain.access import Permission, is_staff
from clinic.domain.errors import Forbidden, LinkProblem, RuleBroken, must_hold
from clinic.domain.invitations import PROBLEMS, state
from clinic.domain.links import LIFETIMES
from clinic.domain.types import InvitationState, LinkPurpose, MailKind, Role
from clinic.domain.words import say
from clinic.extensions import db
from clinic.mail.addresses import Address, parse_address
from clinic.models import LinkToken, OutboxMessage, Practice, StaffInvitation, User
from clinic.services import access, audit, links, once
from clinic.services.accounts import addresses, passwords, sessions
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import one_at_a_time, release, transaction

LIFETIME = LIFETIMES[LinkPurpose.STAFF_INVITATION]
NOT_YOURS = "Only an owner decides who works here."
NO_ADDRESS = say("Enter their email address, or make a link to hand over.")
CANNOT_BE_USED = say("This email address cannot be used here. Use another one, or ask whoever invited you.")
IS_OVER = say("This invitation is over. Send a new one.")


@dataclass(frozen=True, slots=True)
class StaffOffer:
    """What somebody with a good link is offered."""

    invitation: StaffInvitation
    practice: Practice

    @property
    def needs_address(self) -> bool:
        """A link that was handed over knows no address: whoever opens it types theirs."""
        return self.invitation.email is None


@dataclass(frozen=True, slots=True)
class StaffAnswer:
    """What the invited person answers."""

    name: str
    password: str
    address: Address | None = None  # asked for only where the link was handed over


@dataclass(frozen=True, slots=True)
class OpenStaffInvitation:
    """An invitation nobody has accepted yet, and its newest mail, if it went by mail."""

    invitation: StaffInvitation
    state: InvitationState
    mail: OutboxMessage | None


def invite(actor: Actor, role: Role, address: Address | None, key: str) -> StaffInvitation:
    """Mail an invitation; earlier ones to the same address end. `key` is the form's own. Owners only."""
    with transaction():
        _must_manage(actor)
        must_hold(problems_of_address(actor, address))
        assert address is not None
        invitation, is_new = _add(actor, role, address.typed, key)
        if is_new:
            _end_others(actor, invitation)
            _mail(invitation)
            _note(actor, "colleague.invited", invitation, to=address.typed)
    return invitation


def hand_over(actor: Actor, role: Role, key: str) -> tuple[StaffInvitation, str]:
    """A link to hand to a colleague; its secret can be shown only now. Owners only."""
    with transaction():
        _must_manage(actor)
        invitation, is_new = _add(actor, role, None, key)
        if is_new:
            _note(actor, "colleague.link_handed", invitation)
        secret = mint_link(invitation)
    return invitation, secret


def send_again(actor: Actor, invitation_id: uuid.UUID) -> StaffInvitation:
    """Mail the invitation once more, with a new link and a new week; the link before ends. Owners only."""
    with transaction():
        invitation = _held(actor, invitation_id)
        if invitation.email is None or not _is_open(invitation):
            raise RuleBroken(IS_OVER)
        _end_links(invitation)
        invitation.expires_at = now() + LIFETIME
        _mail(invitation)
        _note(actor, "colleague.invited_again", invitation, to=invitation.email)
    return invitation


def revoke(actor: Actor, invitation_id: uuid.UUID) -> StaffInvitation:
    """Take an invitation back; one that is over already stays as it is. Owners only."""
    with transaction():
        invitation = _held(actor, invitation_id)
        if _is_open(invitation):
            _end(invitation)
            _note(actor, "colleague.invitation_revoked", invitation)
    return invitation


def withdraw_of(actor: Actor, user: User) -> int:
    """End what somebody who decides no longer had invited to, within the caller's transaction.

    They may hold the link in their own hands. Returns how many ended.
    """
    query = select(StaffInvitation).where(
        StaffInvitation.practice_id == user.practice_id, StaffInvitation.created_by == user.id, _OPEN
    )
    ended = db.session.scalars(query.with_for_update()).all()
    for invitation in ended:
        _end(invitation)
        _note(actor, "colleague.invitation_revoked", invitation, because="inviter")
    return len(ended)


def open_ones(actor: Actor) -> Sequence[OpenStaffInvitation]:
    """The practice's invitations that nobody has accepted or taken back, the newest first; staff only."""
    access.staff_only(actor)
    query = (
        select(StaffInvitation)
        .where(StaffInvitation.practice_id == actor.practice_id, _OPEN)
        .order_by(StaffInvitation.created_at.desc(), StaffInvitation.id)
    )
    found = db.session.scalars(query).all()
    mails = _newest_mails(found)
    return [OpenStaffInvitation(each, state_of(each), mails.get(each.id)) for each in found]


def state_of(invitation: StaffInvitation) -> InvitationState:
    """Where an invitation stands now."""
    return state(
        now(),
        expires_at=invitation.expires_at,
        accepted_at=invitation.accepted_at,
        revoked_at=invitation.revoked_at,
    )


def problems_of_address(actor: Actor, address: Address | None) -> Iterator[RuleBroken]:
    """Why nobody can be invited to an address: there is none, or somebody signs in with it already."""
    if address is None:
        yield RuleBroken(NO_ADDRESS, "email")
        return
    user = _with(actor.practice_id, address)
    if user is None:
        return
    is_gone = not user.is_open and is_staff(user.role)
    if is_gone:
        said = say(
            "This is the address of %(name)s, whose account is closed. Open it again instead.", name=user.name
        )
    else:
        said = say("%(name)s signs in with this address already.", name=user.name)
    yield RuleBroken(said, "email")


def mint_link(invitation: StaffInvitation) -> str:
    """A link's secret for an open invitation, in the caller's transaction; LinkProblem if it is over."""
    standing = state_of(invitation)
    if standing is not InvitationState.PENDING:
        raise LinkProblem(PROBLEMS[standing])
    return links.mint(
        *(invitation.practice_id, LinkPurpose.STAFF_INVITATION, invitation.expires_at),
        staff_invitation_id=invitation.id,
    )


def offer(secret: str) -> StaffOffer:
    """What a link offers; raises LinkProblem saying why it offers nothing."""
    return _offer(links.find(secret, LinkPurpose.STAFF_INVITATION))


def problems(offered: StaffOffer, answer: StaffAnswer) -> Iterator[RuleBroken]:
    """All that speaks against an answer."""
    address = answer.address
    if offered.needs_address and address is None:
        yield RuleBroken(say("Enter your email address."), "email")
    elif address is not None and _with(offered.practice.id, address):
        yield RuleBroken(CANNOT_BE_USED, "email")  # whose it is, is for the practice alone
    typed = offered.invitation.email or (address.typed if address else "")
    yield from accounts.password_problems(answer.password, typed, answer.name)


def accept(secret: str, answer: StaffAnswer) -> str:
    """Make the account, once, and sign it in; returns the new session's secret.

    An address that the link was mailed to is proved by it; one that was typed has to be proved first.
    """
    must_hold(problems(offer(secret), answer))
    release()
    password_hash = passwords.hashed(answer.password)
    with transaction():
        token = links.find(secret, LinkPurpose.STAFF_INVITATION)
        links.use(token)
        offered = _offer(token)
        must_hold(problems(offered, answer))
        invitation = offered.invitation
        address = answer.address or parse_address(invitation.email or "", smtputf8=True)
        user = accounts.add_staff(offered.practice, invitation.role, answer.name, address, password_hash)
        user.password_changed_at = now()
        _take(invitation, user)
        if offered.needs_address:
            addresses.begin_unproved(user)
        _note(accounts.actor_of(user), "colleague.joined", invitation)
        return sessions.begin(user, persistent=False)


_OPEN = and_(StaffInvitation.accepted_at.is_(None), StaffInvitation.revoked_at.is_(None))


def _with(practice_id: uuid.UUID, address: Address) -> User | None:
    query = select(User).where(User.practice_id == practice_id, User.email_key == address.key)
    return db.session.scalars(query).one_or_none()


def _must_manage(actor: Actor) -> None:
    if not actor.may(Permission.MANAGE_PEOPLE):
        raise Forbidden(NOT_YOURS)


def _held(actor: Actor, invitation_id: uuid.UUID) -> StaffInvitation:
    _must_manage(actor)
    invitation = access.staff_invitation_for(actor, invitation_id)
    one_at_a_time(StaffInvitation, invitation.id)
    db.session.refresh(invitation)
    return invitation


def _add(actor: Actor, role: Role, address: str | None, key: str) -> tuple[StaffInvitation, bool]:
    if not is_staff(role):
        raise RuleBroken(say("Choose what they are to be here."), "role")
    at = now()
    invitation = StaffInvitation(
        id=once.id_of(StaffInvitation, actor.practice_id, key, role.value, address or ""),
        practice_id=actor.practice_id,
        role=role,
        email=address,
        created_by=actor.user_id,
        created_at=at,
        expires_at=at + LIFETIME,
    )
    return once.add(invitation)


def _is_open(invitation: StaffInvitation) -> bool:
    return invitation.accepted_at is None and invitation.revoked_at is None


def _end_others(actor: Actor, invitation: StaffInvitation) -> None:
    """One invitation an address: a link in an old mail must not open another role."""
    query = select(StaffInvitation).where(
        StaffInvitation.practice_id == actor.practice_id, StaffInvitation.id != invitation.id, _OPEN
    )
    for earlier in db.session.scalars(query):
        if earlier.email and _key_of(earlier) == _key_of(invitation):
            _end(earlier)


def _key_of(invitation: StaffInvitation) -> str:
    return parse_address(invitation.email or "", smtputf8=True).key


def _end(invitation: StaffInvitation) -> None:
    invitation.revoked_at = now()
    _end_links(invitation)
    outbox.cancel(invitation.practice_id, _its_mails(invitation), "The invitation was taken back.")


def _end_links(invitation: StaffInvitation) -> None:
    links.revoke(
        and_(LinkToken.practice_id == invitation.practice_id, LinkToken.staff_invitation_id == invitation.id)
    )


def _its_mails(invitation: StaffInvitation) -> ColumnElement[bool]:
    return and_(
        OutboxMessage.practice_id == invitation.practice_id,
        OutboxMessage.staff_invitation_id == invitation.id,
    )


def _mail(invitation: StaffInvitation) -> None:
    outbox.promise(
        invitation.practice_id,
        MailKind.STAFF_INVITATION,
        f"{MailKind.STAFF_INVITATION}:{invitation.id.hex}:{invitation.expires_at:%Y%m%d%H%M%S}",
        staff_invitation_id=invitation.id,
        not_after=invitation.expires_at,
    )


def _newest_mails(invitations: Sequence[StaffInvitation]) -> dict[uuid.UUID, OutboxMessage]:
    if not invitations:
        return {}
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.practice_id == invitations[0].practice_id,
            OutboxMessage.staff_invitation_id.in_([each.id for each in invitations]),
        )
        .order_by(OutboxMessage.created_at)
    )
    return {mail.staff_invitation_id: mail for mail in db.session.scalars(query) if mail.staff_invitation_id}


def _offer(token: LinkToken) -> StaffOffer:
    invitation = db.session.get_one(StaffInvitation, token.staff_invitation_id)
    standing = state_of(invitation)
    if standing is not InvitationState.PENDING:
        # a link may have been mailed in the moment the invitation was taken back
        raise LinkProblem(PROBLEMS[standing])
    return StaffOffer(invitation, db.session.get_one(Practice, invitation.practice_id))


def _take(invitation: StaffInvitation, user: User) -> None:
    # two links of one invitation are two tokens: the invitation itself is taken once, too
    taken = db.session.execute(
        update(StaffInvitation)
        .where(StaffInvitation.id == invitation.id, _OPEN)
        .values(accepted_at=now(), user_id=user.id)
    )
    assert isinstance(taken, CursorResult)
    if taken.rowcount != 1:
        raise LinkProblem(PROBLEMS[InvitationState.ACCEPTED])
    _end_links(invitation)


def _note(actor: Actor, action: str, invitation: StaffInvitation, **said: str) -> None:
    details: dict[str, Any] = {"role": invitation.role.value, **said}
    audit.record(actor, action, subject_id=invitation.id, **details)
