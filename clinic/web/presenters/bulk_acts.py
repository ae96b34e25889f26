"""Acts for many in words: what will become of each client, what has, and what could not be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic.domain.bulk_acts import BulkActKind, BulkActState, LineReason, LineState
from clinic.domain.dates import count
from clinic.domain.load import DayLoad, load_warnings
from clinic.models import BulkAct, Client
from clinic.services.bulk_acts.pages import ActWithCounts, ForeseenLine, SettledLine
from clinic.services.bulk_acts.wishes import wish_of
from clinic.web.filters import moment
from clinic.web.mailing import mail_leaves, not_sent


@dataclass(frozen=True, slots=True)
class BulkActWords:
    """How one kind of act is told. `foreseen`, `done` and `undone` are of one client."""

    title: str
    submit: str
    foreseen: str
    done: str
    undone: str


WORDS: Mapping[BulkActKind, BulkActWords] = {
    BulkActKind.ASSIGN: BulkActWords(
        "Assign a program", "Assign to {}", "gets the program", "assigned", "taken back, as if never assigned"
    ),
    BulkActKind.INVITE: BulkActWords(
        "Invite by mail", "Invite {}", "is invited", "invited", "invitation taken back"
    ),
    BulkActKind.CHECKIN: BulkActWords(
        "Send a check-in", "Send to {}", "gets a check-in", "check-in asked for", "called back, not sent"
    ),
    BulkActKind.GROUP: BulkActWords(
        "Put in a group", "Put {} in it", "is put in it", "in the group", "as before"
    ),
    BulkActKind.ARCHIVE: BulkActWords("Archive", "Archive {}", "is archived", "archived", "restored"),
    BulkActKind.HAND_OVER: BulkActWords(
        "Hand over to a colleague", "Hand {} over", "is handed over", "handed over", "as before"
    ),
}
CHOICES = [(kind.value, words.title) for kind, words in WORDS.items()]
REASONS: Mapping[LineReason, str] = {
    LineReason.LOCKED: "warning sign open",
    LineReason.ARCHIVED: "archived",
    LineReason.NO_CONSENT: "no consent on record",
    LineReason.CONSENT_WITHDRAWN: "has withdrawn the consent to mail",
    LineReason.UNSUBSCRIBED: "has stopped these mails",
    LineReason.NO_ADDRESS: "no address",
    LineReason.BOUNCED: "mail does not arrive",
    LineReason.NUMBERS_NOT_SET: "the practice’s numbers are not set",
    LineReason.NOT_STARTED: "program not started",
    LineReason.PAUSED: "program paused",
    LineReason.ENDED: "program ended",
    LineReason.RUNS_ALREADY: "already has it",
    LineReason.HAS_ACCOUNT: "has an account already",
    LineReason.INVITED: "invited already",
    LineReason.NO_PROGRAM: "no program",
    LineReason.ASKED_TODAY: "asked by hand today already",
    LineReason.IN_GROUP: "in the group already",
    LineReason.IS_THEIRS: "theirs already",
    LineReason.NOT_ONLINE: "not an online student",
    LineReason.ACCOUNT_CLOSED: "the account of whoever began it is closed",
    LineReason.FAULT: "something went wrong, nothing was done",
    LineReason.PRACTISED: "has practised already",
    LineReason.CHECKIN_PLANNED: "a check-in of it is planned or sent",
    LineReason.CHANGED: "changed since",
    LineReason.ACCEPTED: "has accepted already",
    LineReason.GONE_OUT: "has gone out already",
}
ARCHIVED_ALREADY = "archived already"
MARKS: Mapping[LineState, str] = {
    LineState.WAITING: "waiting",
    LineState.DONE: "done",
    LineState.ALREADY: "skipped",
    LineState.LEFT_OUT: "attention",
    LineState.UNDONE: "revoked",
    LineState.STAYS: "attention",
}
# how many of each, in this order; what somebody may have to look at stands first in the list
COUNTED: Mapping[LineState, str] = {
    LineState.DONE: "done",
    LineState.ALREADY: "already so",
    LineState.LEFT_OUT: "left out",
    LineState.UNDONE: "undone",
    LineState.STAYS: "could not be undone",
    LineState.WAITING: "to come",
}
FIRST = (LineState.STAYS, LineState.LEFT_OUT, LineState.ALREADY)
STATES: Mapping[BulkActState, str] = {
    BulkActState.CHOSEN: "Not begun",
    BulkActState.UNDER_WAY: "Under way",
    BulkActState.DONE: "Done",
    BulkActState.BEING_UNDONE: "Being undone",
    BulkActState.UNDONE: "Undone",
}
CONSEQUENCES: Mapping[BulkActKind, Sequence[str]] = {
    BulkActKind.ASSIGN: (
        "Each gets the routine with its own doses. What a client has already goes on beside it.",
    ),
    BulkActKind.GROUP: ("They stay in the groups they are in. A name that is new makes a new group.",),
    BulkActKind.HAND_OVER: (
        "The colleague is responsible for them, and finds them among their own. Clients are not told.",
    ),
    BulkActKind.ARCHIVE: (
        "No check-in is sent any more, and open invitations end.",
        "The records, their programs and their history are kept.",
    ),
}
# what is said of its mail, and what is kept here where none leaves
MAILED: Mapping[BulkActKind, tuple[str, str]] = {
    BulkActKind.ASSIGN: (
        "Clients with an account are told by mail that their program has changed.",
        "The mail that tells clients with an account of it",
    ),
    BulkActKind.INVITE: ("Each gets a mail with a link of their own.", "The mail with each one’s link"),
    BulkActKind.CHECKIN: (
        "It goes out when the client is awake, one mail a day at most.",
        "The mail that asks each of them",
    ),
}


@dataclass(frozen=True, slots=True)
class BulkLine:
    """One client: what will become or has become of them, and the mark of it."""

    client: Client
    mark: str
    said: str
    state: LineState


@dataclass(frozen=True, slots=True)
class BulkActEntry:
    """An act in the list of them."""

    act: BulkAct
    title: str
    when: str
    by: str
    state: str
    counts: str


def consequences(kind: BulkActKind) -> list[str]:
    """What an act does to each client; of its mail, only what becomes of it here."""
    told = list(CONSEQUENCES.get(kind, ()))
    if kind in MAILED:
        leaves, subject = MAILED[kind]
        told.append(leaves if mail_leaves() else not_sent(subject))
    return told


def title(act: BulkAct) -> str:
    """What was done, with the routine or the group where there is one."""
    wish = wish_of(act.wish)
    words = WORDS[act.kind].title
    if act.kind is BulkActKind.ASSIGN and wish.name:
        return f"Assign {wish.name}"
    if act.kind is BulkActKind.HAND_OVER and wish.name:
        return f"Hand over to {wish.name}"
    return f"Put in {wish.group}" if act.kind is BulkActKind.GROUP and wish.group else words


def foreseen(act: BulkAct, lines: Iterable[ForeseenLine], limit: DayLoad) -> list[BulkLine]:
    """What would become of each, those first who are left out; `limit` is the practice's for a day."""
    return _sorted(_foreseen(act, each, limit) for each in lines)


