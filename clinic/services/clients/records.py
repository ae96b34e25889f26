"""The people a practice looks after: finding, adding, correcting, archiving them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from clinic.domain.access import Permission
from clinic.domain.consents import ConsentHow, ConsentKind
from clinic.domain.errors import ClinicError, Conflict, RuleBroken, must_hold
from clinic.domain.people import born_problem, consent_problem, may_be_one, name_keys, phone_problem
from clinic.domain.types import ClientKind, ClientStatus, Sex, SkipReason
from clinic.domain.words import say
from clinic.extensions import db
from clinic.mail.addresses import Address
from clinic.models import Client, Practice, User
from clinic.services import access, audit, once, practice_reminders
from clinic.services.accounts import addresses
from clinic.services.actors import Actor
from clinic.services.checkins import schedules
from clinic.services.clients import identity as client_identity
from clinic.services.clients import invitations, memberships, responsible
from clinic.services.clock import now, today_in
from clinic.services.consents import acts as consents
from clinic.services.consents.acts import Given
from clinic.services.outbox import calling_back as checkins
from clinic.services.transaction import transaction

WHEN = {"time_zone", "waking_from", "waking_until"}
SAME_ADDRESS = say("Another client has this email address already.")
SAME_NUMBER = say("Another client has this number already.")
MOST_NAMESAKES = 20


@dataclass(frozen=True, slots=True)
class ClientDetails:
    """What a practitioner writes down about a client.

    `consented_on` (to mail) and `record_consented_on` are days where the practice is, of a client who is
    added; afterwards `consents` writes them.
    """

    name: str
    email: Address | None
    phone: str | None
    time_zone: str
    kind: ClientKind
    group_name: str | None = None
    born_on: date | None = None
    sex: Sex | None = None
    own_number: str | None = None
    address: str | None = None
    postcode: str | None = None
    town: str | None = None
    country: str | None = None
    emergency_name: str | None = None
    emergency_phone: str | None = None
    emergency_relation: str | None = None
    reason_for_care: str | None = None
    history: str | None = None
    notes: str | None = None
    consented_on: date | None = None
    record_consented_on: date | None = None
    waking_from: time | None = None  # None: the practice's hours
    waking_until: time | None = None
    pain_ceiling: int | None = None  # None: the practice's
    responsible_id: uuid.UUID | None = None  # None: as it is; of a new client who adds them, if they may be
    is_nobodys: bool = False  # nobody is responsible, and nobody is to be


_OF_CONSENT = {"consented_on", "record_consented_on"}
_APART = frozenset({"name", "email", "responsible_id", "is_nobodys", *_OF_CONSENT})
PLAIN = tuple(each.name for each in fields(ClientDetails) if each.name not in _APART)
PHONES = ("phone", "emergency_phone")
ELSEWHERE = "group_name"  # follows from the groups a client stands in


class NamesakesFound(ClinicError):
    """There are clients of this name already: whoever adds another one has to mean it."""

    def __init__(self, name: str, people: Sequence[Client]) -> None:
        super().__init__(f"There is a client called {name} already.")
        self.people = people


def any_yet(actor: Actor) -> bool:
    """Whether the practice has a client, archived ones included; staff only."""
    query = select(Client.id).where(Client.practice_id == actor.practice_id).limit(1)
    return actor.is_staff and db.session.scalar(query) is not None


def add(
    actor: Actor, details: ClientDetails, *, invite: bool = False, key: str = "", another: bool = False
) -> Client:
    """Add a client, and mail an invitation if wished; raises RuleBroken if either cannot be done.

    `key` names the form: the same person sent again from the same form is the same client.
    `another` says that somebody of the same name is meant; without it NamesakesFound is raised.
    """
    client_id = _id_of(actor, details, key)
    try:
        with transaction():
            if made := once.made_before(Client, actor.practice_id, client_id):
                return made
            found = [] if another else namesakes(actor, details)
            if made := next((each for each in found if each.id == client_id), None):
                return made  # by a second press, between one query and the next
            if found:
                raise NamesakesFound(details.name, found)
            client = create(actor, access.practice_of(actor), details, client_id)
            if invite:
                invitations.promise(actor, client)
    except RuleBroken:
        if made := once.made_before(Client, actor.practice_id, client_id):
            return made  # a second press in the same moment met the first one's row
        raise
    return client


def note_viewed(actor: Actor, client_id: uuid.UUID) -> None:
    """Note that somebody of the practice begins to see a client's pages as they do. Staff only."""
    access.client_for(actor, client_id)
    with transaction():
        audit.record(actor, "client.viewed_as", client_id=client_id, subject_id=client_id)


