"""The practice's logo in its letterhead: chosen by the owner, removed, put back for a day."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from clinic.domain.access import Permission
from clinic.domain.errors import Forbidden, NotFound
from clinic.domain.media import NOT_HERE_YET, MediaKind, MediaRefused, MediaState, check_here
from clinic.extensions import db
from clinic.models import Practice, PracticeLogo
from clinic.services import access, audit, removal
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.transaction import one_at_a_time, transaction


def lately(actor: Actor) -> Sequence[PracticeLogo]:
    """The one on show and those removed so lately that they can be put back, the latest first; staff only."""
    access.staff_only(actor)
    query = (
        select(PracticeLogo)
        .where(
            PracticeLogo.practice_id == actor.practice_id,
            removal.there_or_lately(PracticeLogo.removed_at, now()),
        )
        .order_by(PracticeLogo.shown_at.desc(), PracticeLogo.id)
        .options(joinedload(PracticeLogo.media))
    )
    return db.session.scalars(query).all()


def show(actor: Actor, media_id: uuid.UUID) -> None:
    """Put a picture that is here into the letterhead; pressed twice it is once."""
    with transaction() as session:
        _hold(actor)
        media = access.media_for(actor, media_id)
        if media.client_id is not None or media.kind is not MediaKind.PICTURE:
            raise NotFound
        check_here(media.state, media.said)
        if media.state is not MediaState.READY:
            raise MediaRefused(NOT_HERE_YET)
        if _take_off(actor, keep=media.id):
            return
        about = {"media_id": media.id, "shown_by": actor.user_id, "shown_at": now()}
        session.add(PracticeLogo(practice_id=actor.practice_id, **about))
        _stand_by(actor, media.id)
        audit.record(actor, "practice.logo_shown", subject_id=actor.practice_id)


def remove(actor: Actor) -> None:
    """Show none; pressed twice it is once."""
    with transaction():
        _hold(actor)
        if _on_show(actor) is not None:
            _take_off(actor)
            _stand_by(actor, None)
            audit.record(actor, "practice.logo_removed", subject_id=actor.practice_id)


def put_back(actor: Actor, logo_id: uuid.UUID) -> None:
    """Show again what was removed within the last day."""
    with transaction():
        _hold(actor)
        found = next((each for each in lately(actor) if each.id == logo_id), None)
        if found is None:
            raise NotFound
        if found.removed_at is None:
            return
        _take_off(actor)
        found.removed_at = None
        _stand_by(actor, found.media_id)
        audit.record(actor, "practice.logo_shown", subject_id=actor.practice_id)


def _on_show(actor: Actor) -> PracticeLogo | None:
    query = select(PracticeLogo).where(
        PracticeLogo.practice_id == actor.practice_id, PracticeLogo.removed_at.is_(None)
    )
    return db.session.scalars(query).one_or_none()


def _stand_by(actor: Actor, media_id: uuid.UUID | None) -> None:
    access.practice_of(actor).logo_id = media_id


def _hold(actor: Actor) -> None:
    access.staff_only(actor)
    if not actor.may(Permission.CHANGE_PRACTICE):
        raise Forbidden("The owner changes the letterhead.")
    one_at_a_time(Practice, actor.practice_id)


def _take_off(actor: Actor, keep: uuid.UUID | None = None) -> bool:
    """Show none; returns whether the file to be kept is the one on show, and then it stays."""
    before = _on_show(actor)
    if before is not None and before.media_id == keep:
        return True
    if before is not None:
        before.removed_at = now()
        db.session.flush()  # the place is free before the next one takes it
    return False
