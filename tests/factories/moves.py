"""Moves of a practice's own, made through the service that its form calls."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from clinic.catalogue import load_catalogue
from clinic.domain.own_moves import FaultWords, MoveWords, UseWords
from clinic.domain.types import BodyPosition
from clinic.models import Exercise, Practice, Routine, RoutineVersion, User
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.services.routines import own_moves, publishing, versions
from clinic.services.routines.publishing import MoveEdit, RoutineEdit
from clinic.services.transaction import transaction

DOSE = load_catalogue().exercises["hip_hinge"].default_dose

BRIDGE = MoveWords(
    name="Heel bridge",
    purpose="It wakes up the buttocks.",
    setup=("Lie on your back, knees bent",),
    steps=("Press your heels down", "Lift your hips until they are in line"),
    cues=("Heels heavy", "Ribs down"),
    stop_if=("your back hurts more than before",),
    feet_words="Flat, hip-wide.",
    easier=("Lift half as high",),
    equipment=("Mat",),
    body_position=BodyPosition.LYING_BACK,
    tags=("hip", "low back"),
    mistake_name="Rib Flare",
    mistake_see="Your ribs stick up and your back arches.",
    mistake_fix="Breathe out before you lift.",
    mistake_test="Lay a hand on your ribs.",
    faults=(FaultWords(name="Toes light", see="Your toes lift off", fix="Press the whole foot down."),),
    uses=(UseWords(name="In bed", how="Lift your hips to move over"),),
)


def make_move(actor: Actor, **changes: Any) -> Exercise:
    """A move of the actor's practice: the bridge, or what is made of it."""
    return own_moves.create(actor, uuid.uuid4().hex, replace(BRIDGE, **changes))


def publish_own(practice: Practice, owner: User, *moves: Exercise) -> RoutineVersion:
    """A routine of these moves alone, published by the owner."""
    actor = accounts.actor_of(owner)
    with transaction() as session:
        routine = Routine(practice_id=practice.id, key=f"own-{uuid.uuid4().hex}", name="On the floor")
        session.add(routine)
        session.flush()
        version = versions.add_version(routine, 1)
        for position, move in enumerate(moves, 1):
            versions.add_item(version, position, move.id, DOSE)
    draft = publishing.draft_of(actor, routine)
    assert draft is not None
    edits = {item.id: MoveEdit(cues=tuple(item.exercise.cues), dose=DOSE) for item in draft.items}
    edit = RoutineEdit(edits, accepted=publishing.scopes_of(draft, practice))
    publishing.publish(actor, routine.id, edit, publishing.digest_of(draft, practice))
    return publishing.whole_version(actor, draft.id)
