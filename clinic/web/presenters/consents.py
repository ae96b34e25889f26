"""Consents in words, for the practice and for the client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from clinic.domain.consents import SHIPPED, ConsentHow, ConsentKind
from clinic.models import Client, Consent, ConsentText, Practice
from clinic.services.consents.texts import AskedWording
from clinic.web.filters import day_year

HOWS = {
    ConsentHow.PAPER: "On paper",
    ConsentHow.IN_PERSON: "In person",
    ConsentHow.PAGE: "By the client, on a page",
    ConsentHow.IMPORTED: "From a file",
    ConsentHow.EARLIER: "Noted before the words were kept",
}
TITLES = {ConsentKind.RECORD: "The record", ConsentKind.MAIL: "Mail"}
FOR_CLIENT = {ConsentKind.RECORD: "Your record", ConsentKind.MAIL: "Mail to you"}
FOLLOWS = {
    ConsentKind.RECORD: (
        "Nothing is deleted by this. Stop recording, and ask whether the record is to be erased: "
        "a notice stands on top of the record until then."
    ),
    ConsentKind.MAIL: (
        "No check-in, question, message or invitation is mailed any more, and what waits is called back. "
        "Mail about their account, such as a new password, still goes."
    ),
}
FOLLOWS_FOR_CLIENT = {
    ConsentKind.RECORD: (
        "Your practice sees it on top of your record. It stops recording and asks you what is to become "
        "of it. Nothing is deleted by this alone."
    ),
    ConsentKind.MAIL: "You get no more mail but that about your account, such as a new password.",
}


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One act as a list shows it."""

    title: str
    text: str
    facts: list[str]
    document_id: str


@dataclass(frozen=True, slots=True)
class ConsentSection:
    """One kind of consent: where it stands, and each act."""

    kind: str
    title: str
    state: str
    stands: bool
    follows: str
    wording: str
    is_ours: bool  # the wording, which nobody of the practice has signed off
    acts: list[ConsentLine]


def sections(
    client: Client,
    practice: Practice,
    acts: Sequence[Consent],
    missing: frozenset[ConsentKind],
    asked: Mapping[ConsentKind, AskedWording],
    *,
    to_client: bool = False,
) -> list[ConsentSection]:
    """Both kinds, the record first."""
    titles, follows = (FOR_CLIENT, FOLLOWS_FOR_CLIENT) if to_client else (TITLES, FOLLOWS)
    return [
        ConsentSection(
            kind=kind.value,
            title=titles[kind],
            state=_state(kind, client, practice, stands=kind not in missing),
            stands=kind not in missing,
            follows=follows[kind],
            wording=asked[kind].text,
            is_ours=asked[kind].is_ours,
            acts=[_line(act, practice) for act in acts if act.kind is kind],
        )
        for kind in ConsentKind
    ]


def signed_by(text: ConsentText, practice: Practice) -> str:
    """Whose wording it is and since when."""
    day = day_year(text.made_at.astimezone(ZoneInfo(practice.time_zone)))
    return f"Version {text.number}, signed off by {text.made_by_name} on {day}"


def _state(kind: ConsentKind, client: Client, practice: Practice, *, stands: bool) -> str:
    if stands:
        return "Given"
    ended = client.record_withdrawn_at if kind is ConsentKind.RECORD else client.mail_withdrawn_at
    if ended is None:
        return "Not given" if kind is ConsentKind.RECORD else "Not given: no mail is sent"
    return f"Withdrawn on {day_year(ended.astimezone(ZoneInfo(practice.time_zone)))}"


def _line(act: Consent, practice: Practice) -> ConsentLine:
    facts = [HOWS[act.given_how]]
    facts += (
        [f"noted by {act.recorded_by}"] if act.recorded_by and act.given_how is not ConsentHow.PAGE else []
    )
    if act.text_number:
        facts.append(f"version {act.text_number} of the words")
    elif act.text_number == SHIPPED:
        facts.append("in the words that come with Regroove")
    if act.withdrawn_at is not None and act.withdrawn_how is not None:
        day = day_year(act.withdrawn_at.astimezone(ZoneInfo(practice.time_zone)))
        facts.append(f"withdrawn on {day}, {HOWS[act.withdrawn_how].lower()}")
        facts += [f"noted by {act.withdrawn_by}"] if act.withdrawn_how is not ConsentHow.PAGE else []
    return ConsentLine(
        title=f"Given on {day_year(act.given_on)}",
        text=f"“{act.text}”" if act.text else "",
        facts=facts,
        document_id=str(act.document_id) if act.document_id else "",
    )
