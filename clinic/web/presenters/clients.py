"""The words about clients: kinds, standings, what needs attention, and the lines of the list."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from clinic.domain.dates import born, full_day, time_in_words
from clinic.domain.dates import count as counted
from clinic.domain.dates import day_in_words as day
from clinic.domain.invitations import AccountStanding
from clinic.domain.people import age
from clinic.domain.progress import PainChange
from clinic.domain.types import (
    ClientKind,
    ClientStatus,
    InvitationState,
    OutboxState,
    ProgramStatus,
    Sex,
    SkipReason,
)
from clinic.domain.words import in_a_row, say
from clinic.models import Client, Invitation, Practice
from clinic.services.clients import records as clients
from clinic.services.clients.listing import Asking, ClientLine, ClientPage, WhoseClients
from clinic.services.clients.overview import ClientOverview
from clinic.services.outbox.promises import MailStatus
from clinic.web.filters import city, day_year, local_date
from clinic.web.mailing import NO_SERVER, mail_leaves
from clinic.web.presenters.mails import mail_words
from clinic.web.presenters.programs import STATUS_KIND
from clinic.web.presenters.zones import zone_words

KIND_WORDS = {ClientKind.PRIVATE: say("Private client"), ClientKind.ONLINE: say("Online student")}
SEX_WORDS = {
    Sex.FEMALE: say("Female"),
    Sex.MALE: say("Male"),
    Sex.OTHER: say("Other, or intersex"),
    Sex.NOT_SAID: say("Would rather not say"),
}
STATUS_WORDS = {ClientStatus.ACTIVE: "Active", ClientStatus.ARCHIVED: "Archived"}
STANDING_WORDS = {
    AccountStanding.NOT_INVITED: "Not invited",
    AccountStanding.INVITED: "Invited",
    AccountStanding.LAPSED: "Invitation expired",
    AccountStanding.HAS_ACCOUNT: "Has an account",
}
STANDING_KIND = {
    AccountStanding.NOT_INVITED: "skipped",
    AccountStanding.INVITED: "pending",
    AccountStanding.LAPSED: "expired",
    AccountStanding.HAS_ACCOUNT: "accepted",
}
FIELD_WORDS = {
    "name": say("Name"),
    "email": say("Email"),
    "phone": say("Phone"),
    "born_on": say("Date of birth"),
    "sex": say("Sex"),
    "own_number": say("Number of your own"),
    "address": say("Address"),
    "postcode": say("Postcode"),
    "town": say("Town"),
    "country": say("Country"),
    "emergency_name": say("In an emergency, call"),
    "emergency_phone": say("Emergency phone"),
    "emergency_relation": say("Who they are to the client"),
    "time_zone": say("Time zone"),
    "kind": say("Kind of client"),
    "responsible_id": say("Responsible"),
    "group_name": say("Group"),
    "reason_for_care": say("Reason for care"),
    "history": say("What was tried before, and what helped"),
    "notes": say("Notes of the practice"),
    "waking_from": say("Mail not before"),
    "waking_until": say("Mail not after"),
    "pain_ceiling": say("When a move hurts, stop from"),
    "consented_on": say("Day of consent"),
}
EMERGENCY = ("emergency_name", "emergency_relation", "emergency_phone")
# what stands in another's line of the details
ALONG = frozenset({"postcode", "town", "country", *EMERGENCY[1:], "consented_on"})
ASKING_WORDS = {Asking.ANY: "Needs attention", Asking.MINE: "Handed to you"}
WHOSE_WORDS = {WhoseClients.ALL: "Anybody", WhoseClients.MINE: "You", WhoseClients.NOBODYS: "Nobody yet"}
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ClientMark:
    """A status: which shape and colour, and the word with it."""

    kind: str
    words: str


def program(status: ProgramStatus | None) -> ClientMark | None:
    """The status of a program; None where there is none."""
    return ClientMark(*STATUS_KIND[status]) if status else None


def standing(value: AccountStanding) -> ClientMark:
    """How far a client is on the way to an account."""
    return ClientMark(STANDING_KIND[value], STANDING_WORDS[value])


def second_line(
    client: ClientLine, alike: Collection[str], colleagues: Mapping[uuid.UUID, str] | None = None
) -> str:
    """What stands below the name: the group or the kind, the birthday, and a phone where names are alike.

    With colleagues to choose from, who of them is responsible.
    """
    facts = [client.group_name or KIND_WORDS[client.kind]]
    if client.born_on:
        facts.append(born(client.born_on))
    if client.phone and client.name_key in alike:
        facts.append(client.phone)
    if colleagues and len(colleagues) > 1:
        facts.append(whose(client.responsible_id, colleagues))
    return ", ".join(facts)


def whose(responsible_id: uuid.UUID | None, colleagues: Mapping[uuid.UUID, str]) -> str:
    """Who is responsible for a client, of those who work here."""
    name = colleagues.get(responsible_id) if responsible_id else None
    return f"with {name}" if name else "with nobody yet"


def all_of(found: ClientPage) -> str:
    """What is ticked for all that the list finds, whatever page of it is shown."""
    if found.count is None:
        return f"All that this list finds, more than {found.counted_up_to:,}"
    return f"All {counted(found.count, 'client')} that this list finds"


def alike(rows: Sequence[ClientLine]) -> frozenset[str]:
    """The folded names that several of these clients share."""
    return frozenset(name for name, times in Counter(row.name_key for row in rows).items() if times > 1)


def told_apart(client: Client) -> list[str]:
    """What tells a client from another of the same name."""
    return [
        born(client.born_on) if client.born_on else "no date of birth",
        *filter(None, (client.phone, client.email)),
        *(["archived"] if not client.is_active else []),
    ]


def invitation_words(
    invitation: Invitation, state: InvitationState, zone: str, mail: MailStatus | None = None
) -> str:
    """One sentence about an invitation, with its dates where the practice is."""
    how = _how_invited(invitation, state, zone, mail)
    if state is InvitationState.ACCEPTED and invitation.accepted_at:
        return f"{how}, accepted on {day_year(local_date(invitation.accepted_at, zone))}."
    if state is InvitationState.REVOKED and invitation.revoked_at:
        over = day(local_date(invitation.revoked_at, zone))
        return f"{how}, taken back on {over}. Its links no longer work."
    end = day(local_date(invitation.expires_at, zone))
    return f"{how}, {'ended unused on' if state is InvitationState.EXPIRED else 'works until'} {end}."


def _how_invited(invitation: Invitation, state: InvitationState, zone: str, mail: MailStatus | None) -> str:
    sent = day(local_date(invitation.created_at, zone))
    if invitation.email is None:
        return f"Link handed over on {sent}"
    if mail is None:
        became = "is not on record here" if mail_leaves() else f"is kept here, not sent: {NO_SERVER}"
        return f"Mail to {invitation.email} of {sent} {became}"
    if mail.state is OutboxState.SENT:
        return f"Mailed to {invitation.email} on {sent}"
    is_called_back = state is InvitationState.REVOKED and mail.state is OutboxState.CANCELLED
    became = "not sent" if is_called_back else mail_words(mail, zone)
    return f"Mail to {invitation.email} of {sent} {became}"


def mail_remedy(client: Client, reason: SkipReason) -> tuple[str, str] | None:
    """Where what stands against an invitation by mail is put right, in words and as an address."""
    match reason:
        case SkipReason.NO_CONSENT | SkipReason.CONSENT_WITHDRAWN:
            return "Consents", url_for("practitioner.consents.show", client_id=client.id)
        case SkipReason.NO_ADDRESS | SkipReason.BOUNCED:
            return "Edit the address", url_for("practitioner.clients.edit", client_id=client.id)
        case SkipReason.NUMBERS_NOT_SET:
            return "The practice’s numbers", url_for("practitioner.practice.show")
    return None


def pain(change: PainChange | None) -> str:
    """The latest pain given, and the first where it was another."""
    if change is None:
        return ""
    if not change.points:
        return f"{change.now} of 10"
    return f"{change.now} of 10, was {change.before} on {day(change.since)}"


def age_words(client: Client, today: date) -> str:
    """How old a client is: "64 years"; empty without a date of birth."""
    return counted(age(client.born_on, today), "year") if client.born_on else ""


def next_up(facts: ClientOverview, today: date) -> list[str]:
    """What comes next: the check-in, then re-tests and last days of programs; empty where nothing is to come.

    What a program answers is taken again by its last day, or at any time where it has none.
    """
    asked = facts.next_checkin(today)
    ending = sorted(
        (each.ends_on, each.name, each.is_to_be_retested) for each in facts.programs if each.ends_on
    )
    going_on = [each for each in facts.programs if not each.ends_on and each.is_to_be_retested]
    return [
        *([f"Check-in {day(asked)}"] if asked else []),
        *(f"Re-test for {each.name}" for each in going_on),
        *(f"{name} ends {day(last)}{', re-test by then' * again}" for last, name, again in ending),
    ]


def local_time(client: Client, at: datetime) -> str:
    """The client's own clock: "Mon 09:14 in New York"."""
    there = at.astimezone(ZoneInfo(client.time_zone))
    return f"{there:%a} {time_in_words(there.time())} in {city(client.time_zone)}"


