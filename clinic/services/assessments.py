"""Assessments: begun, recorded section by section, signed, and from then on never changed, only amended."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from clinic.catalogue import load_catalogue
from clinic.catalogue.assessment import Battery, BatteryItem, Field
from clinic.domain.access import CLINICIANS
from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from clinic.domain.findings import Place, Signed, Value, check
from clinic.domain.types import AssessmentStatus, FieldKind, Section
from clinic.extensions import db
from clinic.models import Assessment, AuditEvent, Client, ExerciseMistake, Finding
from clinic.services import access, audit, signoffs
from clinic.services import assessment_reading as reading
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.signoffs import Part, Wording
from clinic.services.transaction import transaction

EARLIEST_YEAR = 2000
WHOLE = (
    joinedload(Assessment.client),
    joinedload(Assessment.author),
    joinedload(Assessment.signer),
    selectinload(Assessment.findings),
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The findings of the last signed assessment before another one."""

    assessment_id: uuid.UUID
    taken_on: date
    values: Mapping[Place, Value]


@dataclass(frozen=True, slots=True)
class Held:
    """A client's assessments, newest first; the first and the latest signed one with their findings."""

    all: list[Assessment]
    first: Assessment | None
    latest: Assessment | None


def batteries() -> tuple[Battery, ...]:
    """The batteries an assessment can be taken with."""
    return tuple(load_catalogue().batteries.values())


def for_client(actor: Actor, client_id: uuid.UUID) -> Held:
    """A client's assessments for their page: two queries besides the client."""
    client = access.client_for(actor, client_id)
    access.staff_only(actor)
    query = (
        select(Assessment)
        .where(Assessment.practice_id == client.practice_id, Assessment.client_id == client.id)
        .order_by(Assessment.taken_on.desc(), Assessment.created_at.desc())
        .options(joinedload(Assessment.author), joinedload(Assessment.signer))
    )
    found = list(db.session.scalars(query))
    signed = [each for each in found if each.status is AssessmentStatus.SIGNED]
    first, latest = (signed[-1], signed[0]) if signed else (None, None)
    if first and latest and first is not latest:
        _load_findings(first, latest)
    return Held(found, first, latest)


def whole(actor: Actor, assessment_id: uuid.UUID) -> Assessment:
    """An assessment with its client, its people and its findings: two queries."""
    return access.assessment_for(actor, assessment_id, *WHOLE)


def earlier(assessment: Assessment) -> Earlier | None:
    """The last signed assessment taken before this one, with its findings: two queries."""
    query = (
        select(Assessment)
        .where(
            Assessment.practice_id == assessment.practice_id,
            Assessment.client_id == assessment.client_id,
            Assessment.id != assessment.id,
            Assessment.status == AssessmentStatus.SIGNED,
            or_(
                Assessment.taken_on < assessment.taken_on,
                and_(
                    Assessment.taken_on == assessment.taken_on,
                    Assessment.created_at < assessment.created_at,
                ),
            ),
        )
        .order_by(Assessment.taken_on.desc(), Assessment.created_at.desc())
        .limit(1)
        .options(selectinload(Assessment.findings))
    )
    found = db.session.scalars(query).one_or_none()
    return Earlier(found.id, found.taken_on, reading.values_of(found.findings)) if found else None


def named_mistake(actor: Actor) -> ExerciseMistake | None:
    """The practice's own named mistake, with the meaning its practitioner gave it, if any."""
    query = select(ExerciseMistake).where(
        ExerciseMistake.practice_id == actor.practice_id, ExerciseMistake.is_named
    )
    return db.session.scalars(query).first()


