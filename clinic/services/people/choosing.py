"""What somebody of the practice wants lists to show: all of its clients, or their own."""

from __future__ import annotations

from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.transaction import transaction


def remember(actor: Actor, *, only_own: bool) -> None:
    """Show from now on what is one's own, or all; staff only."""
    with transaction():
        access.user_for(actor, actor.user_id).only_own = only_own
