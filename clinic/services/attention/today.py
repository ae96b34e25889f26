"""Who needs somebody of the practice: found by a few queries, judged by the rules, dealt with by name."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, select, update

from clinic.domain.attention import DROP_WINDOW, AttentionKind, ClientFacts, PracticeDrop, Reason, attention
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.progress import Adherence, PainChange
from clinic.domain.types import Tier
from clinic.extensions import db
from clinic.models import CheckinAnswer, Client
from clinic.models.base import points_at
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.attention import queries as attention_queries
from clinic.services.attention.queries import MOST, Found
from clinic.services.clock import now, today_in
from clinic.services.outbox import calling_back as checkins
from clinic.services.transaction import transaction

ANSWERS_SHOWN = timedelta(days=14)
ANSWERS_LISTED = 20
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Case:
    """One reason as a form names it: what kind, and the record it is about."""

    kind: AttentionKind
    subject_id: uuid.UUID

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.subject_id}"

    @classmethod
    def parse(cls, text: str) -> Case:
        """Read what `str` wrote; RuleBroken for anything else."""
        kind, _, subject = text.partition(":")
        try:
            return cls(AttentionKind(kind), uuid.UUID(subject))
        except ValueError:
            raise RuleBroken("This page is out of date. Please open it again.") from None


@dataclass(frozen=True, slots=True)
class Listed:
    """A client on the list, with every reason in words and, where there is one, the flag to look at first."""

    client_id: uuid.UUID
    name: str
    facts: ClientFacts
    reasons: tuple[Reason, ...]
    cases: tuple[Case, ...]
    flag_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Answered:
    """A recent answer that asks for nobody."""

    answer: CheckinAnswer
    client_name: str


@dataclass(frozen=True, slots=True)
class Today:
    """The first page: at most fifty clients, whether there are more, and who answered lately."""

    today: date
    listed: Sequence[Listed]
    is_cut_off: bool
    answered: Sequence[Answered]


@dataclass(slots=True)
class _Gathered:
    name: str
    values: dict[str, Any] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    flag_id: uuid.UUID | None = None


def today(actor: Actor) -> Today:
    """The practice's first page; staff only. Four queries and the practice, whatever its size."""
    access.staff_only(actor)
    zone = ZoneInfo(access.practice_of(actor).time_zone)
    day = today_in(zone.key)
    found = attention_queries.find(actor.practice_id, now(), day)
    answers = attention_queries.open_answers(actor.practice_id)
    gathered = _gather(found, zone)
    rises = attention_queries.pain_up_of(actor.practice_id, {answer.client_id for answer, _ in answers}, zone)
    _add_answers(gathered, answers, rises, zone)
    listed = _judged(gathered, day)
    most_of_a_kind = max(Counter(row.kind for row in found).values(), default=0)
    is_cut_off = max(len(listed), most_of_a_kind, len(answers)) > MOST
    asking = {answer.id for answer, _ in answers if answer.contact_wanted or answer.client_id in rises}
    held = {client_id for client_id, client in gathered.items() if client.flag_id}
    answered = [
        each
        for each in _answered(actor)
        if each.answer.id not in asking and each.answer.client_id not in held
    ]
    return Today(day, listed[:MOST], is_cut_off, answered[:ANSWERS_LISTED])


def handle(actor: Actor, client_id: uuid.UUID, cases: Iterable[Case], note: str | None) -> None:
    """Somebody has looked after these reasons. A warning sign is none of them: it is cleared with a note."""
    with transaction():
        client = access.client_for(actor, client_id)
        access.staff_only(actor)
        for case in cases:
            _handle(actor, client, case, (note or "")[:LONGEST_NOTE])


def _gather(found: Sequence[Found], zone: ZoneInfo) -> dict[uuid.UUID, _Gathered]:
    gathered: dict[uuid.UUID, _Gathered] = {}
    for row in found:
        client = gathered.setdefault(row.client_id, _Gathered(row.name))
        since = row.day or (row.moment.astimezone(zone).date() if row.moment else date.min)
        _put(client, row, since)
    return gathered


def _put(client: _Gathered, row: Found, since: date) -> None:
    match row.kind:
        case AttentionKind.WARNING_SIGN:
            tier = Tier(row.extra or Tier.E.value)
            if client.flag_id is None or tier.rank > client.values["warning"].rank:
                client.values |= {"warning": tier, "warning_on": since}
                client.flag_id = row.subject_id
            return
        case AttentionKind.SCREEN_POSITIVE:
            client.values.setdefault("screen_positive_on", since)
        case AttentionKind.NOT_ANSWERED:
            client.values |= {"unanswered_in_a_row": int(row.extra or 0), "unanswered_since": since}
        case AttentionKind.BOUNCED:
            client.values["bounced_on"] = since
        case AttentionKind.NEVER_SIGNED_IN:
            client.values |= {"invited_on": since, "has_signed_in": False}
        case AttentionKind.ENDING:
            client.values["program_ends_on"] = since
        case AttentionKind.NOT_PRACTISED:
            client.values["silent_since"] = since
        case AttentionKind.PRACTICE_DROPPED:
            client.values["practice"] = _drop(row.extra or "", since)
    client.cases.append(Case(row.kind, row.subject_id))


