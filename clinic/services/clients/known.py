"""Who is in the practice already: so that one person is not added twice by two lists."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Self

from sqlalchemy import select

from clinic.domain.people import may_be_one, name_keys, phone_key
from clinic.extensions import db
from clinic.models import Client
from clinic.services.clients.records import ClientDetails


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """What tells one person from another; `line` is where a file names them, None for a record."""

    name: str
    email_key: str | None
    phone: str
    born_on: date | None
    own_number: str | None = None
    line: int | None = None

    @classmethod
    def of(cls, details: ClientDetails, line: int) -> Self:
        """A person as a line of a file tells of them."""
        address = details.email.key if details.email else None
        number = details.own_number
        return cls(details.name, address, phone_key(details.phone), details.born_on, number, line)

    def where(self, what: str) -> str:
        """Where somebody with this is to be found."""
        return f"a client of the practice has {what}" if self.line is None else f"stands on line {self.line}"


class KnownPeople:
    """The clients of a practice, archived ones too, and whoever is added to them. One query."""

    def __init__(self, practice_id: uuid.UUID) -> None:
        self._addressed: dict[str, PersonSeen] = {}
        self._numbered: dict[str, PersonSeen] = {}
        self._named: dict[str, list[PersonSeen]] = defaultdict(list)
        query = select(Client.name, Client.email_key, Client.phone, Client.born_on, Client.own_number).where(
            Client.practice_id == practice_id
        )
        for name, email_key, phone, born_on, own_number in db.session.execute(query):
            self.add(PersonSeen(name, email_key, phone_key(phone), born_on, own_number))

    def add(self, person: PersonSeen) -> None:
        """Know this person from now on."""
        if person.email_key:
            self._addressed.setdefault(person.email_key, person)
        if person.own_number:
            self._numbered.setdefault(person.own_number, person)
        for key in name_keys(person.name) if person.name else ():
            self._named[key].append(person)

    def addressed(self, person: PersonSeen) -> str | None:
        """Who has this person's address, in words."""
        other = self._addressed.get(person.email_key or "")
        return other.where("this address") if other else None

    def numbered(self, person: PersonSeen) -> str | None:
        """Who has this person's number of the practice's own, in words."""
        other = self._numbered.get(person.own_number or "")
        return other.where("this number") if other else None

    def double(self, person: PersonSeen) -> tuple[str, str] | None:
        """Who may be this person, and by which column: a name with a phone or birthday, or a name alone."""
        others = [other for key in name_keys(person.name) for other in self._named.get(key, ())]
        for other in others:
            if not may_be_one(person.born_on, other.born_on):
                continue
            if person.phone and person.phone == other.phone:
                return "phone", other.where("this name and phone")
            if person.born_on and person.born_on == other.born_on:
                return "born_on", other.where("this name and date of birth")
            if not person.email_key and not (person.phone and other.phone):
                return "name", other.where("this name")
        return None
