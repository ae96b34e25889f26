"""Seeing a client's pages as they do: by somebody of the practice, read-only, for a while, in the audit."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import request, session

from clinic.domain.access import Permission
from clinic.domain.errors import Forbidden, NotFound
from clinic.extensions import SAFE_METHODS
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.clock import now

KEPT = "viewing"  # in the cookie: whose pages are seen, and until when
LASTS = timedelta(minutes=30)
SEEN = ("/my", "/warning-signs")  # not the account: its devices and password are a person's own
ONLY_LOOKING = "You only look at these pages. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Viewing:
    """Whose pages are seen, and the actor that they are made for."""

    actor: Actor
    is_archived: bool


def begin(actor: Actor, client_id: uuid.UUID) -> None:
    """From here on this browser sees a client's pages; Forbidden for who may not."""
    if not actor.may(Permission.VIEW_AS_CLIENT):
        raise Forbidden("A practitioner or the owner sees a client's pages.")
    session[KEPT] = {"client": client_id.hex, "until": (now() + LASTS).isoformat()}


def end() -> uuid.UUID | None:
    """See them no more; whose they were."""
    kept = session.pop(KEPT, None)
    return uuid.UUID(kept["client"]) if kept else None


def is_over() -> bool:
    """Whether somebody saw a client's pages until a while ago."""
    kept = session.get(KEPT)
    return kept is not None and datetime.fromisoformat(kept["until"]) <= now()


def of_client(actor: Actor) -> Viewing:
    """For whom a client's page is made that somebody of the practice asks for.

    NotFound for whoever did not begin, Forbidden where it would change something.
    """
    kept = session.get(KEPT)
    if kept is None or not actor.may(Permission.VIEW_AS_CLIENT) or not request.path.startswith(SEEN):
        raise NotFound
    client = access.client_for(actor, uuid.UUID(kept["client"]))
    if request.method not in SAFE_METHODS:
        raise Forbidden(ONLY_LOOKING)
    return Viewing(actor.seen_as(client.id, client.name), not client.is_active)
