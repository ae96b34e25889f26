"""Messages to a group in words: who is told, who is not and why, and what became of each mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clinic.domain.bulk_acts import of_skip
from clinic.domain.dates import count
from clinic.domain.types import OutboxState
from clinic.models import Client, GroupMessage
from clinic.services.groups.messages import MailToMember, MemberToTell, MessageWithCounts
from clinic.web.filters import moment
from clinic.web.mailing import mail_leaves, not_sent, why_none_leaves
from clinic.web.presenters.bulk_acts import REASONS
from clinic.web.presenters.mails import WAITING

STATES: Mapping[OutboxState, tuple[str, str]] = {
    OutboxState.READY: ("waiting", "not gone out yet"),
    OutboxState.LEASED: ("waiting", "on its way"),
    OutboxState.SENT: ("done", "mailed"),
    OutboxState.KEPT: ("attention", "kept here, not sent"),
    OutboxState.IN_DOUBT: ("attention", "may not have arrived"),
    OutboxState.FAILED: ("attention", "failed"),
    OutboxState.CANCELLED: ("skipped", "not sent"),
    OutboxState.EXPIRED: ("attention", "too late, not sent"),
}
NO_ACCOUNT = "no account yet: reads no page"
PREVIEW = 60  # characters of a message in the list


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One member: what will become or has become of their mail, and the mark of it."""

    client: Client
    mark: str
    said: str
    is_mailed: bool


@dataclass(frozen=True, slots=True)
class MessageEntry:
    """A message in the list of them."""

    message: GroupMessage
    title: str
    facts: Sequence[str]


def foreseen(members: Iterable[MemberToTell]) -> list[MessageLine]:
    """Who would be mailed, those first who would not."""
    lines = [
        MessageLine(
            each.client, "waiting" if each.is_mailed else "attention", _foreseen(each), each.is_mailed
        )
        for each in members
    ]
    return sorted(lines, key=lambda line: line.is_mailed)


def summary(lines: Sequence[MessageLine]) -> str:
    """How many are told: "27 of 30 clients are told by mail."; where no mail leaves, that nobody is."""
    if not mail_leaves():
        return not_sent("The mail to each")
    told = sum(line.is_mailed for line in lines)
    return f"{told} of {count(len(lines), 'client')} {'is' if told == 1 else 'are'} told by mail."


def settled(mails: Iterable[MailToMember]) -> list[MessageLine]:
    """What became of each mail, those first that somebody may have to look at."""
    lines = []
    for each in mails:
        mark, words = _became(each.state)
        is_said = each.reason and each.state is not OutboxState.SENT
        lines.append(
            MessageLine(
                each.client,
                mark,
                f"{words}: {each.reason}" if is_said else words,
                each.state is OutboxState.SENT,
            )
        )
    return sorted(lines, key=lambda line: line.mark != "attention")


def listed(found: Iterable[MessageWithCounts], zone: str) -> list[MessageEntry]:
    """The messages of before."""
    return [
        MessageEntry(
            each.message,
            _short(each.message.text),
            [
                f"{each.by}, {moment(each.message.written_at, zone)}",
                *(["taken back"] if each.message.taken_back_at else _counted(each.counts)),
            ],
        )
        for each in found
    ]


def one(message: GroupMessage, zone: str) -> str:
    """When it was written, and that it was taken back."""
    written = f"Written {moment(message.written_at, zone)}"
    return f"{written}, taken back" if message.taken_back_at else written


def may_be_taken_back(message: GroupMessage, mails: Iterable[MailToMember]) -> bool:
    """Whether it has gone out to nobody."""
    return message.taken_back_at is None and all(each.state is OutboxState.READY for each in mails)


def _foreseen(member: MemberToTell) -> str:
    if not member.has_account:
        return NO_ACCOUNT
    if member.against is None:
        by_mail = "is told by mail, and reads it on the page"
        return by_mail if mail_leaves() else f"reads it on the page alone: {why_none_leaves()}"
    return f"reads it on the page alone: {REASONS[of_skip(member.against)]}"


def _counted(counts: Mapping[OutboxState, int]) -> list[str]:
    return [f"{number} {_became(state)[1]}" for state, number in counts.items()]


def _became(state: OutboxState) -> tuple[str, str]:
    if state in WAITING and not mail_leaves():
        return "attention", f"waits and is not sent: {why_none_leaves()}"
    return STATES[state]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= PREVIEW else f"{line[:PREVIEW].rstrip()} …"
