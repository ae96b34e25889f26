"""The routines of the demo practice, signed off and published by its owner."""

from __future__ import annotations

from sqlalchemy import select

from clinic.catalogue import load_catalogue
from clinic.domain.moves import VideoContent
from clinic.domain.videos import VideoProvider
from clinic.extensions import db
from clinic.models import Exercise, Practice, Routine, RoutinePhase, RoutineVersion, User
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.services.routines import own_routines, versions
from clinic.services.routines import publishing as routines
from clinic.services.routines.own_moves import MistakeMeaning
from clinic.services.routines.own_routines import RoutineName
from clinic.services.routines.publishing import MoveEdit, RoutineEdit
from clinic.services.routines.wording import dose_of
from clinic.services.transaction import release, transaction

VIDEO = VideoContent(provider=VideoProvider.YOUTUBE, id="demo_video_")  # no video's id: none ends so
STRONG_HIPS = RoutineName("Strong hips", "Two moves for two weeks, then a third: hips that carry you.")
PHASES = (("Two moves", 2), ("All three", None))
MOVES = {"sit_to_stand": 1, "bridge": 1, "standing_leg_lift": 2}  # each with the phase it joins in


def publish_shipped(owner: User) -> RoutineVersion:
    """Publish the hip routine with the practice's video, and with what its named mistake is here."""
    actor = accounts.actor_of(owner)
    return _publish(actor, owner, routines.listed(actor)[0], VIDEO)


def publish_own(owner: User) -> RoutineVersion:
    """Publish a routine of the practice's own in two phases, made of moves of its library."""
    actor = accounts.actor_of(owner)
    routine = own_routines.create(actor, "demo", STRONG_HIPS)
    version = routines.draft_of(actor, routine)
    assert version is not None
    query = select(Exercise).where(Exercise.practice_id == actor.practice_id, Exercise.key.in_(MOVES))
    library = {move.key: move.id for move in db.session.scalars(query)}
    shelf = load_catalogue().exercises
    release()
    with transaction():
        for position, (name, weeks) in enumerate(PHASES, 1):
            told = {"position": position, "name": name, "weeks": weeks}
            db.session.add(RoutinePhase(practice_id=actor.practice_id, version_id=version.id, **told))
        for position, (key, phase) in enumerate(MOVES.items(), 1):
            versions.add_item(version, position, library[key], shelf[key].default_dose, (phase, None))
    db.session.expire_all()
    return _publish(actor, owner, routine, None)


def _publish(actor: Actor, owner: User, routine: Routine, video: VideoContent | None) -> RoutineVersion:
    version = routines.draft_of(actor, routine)
    assert version is not None
    practice = db.session.get_one(Practice, owner.practice_id)
    moves = {
        item.id: MoveEdit(
            cues=tuple(item.exercise.cues),
            dose=dose_of(item),
            video=video,
            mistake=_mistake() if item.exercise.named_mistake else None,
        )
        for item in version.items
    }
    edit = RoutineEdit(moves, accepted=routines.scopes_of(version, practice))
    seen = routines.digest_of(version, practice)
    release()
    routines.publish(actor, routine.id, edit, seen)
    return routines.whole_version(actor, version.id)


def _mistake() -> MistakeMeaning:
    """The named mistake in plain words, with the second of the practice's video that shows it."""
    catalogue = load_catalogue()
    fault = catalogue.faults["tuck"]
    return MistakeMeaning(
        fault_keys=(fault.id,),
        see=fault.client_see,
        fix=fault.client_fix,
        self_test="Stand side-on to a mirror. Does your tail curl under at the lowest point?",
        video_second=catalogue.named_mistake.video_seconds,
    )
