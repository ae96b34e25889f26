"""What the rules of attention are asked about: facts of some clients, in a few statements however many."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Exists, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from clinic.domain.asking import AnswerSource
from clinic.domain.attention import (
    AT_ONCE,
    DROP_WINDOW,
    KINDS,
    OF_ANSWERS,
    OF_LOGS,
    ActivitiesSaid,
    AnswerGiven,
    AttentionKind,
    CheckinUnanswered,
    CitingProgram,
    ClientFacts,
    Handling,
    LoggedDay,
    MorningSaid,
    OpenInvitation,
    OpenSign,
    PositiveScreen,
    PracticeFell,
    ProgramRun,
    RecheckSaid,
    StopSaid,
    WaitsForAnswer,
)
from clinic.domain.consents import ConsentHow, ConsentKind
from clinic.domain.pain_rule import PainSaid, ceiling_of
from clinic.domain.programs import GOES_ON, RUNNING
from clinic.domain.progress import Adherence
from clinic.domain.reason_acts import ReasonAct
from clinic.domain.rechecks import RecheckResult
from clinic.domain.types import (
    AssessmentStatus,
    CheckinState,
    ClientStatus,
    LogObstacle,
    LogOutcome,
    ProgramStatus,
)
from clinic.extensions import db
from clinic.models import (
    AnswerWait,
    Assessment,
    Checkin,
    CheckinAnswer,
    Client,
    Consent,
    FormRecheck,
    Invitation,
    PainMorning,
    Practice,
    PracticeDecline,
    PracticeLog,
    PracticeStop,
    Prescription,
    Program,
    ProgramEvent,
    ProgramFinding,
    QuestionnaireResponse,
    ReasonHandling,
    WarningFlag,
)
from clinic.models.base import points_at
from clinic.models.checkin import is_unanswered

Key = tuple[uuid.UUID, uuid.UUID]  # a practice, and a client of it


@dataclass(frozen=True, slots=True)
class _Sort:
    """One sort of fact: its name among a client's facts, the kinds of reason that need it, where it stands.

    A row of `query` is the client and what `fact` takes; `gather` makes one value of a client's rows.
    """

    name: str
    needed_by: frozenset[AttentionKind]
    query: Select[*tuple[Any, ...]]
    fact: Callable[..., Any]
    gather: Callable[[list[Any]], Any] = tuple


@dataclass(frozen=True, slots=True)
class _LogRow:
    """What a client said of one move on one day."""

    id: uuid.UUID
    day: date
    logged_at: datetime
    corrected_at: datetime | None
    outcome: LogOutcome
    obstacle: LogObstacle | None
    pain: int | None
    wrote: bool

    @property
    def hurts(self) -> bool:
        """Whether it hurt too much, by the one rule of pain."""
        return PainSaid(self.day, self.pain, self.outcome, self.obstacle).hurts


def read(keys: Collection[Key], kinds: Collection[AttentionKind]) -> list[ClientFacts]:
    """The facts of these clients, as far as reasons of these kinds need them. One query a sort of fact."""
    values = {"practices": list({key[0] for key in keys}), "clients": [key[1] for key in keys]}
    known: dict[uuid.UUID, dict[str, Any]] = {}
    for person in db.session.execute(_PEOPLE, values):
        known[person.id] = {
            "zone": ZoneInfo(person.time_zone),
            "is_active": person.status is ClientStatus.ACTIVE,
            "has_signed_in": person.user_id is not None,
            "bounced_at": person.bounced_at or person.returning_since,
            "pain_ceiling": ceiling_of(person.own_ceiling, person.practices_ceiling),
            "heard_from": person.heard_from or AT_ONCE,
            "assess_every": person.assess_every_weeks,
        }
    for sort in _SORTS:
        if not sort.needed_by.isdisjoint(kinds):
            for client_id, found in _found(sort, values).items():
                known[client_id][sort.name] = sort.gather(found)
    return [ClientFacts(client_id=client_id, **facts) for client_id, facts in known.items()]


def _found(sort: _Sort, values: Mapping[str, Any]) -> Mapping[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for client_id, *row in db.session.execute(sort.query, values):
        found[client_id].append(sort.fact(*row))
    return found


def _theirs(record: Any, client: InstrumentedAttribute[Any] | None = None) -> ColumnElement[bool]:
    """By practice, too: the indexes begin with it."""
    return and_(
        record.practice_id.in_(bindparam("practices", expanding=True)),
        (record.client_id if client is None else client).in_(bindparam("clients", expanding=True)),
    )


def _activities(response_id: uuid.UUID, *row: Any) -> ActivitiesSaid:
    answered_at, recorded_at, by_client, activities = row
    return ActivitiesSaid(response_id, answered_at, recorded_at, bool(by_client), tuple(activities))


def _fell(program_id: uuid.UUID, *row: Any) -> PracticeFell:
    since, noticed_at, before_done, before_of, now_done, now_of = row
    return PracticeFell(program_id, since, _kept(before_done, before_of), _kept(now_done, now_of), noticed_at)


def _kept(done: int, of: int) -> Adherence:
    unheard = max(0, of - done)
    return Adherence(
        window=DROP_WINDOW.days, expected=of, done=done, partly=0, not_done=0, not_reported=unheard
    )


def _unanswered() -> Select[*tuple[Any, ...]]:
    answered = aliased(Checkin)
    since = exists().where(
        answered.practice_id == Checkin.practice_id,
        answered.client_id == Checkin.client_id,
        answered.state == CheckinState.ANSWERED,
        func.coalesce(answered.answered_at, answered.due_at) >= Checkin.due_at,
    )
    which = (_theirs(Checkin), is_unanswered(), ~since)
    return select(Checkin.client_id, Checkin.id, Checkin.due_at, Checkin.local_date).where(*which)


def _screens() -> Select[*tuple[Any, ...]]:
    """Positive screens; one that was corrected since counts no more."""
    response, corrected = QuestionnaireResponse, aliased(QuestionnaireResponse)
    columns = (response.client_id, response.id, response.answered_at, response.recorded_at)
    return select(*columns).where(
        _theirs(response), response.screen_positive, ~_superseded(response, corrected)
    )


def _named() -> Select[*tuple[Any, ...]]:
    """Answers with words of the client's own; one that was corrected since counts no more."""
    response, corrected = QuestionnaireResponse, aliased(QuestionnaireResponse)
    columns = (response.client_id, response.id, response.answered_at, response.recorded_at)
    by_client = response.source != AnswerSource.TYPED
    return (
        select(*columns, by_client, response.activities)
        .where(_theirs(response), response.activities.is_not(None), ~_superseded(response, corrected))
        .order_by(response.answered_at, response.id)
    )


