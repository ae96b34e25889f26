"""Erasures in words: reasons, lists, and the receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from clinic.domain.dates import count
from clinic.domain.erasure import ErasureReason
from clinic.domain.words import Words, apart, say, say_many
from clinic.languages import Language
from clinic.models import Erasure, Practice
from clinic.services.erasure.pages import DueClient, WaitingErasure
from clinic.web.filters import day_year, local_date, moment
from clinic.web.presenters.paper_parts import facts as facts_of
from clinic.web.presenters.paper_parts import section
from clinic.web.presenters.reports import letterhead


class Keeping(StrEnum):
    """What whoever has somebody erased says of signed records."""

    BY_LAW = "by_law"
    NOTHING = "nothing"


KEEPING = {
    Keeping.BY_LAW: "Our law demands that we keep them for some years",
    Keeping.NOTHING: "Erase them with the rest",
}
REASONS = {
    ErasureReason.WISH: "The client asked for it",
    ErasureReason.RETENTION: "We have kept the record long enough",
    ErasureReason.MISTAKE: "The record was added by mistake: delete it at once",
}
WHY = {
    ErasureReason.WISH: say("On the client’s wish"),
    ErasureReason.RETENTION: say("Kept long enough"),
    ErasureReason.MISTAKE: say("Added by mistake"),
}
# Tables as people call them, one and many; the others are counted together.
KINDS: Mapping[str, Callable[[int], Words]] = {
    "client": lambda n: say_many("%(number)s record", "%(number)s records", n),
    "user_account": lambda n: say_many("%(number)s account", "%(number)s accounts", n),
    "program": lambda n: say_many("%(number)s program", "%(number)s programs", n),
    "practice_log": lambda n: say_many("%(number)s practice log", "%(number)s practice logs", n),
    "checkin": lambda n: say_many("%(number)s check-in", "%(number)s check-ins", n),
    "checkin_answer": lambda n: say_many(
        "%(number)s answer to a check-in", "%(number)s answers to check-ins", n
    ),
    "assessment": lambda n: say_many("%(number)s assessment", "%(number)s assessments", n),
    "finding": lambda n: say_many("%(number)s finding", "%(number)s findings", n),
    "visit_note": lambda n: say_many("%(number)s visit note", "%(number)s visit notes", n),
    "questionnaire_response": lambda n: say_many(
        "%(number)s answered questionnaire", "%(number)s answered questionnaires", n
    ),
    "document": lambda n: say_many("%(number)s document", "%(number)s documents", n),
    "media_file": lambda n: say_many("%(number)s file", "%(number)s files", n),
    "outbox_message": lambda n: say_many("%(number)s mail", "%(number)s mails", n),
    "mail_reply": lambda n: say_many(
        "%(number)s mail from the client", "%(number)s mails from the client", n
    ),
    "appointment": lambda n: say_many("%(number)s appointment", "%(number)s appointments", n),
    "audit_event": lambda n: say_many("%(number)s line of the trail", "%(number)s lines of the trail", n),
}
RECEIPT = say("Receipt of an erasure")


@dataclass(frozen=True, slots=True)
class ErasureRow:
    """One line of a list."""

    title: str
    meta: Sequence[str]
    url_id: str


def waiting_row(each: WaitingErasure, zone: str) -> ErasureRow:
    """Somebody who asked, or is in their grace."""
    erasure = each.erasure
    asked = f"Asked on {day_year(local_date(erasure.asked_at, zone))}"
    day = f"To be erased on {day_year(erasure.erase_on)}" if erasure.erase_on else asked
    return ErasureRow(each.client.name, [WHY[erasure.reason], day], str(each.client.id))


def due_row(each: DueClient) -> ErasureRow:
    """Somebody who is due by the practice's years."""
    return ErasureRow(
        each.client.name, [f"Last heard of on {day_year(each.last_contact)}"], str(each.client.id)
    )


def done_row(erasure: Erasure, zone: str) -> ErasureRow:
    """Somebody who was erased, by their pseudonym."""
    meta = [WHY[erasure.reason], f"Erased on {erased_on(erasure, zone)}"]
    if erasure.files:
        meta.append(f"{count(len(erasure.files), 'file')} still to go: the storage was away")
    return ErasureRow(erasure.pseudonym or "", meta, str(erasure.id))


def erased_on(erasure: Erasure, zone: str) -> str:
    """The day on which it was done, where the practice is."""
    return day_year(local_date(erasure.erased_at, zone)) if erasure.erased_at else ""


def facts(erasure: Erasure, kept: date | None, zone: str) -> list[tuple[str, str]]:
    """The receipt: what went when, by kind, and what is kept and why."""
    told: list[tuple[str, str]] = [
        (say("Called since"), erasure.pseudonym or ""),
        (say("Why"), WHY[erasure.reason]),
        (say("Asked on"), day_year(local_date(erasure.asked_at, zone))),
        (say("Erased on"), erased_on(erasure, zone)),
    ]
    if erasure.again_at:
        again = day_year(local_date(erasure.again_at, zone))
        told.append((say("Erased again on"), say("%(day)s, after an older backup was restored", day=again)))
    told.append((say("What went"), apart(counted(erasure.counts))))
    if erasure.files:
        told.append((say("Still to go"), _still_to_go(len(erasure.files))))
    told.append((say("What is kept"), _kept(erasure, kept)))
    return told


def _still_to_go(files: int) -> Words:
    return say_many("%(number)s file: the storage was away", "%(number)s files: the storage was away", files)


def counted(counts: Mapping[str, int]) -> list[str]:
    """How many of each kind: "1 record", "12 mails"; what has no name of its own is counted together."""
    said: list[str] = [named(counts[name]) for name, named in KINDS.items() if counts.get(name)]
    others = sum(number for name, number in counts.items() if name not in KINDS)
    return [*said, say_many("%(number)s other row", "%(number)s other rows", others)] if others else said


def as_text(practice: str, erasure: Erasure, kept: date | None, zone: str, spoken: Language) -> str:
    """The receipt to keep or to send, in a language: a pseudonym, and nobody's name."""
    lines = [say("%(practice)s: receipt of an erasure", practice=practice), ""]
    lines += [
        say("%(label)s: %(value)s", label=label, value=value) for label, value in facts(erasure, kept, zone)
    ]
    return "\n".join(map(spoken.spoken, lines)) + "\n"


def receipt_paper(
    practice: Practice, erasure: Erasure, kept: date | None, by: str, at: datetime
) -> dict[str, Any]:
    """The same as JSON values for paper; `by` printed it, at that instant."""
    zone, name = practice.time_zone, erasure.pseudonym or ""
    _, *told = facts(erasure, kept, zone)  # the first is the title
    return {
        "title": say("Receipt of an erasure: %(name)s", name=name),
        "description": say("What was erased of somebody, and what is kept"),
        "practice": letterhead(practice),
        "client": name,
        "subtitle": RECEIPT,
        "made": say("Printed %(moment)s by %(name)s", moment=moment(at, zone), name=by),
        "sections": [section(say("What was erased, and what is kept"), "", [facts_of(told)])],
    }


def _kept(erasure: Erasure, kept: date | None) -> str:
    if kept is not None:
        return say(
            "Signed records until %(day)s, locked away: %(law)s", day=day_year(kept), law=erasure.keep_law
        )
    return say("Nothing but this receipt, and in the trail what was done by id, without words")