def count(number: int | None, counted_up_to: int) -> str:
    """How many clients the list holds; None beyond the number up to which they are counted."""
    if number is None:
        return f"More than {counted_up_to:,} clients"
    return counted(number, "client")


def value_words(field: str, value: Any) -> str:
    """One stored value of a record, in words."""
    if value in (None, ""):
        return NOTHING
    if field == "kind" and value in set(ClientKind):
        return KIND_WORDS[ClientKind(value)]
    if field == "sex" and value in set(Sex):
        return SEX_WORDS[Sex(value)]
    if field == "time_zone":
        return zone_words(str(value))
    if field == "pain_ceiling":
        return say("%(pain)s of 10", pain=str(value))
    if field == "born_on":
        return full_day(date.fromisoformat(str(value)))
    if field == "consented_on":
        return day_year(datetime.fromisoformat(str(value)))
    return str(value)


def address_lines(client: Client) -> str:
    """Where a client lives, as on an envelope."""
    place = " ".join(filter(None, (client.postcode, client.town)))
    return "\n".join(filter(None, (client.address, place, client.country)))


def differences(
    saved: Mapping[str, str | None], typed: Mapping[str, str | None]
) -> list[tuple[str, str, str]]:
    """Where what is saved and what was typed differ: the field's name, the one and the other."""
    return [
        (FIELD_WORDS[name], value_words(name, saved[name]), value_words(name, typed[name]))
        for name in FIELD_WORDS
        if name in saved and (saved[name] or None) != (typed[name] or None)
    ]


