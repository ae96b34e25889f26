"""Assessments: begun, recorded section by section, signed, and from then on never changed, only amended."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload, selectinload

from clinic.catalogue import load_catalogue
from clinic.catalogue.plain_words import plain_words
from clinic.domain.access import Permission
from clinic.domain.assessment import Battery, BatteryItem, Field
from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from clinic.domain.notes import NoteStatus
from clinic.domain.types import AssessmentStatus, FieldKind
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Assessment, AssessmentDraft, Client, Exercise, ExerciseMistake, Finding, VisitNote
from clinic.models.base import given, points_at
from clinic.services import access, audit, warnings
from clinic.services.actors import Actor
from clinic.services.assessments import reading, shared
from clinic.services.assessments.drafts import close, draft_for, drop
from clinic.services.assessments.findings import stored
from clinic.services.assessments.history import AssessmentRecord, records
from clinic.services.batteries.offered import CHOSEN, batteries_for, battery_for, snapshot
from clinic.services.clock import now, today_in
from clinic.services.routines import signoffs
from clinic.services.routines.signoffs import Wording, WordingPart
from clinic.services.transaction import transaction

EARLIEST_YEAR = 2000
WITH_FINDINGS = selectinload(Assessment.findings)
WHOLE = (
    joinedload(Assessment.client),
    joinedload(Assessment.author),
    joinedload(Assessment.signer),
    joinedload(Assessment.draft).joinedload(AssessmentDraft.saver),
    joinedload(Assessment.notes)
    .load_only(VisitNote.visited_on, VisitNote.status, raiseload=True)
    .joinedload(VisitNote.author),
    WITH_FINDINGS,
)
_OF_CLIENT = (
    select(Assessment)
    .where(given(Assessment.practice_id), given(Assessment.client_id))
    .order_by(Assessment.taken_on.desc(), Assessment.created_at.desc())
    .options(joinedload(Assessment.author), joinedload(Assessment.signer))
)
# of the move that the catalogue's tests look at; moves of the practice's own have mistakes with names, too
_NAMED_MISTAKE = (
    select(ExerciseMistake)
    .join(Exercise, points_at(ExerciseMistake.exercise_id, Exercise))
    .where(given(ExerciseMistake.practice_id), ExerciseMistake.is_named, given(Exercise.key, "move"))
)


@dataclass(frozen=True, slots=True)
class AskedItems:
    """What a new assessment asks for, as it keeps it, and the battery that comes from."""

    key: str
    version: int
    title: str
    items: list[dict[str, Any]]

    @classmethod
    def by(cls, battery: Battery) -> AskedItems:
        """All of a battery."""
        return cls(battery.id, battery.version, battery.name, snapshot(battery.items))


@dataclass(frozen=True, slots=True)
class ClientAssessments:
    """A client's assessments, newest first; the first and the latest signed one as they read now."""

    all: Sequence[Assessment]
    first: AssessmentRecord | None
    latest: AssessmentRecord | None


def batteries(actor: Actor) -> tuple[Battery, ...]:
    """The batteries an assessment can be taken with: the practice's own, then the shipped."""
    return batteries_for(actor)


def for_client(actor: Actor, client_id: uuid.UUID) -> ClientAssessments:
    """A client's assessments for their page: three queries besides the client."""
    client = access.client_for(actor, client_id)
    access.staff_only(actor)
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    found = list(db.session.scalars(_OF_CLIENT, whose))
    signed = [each for each in found if each.status is AssessmentStatus.SIGNED]
    ends = records([signed[-1], signed[0]][-len(signed) :]) if signed else []
    return ClientAssessments(found, ends[0] if len(ends) > 1 else None, ends[-1] if ends else None)


def whole(actor: Actor, assessment_id: uuid.UUID) -> Assessment:
    """An assessment with its client, its people and its findings: two queries."""
    return access.assessment_for(actor, assessment_id, *WHOLE)


def named_mistake(actor: Actor) -> ExerciseMistake | None:
    """The practice's named mistake that assessments ask about, with the meaning it was given, if any."""
    whose = {"practice_id": actor.practice_id, "move": load_catalogue().named_mistake.exercise}
    return db.session.scalars(_NAMED_MISTAKE, whose).first()


