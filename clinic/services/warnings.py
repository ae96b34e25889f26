"""Warning signs: a client names one, and everything that must happen happens at once."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, Select, or_, select, update

from clinic.catalogue import load_catalogue
from clinic.domain.access import Permission
from clinic.domain.attention import AttentionKind
from clinic.domain.errors import RuleBroken
from clinic.domain.types import MailKind, SkipReason, Tier
from clinic.domain.warnings import SignVerdict, highest, is_same_sitting
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Assessment, Checkin, Client, User, WarningFlag
from clinic.models.base import given
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.outbox import calling_back as checkins
from clinic.services.outbox import promises as outbox
from clinic.services.reasons.marks import touch
from clinic.services.transaction import one_at_a_time, transaction

_OPEN = (
    select(WarningFlag)
    .where(given(WarningFlag.practice_id), given(WarningFlag.client_id), WarningFlag.is_open)
    .order_by(WarningFlag.raised_at.desc())
)
LONGEST_NOTE, LONGEST_REASON = 2000, 1000


@dataclass(frozen=True, slots=True)
class FlagView:
    """A flag with its client, who cleared it, and whether its reader may clear it."""

    flag: WarningFlag
    client: Client
    cleared_by: str | None
    may_clear: bool


def verdict(signs: Collection[str]) -> SignVerdict:
    """How urgent the signs are that somebody named; RuleBroken for a sign the catalogue does not know."""
    return load_catalogue().warnings.verdict(signs)


def open_flag(client: Client) -> WarningFlag | None:
    """The most urgent flag nobody has cleared; None where there is none."""
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    flags = db.session.scalars(_OPEN, whose).all()
    return max(flags, key=lambda flag: flag.tier.rank, default=None)


def name_on_own_page(actor: Actor, signs: Collection[str]) -> WarningFlag:
    """What a signed-in client names on their own page."""
    with transaction():
        client = access.own_client(actor)
        flag = raise_flag(client, signs)
    return flag


def take_back_on_own_page(actor: Actor, reason: str) -> None:
    """A signed-in client says that what they named on their own page was a mistake, and how it came."""
    with transaction():
        take_back(access.own_client(actor), None, reason)


def take_back(client: Client, checkin: Checkin | None, reason: str) -> None:
    """What was named there was a mistake, within the caller's transaction; the practice reads why beside it.

    It clears nothing, and what is named after it is another flag. Raises RuleBroken where nothing is open
    that could be taken back.
    """
    one_at_a_time(Client, client.id)
    flags = db.session.scalars(_named(client, checkin)).all()
    if not flags:
        raise RuleBroken(say("There is nothing to take back any more."))
    for flag in flags:
        flag.taken_back_at, flag.taken_back_reason = now(), reason[:LONGEST_REASON]
        _note(client, flag, "flag.taken_back", client.name)
    touch(client.practice_id, [client.id], AttentionKind.WARNING_SIGN)


def raise_flag(client: Client, signs: Collection[str], checkin: Checkin | None = None) -> WarningFlag:
    """Lock the program, stop the mail and alert the practice, within the caller's transaction.

    Naming the same signs again changes nothing; further ones of the same sitting are added to the flag.
    """
    if not signs:
        raise RuleBroken(say("Tick what is new."), "signs")
    found = verdict(signs)
    one_at_a_time(Client, client.id)
    if checkin is not None and _is_spent(checkin):
        checkin = None
    flag = _flag_to_extend(client, found, checkin)
    if flag is None:
        flag = _new_flag(client, found, checkin)
    elif not set(found.signs) <= set(flag.question_keys):
        both = verdict({*flag.question_keys, *found.signs})
        flag.question_keys, flag.tier = list(both.signs), both.tier
        _note(client, flag, "flag.raised", client.name)
    return flag


def raise_from_assessment(
    actor: Actor, client: Client, assessment: Assessment, tier: Tier, found: list[dict[str, Any]]
) -> WarningFlag | None:
    """The same for what a practitioner finds; an assessment has one open flag, to which more is added.

    What was found and cleared before is not raised again; None if nothing else was found.
    """
    one_at_a_time(Client, client.id)
    query = select(WarningFlag).where(
        WarningFlag.practice_id == assessment.practice_id, WarningFlag.assessment_id == assessment.id
    )
    flags = db.session.scalars(query.execution_options(populate_existing=True)).all()
    known = {_what(each) for flag in flags for each in flag.found or ()}
    fresh = [each for each in found if _what(each) not in known]
    standing = next((flag for flag in flags if flag.is_open), None)
    if standing is None:
        return _new_found(actor, client, assessment, tier, fresh) if fresh else None
    if fresh:
        standing.found = [*(standing.found or ()), *fresh]
        standing.tier = highest([standing.tier, tier])
        _note(client, standing, "flag.raised", actor.name)
    return standing


def raised_from(assessment: Assessment) -> WarningFlag | None:
    """The latest flag that an assessment raised, open or cleared: one query."""
    query = (
        select(WarningFlag)
        .where(WarningFlag.practice_id == assessment.practice_id, WarningFlag.assessment_id == assessment.id)
        .order_by(WarningFlag.raised_at.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()


def let_go(assessment: Assessment) -> None:
    """Before a draft is thrown away: its flags stay, with what was found, and point at it no more."""
    db.session.execute(
        update(WarningFlag)
        .where(WarningFlag.practice_id == assessment.practice_id, WarningFlag.assessment_id == assessment.id)
        .values(assessment_id=None)
    )


def _what(found: Mapping[str, Any]) -> tuple[Any, ...]:
    """What of a finding makes it another one; what it fell from, and why, does not."""
    return tuple(found[key] for key in ("test", "field", "side", "value"))


def seen(actor: Actor, flag_id: uuid.UUID) -> FlagView:
    """A flag as the practice reads it; staff only. Two queries."""
    flag = access.flag_for(actor, flag_id)
    query = (
        select(Client, User.name)
        .outerjoin(User, (User.practice_id == Client.practice_id) & (User.id == flag.cleared_by))
        .where(Client.practice_id == actor.practice_id, Client.id == flag.client_id)
    )
    client, name = db.session.execute(query).one()
    return FlagView(flag, client, name, may_clear=actor.may(Permission.CLEAR_WARNINGS) and flag.is_open)


def clear(actor: Actor, flag_id: uuid.UUID, note: str) -> WarningFlag:
    """Clear a flag by name and with a note: the program opens, check-ins go on from the next one planned."""
    if not actor.may(Permission.CLEAR_WARNINGS):
        raise RuleBroken(say("Only an owner or a practitioner can clear a warning sign."))
    if not note.strip():
        raise RuleBroken(say("Write what you found, and what was agreed."), "note")
    with transaction():
        flag = access.flag_for(actor, flag_id)
        cleared = db.session.execute(
            update(WarningFlag)
            .where(WarningFlag.id == flag.id, WarningFlag.is_open)
            .values(cleared_at=now(), cleared_by=actor.user_id, clear_note=note[:LONGEST_NOTE])
        )
        assert isinstance(cleared, CursorResult)
        if cleared.rowcount != 1:
            raise RuleBroken(say("Somebody else has cleared this in the meantime."))
        touch(flag.practice_id, [flag.client_id], AttentionKind.WARNING_SIGN)
        audit.record(
            actor,
            "flag.cleared",
            client_id=flag.client_id,
            subject_id=flag.id,
            tier=flag.tier.value,
            note=note,
        )
    return flag


def _named(client: Client, checkin: Checkin | None) -> Select[WarningFlag]:
    """Open flags that the client named there and did not take back; the newest first."""
    query = select(WarningFlag).where(
        WarningFlag.practice_id == client.practice_id,
        WarningFlag.client_id == client.id,
        WarningFlag.checkin_id == (checkin.id if checkin else None),
        WarningFlag.found.is_(None),
        WarningFlag.is_open,
        WarningFlag.taken_back_at.is_(None),
    )
    return query.order_by(WarningFlag.raised_at.desc()).execution_options(populate_existing=True)


def _flag_to_extend(client: Client, found: SignVerdict, checkin: Checkin | None) -> WarningFlag | None:
    newest = db.session.scalars(_named(client, checkin)).first()
    if newest is None:
        return None
    standing = SignVerdict(newest.tier, tuple(newest.question_keys))
    is_same = is_same_sitting(found, standing, now() - newest.raised_at, is_same_checkin=checkin is not None)
    return newest if is_same else None


def _new_flag(client: Client, found: SignVerdict, checkin: Checkin | None) -> WarningFlag:
    flag = WarningFlag(
        id=uuid.uuid4(),
        practice_id=client.practice_id,
        client_id=client.id,
        checkin_id=checkin.id if checkin else None,
        tier=found.tier,
        question_keys=list(found.signs),
        raised_at=now(),
    )
    return _raised(client, flag, client.name)


def _new_found(
    actor: Actor, client: Client, assessment: Assessment, tier: Tier, found: list[dict[str, Any]]
) -> WarningFlag:
    flag = WarningFlag(
        id=uuid.uuid4(),
        practice_id=client.practice_id,
        client_id=client.id,
        assessment_id=assessment.id,
        found=found,
        tier=tier,
        question_keys=[],
        raised_at=now(),
    )
    return _raised(client, flag, actor.name)


def _raised(client: Client, flag: WarningFlag, by: str) -> WarningFlag:
    db.session.add(flag)
    db.session.flush()
    checkins.call_back(client.practice_id, client.id, SkipReason.LOCKED)
    _note(client, flag, "flag.raised", by)
    outbox.call_somebody(client.practice_id, MailKind.WARNING_SIGN_ALERT, f"flag:{flag.id.hex}", flag.id)
    return flag


def _is_spent(checkin: Checkin) -> bool:
    """Whether this check-in has raised a flag that was cleared or taken back since: it carries only one."""
    query = select(WarningFlag.id).where(
        WarningFlag.practice_id == checkin.practice_id,
        WarningFlag.checkin_id == checkin.id,
        or_(~WarningFlag.is_open, WarningFlag.taken_back_at.is_not(None)),
    )
    return db.session.scalar(query) is not None


def _note(client: Client, flag: WarningFlag, action: str, by: str) -> None:
    audit.record_for(
        client.practice_id,
        by,
        action,
        client_id=client.id,
        subject_id=flag.id,
        tier=flag.tier.value,
        source=_source(flag),
    )


def _source(flag: WarningFlag) -> str:
    if flag.found is not None:
        return "assessment"
    return "checkin" if flag.checkin_id else "own_page"
