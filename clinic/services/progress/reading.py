"""All that tells a client's progress, in few queries: practice, check-ins, own activities, changes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    CompoundSelect,
    Date,
    Double,
    Select,
    String,
    Text,
    cast,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from clinic.domain.attention import NOT_WELL
from clinic.domain.change import ChangeVerdict
from clinic.domain.dose_changes import DoseChange
from clinic.domain.findings import Place
from clinic.domain.mistake_trend import MistakeStory, mistake_story
from clinic.domain.moves import named_mistake_in
from clinic.domain.new_versions import VersionDecision
from clinic.domain.own_activities import OwnActivity, most_changed, own_activities
from clinic.domain.progress import (
    PainPoint,
    pain_since_first,
    pain_up,
)
from clinic.domain.progress_headline import ProgressFacts, headline
from clinic.domain.progress_reports import ReportReader
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.score_changes import AnsweredQuestionnaire
from clinic.domain.types import CheckinState, DayMark, MistakeAnswer, ProgramAction, Side
from clinic.models import (
    Checkin,
    CheckinAnswer,
    Client,
    ClientGoal,
    OpenReason,
    PracticeLog,
    Prescription,
    Program,
    ProgramEvent,
    ProgressReport,
    SharedFinding,
    VersionOffer,
    WarningFlag,
)
from clinic.models.base import Key, UtcDateTime, given, one_of, points_at
from clinic.services import access, rows
from clinic.services.actors import Actor
from clinic.services.clock import today_in
from clinic.services.programs import kept_days
from clinic.services.programs.kept_days import DaysSoFar
from clinic.services.questionnaires import results

DAYS = 91  # of practice that are looked at, week by week
MONTH = 30
ALL = 36_500
UNDER_WAY = (CheckinState.PLANNED, CheckinState.DUE, CheckinState.WAITING, CheckinState.SENDING)
SETTLED = tuple(state for state in CheckinState if state not in UNDER_WAY)
STEPS = (ProgramAction.PAUSE, ProgramAction.RESUME, ProgramAction.END, ProgramAction.RESTART)


class ProgressRow(StrEnum):
    """What a row of the one statement tells."""

    CHECKIN = "checkin"
    STEP = "step"
    DOSE = "dose"
    VERSION = "version"
    MISTAKE = "mistake"
    SORE = "sore"
    UNWELL = "unwell"
    FLAG = "flag"
    GOAL = "goal"
    FINDING = "finding"
    REPORT = "report"


def _line(kind: ProgressRow, **columns: Any) -> Select[*tuple[Any, ...]]:
    """One line of the statement: what is not given is empty, and each column has one type throughout."""
    types: dict[str, Any] = {
        "id": Key(),
        "at": UtcDateTime(),
        "day": Date(),
        "until": Date(),
        "number": Double(),
        "second": Double(),
        "word": String(),
        "text": Text(),
        "test": String(),
        "measure": String(),
        "side": String(),
        "before": JSON(),
        "after": JSON(),
    }
    told = (
        (type_coerce(columns[name], sort) if name in columns else cast(null(), sort)).label(name)
        for name, sort in types.items()
    )
    return select(literal(kind.value).label("kind"), *told)


def _of_programs(query: Select[*tuple[Any, ...]], row: Any) -> Select[*tuple[Any, ...]]:
    of_client = query.join(Program, points_at(row.program_id, Program))
    return of_client.where(given(Program.practice_id), given(Program.client_id))


def _whose(query: Select[*tuple[Any, ...]], row: Any) -> Select[*tuple[Any, ...]]:
    return query.where(given(row.practice_id), given(row.client_id))


def _statement() -> CompoundSelect[*tuple[Any, ...]]:
    """Made once: one statement costs a page less than the ten it is made of."""
    event, answer, offer, finding = ProgramEvent, CheckinAnswer, VersionOffer, SharedFinding
    checkins = _line(
        ProgressRow.CHECKIN,
        day=Checkin.local_date,
        at=answer.answered_at,
        number=answer.pain,
        word=answer.mistake,
    ).outerjoin_from(Checkin, answer, points_at(answer.checkin_id, Checkin))
    steps = _line(
        ProgressRow.STEP, day=event.effective_on, until=event.until, word=event.action, text=Program.name
    ).select_from(event)
    doses = _line(
        ProgressRow.DOSE, at=event.happened_at, text=event.told, before=event.before, after=event.after
    ).select_from(event)
    versions = _line(ProgressRow.VERSION, at=offer.decided_at, text=offer.note).select_from(offer)
    named = _line(ProgressRow.MISTAKE, day=PracticeLog.local_date, before=Prescription.content).join_from(
        PracticeLog, Prescription, points_at(PracticeLog.prescription_id, Prescription)
    )
    # of the last day on which a pain was logged the highest
    sore = _line(ProgressRow.SORE, day=PracticeLog.local_date, number=PracticeLog.pain).select_from(
        PracticeLog
    )
    sorest = _whose(sore, PracticeLog).where(PracticeLog.pain.is_not(None))
    goals = _line(
        ProgressRow.GOAL,
        id=ClientGoal.id,
        at=ClientGoal.removed_at,
        day=ClientGoal.reached_on,
        text=ClientGoal.words,
    ).select_from(ClientGoal)
    findings = _line(
        ProgressRow.FINDING,
        day=finding.first_on,
        until=finding.latest_on,
        number=finding.first_value,
        second=finding.latest_value,
        word=finding.verdict,
        text=finding.unit,
        test=finding.test_key,
        measure=finding.field_key,
        side=finding.side,
    ).select_from(finding)
    report = ProgressReport
    reports = _line(
        ProgressRow.REPORT, id=report.id, at=report.given_at, day=report.until, word=report.reader
    ).select_from(report)
    newest = _whose(named, PracticeLog).where(PracticeLog.mistake.is_not(None))
    return union_all(
        _whose(checkins, Checkin).where(one_of(Checkin.state, SETTLED)),
        _of_programs(steps, event).where(one_of(event.action, STEPS)),
        _of_programs(doses, event).where(event.action.is_(None)),
        _whose(versions, offer).where(offer.decision == VersionDecision.TAKEN),
        select(newest.order_by(PracticeLog.local_date.desc()).limit(1).subquery()),
        select(sorest.order_by(PracticeLog.local_date.desc(), PracticeLog.pain.desc()).limit(1).subquery()),
        _whose(_line(ProgressRow.UNWELL).select_from(OpenReason), OpenReason).where(
            one_of(OpenReason.kind, NOT_WELL)
        ),
        _whose(_line(ProgressRow.FLAG).select_from(WarningFlag), WarningFlag).where(WarningFlag.is_open),
        _whose(goals, ClientGoal),
        _whose(reports, report).where(report.withdrawn_at.is_(None)),
        _whose(findings, finding).where(finding.first_value.is_not(None)),
    )


_TOLD = rows.settled(_statement())


@dataclass(frozen=True, slots=True)
class CheckinSaid:
    """A check-in that is settled: its day, what was said and on which day; nothing where nobody answered."""

    day: date
    pain: int | None
    mistake: MistakeAnswer | None
    told_on: date | None = None


@dataclass(frozen=True, slots=True)
class ProgramStep:
    """What became of a program from a day on; `until` is the last day of a pause."""

    day: date
    action: ProgramAction
    program: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class NewVersionTaken:
    """A newer version that the client took over, with what the practitioner wrote of it."""

    day: date
    note: str


@dataclass(frozen=True, slots=True)
class GoalTold:
    """What the client wants to be able to do again, the day they reached it, and when it was removed."""

    id: uuid.UUID
    words: str
    reached_on: date | None
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class FindingTold:
    """A measure that is shared: its first value, and the latest where it was taken again."""

    place: Place
    unit: str
    first: float
    first_on: date
    latest: float | None = None
    latest_on: date | None = None
    verdict: ChangeVerdict | None = None


@dataclass(frozen=True, slots=True)
class ReportTold:
    """A report that was signed: for whom, up to which day, and since when the client finds it."""

    id: uuid.UUID
    reader: ReportReader
    until: date
    given_at: datetime | None


class ToldOfProgress(NamedTuple):
    """A row of the statement as it comes."""

    kind: str
    id: uuid.UUID | None
    at: datetime | None
    day: date | None
    until: date | None
    number: float | None
    second: float | None
    word: str | None
    text: str | None
    test: str | None
    measure: str | None
    side: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


ProgramNews = ProgramStep | DoseChange | NewVersionTaken


@dataclass(frozen=True, kw_only=True)
class ClientProgress:
    """What is known of a client's progress. `days` hold plans and the logs of the last weeks alone.

    `mistake_name` is what the practice calls its mistake in the move that was asked about last, `logged` the
    pain of the last day on which one was logged.
    """

    client: Client
    days: DaysSoFar
    checkins: Sequence[CheckinSaid]
    answered: Sequence[AnsweredQuestionnaire]  # in which they named what is hard
    changes: Sequence[ProgramNews]  # the latest first
    goals: Sequence[GoalTold]
    findings: Sequence[FindingTold]
    reports: Sequence[ReportTold]  # that stand, the latest first
    mistake_name: str | None
    logged: PainPoint | None
    is_held: bool
    is_well: bool

    @property
    def today(self) -> date:
        """The client's own date."""
        return self.days.today

    @cached_property
    def points(self) -> list[PainPoint]:
        """The pain of each check-in on the day it was told, the earliest first; a gap where nothing was."""
        points = (PainPoint(each.told_on or each.day, each.pain) for each in self.checkins)
        return sorted(points, key=lambda point: point.day)

    @cached_property
    def mistake(self) -> MistakeStory | None:
        """The named mistake week by week, out of logs and check-ins."""
        said = [*self.days.mistakes, *((each.day, each.mistake) for each in self.checkins if each.mistake)]
        return mistake_story(said, self.today)

    @cached_property
    def activities(self) -> Sequence[OwnActivity]:
        """What the client named in their own words, first against latest."""
        return own_activities(self.answered)

    @property
    def headline(self) -> str:
        """The sentence on top."""
        plan, story, activities = self.days.plan, self.mistake, self.activities
        facts = ProgressFacts(
            is_held=self.is_held,
            is_well=self.is_well,
            begins_on=plan.starts_on if plan and plan.starts_on > self.today else None,
            is_paused=plan is not None and plan.rest_on(self.today) is DayMark.PAUSED,
            is_over=self.days.has_ended,
            month=self.days.practised_throughout if self.days.has_ended else self.days.practised(MONTH),
            pain=pain_up(self.points) or pain_since_first(self.points),
            easier=most_changed(activities, ChangeVerdict.BETTER),
            harder=most_changed(activities, ChangeVerdict.WORSE),
            mistake=story.trend if story else None,
        )
        return headline(facts, self.today)


