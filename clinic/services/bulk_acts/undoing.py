"""Undoing it for one client, as far as it can be: within the transaction of the line."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from clinic.domain.bulk_acts import BulkActKind, LineReason
from clinic.domain.errors import NotFound
from clinic.models import BulkActLine, Client
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.bulk_acts.wishes import BulkWish
from clinic.services.checkins import by_hand
from clinic.services.clients import invitations, memberships, records, responsible
from clinic.services.groups import filling
from clinic.services.programs import taking_back

REASON = "Undone for all of them together."


def undo(
    actor: Actor, kind: BulkActKind, wish: BulkWish, line: BulkActLine, client: Client
) -> LineReason | None:
    """Undo an act for one client; returns why it stays, None where it is as before."""
    return _DEEDS[kind](actor, wish, line, client)


def _assign(actor: Actor, wish: BulkWish, line: BulkActLine, client: Client) -> LineReason | None:
    try:
        return taking_back.take_back(actor, _made(line))
    except NotFound:
        return LineReason.CHANGED


def _invite(actor: Actor, wish: BulkWish, line: BulkActLine, client: Client) -> LineReason | None:
    invitation = access.invitation_for(actor, _made(line))
    if invitation.accepted_at is not None:
        return LineReason.ACCEPTED
    return None if invitations.take_back(actor, invitation) else LineReason.CHANGED


def _checkin(actor: Actor, wish: BulkWish, line: BulkActLine, client: Client) -> LineReason | None:
    return None if by_hand.take_back(actor, _made(line)) else LineReason.GONE_OUT


def _group(actor: Actor, wish: BulkWish, line: BulkActLine, client: Client) -> LineReason | None:
    group = memberships.named(actor.practice_id, wish.group or "")
    if group is None:
        return LineReason.CHANGED
    stays = filling.take_program_back(actor, group, client)
    return stays or (None if memberships.leave(actor, group, client) else LineReason.CHANGED)


def _archive(actor: Actor, wish: BulkWish, line: BulkActLine, client: Client) -> LineReason | None:
    return None if records.bring_back(actor, client, REASON) else LineReason.CHANGED


def _hand_over(actor: Actor, wish: BulkWish, line: BulkActLine, client: Client) -> LineReason | None:
    before = uuid.UUID(line.before) if line.before else None
    if client.responsible_id != wish.taker_id:
        return LineReason.CHANGED
    if before and responsible.problem(client.practice_id, before):
        return LineReason.CHANGED  # they are here no longer
    responsible.give(actor, client, before)
    return None


def _made(line: BulkActLine) -> uuid.UUID:
    assert line.made_id is not None
    return line.made_id


_DEEDS: Mapping[BulkActKind, Callable[[Actor, BulkWish, BulkActLine, Client], LineReason | None]] = {
    BulkActKind.ASSIGN: _assign,
    BulkActKind.INVITE: _invite,
    BulkActKind.CHECKIN: _checkin,
    BulkActKind.GROUP: _group,
    BulkActKind.ARCHIVE: _archive,
    BulkActKind.HAND_OVER: _hand_over,
}
