"""What the command line does for the accounts of a practice: nobody is signed in there."""

from __future__ import annotations

from sqlalchemy import select

from clinic.domain.errors import RuleBroken
from clinic.domain.types import Role
from clinic.domain.words import say
from clinic.extensions import db
from clinic.mail.addresses import Address
from clinic.models import Practice, User
from clinic.services import audit, links
from clinic.services.accounts import passwords, second_step
from clinic.services.accounts import signing_in as accounts
from clinic.services.transaction import transaction

COMMAND_LINE = "Command line"


def add(role: Role, name: str, address: Address, password: str, *, practice: str | None = None) -> User:
    """Add an account to a practice, named by its name or id; to the only one where none is named."""
    accounts.check_password(password, address.typed, name)
    password_hash = passwords.hashed(password)
    with transaction():
        user = accounts.add_staff(_practice(practice), role, name, address, password_hash)
        audit.record_for(user.practice_id, COMMAND_LINE, "account.added", subject_id=user.id, role=role.value)
    return user


def reset_links(address: Address) -> list[tuple[str, str]]:
    """A name and a reset link for each account of an address."""
    with transaction():
        users = db.session.scalars(select(User).where(User.email_key == address.key, User.is_open)).all()
        found = [
            (user.name, links.address("public.reset.choose", secret=accounts.mint_reset(user)))
            for user in users
        ]
        for user in users:
            audit.record_for(user.practice_id, COMMAND_LINE, "password.reset_link", subject_id=user.id)
    return found


def reset_second_step(address: Address) -> list[str]:
    """Take the second step off each account of an address whose phone is gone; returns their names."""
    with transaction():
        users = db.session.scalars(
            select(User).where(
                User.email_key == address.key,
                User.is_open,
                User.second_step_since.is_not(None),
            )
        ).all()
        for user in users:
            second_step.reset_for(user, COMMAND_LINE)
    return [user.name for user in users]


def _practice(wanted: str | None) -> Practice:
    here = db.session.scalars(select(Practice).order_by(Practice.created_at)).all()
    found = [each for each in here if wanted is None or wanted in (each.name, str(each.id))]
    if len(found) == 1:
        return found[0]
    if not here:
        raise RuleBroken(say("Begin a practice first: clinic init."))
    listed = "; ".join(f"{each.name} ({each.id})" for each in here)
    raise RuleBroken(
        say("Say which practice by --practice, with its name or its id: %(listed)s.", listed=listed)
    )