def own(actor: Actor) -> ClientProgress:
    """The signed-in client's own. Five queries, or six with phases."""
    return _of(access.own_client(actor))


def of_client(actor: Actor, client_id: uuid.UUID, *, whole: bool = False) -> ClientProgress:
    """The same of a client of the practice, with the logs of the last weeks, or all of them; staff only."""
    return _of(access.client_for(actor, client_id), days=ALL if whole else DAYS)


def _of(client: Client, days: int = DAYS) -> ClientProgress:
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    today = today_in(client.time_zone)
    told = [ToldOfProgress._make(row) for row in rows.read(_TOLD, whose)]
    kinds = {row.kind for row in told}
    checkins = [_checkin(row, client.time_zone) for row in told if row.kind == ProgressRow.CHECKIN]
    named = next((row.before for row in told if row.kind == ProgressRow.MISTAKE), None)
    return ClientProgress(
        client=client,
        days=kept_days.of_client(client, today, days=days),
        checkins=sorted(checkins, key=lambda each: each.day),
        answered=results.naming_activities(client),
        changes=_changes(told, client),
        goals=[_goal(row) for row in told if row.kind == ProgressRow.GOAL],
        findings=[_finding(row) for row in told if row.kind == ProgressRow.FINDING],
        reports=sorted(
            (_report(row) for row in told if row.kind == ProgressRow.REPORT),
            key=lambda each: each.until,
            reverse=True,
        ),
        mistake_name=named_mistake_in([named]) if named else None,
        logged=next((_logged(row) for row in told if row.kind == ProgressRow.SORE), None),
        is_held=ProgressRow.FLAG in kinds,
        is_well=ProgressRow.UNWELL not in kinds,
    )


