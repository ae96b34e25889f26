"""Many clients at once, in a few statements: for lists that come in whole."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from clinic.domain.access import Permission
from clinic.domain.errors import RuleBroken
from clinic.domain.search import search_key, sort_key
from clinic.domain.types import ClientStatus
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, Consent, GroupMember, Practice
from clinic.services import audit, bulk
from clinic.services.actors import Actor
from clinic.services.clients import memberships
from clinic.services.clients.records import PLAIN, ClientDetails, consented
from clinic.services.clock import now
from clinic.services.consents.acts import imported_row, noon

TAKEN = say(
    "Meanwhile somebody has added a client with the same address or number. Nothing was added; try again."
)


@dataclass(frozen=True, slots=True)
class NewClient:
    """Somebody to add, under this id; their details hold to the rules."""

    id: uuid.UUID
    details: ClientDetails


def add(actor: Actor, practice: Practice, people: Sequence[NewClient]) -> None:
    """Add clients whose details hold to the rules, within the caller's transaction; each stands in the trail.

    Raises RuleBroken if an address or a number is taken.
    """
    at = now()
    rows = [_row(actor, practice, each) | {"created_at": at} for each in people]
    try:
        with db.session.begin_nested():
            bulk.add(Client, rows)
    except IntegrityError:
        raise RuleBroken(TAKEN) from None
    for each in people:
        audit.record(actor, "client.created", client_id=each.id)
    bulk.add(Consent, [row for each in people for row in _consents(actor, practice, each)])
    _stand_in_groups(actor, people)


def _row(actor: Actor, practice: Practice, person: NewClient) -> dict[str, Any]:
    details, address = person.details, person.details.email
    mail_on, record_on = details.consented_on, details.record_consented_on
    return {
        "id": person.id,
        "practice_id": practice.id,
        "name": details.name,
        "sort_key": sort_key(details.name),
        "search_key": search_key(
            details.name,
            address.typed if address else None,
            details.phone,
            details.group_name,
            details.own_number,
        ),
        "email": address.typed if address else None,
        "email_key": address.key if address else None,
        **{name: getattr(details, name) for name in PLAIN},
        "consented_at": noon(mail_on, practice) if mail_on else None,
        "consent_recorded_by": actor.name if mail_on else None,
        "record_consented_at": noon(record_on, practice) if record_on else None,
        "status": ClientStatus.ACTIVE,
        "responsible_id": actor.user_id if actor.may(Permission.BE_RESPONSIBLE) else None,
        "version": 1,
    }


def _consents(actor: Actor, practice: Practice, person: NewClient) -> list[dict[str, Any]]:
    days = consented(person.details)
    return [imported_row(practice.id, person.id, kind, day, actor.name) for kind, day in days.items()]


def _stand_in_groups(actor: Actor, people: Sequence[NewClient]) -> None:
    named = [each for each in people if each.details.group_name]
    groups = {name: memberships.named_or_new(actor, name) for name in _group_names(named)}
    at, rows = now(), []
    for each in named:
        group = groups[each.details.group_name or ""]
        whose = {"practice_id": actor.practice_id, "group_id": group.id, "client_id": each.id}
        rows.append({"id": uuid.uuid4(), **whose, "joined_at": at})
        audit.record(actor, "group.joined", client_id=each.id, subject_id=group.id, group=group.name)
    db.session.flush()
    bulk.add(GroupMember, rows)


def _group_names(people: Sequence[NewClient]) -> list[str]:
    return sorted({each.details.group_name for each in people if each.details.group_name})
