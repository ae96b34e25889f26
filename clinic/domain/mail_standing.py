"""Whether a client may be mailed: what stands against it, in one order, and words for each who reads of it.

The page that promises a mail and the claim that sends it ask the same question of the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from clinic.domain.channels import channel_of
from clinic.domain.types import ClientStatus, MailChannel, MailKind, SkipReason
from clinic.domain.words import say


class MailSort(StrEnum):
    """What a mail is, as far as the reasons that stop it go."""

    CHECKIN = "checkin"  # its reminder, and word of a changed program
    MESSAGE = "message"
    PERSONAL = "personal"  # word that somebody of the practice wrote to them alone
    REMINDER = "reminder"  # to practise: at the time the client wished for, however many others a day has
    INVITATION = "invitation"
    APPOINTMENT = "appointment"  # a time that was agreed on, and what leads to it
    ACCOUNT = "account"  # to a client who has one
    PRACTICE = "practice"  # to somebody who works there


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStanding:
    """All that decides whether a client may be mailed, whatever the mail; the defaults are in its favour."""

    warning_open: bool = False
    archived: bool = False
    consented: bool = True
    withdrawn: bool = False  # the consent that was given once
    stopped: frozenset[MailChannel] = frozenset()
    has_address: bool = True
    bounced: bool = False
    numbers_set: bool = True


class MailedClient(Protocol):
    """What is read of a client."""

    @property
    def status(self) -> ClientStatus: ...
    @property
    def consented_at(self) -> datetime | None: ...
    @property
    def mail_withdrawn_at(self) -> datetime | None: ...
    @property
    def unsubscribed_at(self) -> datetime | None: ...
    @property
    def messages_stopped_at(self) -> datetime | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def bounced_at(self) -> datetime | None: ...


# The weightiest first: what is dangerous, what is over, what the client wants, what cannot work.
ORDER = (
    SkipReason.LOCKED,
    SkipReason.ARCHIVED,
    SkipReason.CONSENT_WITHDRAWN,
    SkipReason.NO_CONSENT,
    SkipReason.UNSUBSCRIBED,
    SkipReason.NO_ADDRESS,
    SkipReason.BOUNCED,
    SkipReason.NUMBERS_NOT_SET,
)
# An invitation, and what it opens, does not depend on a warning sign; an address may have come to life again.
HEEDED: Mapping[MailSort, frozenset[SkipReason]] = MappingProxyType(
    {
        MailSort.CHECKIN: frozenset(ORDER),
        MailSort.MESSAGE: frozenset(ORDER),
        # a warning sign is what somebody may be writing about
        MailSort.PERSONAL: frozenset(ORDER) - {SkipReason.LOCKED},
        MailSort.REMINDER: frozenset(ORDER),
        MailSort.INVITATION: frozenset(
            {
                SkipReason.ARCHIVED,
                SkipReason.CONSENT_WITHDRAWN,
                SkipReason.NO_CONSENT,
                SkipReason.NO_ADDRESS,
                SkipReason.NUMBERS_NOT_SET,
            }
        ),
        # it was agreed on: nobody stops it with other mail, and a warning sign calls nothing off
        MailSort.APPOINTMENT: frozenset(ORDER) - {SkipReason.LOCKED, SkipReason.UNSUBSCRIBED},
        MailSort.ACCOUNT: frozenset({SkipReason.NO_ADDRESS, SkipReason.NUMBERS_NOT_SET}),
        MailSort.PRACTICE: frozenset({SkipReason.NO_ADDRESS}),
    }
)
CHANNELS: Mapping[MailSort, MailChannel] = MappingProxyType(
    {
        MailSort.CHECKIN: MailChannel.CHECKINS,
        MailSort.MESSAGE: MailChannel.MESSAGES,
        MailSort.PERSONAL: MailChannel.MESSAGES,
        MailSort.REMINDER: MailChannel.REMINDERS,
    }
)
SORTS: Mapping[MailChannel, MailSort] = MappingProxyType(
    {
        MailChannel.CHECKINS: MailSort.CHECKIN,
        MailChannel.MESSAGES: MailSort.MESSAGE,
        MailChannel.REMINDERS: MailSort.REMINDER,
    }
)

IN_THE_LEDGER: Mapping[SkipReason, str] = MappingProxyType(
    {
        SkipReason.LOCKED: "a warning sign is open",
        SkipReason.ARCHIVED: "the client is archived",
        SkipReason.CONSENT_WITHDRAWN: "the client has withdrawn the consent to mail",
        SkipReason.NO_CONSENT: "the client has not agreed to mail",
        SkipReason.UNSUBSCRIBED: "the client has unsubscribed",
        SkipReason.NO_ADDRESS: "the client has no e-mail address",
        SkipReason.BOUNCED: "the address does not take mail",
        SkipReason.NUMBERS_NOT_SET: "the practice has not set its emergency and urgent numbers",
    }
)
BEFORE_SENDING: Mapping[SkipReason, str] = MappingProxyType(
    {
        SkipReason.LOCKED: "A warning sign of {name} is open. An owner or a practitioner clears it first.",
        SkipReason.ARCHIVED: "{name} is archived. Restore the record first.",
        SkipReason.CONSENT_WITHDRAWN: (
            "{name} has withdrawn the consent to mail. Only with a new one is anything sent."
        ),
        SkipReason.NO_CONSENT: "The consent of {name} is not recorded. Record it first.",
        SkipReason.UNSUBSCRIBED: "{name} has stopped these mails. Only {name} can switch them on again.",
        SkipReason.NO_ADDRESS: "{name} has no email address. Add one first.",
        SkipReason.BOUNCED: "Mail to {name} does not arrive. Correct the address, or say that it works.",
        SkipReason.NUMBERS_NOT_SET: (
            "Set the emergency and urgent numbers of the practice first: "
            "no mail goes to {name} or any other client before."
        ),
    }
)
OF_APPOINTMENTS = frozenset(
    {MailKind.APPOINTMENT, MailKind.APPOINTMENT_REMINDER, MailKind.BOOKING_ANSWER, MailKind.BOOKING_WISH}
)
# Whoever is archived is not asked in another way either.
UNTIL_THEN: Mapping[MailSort, str] = MappingProxyType(
    {
        MailSort.MESSAGE: "Until then, ask in the practice.",
        MailSort.INVITATION: "Or hand over a link: it asks for consent and address where they are missing.",
    }
)
TO_THE_CLIENT: Mapping[SkipReason, str] = MappingProxyType(
    {
        SkipReason.LOCKED: say("They wait until your practice has looked at the warning sign it knows of."),
        SkipReason.ARCHIVED: say("None goes out, because your practice has closed your record."),
        SkipReason.CONSENT_WITHDRAWN: say("None goes out, because you have withdrawn your consent to mail."),
        SkipReason.NO_CONSENT: say(
            "None goes out, because your practice has not noted that you agree to mail."
        ),
        SkipReason.UNSUBSCRIBED: say("None goes out, because you have stopped them."),
        SkipReason.NO_ADDRESS: say("None goes out, because your practice has no email address of yours."),
        SkipReason.BOUNCED: say("None goes out, because mail to your address came back. Tell your practice."),
        SkipReason.NUMBERS_NOT_SET: say("None goes out yet: your practice is still being set up."),
    }
)


def mail_standing_of(client: MailedClient, *, numbers_set: bool, warning_open: bool) -> MailStanding:
    """What of a client, and of their practice, decides on mail to them."""
    stopped_at = {
        MailChannel.CHECKINS: client.unsubscribed_at,
        MailChannel.MESSAGES: client.messages_stopped_at,
    }
    return MailStanding(
        warning_open=warning_open,
        archived=client.status is ClientStatus.ARCHIVED,
        consented=client.consented_at is not None,
        withdrawn=client.consented_at is None and client.mail_withdrawn_at is not None,
        stopped=frozenset(channel for channel, at in stopped_at.items() if at is not None),
        has_address=client.email is not None,
        bounced=client.bounced_at is not None,
        numbers_set=numbers_set,
    )


def sort_of(kind: MailKind, *, to_client: bool) -> MailSort:
    """The sort of a kind of mail."""
    if kind == MailKind.MESSAGE_WAITS:
        return MailSort.PERSONAL
    if channel := channel_of(kind):
        return SORTS[channel]
    if kind == MailKind.INVITATION:
        return MailSort.INVITATION
    if kind in OF_APPOINTMENTS:
        return MailSort.APPOINTMENT if to_client else MailSort.PRACTICE
    if kind == MailKind.COURSE_PLACE:  # to somebody who is no client yet
        return MailSort.ACCOUNT
    return MailSort.ACCOUNT if to_client else MailSort.PRACTICE


def why_not_mailed(standing: MailStanding, sort: MailSort) -> SkipReason | None:
    """Why no mail of this sort goes out, the weightiest reason first; None if one may."""
    holds = _holding(standing, sort)
    return next((reason for reason in ORDER if reason in HEEDED[sort] and holds[reason]), None)


def before_sending(reason: SkipReason, sort: MailSort, name: str) -> str:
    """The reason for whoever wants to send it: whose it is, and what to do."""
    said = BEFORE_SENDING[reason].format(name=name)
    instead = UNTIL_THEN.get(sort, "") if reason is not SkipReason.ARCHIVED else ""
    return f"{said} {instead}".strip()


def to_the_client(reason: SkipReason) -> str:
    """The reason for the client, on their own page, after what these mails are."""
    return TO_THE_CLIENT[reason]


def _holding(standing: MailStanding, sort: MailSort) -> Mapping[SkipReason, bool]:
    return {
        SkipReason.LOCKED: standing.warning_open,
        SkipReason.ARCHIVED: standing.archived,
        SkipReason.CONSENT_WITHDRAWN: standing.withdrawn,
        SkipReason.NO_CONSENT: not standing.consented,
        SkipReason.UNSUBSCRIBED: CHANNELS.get(sort) in standing.stopped,
        SkipReason.NO_ADDRESS: not standing.has_address,
        SkipReason.BOUNCED: standing.bounced,
        SkipReason.NUMBERS_NOT_SET: not standing.numbers_set,
    }
