"""A draft as it is being recorded: kept field by field, whoever types, and nothing typed is thrown away."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm.attributes import flag_modified

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.findings import Place, Signed, Value, written
from clinic.domain.merging import Fate, fate
from clinic.domain.spots import Spot, is_counted
from clinic.domain.types import AssessmentStatus, Section
from clinic.extensions import db
from clinic.models import Assessment, AssessmentDraft, Finding
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.assessments import findings as assessment_findings
from clinic.services.assessments import flags as assessment_flags
from clinic.services.assessments import reading
from clinic.services.assessments.layout import (
    SHARED,
    Layout,
    is_kept_as_typed,
    layout,
    shared_name,
    value_of,
)
from clinic.services.clock import now
from clinic.services.transaction import transaction

NOTE = "note"  # the name of the note on the whole assessment, beside the names of fields
SITTING = timedelta(minutes=15)  # somebody who saves as they type is noted in the audit trail once


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored of a section, as a form holds it, by the field's name; "" and absent are the same.

    `refused` says what is wrong with texts that are no value of their field; `as_normal` are the fields that
    "all normal" set.
    """

    texts: Mapping[str, str]
    refused: Mapping[str, str] = field(default_factory=dict)
    as_normal: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Edit:
    """One field as its page showed it, and as it came back."""

    base: str
    mine: str
    as_normal: bool = False


@dataclass(frozen=True, slots=True)
class Collision:
    """Two different changes of one field: the one that came back, and the one that is stored.

    `base` is what both found.
    """

    mine: str
    theirs: str
    base: str = ""


