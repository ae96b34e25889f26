"""Writing to a client less often: offered by the rule, decided by a person, never done by itself."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from clinic.domain import tapering as rules
from clinic.domain.access import Permission
from clinic.domain.errors import RuleBroken
from clinic.domain.mail_standing import MailSort, mail_standing_of, why_not_mailed
from clinic.domain.notices import NoticeKind
from clinic.domain.programs import ProgramChange
from clinic.domain.progress import pain_up
from clinic.domain.tapering import OfferDecision, Share, TaperingFacts, TaperingStep
from clinic.domain.types import ProgramAction, ProgramStatus, ScheduleKind
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, Program, TaperingOffer
from clinic.services import access, audit, notices
from clinic.services.actors import Actor
from clinic.services.checkins import schedules
from clinic.services.clock import now, today_in
from clinic.services.programs import changing as program_changes
from clinic.services.programs import tapering_offers
from clinic.services.programs import weeks as program_weeks
from clinic.services.programs.tapering_offers import OpenOffer
from clinic.services.programs.weeks import ProgramWeeks
from clinic.services.reasons.marks import settle
from clinic.services.transaction import one_at_a_time, transaction

_WITH_CLIENT = joinedload(TaperingOffer.client)
MOST = 20  # on the first page
WINDOW = rules.WINDOW.days


def consider(weeks: Collection[ProgramWeeks], at: datetime) -> int:
    """Offer the next step where the rule says so, take back what holds no longer; returns how many are new.

    Within the caller's transaction.
    """
    ids = [each.program.id for each in weeks]
    offered, put_off_at = tapering_offers.open_steps(ids), tapering_offers.put_off(ids)
    made = 0
    for each in weeks:
        standing = standing_of(each, put_off_at.get(each.program.id))
        step = offered.get(each.program.id)
        if step is not None and not rules.still_holds(standing, step):
            tapering_offers.withdraw(each.program, at)
            if standing.manages_alone:  # what is offered instead
                made += _offer(each, standing, at)
        elif step is None:
            made += _offer(each, standing, at)
    return made


def consider_client(client: Client, at: datetime) -> int:
    """The same for the programs of one client that run, as soon as they say something that counts for it."""
    settle()
    query = (
        select(Program)
        .where(
            Program.practice_id == client.practice_id,
            Program.client_id == client.id,
            Program.status == ProgramStatus.ACTIVE,
        )
        .order_by(Program.id)
    )
    running = db.session.scalars(query).all()
    return consider(
        program_weeks.read([(each, client, schedules.schedule_of(each)) for each in running], at), at
    )


def standing_of(weeks: ProgramWeeks, put_off_at: datetime | None = None) -> TaperingFacts:
    """What the rule is asked about."""
    today, schedule = weeks.today, weeks.schedule
    recent = [each for each in weeks.asked if each.day > today - rules.WINDOW]
    kept, a_week = weeks.adherence(WINDOW), weeks.plan.pace_on(today)
    weekly = schedule is not None and schedule.kind is ScheduleKind.WEEKLY
    return TaperingFacts(
        today=today,
        status=weeks.program.on(today),
        steady_since=weeks.steady_since,
        every_weeks=schedule.every_weeks if schedule is not None and weekly else None,
        asked=len(recent),
        answered=sum(each.answered for each in recent),
        logged=Share(kept.practised, kept.expected),
        said=rules.days_said((each.days_practised for each in recent), len(recent), a_week),
        ends_on=weeks.program.ends_on,
        mailed=_is_mailed(weeks.client),
        warning_open=weeks.warning_open,
        not_well=weeks.not_well,
        pain_up=pain_up(weeks.pain),
        put_off_on=put_off_at.date() if put_off_at else None,
        manages_alone=weeks.manages_alone,
    )


def open_offers(actor: Actor, *, mine: bool = False) -> Sequence[OpenOffer]:
    """The open offers of a practice, oldest first; staff only. One query.

    `mine` are those of the actor's own clients, and of those that nobody is responsible for.
    """
    access.staff_only(actor)
    return tapering_offers.open_ones(actor.practice_id, whose=actor.user_id if mine else None, most=MOST)


def open_for(actor: Actor, client_id: uuid.UUID) -> Sequence[OpenOffer]:
    """A client's open offers; staff only. One query."""
    access.staff_only(actor)
    return tapering_offers.open_ones(actor.practice_id, client_id, most=MOST)


