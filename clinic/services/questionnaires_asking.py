"""Asking a client: choosing questionnaires, mailing a link, handing over a tablet, taking it back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from clinic.catalogue import load_catalogue
from clinic.catalogue.questionnaires import Kind, MeasureRole, Questionnaire
from clinic.domain.access import CLINICIANS
from clinic.domain.errors import RuleBroken
from clinic.domain.programs import RUNNING
from clinic.domain.questionnaires import LIFETIME, OPEN, TABLET_LIFETIME, AskChannel
from clinic.domain.scheduling import DAY, load_zone, local_date, local_to_utc, waking_hours
from clinic.domain.sending import next_waking
from clinic.domain.types import ClientStatus, LinkPurpose, MailChannel, OutboxState
from clinic.extensions import db
from clinic.models import (
    Assessment,
    CheckinSchedule,
    Client,
    LinkToken,
    OutboxMessage,
    Practice,
    Program,
    QuestionnaireRequest,
    QuestionnaireResponse,
)
from clinic.services import access, audit, links, outbox, questionnaires, subscriptions
from clinic.services.actors import Actor
from clinic.services.checkin_dues import outbox_key
from clinic.services.clock import now, today_in
from clinic.services.transaction import transaction

MAIL = "questionnaire"
LOOK_AHEAD = 7  # days in which a mail finds a day of its own
EXPIRED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Wish:
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
    """What is known before asking; staff only. Three queries."""
    access.staff_only(actor)
    client = access.client_for(actor, client_id)
    activities, has_answered = _named_before(client)
    return Prospect(
        client=client,
        first_visit=_first_visit(client),
        activities=activities,
        has_answered=has_answered,
        mail_problem=mail_problem(client, access.practice_of(actor)),
        has_account=client.user_id is not None,
    )


def ask(actor: Actor, client_id: uuid.UUID, wish: Wish) -> QuestionnaireRequest:
    """Ask a client; sent twice, the same form is one asking. RuleBroken names the field that is wrong."""
    access.staff_only(actor)
    with transaction() as session:
        client = access.client_for(actor, client_id)
        if before := _asked_before(client, wish.form_key):
            return before
        practice = access.practice_of(actor)
        chosen = _checked(actor, client, practice, wish)
        at = now()
        request = QuestionnaireRequest(
            id=uuid.uuid4(),
            practice_id=client.practice_id,
            client_id=client.id,
            form_key=wish.form_key,
            channel=wish.channel,
            asks=_asks(client, chosen, wish),
            asked_by=actor.user_id,
            asked_at=at,
            expires_at=at + LIFETIME,
        )
        try:
            with session.begin_nested():
                session.add(request)
        except IntegrityError:
            before = _asked_before(client, wish.form_key)
            if before is None:
                raise
            return before
        if wish.channel is AskChannel.MAIL:
            _promise(request, client, practice, attempt=1)
        _note(actor, "questionnaire.sent", request, how=wish.channel.value, names=_names(chosen))
    return request


def resend(actor: Actor, request_id: uuid.UUID) -> None:
    """Mail the link once more; earlier ones stay good, for an earlier mail may yet arrive."""
    with transaction():
        request = _open(actor, request_id)
        if request.channel is not AskChannel.MAIL:
            raise RuleBroken("This was not asked by mail.")
        mails = _mails(request)
        if any(mail.state in (OutboxState.READY, OutboxState.LEASED) for mail in mails):
            raise RuleBroken("A mail is on its way already.")
        client, practice = access.client_for(actor, request.client_id), access.practice_of(actor)
        if problem := mail_problem(client, practice):
            raise RuleBroken(problem)
        _promise(request, client, practice, attempt=len(mails) + 1)
        _note(actor, "questionnaire.resent", request)


def revoke(actor: Actor, request_id: uuid.UUID) -> QuestionnaireRequest:
    """Take open questions back: the link ends, a mail that waits is not sent; answers given so far stay."""
    with transaction():
        request = _open(actor, request_id)
        request.revoked_at = now()
        links.revoke(LinkToken.questionnaire_request_id == request.id)
        cancel_mail(request, "taken back")
        _note(actor, "questionnaire.revoked", request)
    return request


def hand_over(actor: Actor, request_id: uuid.UUID) -> str:
    """The secret of a link for a client in the practice, good for two hours; ends earlier ones."""
    with transaction():
        request = _open(actor, request_id)
        if request.channel is not AskChannel.CLINIC:
            raise RuleBroken("These questions were sent to the client.")
        if all(each.on_paper_only for each in questionnaires.questionnaires_of(request)):
            raise RuleBroken("This questionnaire is given on paper. Type in what was ticked.")
        links.revoke(LinkToken.questionnaire_request_id == request.id)
        secret = links.mint(
            request.practice_id,
            LinkPurpose.QUESTIONNAIRE,
            now() + TABLET_LIFETIME,
            questionnaire_request_id=request.id,
        )
        _note(actor, "questionnaire.handed", request)
    return secret


def expire_due(at: datetime) -> int:
    """Note on the timeline what nobody answered in time; returns how many."""
    query = (
        select(QuestionnaireRequest)
        .where(
            QuestionnaireRequest.finished_at.is_(None),
            QuestionnaireRequest.revoked_at.is_(None),
            QuestionnaireRequest.expired_at.is_(None),
            QuestionnaireRequest.expires_at <= at,
        )
        .order_by(QuestionnaireRequest.expires_at)
        .limit(EXPIRED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    with transaction() as session:
        over = list(session.scalars(query))
        for request in over:
            request.expired_at = at
            cancel_mail(request, "no longer needed")
            audit.record_for(
                request.practice_id,
                audit.SYSTEM,
                "questionnaire.expired",
                client_id=request.client_id,
                subject_id=request.id,
                names=_names(questionnaires.questionnaires_of(request)),
            )
    return len(over)


def mail_problem(client: Client, practice: Practice) -> str | None:
    """Why this client cannot be asked by mail, in words; None when they can."""
    if client.status is ClientStatus.ARCHIVED:
        return f"{client.name} is archived. Restore the record first."
    if client.email is None:
        return "There is no email address on record."
    if client.consented_at is None:
        return "The client’s consent is not recorded, so no mail is sent."
    if not subscriptions.is_subscribed(client, MailChannel.MESSAGES):
        return f"{client.name} has stopped these mails."
    if client.bounced_at is not None:
        return f"Mail to {client.email} does not arrive."
    if not practice.numbers_set:
        return "Set the emergency and urgent numbers of the practice first: no mail goes to clients before."
    return None


def cancel_mail(request: QuestionnaireRequest, reason: str) -> None:
    """Call back what is not on its way yet, within the caller's transaction."""
    outbox.cancel(request.practice_id, OutboxMessage.questionnaire_request_id == request.id, reason)