def namesakes(actor: Actor, details: ClientDetails) -> list[Client]:
    """The practice's clients who may be the same person: of this name, and not born on another day."""
    query = (
        select(Client)
        .where(Client.practice_id == actor.practice_id, Client.sort_key.in_(name_keys(details.name)))
        .order_by(Client.status, Client.created_at)
        .limit(MOST_NAMESAKES)
    )
    return [each for each in db.session.scalars(query) if may_be_one(each.born_on, details.born_on)]


def create(
    actor: Actor,
    practice: Practice,
    details: ClientDetails,
    client_id: uuid.UUID | None = None,
) -> Client:
    """Add a client within the caller's transaction; raises RuleBroken if a rule says no."""
    client = Client(id=client_id or uuid.uuid4(), practice_id=actor.practice_id, created_at=now())
    client.status = ClientStatus.ACTIVE
    if actor.may(Permission.BE_RESPONSIBLE):
        client.responsible_id = actor.user_id  # where nobody else is named
    client.group_name = details.group_name  # written with the rest: a new record is at its first version
    _apply(actor, practice, client, details)
    for kind, day in consented(details).items():
        consents.keep_in_step(client, kind, consents.noon(day, practice), actor.name)
    db.session.add(client)
    _flush()
    _note_consents(actor, practice, client, details)
    if details.group_name:
        memberships.join(actor, memberships.named_or_new(actor, details.group_name), client)
    audit.record(actor, "client.created", client_id=client.id)
    return client


def correct(actor: Actor, client_id: uuid.UUID, details: ClientDetails, version: int) -> bool:
    """Write new details over the version that was seen; raises Conflict if somebody else saved first.

    Returns whether an open invitation ended because the address changed.
    """
    with transaction():
        client = access.client_for(actor, client_id)
        if client.version != version:
            raise Conflict
        changes_sign_in(actor, client, details)
        practice = access.practice_of(actor)
        before, old_key = shown(client, practice), client.email_key
        _apply(actor, practice, client, details)
        _flush()
        memberships.follow_record(actor, client, details.group_name)
        changed = audit.changes(before, shown(client, practice))
        if WHEN & changed.keys():
            schedules.plan_again(client, practice)
            practice_reminders.plan_again(client)
        if changed:
            audit.record(actor, "client.corrected", client_id=client.id, changed=changed)
        if client.email_key == old_key:
            return False
        return invitations.withdraw(actor, client, "address_corrected")


def changes_sign_in(actor: Actor, client: Client, details: ClientDetails) -> bool:
    """Whether these details change the address a client signs in with; RuleBroken for who may not do that."""
    if client.user_id is None or details.email is None or client.email == details.email.typed:
        return False
    if not addresses.is_another(db.session.get_one(User, client.user_id), details.email):
        return False
    if not actor.may(Permission.CHANGE_SIGN_IN):
        raise RuleBroken(
            say(
                "%(name)s signs in with this address. A practitioner or the owner changes it.",
                name=client.name,
            ),
            "email",
        )
    return True


def archive(actor: Actor, client_id: uuid.UUID, reason: str) -> Client:
    """Stop looking after a client for now; open invitations and waiting mail end."""
    with transaction():
        client = access.client_for(actor, client_id)
        put_away(actor, client, reason)
    return client


def put_away(actor: Actor, client: Client, reason: str) -> None:
    """Do what `archive` does, within the caller's transaction."""
    if client.is_active:
        client.status = ClientStatus.ARCHIVED
        invitations.withdraw(actor, client, "archived")
        checkins.call_back(client.practice_id, client.id, SkipReason.ARCHIVED)
        audit.record(actor, "client.archived", client_id=client.id, reason=reason)


def restore(actor: Actor, client_id: uuid.UUID, reason: str) -> Client:
    """Look after an archived client again."""
    with transaction():
        client = access.client_for(actor, client_id)
        bring_back(actor, client, reason)
    return client


def bring_back(actor: Actor, client: Client, reason: str) -> bool:
    """Do what `restore` does, within the caller's transaction; whether the client was archived."""
    if client.is_active:
        return False
    if client.erase_on is not None:
        raise RuleBroken(say("%(name)s is to be erased. Call that back first.", name=client.name))
    client.status = ClientStatus.ACTIVE
    audit.record(actor, "client.restored", client_id=client.id, reason=reason)
    return True