def _checkin(row: ToldOfProgress, zone: str) -> CheckinSaid:
    assert row.day is not None
    pain = None if row.number is None else int(row.number)
    told_on = local_date(row.at, load_zone(zone)) if row.at else None
    return CheckinSaid(row.day, pain, MistakeAnswer(row.word) if row.word else None, told_on)


def _logged(row: ToldOfProgress) -> PainPoint:
    assert row.day is not None
    assert row.number is not None
    return PainPoint(row.day, int(row.number))


def _goal(row: ToldOfProgress) -> GoalTold:
    assert row.id is not None
    return GoalTold(row.id, row.text or "", row.day, row.at)


def _report(row: ToldOfProgress) -> ReportTold:
    assert row.id is not None
    assert row.day is not None
    return ReportTold(row.id, ReportReader(row.word or ""), row.day, row.at)


def _finding(row: ToldOfProgress) -> FindingTold:
    assert row.day is not None
    assert row.number is not None
    place = Place(row.test or "", row.measure or "", Side(row.side or Side.NONE))
    if row.until is None or row.second is None or row.word is None:
        return FindingTold(place, row.text or "", row.number, row.day)
    return FindingTold(
        place, row.text or "", row.number, row.day, row.second, row.until, ChangeVerdict(row.word)
    )


def _changes(told: Sequence[ToldOfProgress], client: Client) -> list[ProgramNews]:
    """What was changed, the latest first; a dose by the client's own day."""
    found: list[tuple[date, ProgramNews]] = []
    for row in told:
        if row.kind == ProgressRow.STEP:
            assert row.day is not None
            assert row.word is not None
            step = ProgramStep(row.day, ProgramAction(row.word), row.text or "", row.until)
            found.append((row.day, step))
        elif row.kind in (ProgressRow.DOSE, ProgressRow.VERSION):
            assert row.at is not None
            day = local_date(row.at, load_zone(client.time_zone))
            found.append((day, _rewritten(row, day)))
    return [news for _, news in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _rewritten(row: ToldOfProgress, day: date) -> DoseChange | NewVersionTaken:
    if row.kind == ProgressRow.VERSION:
        return NewVersionTaken(day, row.text or "")
    return DoseChange(day, row.before or {}, row.after or {}, row.text or "")