def accept(actor: Actor, offer_id: uuid.UUID) -> TaperingOffer:
    """Take the step that is offered. Pressed twice it is taken once; RuleBroken where it holds no longer."""
    with transaction():
        offer = _opened(actor, offer_id)
        program = _locked(offer)
        if not tapering_offers.decide(offer, OfferDecision.ACCEPTED, actor.user_id, now()):
            return offer
        _check(offer, program)
        if offer.step is TaperingStep.GRADUATE:
            _graduate(actor, program)
        else:
            _slow_down(actor, program, offer.step)
    return offer


def put_off(actor: Actor, offer_id: uuid.UUID) -> TaperingOffer:
    """Not now: it is offered again in four weeks, if it holds then."""
    with transaction():
        offer = _opened(actor, offer_id)
        if tapering_offers.decide(offer, OfferDecision.NOT_NOW, actor.user_id, now()):
            audit.record(
                actor,
                "tapering.put_off",
                client_id=offer.client_id,
                subject_id=offer.program_id,
                step=offer.step.value,
            )
    return offer


def _offer(weeks: ProgramWeeks, standing: TaperingFacts, at: datetime) -> bool:
    step = rules.rule(standing).step
    if step is None:
        return False
    program = weeks.program
    given = [point.value for point in weeks.pain if point.value is not None]
    pain = (given[0], given[-1]) if given else None
    offer_id = tapering_offers.add(program, step, rules.numbers(standing, pain), at)
    if offer_id is None:
        return False
    audit.record_for(
        program.practice_id,
        audit.SYSTEM,
        "tapering.offered",
        client_id=program.client_id,
        subject_id=program.id,
        step=step.value,
    )
    notices.tell(program.practice_id, NoticeKind.TAPERING, client_id=program.client_id, key=offer_id.hex)
    return True


def _is_mailed(client: Client) -> bool:
    # a warning sign is a hindrance of its own; without the practice's numbers no program runs
    standing = mail_standing_of(client, numbers_set=True, warning_open=False)
    return why_not_mailed(standing, MailSort.CHECKIN) is None


def _opened(actor: Actor, offer_id: uuid.UUID) -> TaperingOffer:
    offer = access.offer_for(actor, offer_id, _WITH_CLIENT)
    if not actor.may(Permission.DECIDE_OFFERS):
        raise RuleBroken(say("An owner or a practitioner decides this."))
    return offer


def _locked(offer: TaperingOffer) -> Program:
    # a change of the program at the same moment comes before or after, never between: client first, as there
    one_at_a_time(Client, offer.client_id)
    query = (
        select(Program)
        .where(Program.practice_id == offer.practice_id, Program.id == offer.program_id)
        .options(joinedload(Program.client))
        .with_for_update(of=Program)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).one()


def _check(offer: TaperingOffer, program: Program) -> None:
    (weeks,) = program_weeks.read([(program, offer.client, schedules.schedule_of(program))], now())
    if not rules.still_holds(standing_of(weeks), offer.step):
        raise RuleBroken(say("Things have changed since this was offered. Nothing was done."))


def _slow_down(actor: Actor, program: Program, step: TaperingStep) -> None:
    assert step.every_weeks is not None
    program_changes.slow_down(actor, program, step.every_weeks)


def _graduate(actor: Actor, program: Program) -> None:
    today = today_in(program.client.time_zone)
    end = ProgramChange(ProgramAction.END, max(today, program.starts_on), rules.GRADUATED)
    program_changes.apply(actor, program, end)
    program_changes.follow(actor, program, end)
    program.graduated_on = today