def details(client: Client, practice: Practice) -> list[tuple[str, str | None]]:
    """Everything that is written down about a client, line by line."""
    stored = clients.shown(client, practice)
    told = {name: value_words(name, value) for name, value in stored.items() if value}
    together = {
        "address": address_lines(client),
        "emergency_name": in_a_row([told[name] for name in EMERGENCY if told.get(name)]),
    }
    told |= {name: text for name, text in together.items() if text}
    lines: list[tuple[str, str | None]] = [
        (label, told.get(name))
        for name, label in FIELD_WORDS.items()
        if name not in ALONG and (name != "sex" or told.get(name))
    ]
    return [*lines, *consents(client, practice)]


def consents(client: Client, practice: Practice) -> list[tuple[str, str]]:
    """What a client agreed to, and whether it stands, as two lines."""
    record, mail = client.record_consented_at, client.consented_at
    return [
        (
            say("Consent to the record"),
            _consent(record, client.record_withdrawn_at, practice, say("Not recorded")),
        ),
        (
            say("Consent to mail"),
            _consent(
                mail,
                client.mail_withdrawn_at,
                practice,
                say("Not recorded: no mail is sent"),
                client.consent_recorded_by,
            ),
        ),
    ]


def _consent(
    given: datetime | None,
    withdrawn: datetime | None,
    practice: Practice,
    otherwise: str,
    by: str | None = None,
) -> str:
    if given is not None:
        day = day_year(given.astimezone(ZoneInfo(practice.time_zone)))
        if by:
            return say("Given on %(day)s, recorded by %(name)s", day=day, name=by)
        return say("Given on %(day)s", day=day)
    if withdrawn is not None:
        return say("Withdrawn on %(day)s", day=day_year(withdrawn.astimezone(ZoneInfo(practice.time_zone))))
    return otherwise
