"""Which files a move shows: put there, replaced, removed, put back for a day."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from clinic.domain.access import Permission
from clinic.domain.errors import Forbidden, NotFound, must_hold
from clinic.domain.media import KIND_OF_SPOT, MoveSpot, check_here
from clinic.domain.videos import FilmPart, part_problems
from clinic.extensions import db
from clinic.models import Exercise, ExercisePicture
from clinic.services import access, audit, removal
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.transaction import one_at_a_time, transaction

WHOLE = FilmPart()
WITH_FILES = joinedload(ExercisePicture.media)


def at_move(move: Exercise) -> Sequence[ExercisePicture]:
    """What a move shows, and what was removed of it so lately that it can be put back; the latest first."""
    query = (
        select(ExercisePicture)
        .where(
            ExercisePicture.practice_id == move.practice_id,
            ExercisePicture.exercise_id == move.id,
            removal.there_or_lately(ExercisePicture.removed_at, now()),
        )
        .order_by(ExercisePicture.shown_at.desc(), ExercisePicture.id)
        .options(WITH_FILES)
    )
    return db.session.scalars(query).all()


def show(
    actor: Actor,
    move_id: uuid.UUID,
    media_id: uuid.UUID,
    spot: MoveSpot,
    alt: str,
    part: FilmPart = WHOLE,
) -> ExercisePicture:
    """Put a file that is here at a place of a move; pressed twice it is once."""
    with transaction() as session:
        move = _held(actor, move_id)
        media = access.media_for(actor, media_id)
        if media.client_id is not None or media.kind is not KIND_OF_SPOT[spot]:
            raise NotFound
        check_here(media.state, media.said)
        must_hold(part_problems(part, media.seconds))
        before = _on_show(move, spot)
        if before is not None and before.media_id == media.id:
            _say(before, alt, part)
            return before
        if before is not None:
            _take_off(move, before)
        shown = ExercisePicture(
            practice_id=move.practice_id,
            exercise_id=move.id,
            media_id=media.id,
            spot=spot,
            alt=alt,
            part_from=part.begins or None,
            part_until=part.until,
            shown_by=actor.user_id,
            shown_at=now(),
        )
        session.add(shown)
        audit.record(actor, "move.picture_shown", subject_id=move.id, spot=spot.value)
    return shown


def describe(actor: Actor, move_id: uuid.UUID, spot: MoveSpot, alt: str, part: FilmPart = WHOLE) -> bool:
    """Say anew what a picture shows, and which part of a video; False where there is none."""
    with transaction():
        found = _on_show(_held(actor, move_id), spot)
        if found is None:
            return False
        must_hold(part_problems(part, found.media.seconds))
        _say(found, alt, part)
    return True


def remove(actor: Actor, move_id: uuid.UUID, spot: MoveSpot) -> None:
    """Show nothing there any more. Published wording keeps what it shows; pressed twice it is once."""
    with transaction():
        move = _held(actor, move_id)
        found = _on_show(move, spot)
        if found is not None:
            _take_off(move, found)
            audit.record(actor, "move.picture_removed", subject_id=move.id, spot=spot.value)


def put_back(actor: Actor, move_id: uuid.UUID, picture_id: uuid.UUID) -> None:
    """Show again what was removed within the last day."""
    with transaction():
        move = _held(actor, move_id)
        found = next((each for each in at_move(move) if each.id == picture_id), None)
        if found is None:
            raise NotFound
        if found.removed_at is None:
            return
        if (instead := _on_show(move, found.spot)) is not None:
            _take_off(move, instead)
        found.removed_at = None
        audit.record(actor, "move.picture_shown", subject_id=move.id, spot=found.spot.value)


def _say(shown: ExercisePicture, alt: str, part: FilmPart) -> None:
    shown.alt, shown.part_from, shown.part_until = alt, part.begins or None, part.until


def _held(actor: Actor, move_id: uuid.UUID) -> Exercise:
    move = access.move_for(actor, move_id)
    if not actor.may(Permission.PUBLISH_ROUTINES):
        raise Forbidden("A practitioner or the owner changes the library.")
    one_at_a_time(Exercise, move.id)
    return move


def _on_show(move: Exercise, spot: MoveSpot) -> ExercisePicture | None:
    query = select(ExercisePicture).where(
        ExercisePicture.practice_id == move.practice_id,
        ExercisePicture.exercise_id == move.id,
        ExercisePicture.spot == spot,
        ExercisePicture.removed_at.is_(None),
    )
    return db.session.scalars(query).one_or_none()


def _take_off(move: Exercise, shown: ExercisePicture) -> None:
    """Captions belong to their video, and go with it."""
    shown.removed_at = now()
    if shown.spot is MoveSpot.VIDEO and (captions := _on_show(move, MoveSpot.CAPTIONS)) is not None:
        captions.removed_at = now()
    db.session.flush()  # the place is free before the next one takes it