def _superseded(response: Any, corrected: Any) -> Exists:
    return exists().where(
        corrected.practice_id == response.practice_id,
        corrected.request_id == response.request_id,
        corrected.questionnaire_key == response.questionnaire_key,
        corrected.revision > response.revision,
    )


def _programs() -> Select[*tuple[Any, ...]]:
    changed_on = (
        select(func.max(ProgramEvent.effective_on))
        .where(points_at(ProgramEvent.program_id, Program), ProgramEvent.action.in_(GOES_ON))
        .correlate(Program)
        .scalar_subquery()
    )
    days = (Program.starts_on, Program.ends_on, changed_on)
    columns = (Program.id, Program.status, *days, Program.name, Program.paused_from, Program.paused_until)
    return select(Program.client_id, *columns).where(_theirs(Program), Program.status.in_(RUNNING))


def _citing() -> Select[*tuple[Any, ...]]:
    """Programs that answer findings; one that ended long ago asks for nothing, and the rule knows when."""
    cites = exists().where(points_at(ProgramFinding.program_id, Program))
    columns = (Program.id, Program.starts_on, Program.ends_on, Program.name)
    return select(Program.client_id, *columns).where(_theirs(Program), cites)


def _declines() -> Select[*tuple[Any, ...]]:
    found = PracticeDecline
    figures = (found.before_done, found.before_of, found.now_done, found.now_of)
    return (
        select(found.client_id, found.program_id, found.since, found.noticed_at, *figures)
        .join(Program, points_at(found.program_id, Program))
        .where(_theirs(found), Program.status == ProgramStatus.ACTIVE)
    )


