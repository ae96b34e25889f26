"""Signing in, forgotten passwords and the accounts of staff."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import and_, select

from clinic.catalogue import load_catalogue
from clinic.domain import passwords as password_rules
from clinic.domain.access import is_staff
from clinic.domain.errors import LinkProblem, RuleBroken, must_hold
from clinic.domain.links import LIFETIMES
from clinic.domain.types import LinkProblemKind, LinkPurpose, Role
from clinic.domain.words import say
from clinic.extensions import db
from clinic.mail.addresses import Address
from clinic.models import Client, LinkToken, Practice, User
from clinic.services import audit, links
from clinic.services.accounts import passwords, sessions
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.reach import across_practices
from clinic.services.transaction import release, transaction

RESET_LIFETIME = LIFETIMES[LinkPurpose.RESET]
MOST_ACCOUNTS = 3  # of one address in several practices; each costs a hash at sign-in


@across_practices("an address may have several accounts")
def sign_in(
    address_key: str,
    password: str,
    *,
    persistent: bool,
    known_account: uuid.UUID | None = None,
    may_try_others: Callable[[], bool] = lambda: True,
) -> str | None:
    """A new session's secret for the right address and password, else None after the same time.

    Where there is a second step, the session waits for it (`sessions.waiting`). A browser that one account of
    the address knows (`known_account`) tries at that one; at its others only as far as `may_try_others`.
    """
    accounts, hashes = _accounts(address_key), _hashes_for_all()
    release()
    fitting = _with_password(accounts, password, hashes)
    user = _meant(accounts, fitting, known_account, may_try_others)
    if user is None:
        return None
    with transaction():
        secret = sessions.begin(user, persistent=persistent)
        waits = user.second_step_since is not None
        audit.record(actor_of(user), "session.second_step_asked" if waits else "session.began")
    return secret


@across_practices("an address may have several accounts")
def ask_for_reset(address_key: str) -> None:
    """Mail a reset link to every account of this address; an unknown one gets the same answer and no mail.

    Where nobody has proved yet that the address is theirs, the link that proves it comes once more.
    """
    with transaction():
        for user in _accounts(address_key):
            outbox.promise_reset(user)
        for user in _accounts(address_key, proved=False):
            outbox.promise_address_proof(user)


def mint_reset(user: User) -> str:
    """The secret of a new reset link; earlier ones end."""
    _end_resets(user)
    return links.mint(user.practice_id, LinkPurpose.RESET, now() + RESET_LIFETIME, user_id=user.id)


def reset_subject(secret: str) -> User:
    """Whose password a reset link may change; raises LinkProblem."""
    token = links.find(secret, LinkPurpose.RESET)
    user = db.session.get(User, token.user_id)
    if user is None or not user.is_open:
        raise LinkProblem(LinkProblemKind.UNKNOWN)
    return user


def reset_password(secret: str, password: str) -> User:
    """Set a new password through a reset link, used up by it; every session of the account ends."""
    user = reset_subject(secret)
    check_password(password, user.email, user.name)
    release()
    password_hash = passwords.hashed(password)
    with transaction():
        links.use(links.find(secret, LinkPurpose.RESET))
        user = db.session.get_one(User, user.id)
        set_password(user, password_hash)
        user.unproved_since = None  # the link went to the address, or came from the command line
        audit.record(actor_of(user), "password.reset")
    return user


def change_password(actor: Actor, session_id: uuid.UUID, current: str, password: str) -> None:
    """Change one's own password; the other browsers of the account are signed out."""
    must_hold(change_problems(actor, current, password))
    password_hash = passwords.hashed(password)
    with transaction():
        user = db.session.get_one(User, actor.user_id)
        set_password(user, password_hash, but=session_id)
        audit.record(actor, "password.changed")


