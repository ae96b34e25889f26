"""The rows of one demo client: record, program, logs, check-ins, assessments, and the trail of it all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from clinic.domain.doses import Dose
from clinic.domain.progress import PAIN_CHANGE
from clinic.domain.scheduling import UNANSWERED_LIMIT, Schedule, local_to_utc, next_occurrence, skip_in_words
from clinic.domain.search import search_key, sort_key
from clinic.domain.types import (
    CheckinKind,
    CheckinState,
    ClientKind,
    ClientStatus,
    LogOutcome,
    MistakeAnswer,
    ProgramAction,
    ProgramStatus,
    Role,
    ScheduleKind,
    SkipReason,
)
from clinic.models import (
    AuditEvent,
    Base,
    Checkin,
    CheckinAnswer,
    CheckinEvent,
    CheckinSchedule,
    Client,
    Invitation,
    PracticeLog,
    Prescription,
    Program,
    ProgramEvent,
    RoutineVersion,
    User,
    WarningFlag,
)
from clinic.services.demo_assessments import assessment_rows
from clinic.services.demo_stories import HISTORIES, NOTES, REASONS, SILENT, ZONES, Story, name, story

Rows = Iterator[tuple[type[Base], dict[str, Any]]]
AT = time(9)
LEAD = 3  # days from the record to the program
WEEKS = 12
LONG = 18  # weeks of a program that is not to end while somebody looks at the demo


@dataclass(frozen=True, slots=True)
class Desk:
    """What all clients share. `days` is how far back their practice goes; a short history is for speed."""

    practice_id: uuid.UUID
    practitioner_id: uuid.UUID
    practitioner: str
    version: RoutineVersion
    password_hash: str
    at: datetime
    days: int
    short_history: bool


@dataclass(frozen=True, slots=True)
class Person:
    """One client while their rows are made."""

    desk: Desk
    random: Random
    number: int
    story: Story
    name: str
    email: str
    zone: str
    client_id: uuid.UUID
    user_id: uuid.UUID
    program_id: uuid.UUID
    starts_on: date
    today: date

    def at(self, day: date, hour: int = 12, minute: int = 0) -> datetime:
        """An instant on a local day."""
        return local_to_utc(day, time(hour, minute), ZoneInfo(self.zone))

    @property
    def silent_for(self) -> int:
        """Whole days without a word; not the same for everybody who has fallen silent."""
        return self.story.quiet_days + (self.number % 8 if self.story is SILENT else 0)

    @property
    def held_on(self) -> date | None:
        """The day the program was paused or ended."""
        return self.today - timedelta(days=6) if self.story.paused or self.story.ended else None

    def row(self, **values: Any) -> dict[str, Any]:
        """A row of the demo practice."""
        return {"id": _uuid(self.random), "practice_id": self.desk.practice_id, **values}


def client_rows(desk: Desk, number: int, random: Random) -> Rows:
    """Every row of the client with this number, parents before children within each table."""
    person = _person(desk, number, random)
    yield from _record(person)
    if person.story.invited_days:
        yield Invitation, _invitation(person)
        yield _audit(person, "invitation.sent", _created(person) + timedelta(minutes=5), to=person.email)
        return
    yield from _program(person)
    yield from _logs(person)
    yield from _checkins(person)
    yield from assessment_rows(person)


def _person(desk: Desk, number: int, random: Random) -> Person:
    told = story(number, random)
    zone = ZONES[number % len(ZONES)]
    today = desk.at.astimezone(ZoneInfo(zone)).date()
    who = name(number)
    return Person(
        desk=desk,
        random=random,
        number=number,
        story=told,
        name=who,
        email=f"{who.lower().replace(' ', '.')}@clients.example",
        zone=zone,
        client_id=_uuid(random),
        user_id=_uuid(random),
        program_id=_uuid(random),
        starts_on=today - timedelta(days=_days_ago(desk, number, told, random)),
        today=today,
    )


def _days_ago(desk: Desk, number: int, told: Story, random: Random) -> int:
    """How many days ago the program began: whole weeks and the latest check-in, if the story says when."""
    longest = min(desk.days, 84)
    if told.invited_days:
        return told.invited_days - LEAD
    if told.ends_in is not None and not desk.short_history:
        return WEEKS * 7 - told.ends_in
    if number < 2:
        return longest
    days = random.randint(min(24, longest), longest)
    return days if told.last_due is None else max(7, days // 7 * 7) + told.last_due


def _created(person: Person) -> datetime:
    return person.at(person.starts_on - timedelta(days=LEAD), 10)


def _record(person: Person) -> Rows:
    created = _created(person)
    signs_in = not person.story.invited_days
    if signs_in:
        yield (
            User,
            person.row(
                role=Role.CLIENT,
                name=person.name,
                email=person.email,
                email_key=person.email,
                password_hash=person.desk.password_hash if person.number < 2 else None,
                created_at=created + timedelta(days=1),
            )
            | {"id": person.user_id},
        )
    yield (
        Client,
        person.row(
            name=person.name,
            sort_key=sort_key(person.name),
            search_key=search_key(person.name, person.email),
            email=person.email,
            email_key=person.email,
            phone=f"07700 900{person.number % 1000:03d}" if person.zone == "Europe/London" else None,
            user_id=person.user_id if signs_in else None,
            time_zone=person.zone,
            kind=ClientKind.ONLINE if person.number % 4 == 3 else ClientKind.PRIVATE,
            group_name="Autumn course" if person.number % 4 == 3 else None,
            reason_for_care=person.random.choice(REASONS),
            history=person.random.choice(HISTORIES),
            consented_at=created,
            consent_recorded_by=person.desk.practitioner,
            status=ClientStatus.ACTIVE,
            created_at=created,
            version=1,
        )
        | {"id": person.client_id},
    )
    yield _audit(person, "client.created", created)
    if signs_in:
        yield _audit(person, "invitation.accepted", created + timedelta(days=1), by_client=True)


def _invitation(person: Person) -> dict[str, Any]:
    sent = _created(person) + timedelta(minutes=5)
    return person.row(
        client_id=person.client_id,
        email=person.email,
        created_by=person.desk.practitioner_id,
        created_at=sent,
        expires_at=sent + timedelta(days=7),
    )


def _program(person: Person) -> Rows:
    status = ProgramStatus.ACTIVE
    status = ProgramStatus.PAUSED if person.story.paused else status
    status = ProgramStatus.ENDED if person.story.ended else status
    assigned = person.at(person.starts_on, 11)
    yield (
        Program,
        person.row(
            client_id=person.client_id,
            routine_version_id=person.desk.version.id,
            name=person.desk.version.routine.name,
            status=status,
            starts_on=person.starts_on,
            ends_on=person.starts_on + timedelta(weeks=WEEKS if person.story.ends_in is not None else LONG),
            assigned_by=person.desk.practitioner_id,
            assigned_at=assigned,
            version=1,
        )
        | {"id": person.program_id},
    )
    for item in person.desk.version.items:
        yield (
            Prescription,
            person.row(
                program_id=person.program_id,
                exercise_id=item.exercise_id,
                position=item.position,
                content=item.content,
                **{column: getattr(item, column) for column in Dose.__slots__},
            )
            | {"id": _prescription_id(person, item.position)},
        )
    yield CheckinSchedule, _schedule(person, running=status is ProgramStatus.ACTIVE)
    yield _audit(person, "program.assigned", assigned, program=person.desk.version.routine.name)
    if status is not ProgramStatus.ACTIVE:
        yield from _held(person, ended=person.story.ended)


def _held(person: Person, *, ended: bool) -> Rows:
    day = person.held_on
    assert day is not None
    yield (
        ProgramEvent,
        person.row(
            program_id=person.program_id,
            action=ProgramAction.END if ended else ProgramAction.PAUSE,
            effective_on=day,
            reason="Moves well without thinking about it." if ended else "Away for two weeks.",
            before={},
            after={},
            actor_id=person.desk.practitioner_id,
            happened_at=person.at(day, 16),
        ),
    )
    yield _audit(person, "program.ended" if ended else "program.paused", person.at(day, 16))


def _schedule(person: Person, *, running: bool) -> dict[str, Any]:
    # nothing is overdue on the first pass: the demo sends no burst
    weekday = (person.starts_on + timedelta(days=7)).weekday()
    schedule = Schedule(
        kind=ScheduleKind.WEEKLY,
        starts_on=person.starts_on,
        at=AT,
        zone=ZoneInfo(person.zone),
        weekday=weekday,
    )
    following = next_occurrence(schedule, person.desk.at) if running and person.story.tier is None else None
    return person.row(
        program_id=person.program_id,
        kind=ScheduleKind.WEEKLY,
        weekday=weekday,
        at_time=AT,
        time_zone=person.zone,
        next_on=following.local_date if following else None,
        next_due_at=following.due_at if following else None,
    )


def _logs(person: Person) -> Rows:
    day = person.starts_on
    last = (person.held_on or person.today) - timedelta(days=1 + person.silent_for)
    while day <= last:
        if person.random.random() < person.story.practises:
            yield from _log(person, day)
        elif person.random.random() < 0.3:
            yield from _log(person, day, LogOutcome.NOT_DONE)
        day += timedelta(days=1)


def _log(person: Person, day: date, outcome: LogOutcome | None = None) -> Rows:
    random = person.random
    said = outcome or (LogOutcome.PARTLY if random.random() < 0.15 else LogOutcome.DONE)
    at = person.at(day, random.randint(7, 21), random.randint(0, 59))
    note = random.choice(NOTES) if random.random() < 0.05 else None
    pain = _pain(person, day) if random.random() < 0.4 else None
    for item in person.desk.version.items:
        named = any(each.get("is_named") for each in (item.content or {}).get("mistakes", ()))
        yield (
            PracticeLog,
            person.row(
                client_id=person.client_id,
                prescription_id=_prescription_id(person, item.position),
                local_date=day,
                slot=1,
                outcome=said,
                pain=pain,
                mistake=_mistake(person, day) if named and said is not LogOutcome.NOT_DONE else None,
                note=note,
                logged_at=at,
            ),
        )
    if not person.desk.short_history:
        yield _audit(person, "practice.logged", at, by_client=True, day=day.isoformat(), outcome=said.value)


def _checkins(person: Person) -> Rows:
    days = []
    due = person.starts_on + timedelta(days=7)
    while due < (person.held_on or person.today):
        days.append(due)
        due += timedelta(days=7)
    unanswered = 0
    for day in days:
        latest = day == days[-1]
        heard = (person.today - day).days > person.silent_for or person.story.last_due is not None
        if unanswered >= UNANSWERED_LIMIT:
            yield from _skipped(person, day)
            continue
        # whoever is heard from never leaves two in a row open, or no more would have been sent
        answered = heard and (latest or unanswered > 0 or person.random.random() < person.story.answers)
        unanswered = 0 if answered else unanswered + 1
        yield from _checkin(person, day, answered=answered, latest=latest)


def _skipped(person: Person, day: date) -> Rows:
    at, why = person.at(day, 9), skip_in_words(SkipReason.UNANSWERED_TWICE)
    row = _checkin_row(person, day) | {
        "state": CheckinState.SKIPPED,
        "skip_reason": SkipReason.UNANSWERED_TWICE,
    }
    yield Checkin, row
    yield (
        CheckinEvent,
        person.row(checkin_id=row["id"], state=CheckinState.SKIPPED, reason=why, happened_at=at),
    )
    yield _audit(
        person, "checkin.skipped", at, by_system=True, reason=why, skip=SkipReason.UNANSWERED_TWICE.value
    )


def _checkin(person: Person, day: date, *, answered: bool, latest: bool) -> Rows:
    sent, replied = person.at(day, 9, 1), _replied(person, day)
    row = _checkin_row(person, day) | {
        "state": CheckinState.ANSWERED if answered else CheckinState.SENT,
        "sent_at": sent,
        "answered_at": replied if answered else None,
    }
    yield Checkin, row
    steps = [(CheckinState.WAITING, person.at(day, 9)), (CheckinState.SENT, sent)]
    for step, at in [*steps, *([(CheckinState.ANSWERED, replied)] if answered else [])]:
        yield CheckinEvent, person.row(checkin_id=row["id"], state=step, reason="", happened_at=at)
    yield _audit(person, "checkin.sent", sent, by_system=True)
    if answered:
        yield from _answer(person, row["id"], day, replied, latest)


def _checkin_row(person: Person, day: date) -> dict[str, Any]:
    return person.row(
        client_id=person.client_id,
        program_id=person.program_id,
        kind=CheckinKind.WEEKLY,
        local_date=day,
        due_at=person.at(day, 9),
    )


def _replied(person: Person, day: date) -> datetime:
    """Between breakfast and bedtime, on the day of the mail or the day after, and never in the future."""
    random = person.random
    later = person.at(day + timedelta(days=1), random.randint(7, 20), random.randint(0, 59))
    same = person.at(day, random.randint(10, 21), random.randint(0, 59))
    return later if random.random() < 0.4 and later < person.desk.at else same


def _answer(person: Person, checkin_id: uuid.UUID, day: date, at: datetime, latest: bool) -> Rows:
    told = person.story
    yield (
        CheckinAnswer,
        person.row(
            checkin_id=checkin_id,
            client_id=person.client_id,
            days_practised=min(7, round(7 * told.practises + person.random.choice((-1, 0, 0, 1)))),
            pain=_pain(person, day),
            mistake=_mistake(person, day),
            contact_wanted=told.wants_contact and latest,
            note="Could we talk about the step down to the cellar?"
            if told.wants_contact and latest
            else None,
            answered_at=at,
            handled_at=None
            if latest and (told.wants_contact or told.pain_to - told.pain_from >= PAIN_CHANGE)
            else at,
        ),
    )
    yield _audit(person, "checkin.answered", at, by_client=True)
    if told.tier is not None and latest:
        yield (
            WarningFlag,
            person.row(
                client_id=person.client_id,
                checkin_id=checkin_id,
                tier=told.tier,
                question_keys=["rapid_weak"],
                raised_at=at,
            ),
        )
        yield _audit(person, "flag.raised", at, by_client=True, tier=told.tier.value)


def _pain(person: Person, day: date) -> int:
    span = max(1, (person.today - person.starts_on).days)
    part = (day - person.starts_on).days / span
    value = person.story.pain_from + part * (person.story.pain_to - person.story.pain_from)
    return max(0, min(10, round(value + person.random.choice((-1, 0, 0, 0, 1)) * (part < 0.85))))


def _mistake(person: Person, day: date) -> MistakeAnswer:
    """The mistake fades as the weeks go by."""
    part = (day - person.starts_on).days / max(1, (person.today - person.starts_on).days)
    if person.random.random() < 0.15:
        return MistakeAnswer.NOT_SURE
    return MistakeAnswer.YES if person.random.random() < 0.75 * (1 - part) else MistakeAnswer.NO


def _audit(
    person: Person,
    action: str,
    at: datetime,
    *,
    by_client: bool = False,
    by_system: bool = False,
    **details: Any,
) -> tuple[type[Base], dict[str, Any]]:
    who = "Regroove" if by_system else person.name if by_client else person.desk.practitioner
    return AuditEvent, person.row(
        happened_at=at,
        action=action,
        actor_id=None if by_system or by_client else person.desk.practitioner_id,
        actor_name=who,
        client_id=person.client_id,
        details=details,
    )


def _prescription_id(person: Person, position: int) -> uuid.UUID:
    return uuid.uuid5(person.program_id, str(position))


def _uuid(random: Random) -> uuid.UUID:
    return uuid.UUID(int=random.getrandbits(128), version=4)
