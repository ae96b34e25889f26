"""Who is in the practice already: so that one person is not added twice by two lists."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Self

from sqlalchemy import select

from clinic.domain.imports import ImportMatch, MatchedBy
from clinic.domain.people import may_be_one, name_keys, phone_key
from clinic.extensions import db
from clinic.models import Client
from clinic.services.clients.records import ClientDetails

ALIKE = {
    MatchedBy.OWN_NUMBER: "this number",
    MatchedBy.EMAIL: "this address",
    MatchedBy.PHONE: "this name and phone",
    MatchedBy.BORN_ON: "this name and date of birth",
    MatchedBy.NAME: "this name",
}


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """What tells one person from another: a record, or a `line` of a file that names them."""

    name: str
    email_key: str | None
    phone: str
    born_on: date | None
    own_number: str | None = None
    line: int | None = None
    client_id: uuid.UUID | None = None

    @classmethod
    def of(cls, details: ClientDetails, line: int) -> Self:
        """A person as a line of a file tells of them."""
        address = details.email.key if details.email else None
        number = details.own_number
        return cls(details.name, address, phone_key(details.phone), details.born_on, number, line)

    def where(self, by: MatchedBy) -> str:
        """Where somebody who is alike in this is to be found."""
        return (
            f"a client of the practice has {ALIKE[by]}"
            if self.line is None
            else f"stands on line {self.line}"
        )


class KnownPeople:
    """The clients of a practice, archived ones too, and whoever is added to them. One query."""

    def __init__(self, practice_id: uuid.UUID) -> None:
        self._addressed: dict[str, PersonSeen] = {}
        self._numbered: dict[str, PersonSeen] = {}
        self._named: dict[str, list[PersonSeen]] = defaultdict(list)
        query = select(
            Client.id, Client.name, Client.email_key, Client.phone, Client.born_on, Client.own_number
        ).where(Client.practice_id == practice_id)
        for client_id, name, email_key, phone, born_on, own_number in db.session.execute(query):
            self.add(PersonSeen(name, email_key, phone_key(phone), born_on, own_number, client_id=client_id))

    def add(self, person: PersonSeen) -> None:
        """Know this person from now on."""
        if person.email_key:
            self._addressed.setdefault(person.email_key, person)
        if person.own_number:
            self._numbered.setdefault(person.own_number, person)
        for key in name_keys(person.name) if person.name else ():
            self._named[key].append(person)

    def addressed(self, person: PersonSeen) -> PersonSeen | None:
        """Who has this person's address."""
        return self._addressed.get(person.email_key or "")

    def numbered(self, person: PersonSeen) -> PersonSeen | None:
        """Who has this person's number of the practice's own."""
        return self._numbered.get(person.own_number or "")

    def double(self, person: PersonSeen) -> tuple[MatchedBy, PersonSeen] | None:
        """Who may be this person, and by what: a name with a phone or birthday, or a name alone."""
        others = [other for key in name_keys(person.name) for other in self._named.get(key, ())]
        for other in others:
            if not may_be_one(person.born_on, other.born_on):
                continue
            if person.phone and person.phone == other.phone:
                return MatchedBy.PHONE, other
            if person.born_on and person.born_on == other.born_on:
                return MatchedBy.BORN_ON, other
            if not person.email_key and not (person.phone and other.phone):
                return MatchedBy.NAME, other
        return None

    def like(self, person: PersonSeen) -> tuple[ImportMatch, PersonSeen] | None:
        """Who may be this person, the surest first, and how far the two go together."""
        found = self.double(person)
        if other := self.addressed(person):
            found = MatchedBy.EMAIL, other
        if other := self.numbered(person):
            found = MatchedBy.OWN_NUMBER, other
        if found is None:
            return None
        by, who = found
        alike = bool(name_keys(person.name) & name_keys(who.name))
        return ImportMatch(by, alike, may_be_one(person.born_on, who.born_on)), who