def _answers() -> Select[*tuple[Any, ...]]:
    given = CheckinAnswer
    columns = (given.id, given.answered_at, given.corrected_at, given.pain, given.contact_wanted)
    wrote = func.coalesce(given.note, "") != ""
    query = select(given.client_id, *columns, wrote).where(_theirs(given))
    return query.order_by(given.answered_at, given.id)


def _handled() -> Select[*tuple[Any, ...]]:
    """What was done and not taken back."""
    act, back = ReasonHandling, aliased(ReasonHandling)
    taken_back = exists().where(back.practice_id == act.practice_id, back.undoes == act.id)
    columns = (act.kind, act.subject_id, act.handled_at, act.act, act.until, act.handed_to)
    return select(act.client_id, *columns).where(_theirs(act), act.act != ReasonAct.UNDONE, ~taken_back)


def _invitations() -> Select[*tuple[Any, ...]]:
    still_open = (Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    columns = (Invitation.client_id, Invitation.id, Invitation.created_at)
    return select(*columns).where(_theirs(Invitation), *still_open)


def _logged() -> Select[*tuple[Any, ...]]:
    """Rows of the days that may ask for somebody: a pain, "it hurts", or words. The rules decide."""
    row = PracticeLog
    columns = (row.id, row.local_date, row.logged_at, row.corrected_at, row.outcome, row.obstacle, row.pain)
    wrote = func.coalesce(row.note, "") != ""
    which = (_theirs(row), or_(row.pain.is_not(None), row.obstacle == LogObstacle.HURTS, wrote))
    query = select(row.client_id, *columns, wrote).where(*which)
    return query.order_by(row.local_date, row.logged_at, row.id)


def _days(rows: list[_LogRow]) -> tuple[LoggedDay, ...]:
    """A day is the first row that was logged of it, with what all its rows say."""
    days = (list(of_day) for _, of_day in groupby(rows, key=lambda row: row.day))
    return tuple(
        LoggedDay(
            id=of_day[0].id,
            day=of_day[0].day,
            said_at=max(row.corrected_at or row.logged_at for row in of_day),
            pain=max((row.pain for row in of_day if row.pain is not None), default=None),
            hurts=any(row.hurts for row in of_day),
            wrote=any(row.wrote for row in of_day),
        )
        for of_day in days
    )


_PEOPLE = (
    select(
        *(Client.id, Client.status, Client.user_id, Client.bounced_at, Client.returning_since),
        *(Client.pain_ceiling.label("own_ceiling"), Practice.pain_ceiling.label("practices_ceiling")),
        *(Practice.time_zone, Practice.heard_from, Practice.assess_every_weeks),
    )
    .join(Practice, Practice.id == Client.practice_id)
    .where(_theirs(Client, Client.id))
)
_SIGNS = select(WarningFlag.client_id, WarningFlag.id, WarningFlag.tier, WarningFlag.raised_at).where(
    _theirs(WarningFlag), WarningFlag.is_open
)
_MORNINGS = select(
    *(PainMorning.client_id, PainMorning.id, PainMorning.local_date, PainMorning.settled),
    func.coalesce(PainMorning.corrected_at, PainMorning.said_at),
).where(_theirs(PainMorning))
_RECHECKS = (
    select(
        *(FormRecheck.client_id, FormRecheck.id, FormRecheck.local_date, FormRecheck.result),
        func.coalesce(FormRecheck.corrected_at, FormRecheck.said_at),
        *(Prescription.exercise_id, Prescription.content),
    )
    .join(Prescription, points_at(FormRecheck.prescription_id, Prescription))
    .where(_theirs(FormRecheck))
)
_STOPS = select(
    *(PracticeStop.client_id, PracticeStop.id, PracticeStop.local_date, PracticeStop.reason),
    func.coalesce(PracticeStop.corrected_at, PracticeStop.said_at),
).where(_theirs(PracticeStop))
_LAST_LOGS = (
    select(PracticeLog.client_id, func.max(PracticeLog.local_date))
    .where(_theirs(PracticeLog))
    .group_by(PracticeLog.client_id)
)
_WAITING = select(
    *(AnswerWait.client_id, AnswerWait.id, AnswerWait.asked_at, AnswerWait.last_at, AnswerWait.due_at)
).where(_theirs(AnswerWait), AnswerWait.answered_at.is_(None), AnswerWait.due_at.is_not(None))
_LAST_ASSESSED = (
    select(Assessment.client_id, func.max(Assessment.taken_on))
    .where(_theirs(Assessment), Assessment.status == AssessmentStatus.SIGNED)
    .group_by(Assessment.client_id)
)
_OF_CONSENT = frozenset({AttentionKind.CONSENT_WITHDRAWN})
_STANDING = aliased(Consent)
_WITHDRAWN = (
    select(Consent.client_id, func.max(Consent.withdrawn_at))
    .where(
        _theirs(Consent),
        Consent.kind == ConsentKind.RECORD,
        Consent.withdrawn_how == ConsentHow.PAGE,
        ~exists().where(
            _STANDING.practice_id == Consent.practice_id,
            _STANDING.client_id == Consent.client_id,
            _STANDING.kind == ConsentKind.RECORD,
            _STANDING.withdrawn_at.is_(None),
        ),
    )
    .group_by(Consent.client_id)
)
_OF_ASSESSMENTS = frozenset({AttentionKind.RETEST_DUE, AttentionKind.ASSESSMENT_DUE})
_OF_STOPS = frozenset({AttentionKind.NOT_PRACTISED, AttentionKind.STOPPED_HURTS})
_OF_PROGRAMS = frozenset({AttentionKind.NOT_PRACTISED, AttentionKind.ENDING, AttentionKind.ASSESSMENT_DUE})


def _recheck(
    recheck_id: uuid.UUID,
    day: date,
    result: RecheckResult,
    said_at: datetime,
    move_id: uuid.UUID,
    content: Any,
) -> RecheckSaid:
    return RecheckSaid(recheck_id, day, result, said_at, move_id, str(content["name"]))


_SORTS = (
    _Sort("signs", frozenset({AttentionKind.WARNING_SIGN}), _SIGNS, OpenSign),
    _Sort("screens", frozenset({AttentionKind.SCREEN_POSITIVE}), _screens(), PositiveScreen),
    _Sort("answers", frozenset(OF_ANSWERS), _answers(), AnswerGiven),
    _Sort("logged", frozenset(OF_LOGS), _logged(), _LogRow, _days),
    _Sort("mornings", frozenset({AttentionKind.STILL_UP}), _MORNINGS, MorningSaid),
    _Sort("named", frozenset({AttentionKind.ACTIVITIES}), _named(), _activities),
    _Sort("unanswered", frozenset({AttentionKind.NOT_ANSWERED}), _unanswered(), CheckinUnanswered),
    _Sort("programs", _OF_PROGRAMS, _programs(), ProgramRun),
    _Sort("rechecks", frozenset({AttentionKind.RECHECK_FAILED}), _RECHECKS, _recheck),
    _Sort("stops", _OF_STOPS, _STOPS, StopSaid),
    _Sort("practised_on", _OF_STOPS, _LAST_LOGS, lambda day: day, max),
    _Sort("fell", frozenset({AttentionKind.PRACTICE_DROPPED}), _declines(), _fell),
    _Sort("invitations", frozenset({AttentionKind.NEVER_SIGNED_IN}), _invitations(), OpenInvitation),
    _Sort("consent_withdrawn_at", _OF_CONSENT, _WITHDRAWN, lambda at: at, max),
    _Sort("waiting", frozenset({AttentionKind.ANSWER_LATE}), _WAITING, WaitsForAnswer),
    _Sort("citing", _OF_ASSESSMENTS, _citing(), CitingProgram),
    _Sort("assessed_on", _OF_ASSESSMENTS, _LAST_ASSESSED, lambda day: day, max),
    _Sort("handled", frozenset(KINDS), _handled(), Handling),
)
