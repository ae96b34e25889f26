"""A client's mail address: at most one client of a practice has it, and their account signs in with it."""

from __future__ import annotations

from sqlalchemy import select

from clinic.domain.errors import RuleBroken
from clinic.domain.search import search_key
from clinic.domain.types import LinkPurpose
from clinic.extensions import db
from clinic.mail.addresses import Address
from clinic.models import Client, LinkToken, User
from clinic.services import links


def put(client: Client, address: Address | None) -> None:
    """Give a client an address, within the caller's transaction; raises RuleBroken if it is somebody else's."""
    if address is not None:
        _refuse_taken(client, address)
    client.email = address.typed if address else None
    client.email_key = address.key if address else None
    client.search_key = search_key(client.name, client.email)
    client.bounced_at = client.bounce_reason = None
    if client.user_id is not None:
        _sign_in_with(client, address)


def _refuse_taken(client: Client, address: Address) -> None:
    taken = select(Client.name).where(
        Client.practice_id == client.practice_id, Client.email_key == address.key, Client.id != client.id
    )
    with db.session.no_autoflush:
        name = db.session.scalar(taken)
    if name is not None:
        raise RuleBroken(f"{name} has this email address already.", "email")


def _sign_in_with(client: Client, address: Address | None) -> None:
    if address is None:
        raise RuleBroken(f"{client.name} signs in with the email address. Change it rather than clear it.", "email")
    taken = select(User.id).where(
        User.practice_id == client.practice_id, User.email_key == address.key, User.id != client.user_id
    )
    with db.session.no_autoflush:
        if db.session.scalar(taken) is not None:
            raise RuleBroken("Somebody in this practice signs in with this address already.", "email")
    user = db.session.get_one(User, client.user_id)
    user.email, user.email_key = address.typed, address.key
    # a link mailed to the old address must not open the account of the new one
    links.revoke((LinkToken.user_id == user.id) & (LinkToken.purpose == LinkPurpose.RESET))
