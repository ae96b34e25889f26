"""Giving and withdrawing consent: the one place that writes it, and keeps the client's columns in step."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from clinic.domain.consents import BY_HAND, ConsentHow, ConsentKind
from clinic.domain.documents import DocumentKind
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.people import consent_problem
from clinic.domain.types import SkipReason
from clinic.extensions import db
from clinic.models import Client, Consent, Document, Practice
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.consents import texts
from clinic.services.outbox import calling_back as checkins
from clinic.services.transaction import transaction


@dataclass(frozen=True, slots=True)
class Given:
    """How consent was given. `on` is a day where the practice is, `at` an instant; without both it is now."""

    how: ConsentHow
    by: str  # whose name stands with it
    on: date | None = None
    at: datetime | None = None
    document_id: uuid.UUID | None = None
    # in which words, where they may be others than those that are asked now
    words: Mapping[ConsentKind, str] = field(default_factory=dict)


def of_client(actor: Actor, client_id: uuid.UUID) -> Sequence[Consent]:
    """All acts of a client, the latest first; for a client, their own. One query."""
    if not actor.is_staff and actor.client_id != client_id:
        raise NotFound
    query = (
        select(Consent)
        .where(Consent.practice_id == actor.practice_id, Consent.client_id == client_id)
        .order_by(Consent.recorded_at.desc(), Consent.id)
    )
    return db.session.scalars(query).all()


def forms_of(actor: Actor, client_id: uuid.UUID) -> Sequence[Document]:
    """The consent forms among a client's documents, the latest first; staff only. One query."""
    access.staff_only(actor)
    query = (
        select(Document)
        .where(
            Document.practice_id == actor.practice_id,
            Document.client_id == client_id,
            Document.kind == DocumentKind.CONSENT_FORM,
            Document.removed_at.is_(None),
        )
        .order_by(Document.added_at.desc())
    )
    return db.session.scalars(query).all()


def missing(client: Client) -> frozenset[ConsentKind]:
    """What a client has not agreed to. One query."""
    query = select(Consent.kind, Consent.withdrawn_at).where(
        Consent.practice_id == client.practice_id, Consent.client_id == client.id
    )
    found = db.session.execute(query).all()
    if not found and client.consented_at is not None:
        return frozenset()  # written by an earlier release, whose one tick meant both
    standing = {each.kind for each in found if each.withdrawn_at is None}
    return frozenset(kind for kind in ConsentKind if kind not in standing)


def give(
    client: Client, practice: Practice, kinds: Sequence[ConsentKind], given: Given, *, is_new: bool = False
) -> list[Consent]:
    """Write down what a client agrees to, within the caller's transaction; what stands already stays.

    Of a client who `is_new` nothing can stand, and no query asks.
    """
    lacking = frozenset(kinds) if is_new else missing(client)
    asked = texts.in_force(practice)
    made, at = [], now()
    for kind in kinds:
        if kind not in lacking:
            continue
        text = given.words.get(kind, asked[kind].text)
        at_given = given.at or (noon(given.on, practice) if given.on else at)
        act = Consent(
            id=uuid.uuid4(),
            practice_id=client.practice_id,
            client_id=client.id,
            kind=kind,
            text=text,
            text_number=asked[kind].number if text == asked[kind].text else None,
            given_on=at_given.astimezone(ZoneInfo(practice.time_zone)).date(),
            given_how=given.how,
            recorded_by=given.by[:120],
            recorded_at=at,
            document_id=given.document_id,
        )
        db.session.add(act)
        made.append(act)
        keep_in_step(client, kind, at_given, given.by[:120])
    return made


def imported_row(
    practice_id: uuid.UUID, client_id: uuid.UUID, kind: ConsentKind, day: date, by: str
) -> dict[str, Any]:
    """The act of somebody who comes with a list: in which words, no file says."""
    return {
        "id": uuid.uuid4(),
        "practice_id": practice_id,
        "client_id": client_id,
        "kind": kind,
        "text": "",
        "given_on": day,
        "given_how": ConsentHow.IMPORTED,
        "recorded_by": by[:120],
        "recorded_at": now(),
        "withdrawn_by": "",
    }


