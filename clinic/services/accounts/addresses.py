"""The address somebody signs in with: it counts once a link mailed to it was pressed.

Until then an earlier one goes on working, and is told of the new one.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.exc import IntegrityError

from clinic.domain.errors import LinkProblem, RuleBroken
from clinic.domain.links import LIFETIMES
from clinic.domain.types import LinkProblemKind, LinkPurpose
from clinic.domain.words import say
from clinic.extensions import db
from clinic.mail.addresses import Address
from clinic.models import Client, LinkToken, User
from clinic.services import audit, links
from clinic.services.accounts import sessions
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import transaction

LIFETIME = LIFETIMES[LinkPurpose.ADDRESS]


@dataclass(frozen=True, slots=True)
class AddressToProve:
    """Whose address a mailed link proves."""

    user: User
    address: str


def is_another(user: User, address: Address) -> bool:
    """Whether somebody does not sign in with this address yet."""
    return user.email_key != address.key


def change(by: Actor, user: User, address: Address, client: Client) -> None:
    """Let a client sign in with another address once it is proved, within the caller's transaction."""
    _forget_links(user)
    if not is_another(user, address):
        user.email, user.new_email, user.new_email_key = address.typed, None, None
        return
    user.new_email, user.new_email_key = address.typed, address.key
    outbox.promise_address_notice(user)
    outbox.promise_address_proof(user)
    audit.record(by, "address.change_begun", client_id=client.id, subject_id=user.id, to=address.typed)


def begin_unproved(user: User) -> None:
    """Let nobody sign in with an address that was only typed, until a mailed link has proved it."""
    user.unproved_since = now()
    outbox.promise_address_proof(user)


def waiting(user: User) -> str | None:
    """The address that waits for its proof; None where none does."""
    return user.new_email or (user.email if user.unproved_since is not None else None)


def to_prove(actor: Actor) -> str | None:
    """The signed-in person's address that waits for its proof."""
    return waiting(db.session.get_one(User, actor.user_id))


def mint(user: User) -> str:
    """The secret of a link that proves the address it is mailed to."""
    return links.mint(user.practice_id, LinkPurpose.ADDRESS, now() + LIFETIME, user_id=user.id)


def subject(secret: str) -> AddressToProve:
    """What a link proves; raises LinkProblem where there is nothing to prove any more."""
    return _subject(links.find(secret, LinkPurpose.ADDRESS))


def prove(secret: str) -> str:
    """Let somebody sign in with the address that a link was mailed to; returns the address.

    Where it is another one than before, every session of the account ends. Raises LinkProblem, or RuleBroken
    where somebody else signs in with it meanwhile.
    """
    with transaction():
        token = links.find(secret, LinkPurpose.ADDRESS)
        links.use(token)
        found = _subject(token)
        user = found.user
        if user.new_email is not None and user.new_email_key is not None:
            _take_over(user, user.new_email, user.new_email_key)
        user.unproved_since = None
        _forget_links(user)
        about = select(Client.id).where(Client.practice_id == user.practice_id, Client.user_id == user.id)
        audit.record_for(
            user.practice_id,
            user.name,
            "address.proved",
            client_id=db.session.scalar(about),
            subject_id=user.id,
            to=found.address,
        )
    return found.address


def _subject(token: LinkToken) -> AddressToProve:
    user = db.session.get(User, token.user_id)
    if user is None or not user.is_open:
        raise LinkProblem(LinkProblemKind.UNKNOWN)
    address = waiting(user)
    if address is None:
        raise LinkProblem(LinkProblemKind.USED)
    return AddressToProve(user, address)


def _take_over(user: User, address: str, key: str) -> None:
    try:
        with db.session.begin_nested():
            user.email, user.email_key, user.new_email, user.new_email_key = address, key, None, None
            db.session.flush()
    except IntegrityError:
        raise RuleBroken(say("Somebody signs in with this address already. Call the practice.")) from None
    sessions.end_all(user)


def _forget_links(user: User) -> None:
    """A link that was mailed for one address opens nothing for another."""
    purposes = (LinkPurpose.RESET, LinkPurpose.ADDRESS)
    links.revoke(and_(LinkToken.user_id == user.id, LinkToken.purpose.in_(purposes)))
