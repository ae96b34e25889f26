"""A draft as it is being recorded: kept field by field, whoever types, and nothing typed is thrown away."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import delete, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm.attributes import flag_modified

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.findings import Entry, Place, Signed, Unread, Value, check, enter, spelled
from clinic.domain.merging import FieldFate, fate
from clinic.domain.spots import Spot, is_counted, left_out
from clinic.domain.types import AssessmentStatus, Section
from clinic.domain.words import say, say_many
from clinic.extensions import db
from clinic.models import Assessment, AssessmentDraft, Finding
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.assessments import findings as assessment_findings
from clinic.services.assessments import reading
from clinic.services.assessments import warnings as assessment_warnings
from clinic.services.assessments.layout import (
    SHARED,
    Layout,
    layout,
    shared_name,
)
from clinic.services.clock import now
from clinic.services.transaction import transaction

NOTE = "note"  # the name of the note on the whole assessment, beside the names of fields
SITTING = timedelta(minutes=15)  # somebody who saves as they type is noted in the audit trail once


@dataclass(frozen=True)
class SectionStanding:
    """What is stored of a section by the field's name, the note among it.

    `as_normal` are the fields that "all normal" set.
    """

    entries: Mapping[str, Entry]
    as_normal: frozenset[str] = frozenset()

    @cached_property
    def texts(self) -> dict[str, str]:
        """The same as a form holds it; "" and absent are the same."""
        return {name: spelled(entry) for name, entry in self.entries.items()}

    @property
    def refused(self) -> dict[str, str]:
        """What is wrong with texts that are no value of their field."""
        return {name: each.problem for name, each in self.entries.items() if isinstance(each, Unread)}


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """One field as its page spelled it, and what came back."""

    base: str
    mine: Entry | None
    as_normal: bool = False


@dataclass(frozen=True, slots=True)
class FieldCollision:
    """Two different changes of one field: the one that came back, and the one that is stored.

    `base` is what both found, as a page spells it.
    """

    mine: Entry | None
    theirs: Entry | None
    base: str = ""


@dataclass(frozen=True, slots=True)
class DraftSaver:
    """Who saved a draft last, and when."""

    user_id: uuid.UUID
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SectionKept:
    """What became of an attempt to save: how many fields changed, which collided, and what stands now.

    `other` is who had saved before, where something collided.
    """

    changed: int
    collided: Mapping[str, FieldCollision]
    now: SectionStanding
    other: DraftSaver | None = None


def standing(assessment: Assessment, laid: Layout) -> SectionStanding:
    """What the page of a section shows; no query where draft and findings are loaded."""
    return _standing(assessment, laid, assessment.findings, assessment.draft)


def next_empty(assessment: Assessment) -> tuple[Section, str] | None:
    """Where a draft goes on: the first field that is wanted and empty, in the order of the pages."""
    for section in Section:
        laid = layout(assessment, section)
        held = standing(assessment, laid).entries
        spared = left_out(laid.items, {spot.place: held.get(name) for name, spot in laid.spots.items()})
        for name, spot in laid.spots.items():
            if is_counted(spot) and not (name in held or name in laid.follows or spot.place in spared):
                return section, name
    return None


def keep(
    actor: Actor,
    assessment_id: uuid.UUID,
    section: Section,
    edits: Mapping[str, FieldEdit],
    *,
    by_hand: bool = True,
) -> SectionKept:
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
        taken, collided = _settled(edits, before.entries)
        other = DraftSaver(own.saved_by, own.saver.name, own.saved_at) if collided and own else None
        if not taken:
            return SectionKept(0, collided, before, other)
        after = _after(laid, before, taken, edits)
        values = _values(laid, after.entries)
        changed = assessment_findings.write(assessment, rows, laid, values, after.as_normal)
        assessment.note = after.texts.get(NOTE)
        _mark(actor, assessment, own, laid, after, by_hand=by_hand, changed=changed)
        assessment_warnings.watch(actor, assessment, reading.values_of(assessment.findings))
    return SectionKept(len(taken), collided, after, other)


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
        raise RuleBroken(
            say_many(
                "1 entry cannot be read as typed. Put it right or empty it, then sign.",
                "%(number)s entries cannot be read as typed. Put them right or empty them, then sign.",
                len(own.refused),
            )
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
) -> SectionStanding:
    rows = {reading.place_of(row).name: row for row in findings}
    here = {name: rows[name] for name in laid.spots if name in rows}
    entries: dict[str, Entry] = {name: reading.value_of(row) for name, row in here.items()}
    if own is not None:
        entries |= _asked_once(laid, own) | _unread(laid, own)
    if assessment.note:
        entries[NOTE] = assessment.note
    as_normal = frozenset(name for name, row in here.items() if row.as_normal)
    return SectionStanding(_without_repeats(laid, entries), as_normal)


def _asked_once(laid: Layout, own: AssessmentDraft) -> dict[str, Entry]:
    conditions = own.conditions.get(laid.section.value, {})
    return {shared_name(each): conditions[each.id] for each in laid.shared if conditions.get(each.id)}


def _unread(laid: Layout, own: AssessmentDraft) -> dict[str, Entry]:
    """What stands in the draft as it was typed; it is read again for the words on what is wrong with it."""
    here = {name: text for name, text in own.refused.items() if name in laid.spots}
    read = {name: enter(laid.spots[name].field, [text]) for name, text in here.items()}
    return {name: entry for name, entry in read.items() if entry is not None}


def _without_repeats(laid: Layout, entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """What says the same as the whole section is left to that."""
    repeats = {name for name, shared in laid.follows.items() if entries.get(name) == entries.get(shared)}
    return {name: entry for name, entry in entries.items() if name not in repeats}


def _check(laid: Layout, edits: Mapping[str, FieldEdit]) -> None:
    for name, edit in edits.items():
        if name == NOTE:
            continue
        if name not in laid.spots:
            raise RuleBroken(say("There is no field %(name)s in this section.", name=name[:60]))
        if isinstance(edit.mine, Unread):
            if not edit.mine.is_slip:
                raise RuleBroken(edit.mine.problem, name)
        elif edit.mine is not None:
            check(laid.spots[name].field, edit.mine)


def _settled(
    edits: Mapping[str, FieldEdit], stored: Mapping[str, Entry]
) -> tuple[dict[str, Entry | None], dict[str, FieldCollision]]:
    taken: dict[str, Entry | None] = {}
    collided = {}
    for name, edit in edits.items():
        theirs = stored.get(name)
        match fate(edit.base, spelled(edit.mine), spelled(theirs)):
            case FieldFate.KEEP:
                taken[name] = edit.mine
            case FieldFate.COLLIDES:
                collided[name] = FieldCollision(edit.mine, theirs, edit.base)
    return taken, collided


def _after(
    laid: Layout, before: SectionStanding, taken: Mapping[str, Entry | None], edits: Mapping[str, FieldEdit]
) -> SectionStanding:
    changed = {**before.entries, **taken}
    entries = {name: entry for name, entry in changed.items() if entry is not None}
    set_now = {name for name in taken if edits[name].as_normal}
    as_normal = frozenset((before.as_normal - taken.keys()) | set_now)
    return SectionStanding(_without_repeats(laid, entries), as_normal)


def _values(laid: Layout, entries: Mapping[str, Entry]) -> dict[Place, Value]:
    """The values to store; what was measured with takes part once its test has something measured."""
    read = {name: entry for name, entry in entries.items() if not isinstance(entry, Unread)}
    values = {
        spot.place: read[name]
        for name, spot in laid.spots.items()
        if name in read and spot.place.test != SHARED
    }
    measured = {
        spot.place.test for spot in laid.spots.values() if _says_something(spot) and spot.place in values
    }
    for name, shared in laid.follows.items():
        place = laid.spots[name].place
        if place not in values and place.test in measured and shared in read:
            values[place] = read[shared]
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
    after: SectionStanding,
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


def _conditions(laid: Layout, after: SectionStanding) -> dict[str, str]:
    names = {each.id: shared_name(each) for each in laid.shared}
    return {key: after.texts[name] for key, name in names.items() if name in after.texts}


def saved_when(assessment: Assessment) -> datetime | None:
    """When something of a draft was last kept."""
    return assessment.draft.saved_at if assessment.draft else None
