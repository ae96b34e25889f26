"""Name and mail address of a client: how they are listed, found and, with an account, signed in."""

from __future__ import annotations

from sqlalchemy import select

from clinic.domain.asking import AskChannel
from clinic.domain.errors import RuleBroken
from clinic.domain.search import search_key, sort_key
from clinic.domain.words import say
from clinic.extensions import db
from clinic.mail.addresses import Address
from clinic.models import Checkin, Client, LinkToken, QuestionnaireRequest, User
from clinic.services import links
from clinic.services.accounts import addresses
from clinic.services.actors import Actor


def rename(client: Client, name: str) -> None:
    """Give a client a name, and their account with it, within the caller's transaction."""
    client.name = name
    client.sort_key = sort_key(name)
    be_found(client)
    if client.user_id is not None:
        db.session.get_one(User, client.user_id).name = name


def be_found(client: Client) -> None:
    """Let a client be found by what stands in their record now."""
    client.search_key = search_key(
        client.name, client.email, client.phone, client.group_name, client.own_number
    )


def readdress(client: Client, address: Address | None, by: Actor | None = None) -> None:
    """Give a client an address, within the caller's transaction; raises RuleBroken if it is taken.

    Whoever has an account signs in with it once it is proved; `by` is who changes that.
    """
    if client.email == (address.typed if address else None):
        return
    if problem := address_problem(client, address):
        raise problem
    if client.user_id is not None and address is not None and by is not None:
        addresses.change(by, db.session.get_one(User, client.user_id), address, client)
    if client.email_key is not None and client.email_key != (address.key if address else None):
        _end_mailed_links(client)
    client.email = address.typed if address else None
    client.email_key = address.key if address else None
    be_found(client)
    client.bounced_at = client.returning_since = client.bounce_reason = None


def _end_mailed_links(client: Client) -> None:
    """Whoever reads the old address must not answer for the client."""
    theirs = select(Checkin.id).where(
        Checkin.practice_id == client.practice_id, Checkin.client_id == client.id
    )
    links.revoke((LinkToken.practice_id == client.practice_id) & LinkToken.checkin_id.in_(theirs))
    mailed = select(QuestionnaireRequest.id).where(
        QuestionnaireRequest.practice_id == client.practice_id,
        QuestionnaireRequest.client_id == client.id,
        QuestionnaireRequest.channel == AskChannel.MAIL,
    )
    links.revoke(
        (LinkToken.practice_id == client.practice_id) & LinkToken.questionnaire_request_id.in_(mailed)
    )


def address_problem(client: Client, address: Address | None) -> RuleBroken | None:
    """What speaks against a client's having this address; None where nothing does."""
    if client.email == (address.typed if address else None):
        return None
    if address is None:
        needed = f"{client.name} signs in with this address. Change it, do not clear it."
        return RuleBroken(needed, "email") if client.user_id is not None else None
    if name := _has_it(client, address):
        return RuleBroken(say("%(name)s has this email address already.", name=name), "email")
    if client.user_id is not None and _signs_in_with_it(client, address):
        return RuleBroken(say("Somebody in this practice signs in with this address already."), "email")
    return None


def number_problem(client: Client, number: str | None) -> RuleBroken | None:
    """What speaks against a client's having this number of the practice's own; None where nothing does."""
    if number is None or client.own_number == number:
        return None
    taken = select(Client.name).where(
        Client.practice_id == client.practice_id, Client.own_number == number, Client.id != client.id
    )
    with db.session.no_autoflush:
        name = db.session.scalar(taken)
    return RuleBroken(say("%(name)s has this number already.", name=name), "own_number") if name else None


def _has_it(client: Client, address: Address) -> str | None:
    taken = select(Client.name).where(
        Client.practice_id == client.practice_id, Client.email_key == address.key, Client.id != client.id
    )
    with db.session.no_autoflush:
        return db.session.scalar(taken)


def _signs_in_with_it(client: Client, address: Address) -> bool:
    taken = select(User.id).where(
        User.practice_id == client.practice_id, User.email_key == address.key, User.id != client.user_id
    )
    with db.session.no_autoflush:
        return db.session.scalar(taken) is not None