def problems(client: Client, practice: Practice, details: ClientDetails) -> Iterator[RuleBroken]:
    """All that speaks against writing these details down about a client. One query for a new address."""
    today = today_in(practice.time_zone)
    if problem := client_identity.address_problem(client, details.email):
        yield problem
    if taken := client_identity.number_problem(client, details.own_number):
        yield taken
    for name in PHONES:
        if (number := getattr(details, name)) and (said := phone_problem(number)):
            yield RuleBroken(said, name)
    if details.born_on and (said := born_problem(details.born_on, today)):
        yield RuleBroken(said, "born_on")
    opens, closes = details.waking_from, details.waking_until
    if (opens is None) != (closes is None):
        yield RuleBroken(
            say("Enter both times, or neither."), "waking_until" if closes is None else "waking_from"
        )
    if opens is not None and closes is not None and opens >= closes:
        yield RuleBroken(say("The last hour has to be later than the first."), "waking_until")
    whose = details.responsible_id
    is_another = whose is not None and whose != client.responsible_id
    if whose and is_another and (said := responsible.problem(practice.id, whose)):
        yield RuleBroken(said, "responsible_id")
    day = details.consented_on or details.record_consented_on
    if day and (said := consent_problem(day, today)):
        yield RuleBroken(said, "consented_on")


def problems_of_adding(
    actor: Actor, practice: Practice, details: ClientDetails, *, key: str, invite: bool
) -> Iterator[RuleBroken]:
    """All that speaks against adding a client, and inviting them if wished; nothing once the form has."""
    client_id = _id_of(actor, details, key)
    if once.made_before(Client, actor.practice_id, client_id):
        return
    client = Client(id=client_id, practice_id=actor.practice_id, name=details.name, email=None)
    yield from problems(client, practice, details)
    if invite:
        client.email = details.email.typed if details.email else None
        client.consented_at = consents.noon(details.consented_on, practice) if details.consented_on else None
        if said := invitations.mail_problem(client, practice):
            yield RuleBroken(said, "invite")


def shown(client: Client, practice: Practice) -> dict[str, str | None]:
    """A client's details as text, for comparing two versions and for the audit."""
    told: dict[str, str | None] = {"name": client.name, "email": client.email}
    told |= {name: text_of(getattr(client, name)) for name in PLAIN}
    told["responsible_id"] = responsible.name_of(practice.id, client.responsible_id)
    return told


def typed(details: ClientDetails, whose: str | None = None) -> dict[str, str | None]:
    """Details that are not saved, told the same way; `whose` is the name of who is responsible."""
    told: dict[str, str | None] = {
        "name": details.name,
        "email": details.email.typed if details.email else None,
    }
    told |= {name: text_of(getattr(details, name)) for name in PLAIN}
    told["responsible_id"] = whose
    return told


def consent_day(client: Client, practice: Practice) -> date | None:
    """The day of the consent to mail, where the practice is."""
    if client.consented_at is None:
        return None
    return client.consented_at.astimezone(ZoneInfo(practice.time_zone)).date()


def _id_of(actor: Actor, details: ClientDetails, key: str) -> uuid.UUID:
    if not key:
        return uuid.uuid4()
    address = details.email.key if details.email else ""
    return once.id_of(Client, actor.practice_id, key, details.name, address)


def _apply(actor: Actor, practice: Practice, client: Client, details: ClientDetails) -> None:
    must_hold(problems(client, practice, details))
    client_identity.rename(client, details.name)
    client_identity.readdress(client, details.email, actor)
    for name in PLAIN:
        if name != ELSEWHERE:
            setattr(client, name, getattr(details, name))
    if details.responsible_id or details.is_nobodys:
        client.responsible_id = details.responsible_id
    client_identity.be_found(client)


def text_of(value: Any) -> str | None:
    """A value of a record as text, as the trail tells it."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int) else value


def _note_consents(actor: Actor, practice: Practice, client: Client, details: ClientDetails) -> None:
    for kind, day in consented(details).items():
        given = Given(ConsentHow.IN_PERSON, actor.name, day)
        consents.give(client, practice, [kind], given, is_new=True)


def consented(details: ClientDetails) -> dict[ConsentKind, date]:
    """The day of each consent that is written down with a new client."""
    days = {ConsentKind.RECORD: details.record_consented_on, ConsentKind.MAIL: details.consented_on}
    return {kind: day for kind, day in days.items() if day is not None}


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        if "own_number" in str(error.orig):
            raise RuleBroken(SAME_NUMBER, "own_number") from error
        raise RuleBroken(SAME_ADDRESS, "email") from error