def _checked(actor: Actor, client: Client, practice: Practice, wish: Wish) -> list[Questionnaire]:
    known = load_catalogue().questionnaires.newest
    if client.status is ClientStatus.ARCHIVED:
        raise RuleBroken(f"{client.name} is archived. Restore the record first.")
    if not wish.keys:
        raise RuleBroken("Choose at least one questionnaire.", "keys")
    if strange := set(wish.keys) - known.keys():
        raise RuleBroken(f"There is no questionnaire {min(strange)}.", "keys")
    chosen = [each for each in known.values() if each.id in wish.keys]
    _check_channel(client, practice, chosen, wish)
    _check_screens(actor, chosen, wish)
    _check_since(client, chosen, wish)
    return chosen


def _check_channel(client: Client, practice: Practice, chosen: Sequence[Questionnaire], wish: Wish) -> None:
    if wish.channel is AskChannel.CLINIC:
        return
    for each in chosen:
        if each.on_paper_only:
            raise RuleBroken(f"{each.name} is given on paper, in the practice.", "keys")
    if wish.channel is AskChannel.PAGES and client.user_id is None:
        raise RuleBroken(f"{client.name} has no account yet.", "channel")
    if wish.channel is AskChannel.MAIL and (problem := mail_problem(client, practice)):
        raise RuleBroken(problem, "channel")


def _check_screens(actor: Actor, chosen: Sequence[Questionnaire], wish: Wish) -> None:
    for each in chosen:
        if each.role is not MeasureRole.SCREEN:
            continue
        if actor.role not in CLINICIANS:
            raise RuleBroken(f"Only an owner or a practitioner can ask {each.name}.", "keys")
        if not wish.confirmed:
            raise RuleBroken(f"Confirm that you act on a positive {each.name}, or leave it out.", "confirmed")