def settled(act: BulkAct, lines: Iterable[SettledLine]) -> list[BulkLine]:
    """What became of each, those first whom somebody may have to look at."""
    words = WORDS[act.kind]
    return _sorted(
        BulkLine(
            each.client,
            MARKS[each.line.state],
            each.line.said
            or _said(
                act,
                each.line.state,
                each.line.reason,
                words.undone if each.line.state is LineState.UNDONE else words.done,
            ),
            each.line.state,
        )
        for each in lines
    )


def counts_in_words(counts: Mapping[LineState, int]) -> str:
    """How many of each: "27 done, 2 already so, 1 left out"."""
    return ", ".join(f"{counts[state]} {words}" for state, words in COUNTED.items() if counts.get(state))


def counts_foreseen(lines: Iterable[BulkLine]) -> str:
    """How many of each will be: "It will be done for 27 of 30 clients: 3 left out."."""
    found = Counter(line.state for line in lines)
    rest: dict[LineState, int] = {
        state: number for state, number in found.items() if state is not LineState.DONE
    }
    words = f"It will be done for {found[LineState.DONE]} of {count(found.total(), 'client')}"
    return f"{words}: {counts_in_words(rest)}." if rest else f"{words}."


def submit(act: BulkAct, lines: Iterable[BulkLine]) -> str | None:
    """What the button says: "Assign to 27 clients"; None where it would be done for nobody."""
    number = sum(line.state is LineState.DONE for line in lines)
    if not number:
        return None
    return WORDS[act.kind].submit.format(count(number, "client"))


def entries(acts: Iterable[ActWithCounts], zone: str) -> list[BulkActEntry]:
    """The acts, as the list shows them."""
    return [_entry(each, zone) for each in acts]


def _foreseen(act: BulkAct, each: ForeseenLine, limit: DayLoad) -> BulkLine:
    state = each.verdict.state
    said = each.verdict.said or _said(act, state, each.verdict.reason, WORDS[act.kind].foreseen)
    too_much = list(load_warnings(each.load, limit)) if each.load else []
    if too_much:
        said = f"{said}. With what runs already: {' '.join(too_much)}"
    mark = "waiting" if state is LineState.DONE else MARKS[state]
    return BulkLine(each.client, "attention" if too_much else mark, said, state)


def _entry(each: ActWithCounts, zone: str) -> BulkActEntry:
    begun = each.act.begun_at
    assert isinstance(begun, datetime)
    return BulkActEntry(
        each.act,
        title(each.act),
        moment(begun, zone),
        each.by,
        STATES[each.act.state],
        counts_in_words(each.counts),
    )


def _said(act: BulkAct, state: LineState, reason: LineReason | None, words: str) -> str:
    if state is LineState.WAITING:
        return "to come"
    if reason is None:
        return words
    if state is LineState.DONE:
        return f"{words}; no check-ins by mail: {REASONS[reason]}"
    if state is LineState.ALREADY and reason is LineReason.ARCHIVED:
        return ARCHIVED_ALREADY
    return REASONS[reason]


def _sorted(lines: Iterable[BulkLine]) -> list[BulkLine]:
    found = list(lines)
    places = {state: place for place, state in enumerate(FIRST)}
    return sorted(found, key=lambda line: places.get(line.state, len(FIRST)))