def change_problems(actor: Actor, current: str, password: str) -> Iterator[RuleBroken]:
    """All that speaks against changing one's own password; an empty one is asked for elsewhere."""
    user = own(actor)
    if current and not passwords.matches(user.password_hash, current):
        yield RuleBroken(say("That is not your current password."), "current")
    if password:
        yield from password_problems(password, user.email, user.name)


def own(actor: Actor) -> User:
    """The signed-in person's account."""
    return db.session.get_one(User, actor.user_id)


def password_since(actor: Actor) -> datetime | None:
    """When the signed-in person's password was last set; None for one that came from the command line."""
    return own(actor).password_changed_at


def check_password(password: str, email: str, name: str) -> None:
    """Raise RuleBroken with the reason if a new password will not do."""
    must_hold(password_problems(password, email, name))


def password_problems(password: str, email: str, name: str) -> Iterator[RuleBroken]:
    """Why a new password will not do, where it will not."""
    own = password_rules.OwnWords(email, name)
    problem = password_rules.password_problem(password, load_catalogue().common_passwords, own)
    if problem:
        yield RuleBroken(problem, "password")


def set_password(user: User, password_hash: str, *, but: uuid.UUID | None = None) -> None:
    """Store a hash and end the account's sessions and reset links, within the caller's transaction."""
    user.password_hash = password_hash
    user.password_changed_at = now()
    _end_resets(user)
    sessions.end_all(user, but=but)


def add_staff(practice: Practice, role: Role, name: str, address: Address, password_hash: str | None) -> User:
    """Add an account for somebody of the practice, within the caller's transaction."""
    taken = select(User.id).where(User.practice_id == practice.id, User.email_key == address.key)
    if db.session.scalar(taken) is not None:
        raise RuleBroken(say("Somebody in this practice has that address already."), "email")
    user = User(
        practice_id=practice.id,
        role=role,
        name=name,
        email=address.typed,
        email_key=address.key,
        password_hash=password_hash,
        created_at=now(),
    )
    db.session.add(user)
    db.session.flush()
    return user


def actor_of(user: User) -> Actor:
    """The actor a user is, outside a signed-in browser."""
    client_id = None
    if not is_staff(user.role):
        own = select(Client.id).where(Client.practice_id == user.practice_id, Client.user_id == user.id)
        client_id = db.session.scalar(own)
    return Actor(user.id, user.practice_id, user.role, user.name, client_id)


def _end_resets(user: User) -> None:
    links.revoke(and_(LinkToken.user_id == user.id, LinkToken.purpose == LinkPurpose.RESET))


@across_practices("an address may have several accounts")
def _accounts(address_key: str, *, proved: bool = True) -> list[User]:
    is_proved = User.unproved_since.is_(None)
    query = (
        select(User)
        .where(User.email_key == address_key, User.is_open, is_proved if proved else ~is_proved)
        .order_by(User.created_at)
        .limit(MOST_ACCOUNTS)
    )
    return list(db.session.scalars(query))


def _with_password(accounts: list[User], password: str, hashes: int) -> list[User]:
    """Whose password it is; takes as long however many accounts there are of the address, or none."""
    stored = [user.password_hash for user in accounts]
    padded = [*stored, *[None] * (hashes - len(stored))]
    fits = [passwords.matches(each, password) for each in padded]
    return [user for user, its in zip(accounts, fits, strict=False) if its]


def _meant(
    accounts: list[User],
    fitting: list[User],
    known_account: uuid.UUID | None,
    may_try_others: Callable[[], bool],
) -> User | None:
    """The account that is signed in to. Whether others may be tried is asked before it tells anything."""
    if known_account is None:
        return fitting[0] if fitting else None
    if known := next((user for user in fitting if user.id == known_account), None):
        return known
    has_others = any(user.id != known_account for user in accounts)
    return fitting[0] if has_others and may_try_others() and fitting else None


def _hashes_for_all() -> int:
    """As many as any address can have accounts here: one in a practice."""
    practices = select(Practice.id).limit(MOST_ACCOUNTS)
    return max(1, len(db.session.scalars(practices).all()))
