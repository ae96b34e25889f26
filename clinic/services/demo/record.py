"""The record of a demo client, and their account or invitation."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from clinic.domain.consents import ConsentHow, ConsentKind
from clinic.domain.search import search_key, sort_key
from clinic.domain.types import (
    ClientKind,
    ClientStatus,
    Role,
    Sex,
)
from clinic.models import (
    Client,
    Consent,
    GroupMember,
    User,
)
from clinic.services.demo.people import (
    Person,
    Rows,
    audit,
    created,
)
from clinic.services.demo.stories import HISTORIES, MEN, REASONS

COURSE = "Autumn course"


def record_rows(person: Person) -> Rows:
    """The client, with an account if they accepted."""
    begun = created(person)
    signs_in = not person.story.invited_days
    if signs_in:
        yield (
            User,
            person.row(
                role=Role.CLIENT,
                name=person.name,
                email=person.email,
                email_key=person.email,
                password_hash=person.desk.password_hash if person.number < 2 else None,
                created_at=begun + timedelta(days=1),
            )
            | {"id": person.user_id},
        )
    phone = f"07700 900{person.number % 1000:03d}" if person.zone == "Europe/London" else None
    group_name = COURSE if person.number % 4 == 3 else None
    own_number = f"P-{1001 + person.number}"
    yield (
        Client,
        person.row(
            name=person.name,
            sort_key=sort_key(person.name),
            search_key=search_key(person.name, person.email, phone, group_name, own_number),
            email=person.email,
            email_key=person.email,
            phone=phone,
            own_number=own_number,
            sex=None if person.number % 5 == 4 else _sex(person),
            born_on=date(1946 + person.number * 7 % 52, 1 + person.number % 12, 1 + person.number * 5 % 28),
            user_id=person.user_id if signs_in else None,
            responsible_id=person.responsible_id,
            time_zone=person.zone,
            kind=ClientKind.ONLINE if person.number % 4 == 3 else ClientKind.PRIVATE,
            group_name=group_name,
            reason_for_care=person.random.choice(REASONS),
            history=person.random.choice(HISTORIES),
            consented_at=begun,
            consent_recorded_by=person.desk.practitioner,
            record_consented_at=begun,
            status=ClientStatus.ACTIVE,
            created_at=begun,
            version=1,
        )
        | {"id": person.client_id},
    )
    for kind in ConsentKind:
        yield (
            Consent,
            person.row(
                client_id=person.client_id,
                kind=kind,
                text="",
                given_on=begun.date(),
                given_how=ConsentHow.PAPER,
                recorded_by=person.desk.practitioner,
                recorded_at=begun,
                withdrawn_by="",
            ),
        )
    if group_name:
        yield (
            GroupMember,
            person.row(group_id=person.desk.group_id, client_id=person.client_id, joined_at=begun),
        )
    yield audit(person, "client.created", begun)
    if signs_in:
        yield audit(person, "invitation.accepted", begun + timedelta(days=1), by_client=True)


def _sex(person: Person) -> Sex:
    return Sex.MALE if person.name.split()[0] in MEN else Sex.FEMALE


def invitation_row(person: Person) -> dict[str, Any]:
    """The invitation of somebody who has not accepted."""
    sent = created(person) + timedelta(minutes=5)
    return person.row(
        client_id=person.client_id,
        email=person.email,
        created_by=person.desk.practitioner_id,
        created_at=sent,
        expires_at=sent + timedelta(days=7),
    )