def _check_since(client: Client, chosen: Sequence[Questionnaire], wish: Wish) -> None:
    if not any(each.needs_since for each in chosen):
        return
    if wish.since is None:
        raise RuleBroken("Give the day the change is measured from.", "since")
    if wish.since >= today_in(client.time_zone):
        raise RuleBroken("The day must be before today.", "since")


def _asks(client: Client, chosen: Sequence[Questionnaire], wish: Wish) -> list[dict[str, Any]]:
    before = () if wish.new_activities else _named_before(client)[0]
    asks: list[dict[str, Any]] = []
    for each in chosen:
        entry: dict[str, Any] = {"key": each.id, "version": each.version}
        if each.kind is Kind.ACTIVITIES and before:
            entry["activities"] = list(before)
        if each.needs_since and wish.since is not None:
            entry |= {"since": wish.since.isoformat(), "first_visit": wish.since == _first_visit(client)}
        asks.append(entry)
    return asks


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


def _asked_before(client: Client, form_key: str) -> QuestionnaireRequest | None:
    query = select(QuestionnaireRequest).where(
        QuestionnaireRequest.practice_id == client.practice_id,
        QuestionnaireRequest.client_id == client.id,
        QuestionnaireRequest.form_key == form_key,
    )
    return db.session.scalars(query).one_or_none()


def _open(actor: Actor, request_id: uuid.UUID) -> QuestionnaireRequest:
    access.staff_only(actor)
    request = access.questionnaire_request_for(actor, request_id)
    # two presses at once come one after the other; SQLite has one writer anyway
    db.session.refresh(request, with_for_update=True)
    if questionnaires.state_of(request) not in OPEN:
        raise RuleBroken("These questions are not open any more.")
    return request


def _mails(request: QuestionnaireRequest) -> Sequence[OutboxMessage]:
    query = select(OutboxMessage).where(
        OutboxMessage.practice_id == request.practice_id,
        OutboxMessage.questionnaire_request_id == request.id,
    )
    return db.session.scalars(query).all()


def _promise(request: QuestionnaireRequest, client: Client, practice: Practice, *, attempt: int) -> None:
    """A mail on the first day that is free: one mail a client and day, and a check-in keeps its own."""
    zone = load_zone(client.time_zone)
    hours = waking_hours(practice.waking_from, practice.waking_until, client.waking_from, client.waking_until)
    begins = next_waking(hours, zone, now())
    first = local_date(begins, zone)
    taken = _taken_days(client, first)
    for day in (first + step * DAY for step in range(LOOK_AHEAD)):
        due = begins if day == first else local_to_utc(day, hours.opens, zone)
        if day not in taken and _promised(request, client, day, due, attempt):
            return
    raise RuleBroken("There is a mail planned for every day of this week. Ask in another way.", "channel")


def _promised(request: QuestionnaireRequest, client: Client, day: date, due: datetime, attempt: int) -> bool:
    try:
        with db.session.begin_nested():
            outbox.promise(
                request.practice_id,
                MAIL,
                f"questionnaire:{request.id.hex}:{attempt}",
                client_id=client.id,
                questionnaire_request_id=request.id,
                local_date=day,
                day_key=outbox_key(client.id, day),
                due_at=due,
                not_after=request.expires_at - timedelta(hours=1),
            )
    except IntegrityError:  # another mail took the day in this moment
        return False
    return True


def _taken_days(client: Client, first: date) -> set[date]:
    days = {outbox_key(client.id, first + step * DAY): first + step * DAY for step in range(LOOK_AHEAD)}
    mailed = select(OutboxMessage.day_key).where(
        OutboxMessage.practice_id == client.practice_id, OutboxMessage.day_key.in_(days)
    )
    planned = (
        select(CheckinSchedule.next_on)
        .join(
            Program,
            (Program.practice_id == CheckinSchedule.practice_id) & (Program.id == CheckinSchedule.program_id),
        )
        .where(
            Program.practice_id == client.practice_id,
            Program.client_id == client.id,
            Program.status.in_(RUNNING),
            CheckinSchedule.next_on.is_not(None),
        )
    )
    taken = {days[key] for key in db.session.scalars(mailed) if key}
    return taken | {day for day in db.session.scalars(planned) if day}


def _names(chosen: Sequence[Questionnaire]) -> str:
    return ", ".join(each.name for each in chosen)


def _note(actor: Actor, action: str, request: QuestionnaireRequest, **details: Any) -> None:
    audit.record(actor, action, client_id=request.client_id, subject_id=request.id, **details)