def begin(actor: Actor, client_id: uuid.UUID, battery_ref: str, taken_on: date) -> Assessment:
    """Begin a draft with a shipped battery or one of the practice's own, as `begin_with_items` does."""
    with transaction():
        battery = battery_for(actor, battery_ref)
        if battery is None:
            raise RuleBroken(say("Choose one of these batteries."), "battery")
        return _begin(actor, client_id, AskedItems.by(battery), taken_on)


def begin_with_items(
    actor: Actor, client_id: uuid.UUID, title: str, items: Sequence[BatteryItem], taken_on: date
) -> Assessment:
    """Begin a draft that asks for these items and no others, under this title.

    Pressed twice, the second press finds the draft of the first while it is still empty.
    """
    with transaction():
        return _begin(actor, client_id, AskedItems(CHOSEN, 1, title, snapshot(items)), taken_on)


def sign(actor: Actor, assessment_id: uuid.UUID, version: int) -> Assessment:
    """Sign a draft and lock it for good; Conflict if it is not the version that was read."""
    with transaction() as session:
        assessment = draft_for(actor, assessment_id)
        _must_sign(actor)
        if assessment.version != version:
            raise Conflict
        if not stored(assessment):
            raise RuleBroken(say("Nothing is recorded yet. Record at least one finding, then sign."))
        close(assessment)
        assessment.status = AssessmentStatus.SIGNED
        assessment.signed_by = actor.user_id
        assessment.signed_at = now()
        name, day = reading.name_of(assessment), assessment.taken_on.isoformat()
        _note(actor, assessment, "signed", name=name, day=day)
        session.flush()
        shared.keep(access.client_for(actor, assessment.client_id))
    return assessment


def has_signed(actor: Actor, client_id: uuid.UUID) -> bool:
    """Whether a client has a signed assessment."""
    query = select(Assessment.id).where(
        Assessment.practice_id == actor.practice_id,
        Assessment.client_id == client_id,
        Assessment.status == AssessmentStatus.SIGNED,
    )
    return db.session.scalar(query.limit(1)) is not None


def change_day(actor: Actor, assessment_id: uuid.UUID, was: date, taken_on: date) -> None:
    """Put right the day a draft was taken; Conflict if it is not the day any more that was shown."""
    with transaction():
        assessment = draft_for(actor, assessment_id)
        _check_day(actor, taken_on)
        if assessment.taken_on == taken_on:
            return
        if assessment.taken_on != was:
            raise Conflict
        assessment.taken_on = taken_on
        old, new = was.isoformat(), taken_on.isoformat()
        audit.record(actor, "assessment.dated", subject_id=assessment.id, was=old, day=new)


def discard(actor: Actor, assessment_id: uuid.UUID, version: int) -> uuid.UUID:
    """Throw a draft away with what is in it; returns its client. Conflict if it changed since it was read."""
    with transaction() as session:
        assessment = draft_for(actor, assessment_id)
        if assessment.version != version:
            raise Conflict
        name, day = reading.name_of(assessment), assessment.taken_on.isoformat()
        _note(actor, assessment, "discarded", name=name, day=day)
        _leave_notes(assessment)
        drop(assessment)
        warnings.let_go(assessment)
        mine = (Finding.practice_id == assessment.practice_id, Finding.assessment_id == assessment.id)
        session.execute(delete(Finding).where(*mine).execution_options(synchronize_session=False))
        session.delete(assessment)
    return assessment.client_id


def _leave_notes(assessment: Assessment) -> None:
    """Notes that stand beside a draft stay, without it; RuleBroken where one of them is signed."""
    beside = (VisitNote.practice_id == assessment.practice_id, VisitNote.assessment_id == assessment.id)
    notes = db.session.scalars(select(VisitNote).where(*beside)).all()
    if any(note.status is NoteStatus.SIGNED for note in notes):
        raise RuleBroken(say("A signed note stands beside this draft, so it is kept. Finish it instead."))
    for note in notes:
        note.assessment_id = None


def wording_of(assessment: Assessment) -> Wording | None:
    """The words of its tests, for a practitioner to take as the practice's; None if nothing is asked."""
    items = reading.items_of(assessment)
    if not items:
        return None
    parts = tuple(WordingPart(item.test.name, tuple(_lines(item))) for item in items)
    wording = Wording(
        f"assessment:{assessment.battery_key}:{assessment.battery_version}",
        reading.name_of(assessment),
        parts,
    )
    # picked tests have no battery whose words these are: they go by the words themselves
    scope = f"assessment:{CHOSEN}:{wording.digest[:16]}"
    return replace(wording, scope=scope) if assessment.battery_key == CHOSEN else wording


