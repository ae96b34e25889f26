"""What somebody wants to ask a client: what is known beforehand, and whether it may be asked."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from clinic.catalogue import load_catalogue
from clinic.domain.access import Permission
from clinic.domain.asking import AskChannel
from clinic.domain.errors import RuleBroken, must_hold
from clinic.domain.mail_standing import MailSort
from clinic.domain.questionnaires import Questionnaire, QuestionnaireKind
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Assessment, Client, Practice, QuestionnaireResponse
from clinic.services import access, mail_standing
from clinic.services.actors import Actor
from clinic.services.clock import today_in


@dataclass(frozen=True, slots=True)
class QuestionnaireWish:
    """What somebody wants to ask. `confirmed`: they will act on a positive screen the same day."""

    form_key: str
    keys: tuple[str, ...]
    channel: AskChannel
    since: date | None = None
    new_activities: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Prospect:
    """What the form of asking needs to know of a client."""

    client: Client
    first_visit: date
    activities: tuple[str, ...]
    has_answered: bool
    mail_problem: str | None
    has_account: bool


def prospect(actor: Actor, client_id: uuid.UUID) -> Prospect:
    """What is known before asking; staff only. Four queries."""
    access.staff_only(actor)
    client = access.client_for(actor, client_id)
    activities, has_answered = _named_before(client)
    return Prospect(
        client=client,
        first_visit=_first_visit(client),
        activities=activities,
        has_answered=has_answered,
        mail_problem=mail_standing.problem(client, access.practice_of(actor), MailSort.MESSAGE),
        has_account=client.user_id is not None,
    )


def checked(actor: Actor, client: Client, practice: Practice, wish: QuestionnaireWish) -> list[Questionnaire]:
    """What is asked, in the catalogue's order; RuleBroken names the field that is wrong."""
    must_hold(problems(actor, client, practice, wish))
    return _chosen(wish)


def problems(
    actor: Actor, client: Client, practice: Practice, wish: QuestionnaireWish
) -> Iterator[RuleBroken]:
    """All that speaks against asking so. One query where it is asked by mail."""
    if not client.is_active:
        yield RuleBroken(say("%(name)s is archived. Restore the record first.", name=client.name))
    if not wish.keys:
        yield RuleBroken(say("Choose at least one questionnaire."), "keys")
    elif strange := set(wish.keys) - load_catalogue().questionnaires.newest.keys():
        yield RuleBroken(say("There is no questionnaire %(name)s.", name=min(strange)), "keys")
    chosen = _chosen(wish)
    yield from _channel_problems(client, practice, wish)
    yield from _screen_problems(actor, chosen, wish)
    yield from _since_problems(client, chosen, wish)


def asks(client: Client, chosen: Sequence[Questionnaire], wish: QuestionnaireWish) -> list[dict[str, Any]]:
    """What an asking keeps: versions, the activities named before, and the day a change is since."""
    before = () if wish.new_activities else _named_before(client)[0]
    kept: list[dict[str, Any]] = []
    for each in chosen:
        entry: dict[str, Any] = {"key": each.id, "version": each.version}
        if each.kind is QuestionnaireKind.ACTIVITIES and before:
            entry["activities"] = list(before)
        if each.needs_since and wish.since is not None:
            entry |= {"since": wish.since.isoformat(), "first_visit": wish.since == _first_visit(client)}
        kept.append(entry)
    return kept


def _chosen(wish: QuestionnaireWish) -> list[Questionnaire]:
    known = load_catalogue().questionnaires.newest
    return [each for each in known.values() if each.id in wish.keys]


def _channel_problems(client: Client, practice: Practice, wish: QuestionnaireWish) -> Iterator[RuleBroken]:
    if wish.channel is AskChannel.PAGES and client.user_id is None:
        yield RuleBroken(say("%(name)s has no account yet.", name=client.name), "channel")
    # of an archived client all mail is kept back for that reason, which is told already
    asked_by_mail = wish.channel is AskChannel.MAIL and client.is_active
    if asked_by_mail and (problem := mail_standing.problem(client, practice, MailSort.MESSAGE)):
        yield RuleBroken(problem, "channel")


def _screen_problems(
    actor: Actor, chosen: Sequence[Questionnaire], wish: QuestionnaireWish
) -> Iterator[RuleBroken]:
    for each in chosen:
        if not each.is_screen:
            continue
        if not actor.may(Permission.ASK_SCREENS):
            yield RuleBroken(say("Only an owner or a practitioner can ask %(name)s.", name=each.name), "keys")
        elif not wish.confirmed:
            yield RuleBroken(
                say("Confirm that you act on a positive %(name)s, or leave it out.", name=each.name),
                "confirmed",
            )


def _since_problems(
    client: Client, chosen: Sequence[Questionnaire], wish: QuestionnaireWish
) -> Iterator[RuleBroken]:
    if not any(each.needs_since for each in chosen):
        return
    if wish.since is None:
        yield RuleBroken(say("Give the day the change is measured from."), "since")
    elif wish.since >= today_in(client.time_zone):
        yield RuleBroken(say("The day must be before today."), "since")


def _named_before(client: Client) -> tuple[tuple[str, ...], bool]:
    """The activities the client named last, and whether they have answered anything yet."""
    query = (
        select(QuestionnaireResponse.activities)
        .where(
            QuestionnaireResponse.practice_id == client.practice_id,
            QuestionnaireResponse.client_id == client.id,
        )
        .order_by(QuestionnaireResponse.recorded_at.desc())
    )
    rows = db.session.scalars(query).all()
    return next((tuple(each) for each in rows if each), ()), bool(rows)


def _first_visit(client: Client) -> date:
    """The day of the first assessment, or else the day the record was made."""
    query = select(func.min(Assessment.taken_on)).where(
        Assessment.practice_id == client.practice_id, Assessment.client_id == client.id
    )
    made = local_date(client.created_at, load_zone(client.time_zone))
    return db.session.scalar(query) or made