def last_saved(assessment: Assessment) -> AuditEvent | None:
    """The last time somebody saved a draft, out of the audit trail."""
    query = (
        select(AuditEvent)
        .where(
            AuditEvent.practice_id == assessment.practice_id,
            AuditEvent.subject_id == assessment.id,
            AuditEvent.action.in_(("assessment.saved", "assessment.signed")),
        )
        .order_by(AuditEvent.happened_at.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()


def begin(actor: Actor, client_id: uuid.UUID, battery_key: str, taken_on: date) -> Assessment:
    """Begin a draft; pressed twice, the second press finds the draft of the first while it is still empty."""
    with transaction() as session:
        client = _client_to_assess(actor, client_id)
        battery = load_catalogue().batteries.get(battery_key)
        if battery is None:
            raise RuleBroken("Choose one of these batteries.", "battery")
        _check_day(actor, taken_on)
        if (same := _empty_draft(actor, client, battery, taken_on)) is not None:
            return same
        assessment = Assessment(
            practice_id=client.practice_id,
            client_id=client.id,
            battery_key=battery.id,
            battery_version=battery.version,
            taken_on=taken_on,
            created_by=actor.user_id,
            created_at=now(),
        )
        session.add(assessment)
        session.flush()
        _note(actor, assessment, "begun", name=battery.name, day=taken_on.isoformat())
    return assessment


def save_section(
    actor: Actor,
    assessment_id: uuid.UUID,
    section: Section,
    values: Mapping[Place, Value],
    note: str | None,
    seen: str,
) -> int:
    """Keep one section of a draft as it was typed; returns how many findings changed.

    Raises Conflict if the section is not the one that was seen (`seen` is its digest) and differs from what
    was typed, Signed if it was signed meanwhile, RuleBroken for a value its field does not take.
    """
    with transaction():
        assessment = _draft_for(actor, assessment_id)
        items = reading.in_section(reading.items_of(assessment), section)
        _check_values(items, values)
        stored = _stored(assessment, {item.test.id for item in items})
        held = reading.values_of(stored.values())
        if held == values and assessment.note == note:
            return 0
        if reading.digest(held, assessment.note) != seen:
            raise Conflict
        changed = _write(assessment, stored, values, _units(items))
        assessment.note = note
        db.session.flush()
        db.session.expire(assessment, ["findings"])
        flag_modified(assessment, "status")  # findings are rows of their own: the version counts them too
        audit.record(
            actor, "assessment.saved", subject_id=assessment.id, section=section.value, findings=changed
        )
    return changed


def sign(actor: Actor, assessment_id: uuid.UUID, version: int) -> Assessment:
    """Sign a draft and lock it for good; Conflict if it is not the version that was read."""
    with transaction():
        assessment = _draft_for(actor, assessment_id)
        _must_sign(actor)
        if assessment.version != version:
            raise Conflict
        if not _stored(assessment):
            raise RuleBroken("Nothing is recorded yet. Record at least one finding, then sign.")
        assessment.status = AssessmentStatus.SIGNED
        assessment.signed_by = actor.user_id
        assessment.signed_at = now()
        name, day = reading.name_of(assessment), assessment.taken_on.isoformat()
        _note(actor, assessment, "signed", name=name, day=day)
    return assessment


def discard(actor: Actor, assessment_id: uuid.UUID, version: int) -> uuid.UUID:
    """Throw a draft away with what is in it; returns its client. Conflict if it changed since it was read."""
    with transaction() as session:
        assessment = _draft_for(actor, assessment_id)
        if assessment.version != version:
            raise Conflict
        name, day = reading.name_of(assessment), assessment.taken_on.isoformat()
        _note(actor, assessment, "discarded", name=name, day=day)
        mine = (Finding.practice_id == assessment.practice_id, Finding.assessment_id == assessment.id)
        session.execute(delete(Finding).where(*mine).execution_options(synchronize_session=False))
        session.delete(assessment)
    return assessment.client_id


def wording_of(assessment: Assessment) -> Wording | None:
    """The battery's words, for a practitioner to take as the practice's; None if its version is gone."""
    battery = reading.battery_of(assessment)
    if battery is None:
        return None
    parts = tuple(Part(item.test.name, tuple(_lines(item))) for item in battery.items)
    return Wording(f"assessment:{battery.id}:{battery.version}", battery.name, parts)


def sign_off_wording(actor: Actor, assessment_id: uuid.UUID, seen: str) -> None:
    """Put the actor's name under the battery's words; Conflict if they are not the ones that were read."""
    with transaction():
        assessment = access.assessment_for(actor, assessment_id, selectinload(Assessment.findings))
        _must_sign(actor)
        wording = wording_of(assessment)
        if wording is None:
            raise NotFound
        if wording.digest != seen:
            raise Conflict
        if signed := signoffs.sign(actor, [wording]):
            audit.record(actor, "wording.signed", subject_id=assessment.id, signed=signed)


def _draft_for(actor: Actor, assessment_id: uuid.UUID) -> Assessment:
    """The only way to an assessment that may still be changed; locked until the transaction ends."""
    assessment = access.assessment_for(actor, assessment_id)
    try:
        db.session.refresh(assessment, ["status", "note", "version"], with_for_update=True)
    except InvalidRequestError:  # discarded between the two looks at it
        raise NotFound from None
    if assessment.status is AssessmentStatus.SIGNED:
        raise Signed("This assessment is signed. Amendments are added, not edited.")
    return assessment


def _must_sign(actor: Actor) -> None:
    if actor.role not in CLINICIANS:
        raise Forbidden("A practitioner or the owner signs assessments.")


def _client_to_assess(actor: Actor, client_id: uuid.UUID) -> Client:
    access.staff_only(actor)
    client = access.client_for(actor, client_id)
    db.session.refresh(client, with_for_update=True)  # two presses at once are looked at one after the other
    return client


def _check_day(actor: Actor, taken_on: date) -> None:
    if taken_on > today_in(access.practice_of(actor).time_zone):
        raise RuleBroken("An assessment cannot be taken on a day to come.", "taken_on")
    if taken_on.year < EARLIEST_YEAR:
        raise RuleBroken(f"Enter a day from {EARLIEST_YEAR} on.", "taken_on")


def _empty_draft(actor: Actor, client: Client, battery: Battery, taken_on: date) -> Assessment | None:
    query = select(Assessment).where(
        Assessment.practice_id == client.practice_id,
        Assessment.client_id == client.id,
        Assessment.created_by == actor.user_id,
        Assessment.battery_key == battery.id,
        Assessment.battery_version == battery.version,
        Assessment.taken_on == taken_on,
        Assessment.status == AssessmentStatus.DRAFT,
        ~Assessment.findings.any(),
    )
    return db.session.scalars(query.limit(1)).first()


def _note(actor: Actor, assessment: Assessment, verb: str, **details: str) -> None:
    audit.record(
        actor, f"assessment.{verb}", client_id=assessment.client_id, subject_id=assessment.id, **details
    )


def _load_findings(*assessments: Assessment) -> None:
    """Load the findings of a few assessments that are already in the session, in one query."""
    ids = [each.id for each in assessments]
    practice = assessments[0].practice_id
    query = select(Assessment).where(Assessment.practice_id == practice, Assessment.id.in_(ids))
    db.session.scalars(
        query.options(selectinload(Assessment.findings)).execution_options(populate_existing=True)
    ).all()


def _stored(assessment: Assessment, tests: set[str] | None = None) -> dict[Place, Finding]:
    query = select(Finding).where(
        Finding.practice_id == assessment.practice_id, Finding.assessment_id == assessment.id
    )
    rows = db.session.scalars(query.execution_options(populate_existing=True))
    return {reading.place_of(row): row for row in rows if tests is None or row.test_key in tests}


def _check_values(items: tuple[BatteryItem, ...], values: Mapping[Place, Value]) -> None:
    known = {spot.place: spot for spot in reading.spots(items)}
    for place, value in values.items():
        if place not in known:
            raise RuleBroken(f"There is no place for {place.test}, {place.field}, {place.side.value}.")
        try:
            check(known[place].field, value)
        except RuleBroken as problem:
            raise RuleBroken(problem.message, "-".join(place)) from None


def _units(items: tuple[BatteryItem, ...]) -> dict[Place, str | None]:
    return {spot.place: spot.field.unit or None for spot in reading.spots(items)}


def _write(
    assessment: Assessment,
    stored: Mapping[Place, Finding],
    values: Mapping[Place, Value],
    units: Mapping[Place, str | None],
) -> int:
    changed = 0
    for place in stored.keys() - values.keys():
        db.session.delete(stored[place])
        changed += 1
    for place, value in values.items():
        row = stored.get(place)
        if row is not None and reading.value_of(row) == value:
            continue
        if row is None:
            row = Finding(
                practice_id=assessment.practice_id,
                assessment_id=assessment.id,
                test_key=place.test,
                field_key=place.field,
                side=place.side,
            )
            db.session.add(row)
        row.value_number, row.value_text = (None, value) if isinstance(value, str) else (value, None)
        row.unit = units[place]
        changed += 1
    return changed


def _lines(item: BatteryItem) -> list[str]:
    """The words of a test that nobody has signed yet: how it is done, hints, what to do beside a flag."""
    test = item.test
    lines = [test.how] if test.provenance.needs_sign_off else []
    lines += [f"{field.label}: {field.hint}" for field in item.fields if field.hint]
    lines += [each.text for each in test.thresholds if each.provenance.needs_sign_off]
    lines += list(
        dict.fromkeys(f"Same-day flag: {field.warning_do}" for field in item.fields if field.warning)
    )
    normal = [f"{field.label} {_normal_words(field)}" for field in item.fields if field.normal]
    return [*lines, *([f"All normal means: {', '.join(normal)}."] if normal else [])]


def _normal_words(field: Field) -> str:
    if field.kind is FieldKind.FAULTS:
        return "none seen"
    return field.normal if field.is_numeric else dict(field.options)[field.normal].lower()
