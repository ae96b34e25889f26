"""Consents in words, for the practice and for the client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from clinic.domain.consents import SHIPPED, ConsentHow, ConsentKind
from clinic.domain.words import say
from clinic.models import Client, Consent, ConsentText, Practice
from clinic.services.consents.texts import AskedWording
from clinic.web.filters import day_year

HOWS = {
    ConsentHow.PAPER: say("On paper"),
    ConsentHow.IN_PERSON: say("In person"),
    ConsentHow.PAGE: say("By the client, on a page"),
    ConsentHow.IMPORTED: say("From a file"),
    ConsentHow.EARLIER: say("Noted before the words were kept"),
}
TITLES = {ConsentKind.RECORD: "The record", ConsentKind.MAIL: "Mail"}
FOR_CLIENT = {ConsentKind.RECORD: say("Your record"), ConsentKind.MAIL: say("Mail to you")}
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
    ConsentKind.RECORD: say(
        "Your practice sees it on top of your record. It stops recording and asks you what is to become "
        "of it. Nothing is deleted by this alone."
    ),
    ConsentKind.MAIL: say("You get no more mail but that about your account, such as a new password."),
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
        return say("Given")
    ended = client.record_withdrawn_at if kind is ConsentKind.RECORD else client.mail_withdrawn_at
    if ended is None:
        return say("Not given") if kind is ConsentKind.RECORD else say("Not given: no mail is sent")
    return say("Withdrawn on %(day)s", day=_day(ended, practice))


def _day(at: datetime, practice: Practice) -> str:
    return day_year(at.astimezone(ZoneInfo(practice.time_zone)))


def _line(act: Consent, practice: Practice) -> ConsentLine:
    facts: list[str] = [HOWS[act.given_how]]
    facts += (
        [say("noted by %(name)s", name=act.recorded_by)]
        if act.recorded_by and act.given_how is not ConsentHow.PAGE
        else []
    )
    if act.text_number:
        facts.append(say("version %(number)s of the words", number=act.text_number))
    elif act.text_number == SHIPPED:
        facts.append(say("in the words that come with Regroove"))
    if act.withdrawn_at is not None and act.withdrawn_how is not None:
        facts.append(_withdrawn(_day(act.withdrawn_at, practice), act.withdrawn_how))
        facts += (
            [say("noted by %(name)s", name=act.withdrawn_by)]
            if act.withdrawn_how is not ConsentHow.PAGE
            else []
        )
    return ConsentLine(
        title=say("Given on %(day)s", day=day_year(act.given_on)),
        text=say("“%(words)s”", words=act.text) if act.text else "",
        facts=facts,
        document_id=str(act.document_id) if act.document_id else "",
    )


def _withdrawn(day: str, how: ConsentHow) -> str:
    match how:
        case ConsentHow.PAPER:
            return say("withdrawn on %(day)s, on paper", day=day)
        case ConsentHow.IN_PERSON:
            return say("withdrawn on %(day)s, in person", day=day)
        case ConsentHow.PAGE:
            return say("withdrawn on %(day)s, by the client, on a page", day=day)
        case ConsentHow.IMPORTED:
            return say("withdrawn on %(day)s, from a file", day=day)
        case ConsentHow.EARLIER:
            return say("withdrawn on %(day)s, noted before the words were kept", day=day)
