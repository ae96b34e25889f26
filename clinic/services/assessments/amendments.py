"""Amendments: what is added to a signed assessment, with its reason; what was signed stays as it was."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clinic.domain.access import Permission
from clinic.domain.errors import Conflict, Forbidden, RuleBroken, must_hold
from clinic.domain.findings import Place, Value, Values, check, spelled
from clinic.domain.spots import Spot, spots_of
from clinic.domain.types import AssessmentStatus
from clinic.domain.words import say
from clinic.models import Amendment, Assessment
from clinic.services import access, audit, once
from clinic.services.actors import Actor
from clinic.services.assessments import reading, shared
from clinic.services.assessments import warnings as assessment_warnings
from clinic.services.assessments.history import effective
from clinic.services.assessments.recording import WITH_FINDINGS
from clinic.services.clock import now
from clinic.services.transaction import one_at_a_time, transaction

LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentWish:
    """An amendment to be. `key` is the form's own, so that sending it twice is once.

    Without a place it is a note alone; with a place and no value, what was recorded there is withdrawn.
    `seen` is what stood at the place when the form was shown, as `spelled`; None where nobody looked.
    """

    key: str
    place: Place | None
    value: Value | None
    note: str
    reason: str
    seen: str | None = None


def amend(actor: Actor, assessment_id: uuid.UUID, wish: AmendmentWish) -> uuid.UUID:
    """Add to a signed assessment; returns the amendment. RuleBroken names the field that is wrong.

    A corrected value that wants a doctor the same day raises its flag like one that is recorded. Conflict
    where something else stands at the place than was seen.
    """
    with transaction() as session:
        assessment = access.assessment_for(actor, assessment_id, WITH_FINDINGS)
        one_at_a_time(Assessment, assessment.id)
        # the words too: a form that is gone back to and changed is another amendment, not the same again
        told = (assessment.id, wish.place, wish.value, wish.note, wish.reason)
        amendment_id = once.id_of(Amendment, actor.practice_id, wish.key, *told)
        if once.made_before(Amendment, actor.practice_id, amendment_id):
            return amendment_id
        before = effective(assessment)
        _check(actor, assessment, wish, before)
        old = before.get(wish.place) if wish.place else None
        if wish.place is not None and wish.seen is not None:
            _must_be_seen(old, wish.seen)
        session.add(_row(actor, assessment, amendment_id, wish, old))
        session.flush()
        _note(actor, assessment, wish, old)
        if wish.place is not None:
            assessment_warnings.watch(actor, assessment, effective(assessment))
            shared.keep(access.client_for(actor, assessment.client_id))
    return amendment_id


def spot_of(assessment: Assessment, name: str) -> Spot | None:
    """The place of this name among those the assessment asks for."""
    return next((spot for spot in spots_of(reading.items_of(assessment)) if spot.name == name), None)


def _must_be_seen(old: Value | None, seen: str) -> None:
    # a form gives spaces and line ends back in its own way
    if seen.split() != spelled(old).split():
        raise Conflict


def _check(actor: Actor, assessment: Assessment, wish: AmendmentWish, before: Values) -> None:
    if not actor.may(Permission.AMEND_ASSESSMENTS):
        raise Forbidden("A practitioner or the owner amends assessments.")
    if assessment.status is not AssessmentStatus.SIGNED:
        raise RuleBroken(say("This assessment is a draft: change it there."))
    must_hold(problems(assessment, wish, before))


def problems(assessment: Assessment, wish: AmendmentWish, before: Values) -> Iterator[RuleBroken]:
    """All that is wrong with what is to be added; `before` are the values that stand."""
    if not wish.reason.strip():
        yield RuleBroken(say("Say why, in a few words."), "reason")
    if wish.place is None:
        if not wish.note.strip():
            yield RuleBroken(say("Write the note."), "note")
        return
    spot = spot_of(assessment, wish.place.name)
    if spot is None:
        yield RuleBroken(say("This assessment has no such place."), "place")
    elif wish.value == before.get(wish.place):
        yield RuleBroken(say("That is what it says already."), "value")
    elif wish.value is not None:
        yield from _value_problems(spot, wish.value)


def _value_problems(spot: Spot, value: Value) -> Iterator[RuleBroken]:
    try:
        check(spot.field, value)
    except RuleBroken as problem:
        yield problem.within("value")


def _row(
    actor: Actor, assessment: Assessment, amendment_id: uuid.UUID, wish: AmendmentWish, old: Value | None
) -> Amendment:
    place = wish.place
    old_number, old_text = _stored(old)
    new_number, new_text = _stored(wish.value)
    return Amendment(
        id=amendment_id,
        practice_id=assessment.practice_id,
        assessment_id=assessment.id,
        test_key=place.test if place else None,
        field_key=place.field if place else None,
        side=place.side if place else None,
        old_number=old_number,
        old_text=old_text,
        new_number=new_number,
        new_text=new_text,
        note=wish.note.strip()[:LONGEST] or None,
        reason=wish.reason.strip()[:LONGEST],
        made_by=actor.user_id,
        made_at=now(),
    )


def _stored(value: Value | None) -> tuple[float | None, str | None]:
    return (None, value) if isinstance(value, str) else (value, None)


def _note(actor: Actor, assessment: Assessment, wish: AmendmentWish, old: Value | None) -> None:
    details: Mapping[str, str | float | None] = {}
    if wish.place is not None:
        details = {"place": wish.place.name, "old": old, "new": wish.value}
    audit.record(
        actor,
        "assessment.amended",
        client_id=assessment.client_id,
        subject_id=assessment.id,
        name=reading.name_of(assessment),
        day=assessment.taken_on.isoformat(),
        reason=wish.reason.strip()[:LONGEST],
        **details,
    )
