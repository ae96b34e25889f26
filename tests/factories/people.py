"""The people every test knows: two practices that must never see one another."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from clinic.domain.search import search_key, sort_key
from clinic.domain.types import ClientKind, Role
from clinic.extensions import db
from clinic.models import Client, ClientGroup, GroupMember, Practice, User
from clinic.services.accounts import signing_in as accounts
from clinic.services.accounts.passwords import hashed
from clinic.services.actors import Actor
from clinic.services.clients import memberships

PASSWORD = "four plain words together"
Row = TypeVar("Row", Practice, User, Client)
LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass
class People:
    """Owner, practitioner and assistant of a practice, two of its clients; two people of another."""

    practice: Practice
    owner: User
    colleague: User
    assistant: User
    client_user: User
    client: Client
    other_client_user: User
    other_client: Client
    elsewhere: Practice
    stranger: User
    foreign_client_user: User
    foreign_client: Client

    def actor(self, user: User) -> Actor:
        """The actor a user is in services."""
        return accounts.actor_of(user)


def make_practice(name: str = "Harbour Chiropractic", **values: Any) -> Practice:
    """A practice that may send mail: its numbers are set."""
    [practice] = written(_practice(name, **values))
    return practice


def _practice(name: str, **values: Any) -> Practice:
    return Practice(
        **{
            "id": uuid.uuid4(),
            "name": name,
            "time_zone": "Europe/London",
            "phone": "020 7946 0100",
            "email": "desk@harbour.example",
            "emergency_number": "999",
            "urgent_number": "111",
            "created_at": LONG_AGO,
            **values,
        }
    )


def make_user(
    practice: Practice, role: Role = Role.PRACTITIONER, name: str = "Robin Vale", **values: Any
) -> User:
    """Somebody who can sign in with PASSWORD."""
    [user] = written(_user(practice, role, name, **values))
    return user


def _user(practice: Practice, role: Role, name: str, **values: Any) -> User:
    email = values.pop("email", f"{uuid.uuid4().hex[:12]}@people.example")
    return User(
        id=uuid.uuid4(),
        practice_id=practice.id,
        role=role,
        name=name,
        email=email,
        email_key=email.casefold(),
        password_hash=values.pop("password_hash", None) or hashed(PASSWORD),
        created_at=LONG_AGO,
        **values,
    )


def make_client(
    practice: Practice, name: str = "Ada Northcote", *, user: User | None = None, **values: Any
) -> Client:
    """A client with consent on record; with an account if `user` is given."""
    [client] = written(_client(practice, name, user, **values))
    if client.group_name:
        stand_in(client, client.group_name)
    return client


def _client(practice: Practice, name: str, user: User | None, **values: Any) -> Client:
    email = values.pop("email", user.email if user else f"{uuid.uuid4().hex[:12]}@clients.example")
    return Client(
        **{
            "practice_id": practice.id,
            "user_id": user.id if user else None,
            "name": name,
            "sort_key": sort_key(name),
            "search_key": search_key(name, email, values.get("phone"), values.get("group_name")),
            "email": email,
            "email_key": email.casefold() if email else None,
            "time_zone": "Europe/London",
            "kind": ClientKind.PRIVATE,
            "consented_at": LONG_AGO,
            "consent_recorded_by": "Robin Vale",
            "created_at": LONG_AGO,
            **values,
        }
    )


def written(*rows: Row) -> list[Row]:
    """Rows of one kind, in one statement."""
    db.session.add_all(rows)
    db.session.flush()
    return list(rows)


def stand_in(client: Client, name: str) -> ClientGroup:
    """The group that a client's record names, with them in it."""
    group = memberships.named(client.practice_id, name)
    if group is None:
        group = ClientGroup(id=uuid.uuid4(), practice_id=client.practice_id, name=name, created_at=LONG_AGO)
        db.session.add(group)
        db.session.flush()
    whose = {"practice_id": client.practice_id, "group_id": group.id, "client_id": client.id}
    db.session.add(GroupMember(**whose, joined_at=LONG_AGO))
    db.session.flush()
    return group


def make_people() -> People:
    """The two practices with everybody in them, committed."""
    here, there = written(_practice("Harbour Chiropractic"), _practice("Hill Street Spine"))
    client_user, other_user, foreign_user, owner, colleague, assistant, stranger = written(
        _user(here, Role.CLIENT, "Ada Northcote"),
        _user(here, Role.CLIENT, "Bela Forde"),
        _user(there, Role.CLIENT, "Zofia Kern"),
        _user(here, Role.OWNER, "Olive Hart"),
        _user(here, Role.PRACTITIONER, "Robin Vale"),
        _user(here, Role.ASSISTANT, "Sam Quill"),
        _user(there, Role.PRACTITIONER, "Pim Stroud"),
    )
    client, other_client, foreign_client = written(
        _client(here, "Ada Northcote", client_user),
        _client(here, "Bela Forde", other_user),
        _client(there, "Zofia Kern", foreign_user),
    )
    db.session.commit()
    return People(
        practice=here,
        owner=owner,
        colleague=colleague,
        assistant=assistant,
        client_user=client_user,
        client=client,
        other_client_user=other_user,
        other_client=other_client,
        elsewhere=there,
        stranger=stranger,
        foreign_client_user=foreign_user,
        foreign_client=foreign_client,
    )
