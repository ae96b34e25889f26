"""Erasures in words: reasons, lists, and the receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from clinic.domain.dates import count
from clinic.domain.erasure import ErasureReason
from clinic.models import Erasure, Practice
from clinic.services.erasure.pages import DueClient, WaitingErasure
from clinic.web.filters import day_year, local_date, moment
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
    ErasureReason.WISH: "On the client’s wish",
    ErasureReason.RETENTION: "Kept long enough",
    ErasureReason.MISTAKE: "Added by mistake",
}
# Tables as people call them; the others are counted together.
KINDS: Mapping[str, str] = {
    "client": "record",
    "user_account": "account",
    "program": "program",
    "practice_log": "practice log",
    "checkin": "check-in",
    "checkin_answer": "answer to a check-in",
    "assessment": "assessment",
    "finding": "finding",
    "visit_note": "visit note",
    "questionnaire_response": "answered questionnaire",
    "document": "document",
    "media_file": "file",
    "outbox_message": "mail",
    "mail_reply": "mail from the client",
    "appointment": "appointment",
    "audit_event": "line of the trail",
}
PLURALS = {
    "answer to a check-in": "answers to check-ins",
    "mail from the client": "mails from the client",
    "line of the trail": "lines of the trail",
}
OTHERS = "other row"
RECEIPT = "Receipt of an erasure"
GRACE_SAID = (
    "They get no mail and cannot sign in. Until that day it can be called back, and all is as it was."
)


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
    told = [
        ("Called since", erasure.pseudonym or ""),
        ("Why", WHY[erasure.reason]),
        ("Asked on", day_year(local_date(erasure.asked_at, zone))),
        ("Erased on", erased_on(erasure, zone)),
    ]
    if erasure.again_at:
        again = day_year(local_date(erasure.again_at, zone))
        told.append(("Erased again on", f"{again}, after an older backup was restored"))
    told.append(("What went", "; ".join(counted(erasure.counts))))
    if erasure.files:
        told.append(("Still to go", f"{count(len(erasure.files), 'file')}: the storage was away"))
    told.append(("What is kept", _kept(erasure, kept)))
    return told


def counted(counts: Mapping[str, int]) -> list[str]:
    """How many of each kind: "1 record", "12 mails"; what has no name of its own is counted together."""
    said = [_count(counts[name], word) for name, word in KINDS.items() if counts.get(name)]
    others = sum(number for name, number in counts.items() if name not in KINDS)
    return [*said, count(others, OTHERS)] if others else said


def as_text(practice: str, erasure: Erasure, kept: date | None, zone: str) -> str:
    """The receipt to keep or to send: a pseudonym, and nobody's name."""
    lines = [f"{practice}: {RECEIPT[0].lower()}{RECEIPT[1:]}", ""]
    lines += [f"{label}: {value}" for label, value in facts(erasure, kept, zone)]
    return "\n".join(lines) + "\n"


def receipt_paper(
    practice: Practice, erasure: Erasure, kept: date | None, by: str, at: datetime
) -> dict[str, Any]:
    """The same as JSON values for paper; `by` printed it, at that instant."""
    zone, name = practice.time_zone, erasure.pseudonym or ""
    _, *told = facts(erasure, kept, zone)  # the first is the title
    part = {"kind": "facts", "rows": [list(line) for line in told]}
    return {
        "title": f"Receipt of an erasure: {name}",
        "description": "What was erased of somebody, and what is kept",
        "practice": letterhead(practice),
        "client": name,
        "subtitle": RECEIPT,
        "made": f"Printed {moment(at, zone)} by {by}",
        "sections": [{"title": "What was erased, and what is kept", "empty": "", "parts": [part]}],
    }


def _count(number: int, word: str) -> str:
    return f"{number:,} {PLURALS[word]}" if number != 1 and word in PLURALS else count(number, word)


def _kept(erasure: Erasure, kept: date | None) -> str:
    if kept is not None:
        return f"Signed records until {day_year(kept)}, locked away: {erasure.keep_law}"
    return "Nothing but this receipt, and in the trail what was done by id, without words"