@dataclass(frozen=True, slots=True)
class Saver:
    """Who saved a draft last, and when."""

    user_id: uuid.UUID
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an attempt to save: how many fields changed, which collided, and what stands now.

    `other` is who had saved before, where something collided.
    """

    changed: int
    collided: Mapping[str, Collision]
    now: Standing
    other: Saver | None = None


def standing(assessment: Assessment, laid: Layout) -> Standing:
    """What the page of a section shows; no query where draft and findings are loaded."""
    return _standing(assessment, laid, assessment.findings, assessment.draft)


def keep(
    actor: Actor,
    assessment_id: uuid.UUID,
    section: Section,
    edits: Mapping[str, Edit],
    *,
    by_hand: bool = True,
) -> Kept:
    """Keep what was changed in one section of a draft, field by field, by the field's name.

    A field that somebody else changed meanwhile to something else is left as they put it and told of.
    What cannot be read is kept as it was typed. Raises Signed if it was signed meanwhile, RuleBroken for a
    field that the section does not have or a code that none of its buttons sends.
    """
    with transaction():
        assessment = draft_for(actor, assessment_id)
        laid = layout(assessment, section)
        _check(laid, edits)
        rows, own = assessment_findings.stored(assessment), _own(assessment)
        before = _standing(assessment, laid, rows.values(), own)
        taken, collided = _settled(edits, before.texts)
        other = Saver(own.saved_by, own.saver.name, own.saved_at) if collided and own else None
        if not taken:
            return Kept(0, collided, before, other)
        after = _after(laid, before, taken, edits)
        values = _values(laid, after)
        changed = assessment_findings.write(assessment, rows, laid, values, after.as_normal)
        assessment.note = after.texts.get(NOTE) or None
        _mark(actor, assessment, own, laid, after, by_hand=by_hand, changed=changed)
        assessment_flags.watch(actor, assessment, reading.values_of(assessment.findings))
    return Kept(len(taken), collided, after, other)


def draft_for(actor: Actor, assessment_id: uuid.UUID) -> Assessment:
    """The only way to an assessment that may still be changed; locked until the transaction ends."""
    assessment = access.assessment_for(actor, assessment_id)
    try:
        db.session.refresh(assessment, ["status", "note", "taken_on", "version"], with_for_update=True)
    except InvalidRequestError:  # discarded between the two looks at it
        raise NotFound from None
    if assessment.status is AssessmentStatus.SIGNED:
        raise Signed("This assessment is signed. Amendments are added, not edited.")
    return assessment


def close(assessment: Assessment) -> None:
    """End what a draft holds besides its findings, before it is signed.

    RuleBroken where something typed could not be read: it would be lost from sight.
    """
    own = _own(assessment)
    if own is None:
        return
    if own.refused:
        one = len(own.refused) == 1
        raise RuleBroken(
            f"{'1 entry' if one else f'{len(own.refused)} entries'} cannot be read as typed. "
            f"Put {'it' if one else 'them'} right or empty {'it' if one else 'them'}, then sign."
        )
    drop(assessment)


def drop(assessment: Assessment) -> None:
    """Delete what a draft holds besides its findings."""
    mine = (
        AssessmentDraft.practice_id == assessment.practice_id,
        AssessmentDraft.assessment_id == assessment.id,
    )
    db.session.execute(delete(AssessmentDraft).where(*mine).execution_options(synchronize_session=False))


def _standing(
    assessment: Assessment, laid: Layout, findings: Iterable[Finding], own: AssessmentDraft | None
) -> Standing:
    rows = {reading.place_of(row).name: row for row in findings}
    here = {name: rows[name] for name in laid.spots if name in rows}
    texts = {
        name: " ".join(written(laid.spots[name].field, reading.value_of(row))) for name, row in here.items()
    }
    refused = {}
    if own is not None:
        conditions = own.conditions.get(laid.section.value, {})
        texts |= {shared_name(each): conditions.get(each.id, "") for each in laid.shared}
        refused = {name: text for name, text in own.refused.items() if name in laid.spots}
    texts |= refused
    for name, shared in laid.follows.items():
        if texts.get(name) and texts.get(name) == texts.get(shared):
            texts[name] = ""  # as for the whole section
    if assessment.note:
        texts[NOTE] = assessment.note
    return Standing(
        {name: text for name, text in texts.items() if text},
        _refusals(laid, texts),
        frozenset(name for name, row in here.items() if row.as_normal),
    )


def _refusals(laid: Layout, texts: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name, spot in laid.spots.items():
        try:
            value_of(spot.field, texts.get(name, ""))
        except RuleBroken as problem:
            found[name] = problem.message
    return found


def _check(laid: Layout, edits: Mapping[str, Edit]) -> None:
    for name, edit in edits.items():
        if name == NOTE:
            continue
        if name not in laid.spots:
            raise RuleBroken(f"There is no field {name[:60]} in this section.")
        each = laid.spots[name].field
        try:
            value_of(each, edit.mine)
        except RuleBroken as problem:
            if not is_kept_as_typed(each, edit.mine):
                raise RuleBroken(problem.message, name) from None


def _settled(
    edits: Mapping[str, Edit], stored: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, Collision]]:
    taken, collided = {}, {}
    for name, edit in edits.items():
        theirs = stored.get(name, "")
        match fate(edit.base, edit.mine, theirs):
            case Fate.KEEP:
                taken[name] = edit.mine
            case Fate.COLLIDES:
                collided[name] = Collision(edit.mine, theirs, edit.base)
    return taken, collided


def _after(laid: Layout, before: Standing, taken: Mapping[str, str], edits: Mapping[str, Edit]) -> Standing:
    texts = {name: text for name, text in {**before.texts, **taken}.items() if text}
    for name, shared in laid.follows.items():
        if name in texts and texts[name] == texts.get(shared):
            del texts[name]
    set_now = {name for name in taken if edits[name].as_normal}
    return Standing(texts, _refusals(laid, texts), frozenset((before.as_normal - taken.keys()) | set_now))


def _values(laid: Layout, after: Standing) -> dict[Place, Value]:
    """The values to store; what was measured with takes part once its test has something measured."""
    values: dict[Place, Value] = {}
    for name, spot in laid.spots.items():
        if spot.place.test == SHARED or name in after.refused:
            continue
        value = value_of(spot.field, after.texts.get(name, ""))
        if value is not None:
            values[spot.place] = value
    measured = {
        spot.place.test for spot in laid.spots.values() if _says_something(spot) and spot.place in values
    }
    for name, shared in laid.follows.items():
        place = laid.spots[name].place
        if place not in values and place.test in measured and shared in after.texts:
            values[place] = after.texts[shared]
    return values


def _says_something(spot: Spot) -> bool:
    return is_counted(spot) and not spot.field.way


def _own(assessment: Assessment) -> AssessmentDraft | None:
    query = select(AssessmentDraft).where(
        AssessmentDraft.practice_id == assessment.practice_id,
        AssessmentDraft.assessment_id == assessment.id,
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _mark(
    actor: Actor,
    assessment: Assessment,
    own: AssessmentDraft | None,
    laid: Layout,
    after: Standing,
    *,
    by_hand: bool,
    changed: int,
) -> None:
    """Who saved last, what they could not be understood in, and a line in the trail for each sitting."""
    at = now()
    is_told = by_hand or own is None or own.saved_by != actor.user_id or at - own.saved_at > SITTING
    if own is None:
        own = AssessmentDraft(practice_id=assessment.practice_id, assessment_id=assessment.id)
        own.refused, own.conditions = {}, {}
        db.session.add(own)
    elsewhere = {name: text for name, text in own.refused.items() if name not in laid.spots}
    own.refused = elsewhere | {name: after.texts[name] for name in after.refused}
    own.conditions = {**own.conditions, laid.section.value: _conditions(laid, after)}
    own.saved_by, own.saved_at = actor.user_id, at
    db.session.flush()
    db.session.expire(assessment, ["findings", "draft"])
    flag_modified(assessment, "status")  # findings are rows of their own: the version counts them too
    if is_told:
        audit.record(
            actor,
            "assessment.saved",
            subject_id=assessment.id,
            section=laid.section.value,
            findings=changed,
        )


def _conditions(laid: Layout, after: Standing) -> dict[str, str]:
    names = {each.id: shared_name(each) for each in laid.shared}
    return {key: after.texts[name] for key, name in names.items() if name in after.texts}


def saved_when(assessment: Assessment) -> datetime | None:
    """When something of a draft was last kept."""
    return assessment.draft.saved_at if assessment.draft else None