def _drop(figures: str, since: date) -> PracticeDrop:
    before_done, before_of, now_done, now_of = map(int, figures.split("/"))
    return PracticeDrop(_kept(before_done, before_of), _kept(now_done, now_of), since)


def _kept(done: int, of: int) -> Adherence:
    return Adherence(
        window=DROP_WINDOW.days, expected=of, done=done, partly=0, not_done=0, not_reported=max(0, of - done)
    )


def _add_answers(
    gathered: dict[uuid.UUID, _Gathered],
    answers: Sequence[tuple[CheckinAnswer, str]],
    rises: Mapping[uuid.UUID, PainChange],
    zone: ZoneInfo,
) -> None:
    for answer, name in answers:  # oldest first
        on = answer.answered_at.astimezone(zone).date()
        client = gathered.setdefault(answer.client_id, _Gathered(name))
        if answer.contact_wanted:
            client.values.setdefault("contact_wanted_on", on)
            client.cases.append(Case(AttentionKind.CONTACT_WANTED, answer.id))
        if answer.client_id in rises:
            client.values |= {"pain_up": rises[answer.client_id], "pain_up_on": on}
            client.cases.append(Case(AttentionKind.PAIN_UP, answer.id))


def _judged(gathered: dict[uuid.UUID, _Gathered], day: date) -> list[Listed]:
    listed = []
    for client_id, client in gathered.items():
        facts = ClientFacts(**client.values)
        reasons = attention(facts, day)
        if reasons:
            listed.append(Listed(client_id, client.name, facts, reasons, tuple(client.cases), client.flag_id))
    return sorted(listed, key=_pressing)


def _pressing(listed: Listed) -> tuple[int, int, date, str]:
    first = listed.reasons[0]
    return first.kind.rank, -listed.facts.warning.rank, first.since, listed.name


def _answered(actor: Actor) -> list[Answered]:
    query = (
        select(CheckinAnswer, Client.name)
        .join(Client, points_at(CheckinAnswer.client_id, Client))
        .where(
            CheckinAnswer.practice_id == actor.practice_id,
            CheckinAnswer.answered_at >= now() - ANSWERS_SHOWN,
        )
        .order_by(CheckinAnswer.answered_at.desc())
        .limit(ANSWERS_LISTED + MOST + 1)
    )
    return [Answered(*row) for row in db.session.execute(query)]


def _handle(actor: Actor, client: Client, case: Case, note: str) -> None:
    match case.kind:
        case AttentionKind.WARNING_SIGN:
            raise RuleBroken("A warning sign is cleared on its own page, with a note.")
        case AttentionKind.PAIN_UP | AttentionKind.CONTACT_WANTED:
            _handle_answer(actor, client, case.subject_id, note)
            return
        case AttentionKind.NOT_ANSWERED:
            _own(client, access.checkin_for(actor, case.subject_id).client_id)
            checkins.close_unanswered(client.practice_id, client.id, f"looked after by {actor.name}")
        case AttentionKind.NEVER_SIGNED_IN:
            _own(client, access.invitation_for(actor, case.subject_id).client_id)
        case AttentionKind.ENDING | AttentionKind.NOT_PRACTISED | AttentionKind.PRACTICE_DROPPED:
            _own(client, access.program_for(actor, case.subject_id).client_id)
        case AttentionKind.SCREEN_POSITIVE:
            _own(client, access.questionnaire_response_for(actor, case.subject_id).client_id)
        case AttentionKind.BOUNCED:
            _own(client, access.client_for(actor, case.subject_id).id)
    audit.record(
        actor,
        attention_queries.LOOKED_AFTER,
        client_id=client.id,
        subject_id=case.subject_id,
        kind=case.kind.value,
        note=note,
    )


def _own(client: Client, owner: uuid.UUID) -> None:
    if owner != client.id:
        raise NotFound


def _handle_answer(actor: Actor, client: Client, answer_id: uuid.UUID, note: str) -> None:
    answer = access.answer_for(actor, answer_id)
    _own(client, answer.client_id)
    taken = db.session.execute(
        update(CheckinAnswer)
        .where(CheckinAnswer.id == answer.id, CheckinAnswer.handled_at.is_(None))
        .values(handled_by=actor.user_id, handled_at=now())
    )
    assert isinstance(taken, CursorResult)
    if taken.rowcount:
        audit.record(actor, "checkin.handled", client_id=client.id, subject_id=answer.checkin_id, note=note)