def record(
    actor: Actor,
    client_id: uuid.UUID,
    kinds: Sequence[ConsentKind],
    how: ConsentHow,
    *,
    on: date | None = None,
    document_id: uuid.UUID | None = None,
) -> list[Consent]:
    """Note what a client agreed to on paper or in person; pressed twice it is once. Staff only."""
    with transaction():
        client, practice = _locked(actor, client_id), access.practice_of(actor)
        if how not in BY_HAND or not kinds:
            raise NotFound
        if on and (said := consent_problem(on, today_in(practice.time_zone))):
            raise RuleBroken(said, "given_on")
        if document_id is not None and document_id not in {each.id for each in forms_of(actor, client.id)}:
            raise NotFound
        made = give(client, practice, kinds, Given(how, actor.name, on, document_id=document_id))
        note_given(actor, client, made)
    return made


def withdraw(actor: Actor, client_id: uuid.UUID, kind: ConsentKind, how: ConsentHow) -> bool:
    """Note that a client withdrew their consent on paper or in person; False where none stood. Staff only."""
    with transaction():
        if how not in BY_HAND:
            raise NotFound
        return _end(actor, _locked(actor, client_id), kind, how)


def withdraw_own(actor: Actor, kind: ConsentKind) -> bool:
    """The signed-in client withdraws their own; False where none stood."""
    with transaction():
        return _end(actor, _own(actor), kind, ConsentHow.PAGE)


def give_own(actor: Actor, kind: ConsentKind) -> bool:
    """The signed-in client agrees to what they had not; False where it stood."""
    with transaction():
        client = _own(actor)
        made = give(client, access.practice_of(actor), [kind], Given(ConsentHow.PAGE, actor.name))
        note_given(actor, client, made)
    return bool(made)


def note_given(actor: Actor, client: Client, made: Sequence[Consent]) -> None:
    """A line of the trail for each act."""
    for act in made:
        audit.record(
            actor,
            "consent.given",
            client_id=client.id,
            subject_id=act.id,
            sort=f"to_{act.kind.value}",
            how=act.given_how.value,
        )


def _locked(actor: Actor, client_id: uuid.UUID) -> Client:
    client = access.client_for(actor, client_id)
    db.session.refresh(client, with_for_update=True)
    return client


def _own(actor: Actor) -> Client:
    client = access.own_client(actor)
    db.session.refresh(client, with_for_update=True)
    return client


def _end(actor: Actor, client: Client, kind: ConsentKind, how: ConsentHow) -> bool:
    if kind in missing(client):
        return False
    act = _standing(client).get(kind) or _earlier(client, access.practice_of(actor))[kind]
    act.withdrawn_at, act.withdrawn_how, act.withdrawn_by = now(), how, actor.name[:120]
    keep_in_step(client, kind, None, None)
    if kind is ConsentKind.MAIL:
        checkins.call_back(client.practice_id, client.id, SkipReason.CONSENT_WITHDRAWN)
    audit.record(
        actor,
        "consent.withdrawn",
        client_id=client.id,
        subject_id=act.id,
        sort=f"to_{kind.value}",
        how=how.value,
    )
    return True


def _standing(client: Client) -> Mapping[ConsentKind, Consent]:
    query = select(Consent).where(
        Consent.practice_id == client.practice_id,
        Consent.client_id == client.id,
        Consent.withdrawn_at.is_(None),
    )
    return {each.kind: each for each in db.session.scalars(query)}


def _earlier(client: Client, practice: Practice) -> Mapping[ConsentKind, Consent]:
    """Both acts of somebody whose consent an earlier release wrote down, which meanwhile ran on."""
    at, by = client.consented_at, client.consent_recorded_by or ""
    assert at is not None
    day = at.astimezone(ZoneInfo(practice.time_zone)).date()
    about = {"practice_id": client.practice_id, "client_id": client.id, "recorded_at": at, "recorded_by": by}
    made = {
        kind: Consent(id=uuid.uuid4(), kind=kind, given_on=day, given_how=ConsentHow.EARLIER, **about)
        for kind in ConsentKind
    }
    db.session.add_all(made.values())
    client.record_consented_at = at
    return made


def keep_in_step(client: Client, kind: ConsentKind, given_at: datetime | None, by: str | None) -> None:
    """Say on the client's own row since when a consent stands; without an instant, that it is withdrawn."""
    ended_at = now() if given_at is None else None
    if kind is ConsentKind.MAIL:
        client.consented_at, client.consent_recorded_by = given_at, by
        client.mail_withdrawn_at = ended_at
    else:
        client.record_consented_at, client.record_withdrawn_at = given_at, ended_at


def noon(day: date, practice: Practice) -> datetime:
    """The instant that a day of consent is kept as."""
    # noon stays the same day in every way it may be shown
    return datetime.combine(day, time(12), ZoneInfo(practice.time_zone))
