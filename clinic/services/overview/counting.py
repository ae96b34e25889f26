"""A practice counted: its clients, their practice, their answers, what changed and why somebody stopped."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, distinct, func, or_, select

from clinic.catalogue import load_catalogue
from clinic.domain.answer_promise import PromiseState, promise_state
from clinic.domain.change import ChangeVerdict
from clinic.domain.practice_overview import (
    STOPPED_WITHIN,
    WINDOWS,
    MeasuredOutcome,
    PracticeOverview,
    PracticeWindow,
    outcome_of,
    window_of,
)
from clinic.domain.programs import TOGETHER
from clinic.domain.progress import Adherence, adherence
from clinic.domain.questionnaires import MeasureRole
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.score_changes import AnsweredQuestionnaire, score_changes
from clinic.domain.skipping import UNANSWERED_AFTER
from clinic.domain.staff_time import StaffTimeKind, TimePeriod
from clinic.domain.types import CheckinState, ProgramAction
from clinic.extensions import db
from clinic.models import AnswerWait, Checkin, Client, Program, ProgramEvent, StaffTime
from clinic.models.base import given, one_of, points_at
from clinic.services import rows
from clinic.services.programs import weeks
from clinic.services.questionnaires import results

BATCH = 200  # programs read at once


_LATE = (
    select(
        *(Program.id, Program.practice_id, Program.client_id, Program.starts_on, Program.ends_on),
        Client.time_zone,
    )
    .join(Client, points_at(Program.client_id, Client))
    .where(
        given(Program.practice_id),
        Program.id > bindparam("last", type_=Program.id.type),
        Client.is_active,
        or_(Program.ends_on.is_(None), Program.ends_on >= bindparam("first")),
    )
    .order_by(Program.id)
    .limit(BATCH)
)


def count(practice_id: uuid.UUID, at: datetime) -> PracticeOverview:
    """The figures of a practice at an instant. Costs with the number of its clients: for a worker."""
    active, with_program, with_account = _clients(practice_id)
    stops, graduated = _stops(practice_id, at)
    return PracticeOverview(
        active=active,
        with_program=with_program,
        with_account=with_account,
        windows=tuple(_windows(practice_id, at)),
        outcomes=tuple(_outcomes(practice_id)),
        stops=stops,
        graduated=graduated,
        **_staff_time(practice_id, at),
    )


def _staff_time(practice_id: uuid.UUID, at: datetime) -> dict[str, int]:
    period = TimePeriod(at.date())
    found: Any = db.session.execute(
        select(
            func.coalesce(func.sum(StaffTime.minutes), 0),
            func.count().filter(StaffTime.kind == StaffTimeKind.LIVE),
            func.count(distinct(StaffTime.client_id)),
        ).where(
            StaffTime.practice_id == practice_id,
            StaffTime.removed_at.is_(None),
            StaffTime.day.between(period.first, period.last),
        )
    ).one()
    return dict(zip(("staff_minutes", "live_contacts", "with_time"), found, strict=True))


def _clients(practice_id: uuid.UUID) -> tuple[int, int, int]:
    running = select(Program.id).where(points_at(Program.client_id, Client), one_of(Program.status, TOGETHER))
    found: Any = db.session.execute(
        select(
            func.count(),
            func.count().filter(running.exists()),
            func.count().filter(Client.user_id.is_not(None)),
        ).where(Client.practice_id == practice_id, Client.is_active)
    ).one()
    return found[0], found[1], found[2]


def _windows(practice_id: uuid.UUID, at: datetime) -> Iterator[PracticeWindow]:
    practice: dict[int, list[Adherence]] = defaultdict(list)
    for program_adherence in _practised(practice_id, at):
        for each in program_adherence:
            practice[each.window].append(each)
    promises = _promises(practice_id, at)
    for days in WINDOWS:
        sent, answered = _checkins(practice_id, at, days)
        lately = [state for asked_at, state in promises if asked_at > at - timedelta(days=days)]
        yield window_of(days, practice[days], sent=sent, answered=answered, promises=lately)


def _promises(practice_id: uuid.UUID, at: datetime) -> list[tuple[datetime, PromiseState]]:
    """What became of each promise of an answer, with when it was asked for."""
    asked = select(AnswerWait.asked_at, AnswerWait.due_at, AnswerWait.answered_at).where(
        AnswerWait.practice_id == practice_id,
        AnswerWait.due_at.is_not(None),
        AnswerWait.asked_at > at - timedelta(days=max(WINDOWS)),
    )
    return [
        (row.asked_at, promise_state(row.due_at, row.answered_at, at)) for row in db.session.execute(asked)
    ]


def _practised(practice_id: uuid.UUID, at: datetime) -> Iterator[list[Adherence]]:
    """Each program that asked for something lately, in each window."""
    longest, last = max(WINDOWS), uuid.UUID(int=0)
    first = at.date() - timedelta(days=longest + 2)
    while True:
        found = rows.read(_LATE, {"practice_id": practice_id, "last": last, "first": first})
        if found:
            for row, each in zip(found, weeks.kept(found, at, longest), strict=True):
                today = local_date(at, load_zone(row.time_zone))
                yield [adherence(each.logs, each.plan, today, days) for days in WINDOWS]
        if len(found) < BATCH:
            return
        last = found[-1].id


def _checkins(practice_id: uuid.UUID, at: datetime, days: int) -> tuple[int, int]:
    """How many went out and had the time to be answered, and how many of them were."""
    answered = Checkin.state == CheckinState.ANSWERED
    found: Any = db.session.execute(
        select(func.count(), func.count().filter(answered)).where(
            Checkin.practice_id == practice_id,
            one_of(Checkin.state, weeks.WENT_OUT),
            Checkin.due_at > at - timedelta(days=days),
            or_(answered, Checkin.due_at <= at - UNANSWERED_AFTER),
        )
    ).one()
    return found[0], found[1]


def _outcomes(practice_id: uuid.UUID) -> Iterator[MeasuredOutcome]:
    known = load_catalogue().questionnaires
    order = list(known.newest)
    verdicts: dict[str, list[ChangeVerdict]] = defaultdict(list)
    once: Counter[str] = Counter()
    for of_client in _answered(practice_id):
        changes = score_changes(of_client, order)
        for change in changes:
            verdicts[change.measure.id].append(change.outcome.verdict)
        twice = {change.measure.id for change in changes}
        once.update({measure for measure in _measured(of_client) if measure not in twice})
    for questionnaire in known.newest.values():
        for measure in questionnaire.measures:
            if verdicts[measure.id] or once[measure.id]:
                yield outcome_of(measure.name, verdicts[measure.id], once[measure.id])


def _measured(answered: Sequence[AnsweredQuestionnaire]) -> Iterator[str]:
    for each in answered:
        if each.questionnaire.role is MeasureRole.STATE:
            yield from (m.id for m in each.questionnaire.measures if each.scores.get(m.id) is not None)


def _answered(practice_id: uuid.UUID) -> Iterator[list[AnsweredQuestionnaire]]:
    """What counts now of what each client answered, one client after another."""
    for _, some in groupby(results.of_practice(practice_id), key=lambda pair: pair[0]):
        yield [answered for _, answered in some]


def _stops(practice_id: uuid.UUID, at: datetime) -> tuple[dict[str, int], int]:
    since = at.date() - timedelta(days=STOPPED_WITHIN)
    found = db.session.execute(
        select(ProgramEvent.stop, func.count())
        .where(
            ProgramEvent.practice_id == practice_id,
            ProgramEvent.action == ProgramAction.END,
            ProgramEvent.stop.is_not(None),
            ProgramEvent.effective_on >= since,
        )
        .group_by(ProgramEvent.stop)
    )
    graduated = db.session.scalar(
        select(func.count()).where(Program.practice_id == practice_id, Program.graduated_on >= since)
    )
    return {row[0].value: row[1] for row in found if row[0] is not None}, graduated or 0
