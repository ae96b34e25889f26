"""Doing it for one client, by the use-case that does it for one: within the transaction of the line."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clinic.domain.bulk_acts import BulkActKind, LineReason, LineState, Verdict
from clinic.models import BulkAct
from clinic.services.actors import Actor
from clinic.services.bulk_acts.facts import ClientAtHand
from clinic.services.bulk_acts.wishes import BulkWish
from clinic.services.checkins import by_hand
from clinic.services.clients import invitations, memberships, records, responsible
from clinic.services.groups import filling
from clinic.services.programs import assigning
from clinic.services.programs.assigning import Assignment
from clinic.services.routines.wording import dose_of


@dataclass(frozen=True, slots=True)
class Done:
    """What was made and, where it turned out otherwise, what became of it."""

    made_id: uuid.UUID | None = None
    verdict: Verdict | None = None
    before: uuid.UUID | None = None  # whose client it was


def do(actor: Actor, act: BulkAct, wish: BulkWish, who: ClientAtHand) -> Done:
    """Do an act for a client whom nothing speaks against; raises RuleBroken where its use-case refuses."""
    return _DEEDS[act.kind](actor, act, wish, who)


def _assign(actor: Actor, act: BulkAct, wish: BulkWish, who: ClientAtHand) -> Done:
    assert wish.version_id is not None
    assert wish.starts_on is not None
    version = assigning.publishable(actor, wish.version_id)
    assignment = Assignment(
        key=act.id.hex,
        version_id=version.id,
        doses={item.id: dose_of(item) for item in version.items},
        starts_on=wish.starts_on,
        weeks=wish.weeks,
        checkin=wish.checkin,
        alongside=True,
    )
    return Done(assigning.give(actor, who.client.id, assignment).id)


def _invite(actor: Actor, act: BulkAct, wish: BulkWish, who: ClientAtHand) -> Done:
    return Done(invitations.promise(actor, who.client).id)


def _checkin(actor: Actor, act: BulkAct, wish: BulkWish, who: ClientAtHand) -> Done:
    assert who.program is not None
    checkin, is_new = by_hand.promise(actor, who.program.id)
    if is_new:
        return Done(checkin.id)
    return Done(verdict=Verdict(LineState.ALREADY, LineReason.ASKED_TODAY))


def _group(actor: Actor, act: BulkAct, wish: BulkWish, who: ClientAtHand) -> Done:
    assert wish.group is not None
    member, _ = filling.join(actor, memberships.named_or_new(actor, wish.group), who.client)
    return Done(member.id)


def _archive(actor: Actor, act: BulkAct, wish: BulkWish, who: ClientAtHand) -> Done:
    records.put_away(actor, who.client, wish.reason)
    return Done()


def _hand_over(actor: Actor, act: BulkAct, wish: BulkWish, who: ClientAtHand) -> Done:
    taker, before = responsible.taker(actor, wish.taker_id), who.client.responsible_id
    responsible.give(actor, who.client, taker.id if taker else None)
    return Done(before=before)


_DEEDS: Mapping[BulkActKind, Callable[[Actor, BulkAct, BulkWish, ClientAtHand], Done]] = {
    BulkActKind.ASSIGN: _assign,
    BulkActKind.INVITE: _invite,
    BulkActKind.CHECKIN: _checkin,
    BulkActKind.GROUP: _group,
    BulkActKind.ARCHIVE: _archive,
    BulkActKind.HAND_OVER: _hand_over,
}