def sign_off_wording(actor: Actor, assessment_id: uuid.UUID, seen: str) -> None:
    """Put the actor's name under the battery's words; Conflict if they are not the ones that were read."""
    with transaction():
        assessment = access.assessment_for(actor, assessment_id, WITH_FINDINGS)
        _must_sign(actor)
        wording = wording_of(assessment)
        if wording is None:
            raise NotFound
        if wording.digest != seen:
            raise Conflict
        if signed := signoffs.sign(actor, [wording]):
            audit.record(actor, "wording.signed", subject_id=assessment.id, signed=signed)


def _must_sign(actor: Actor) -> None:
    if not actor.may(Permission.SIGN_ASSESSMENTS):
        raise Forbidden("A practitioner or the owner signs assessments.")


def _client_to_assess(actor: Actor, client_id: uuid.UUID) -> Client:
    access.staff_only(actor)
    client = access.client_for(actor, client_id)
    db.session.refresh(client, with_for_update=True)  # two presses at once are looked at one after the other
    return client


def _check_day(actor: Actor, taken_on: date) -> None:
    if taken_on > today_in(access.practice_of(actor).time_zone):
        raise RuleBroken(say("An assessment cannot be taken on a day to come."), "taken_on")
    if taken_on.year < EARLIEST_YEAR:
        raise RuleBroken(
            say("Enter a day from %(earliest_year)s on.", earliest_year=str(EARLIEST_YEAR)), "taken_on"
        )


def _begin(actor: Actor, client_id: uuid.UUID, asked: AskedItems, taken_on: date) -> Assessment:
    client = _client_to_assess(actor, client_id)
    _check_day(actor, taken_on)
    if (same := _empty_draft(actor, client, asked, taken_on)) is not None:
        return same
    assessment = Assessment(
        practice_id=client.practice_id,
        client_id=client.id,
        battery_key=asked.key,
        battery_version=asked.version,
        title=asked.title,
        items=asked.items,
        taken_on=taken_on,
        created_by=actor.user_id,
        created_at=now(),
    )
    db.session.add(assessment)
    db.session.flush()
    _note(actor, assessment, "begun", name=asked.title, day=taken_on.isoformat())
    return assessment


def _empty_draft(actor: Actor, client: Client, asked: AskedItems, taken_on: date) -> Assessment | None:
    query = select(Assessment).where(
        Assessment.practice_id == client.practice_id,
        Assessment.client_id == client.id,
        Assessment.created_by == actor.user_id,
        Assessment.battery_key == asked.key,
        Assessment.battery_version == asked.version,
        Assessment.taken_on == taken_on,
        Assessment.status == AssessmentStatus.DRAFT,
        ~Assessment.findings.any(),
    )
    same = (each for each in db.session.scalars(query) if each.items in (None, asked.items))
    return next(same, None)


def _note(actor: Actor, assessment: Assessment, verb: str, **details: str) -> None:
    audit.record(
        actor, f"assessment.{verb}", client_id=assessment.client_id, subject_id=assessment.id, **details
    )


def _lines(item: BatteryItem) -> list[str]:
    """The words of a test that nobody has signed yet: how it is done, hints, what to do beside a flag."""
    test = item.test
    lines = [test.how] if test.provenance.needs_sign_off else []
    lines += [f"{field.label}: {field.hint}" for field in item.fields if field.hint]
    lines += [each.text for each in test.thresholds if each.provenance.needs_sign_off]
    lines += list(
        dict.fromkeys(f"Same-day flag: {field.warning_do}" for field in item.fields if field.warning)
    )
    told = plain_words().get(test.id)
    lines += told.lines() if told else []
    normal = [f"{field.label} {_normal_words(field)}" for field in item.fields if field.normal]
    return [*lines, *([f"All normal means: {', '.join(normal)}."] if normal else [])]


def _normal_words(field: Field) -> str:
    if field.kind is FieldKind.FAULTS:
        return "none seen"
    return field.normal if field.is_numeric else dict(field.options)[field.normal].lower()
