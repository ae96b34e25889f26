"""Programs: assigned once, held and gone on with, corrected with what stood before."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from clinic.domain.errors import Conflict, NotFound, RuleBroken
from clinic.domain.programs import ProgramChange
from clinic.domain.types import (
    CheckinKind,
    CheckinState,
    ClientStatus,
    OutboxState,
    ProgramAction,
    ProgramStatus,
    SkipReason,
)
from clinic.extensions import db
from clinic.models import (
    AuditEvent,
    Checkin,
    CheckinSchedule,
    Client,
    OutboxMessage,
    Prescription,
    Program,
    ProgramEvent,
    RoutineVersion,
)
from clinic.services import access
from clinic.services.checkins.rhythms import WeeklyCheckin
from clinic.services.programs import assigning as programs
from clinic.services.programs import changing as program_changes
from clinic.services.programs import days as program_days
from clinic.services.programs.assigning import Assignment
from clinic.services.programs.changing import DoseWish
from clinic.services.routines import publishing as routines
from clinic.services.routines.wording import dose_of
from clinic.services.transaction import transaction
from tests.factories.people import People, make_people
from tests.factories.programs import publish_beside, publish_routine
from tests.statements import statements

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = MONDAY.date()
PAUSE, RESUME, END, RESTART = (
    ProgramAction.PAUSE,
    ProgramAction.RESUME,
    ProgramAction.END,
    ProgramAction.RESTART,
)


@pytest.fixture(autouse=True)
def monday() -> object:
    """It is Monday 23 Nov 2026, 10:00 in London."""
    with time_machine.travel(MONDAY, tick=True) as clock:
        yield clock


@pytest.fixture
def version(people: People) -> RoutineVersion:
    """The hip routine, published."""
    return publish_routine(people.practice, people.owner)


def wish(version: RoutineVersion, **changes: object) -> Assignment:
    """The usual assignment, from today on."""
    usual = Assignment(
        key=uuid.uuid4().hex,
        version_id=version.id,
        doses={item.id: dose_of(item) for item in version.items},
        starts_on=TODAY,
        weeks=12,
        checkin=WeeklyCheckin(TODAY.weekday(), time(9)),
    )
    return replace(usual, **changes)


def assign(people: People, version: RoutineVersion, **changes: object) -> Program:
    """The usual program of Ada's."""
    program = programs.assign(people.actor(people.colleague), people.client.id, wish(version, **changes))
    db.session.expire_all()
    return program


def step(
    people: People, program: Program, action: ProgramAction, reason: str = "Holiday", **more: object
) -> None:
    """One step of its life, today."""
    actor = people.actor(people.colleague)
    program_changes.change(actor, program.id, program.version, ProgramChange(action, TODAY, reason), **more)
    db.session.expire_all()


def schedule(program: Program) -> CheckinSchedule | None:
    return db.session.scalars(
        select(CheckinSchedule).where(CheckinSchedule.program_id == program.id)
    ).one_or_none()


def trail(client: Client, action: str) -> list[AuditEvent]:
    query = select(AuditEvent).where(AuditEvent.client_id == client.id, AuditEvent.action == action)
    return list(db.session.scalars(query))


def waiting_checkin(
    program: Program, *, state: OutboxState = OutboxState.READY
) -> tuple[Checkin, OutboxMessage]:
    """A check-in whose mail is in the outbox."""
    checkin = Checkin(
        practice_id=program.practice_id,
        client_id=program.client_id,
        program_id=program.id,
        kind=CheckinKind.WEEKLY,
        local_date=TODAY,
        due_at=MONDAY,
        state=CheckinState.WAITING,
    )
    db.session.add(checkin)
    db.session.flush()
    message = OutboxMessage(
        practice_id=program.practice_id,
        kind="checkin",
        dedupe_key=f"checkin:{checkin.id.hex}",
        client_id=program.client_id,
        checkin_id=checkin.id,
        state=state,
        lease_token=uuid.uuid4() if state is OutboxState.LEASED else None,
        due_at=MONDAY,
        not_after=MONDAY + timedelta(days=1),
        created_at=MONDAY,
    )
    db.session.add(message)
    db.session.commit()
    return checkin, message


def test_assigning_freezes_wording_and_doses_and_plans_the_checkin(
    people: People, version: RoutineVersion
) -> None:
    hinge = version.items[1]
    doses = {item.id: dose_of(item) for item in version.items}
    doses[hinge.id] = replace(doses[hinge.id], reps=6)
    program = assign(people, version, doses=doses)
    assert (program.name, program.status) == ("Hip routine", ProgramStatus.ACTIVE)
    assert (program.starts_on, program.ends_on) == (TODAY, date(2027, 2, 14))
    assert [row.position for row in program.prescriptions] == [1, 2]
    assert [row.reps for row in program.prescriptions] == [8, 6]
    assert program.prescriptions[1].content == hinge.content
    planned = schedule(program)
    assert planned is not None
    assert (planned.next_on, planned.next_due_at) == (
        date(2026, 11, 30),
        datetime(2026, 11, 30, 9, tzinfo=UTC),
    )
    assert [each.details["version"] for each in trail(people.client, "program.assigned")] == [1]


def test_the_checkin_is_planned_on_the_clients_own_clock(people: People, version: RoutineVersion) -> None:
    people.client.time_zone = "America/New_York"
    db.session.commit()
    planned = schedule(assign(people, version))
    assert planned is not None
    assert planned.time_zone == "America/New_York"
    assert planned.next_due_at == datetime(2026, 11, 30, 14, tzinfo=UTC)


def test_the_checkin_can_be_left_out_and_the_end_left_open(people: People, version: RoutineVersion) -> None:
    program = assign(people, version, checkin=None, weeks=None)
    assert schedule(program) is None
    assert program.ends_on is None


def test_the_client_sees_it_at_once_in_one_query(people: People, version: RoutineVersion) -> None:
    program = assign(people, version)
    actor = people.actor(people.client_user)
    read = access.own_client(actor)  # held, as their session holds it
    with statements() as said:
        (found,) = access.own_programs(actor).programs
        assert found.id == program.id
        assert len(found.prescriptions) == 2
    assert len(said) == 1
    assert found.client_id == read.id


def test_pressing_twice_makes_one_program(people: People, version: RoutineVersion) -> None:
    key = uuid.uuid4().hex
    first, second = assign(people, version, key=key), assign(people, version, key=key)
    assert first.id == second.id
    assert len(db.session.scalars(select(Program)).all()) == 1
    assert len(trail(people.client, "program.assigned")) == 1


def test_pressing_at_the_same_moment_makes_one_program(live_app: Flask) -> None:
    people = make_people()
    version = publish_routine(people.practice, people.owner)
    actor, client_id, usual = people.actor(people.colleague), people.client.id, wish(version)
    db.session.remove()

    def press(_: int) -> uuid.UUID:
        with live_app.app_context():
            return programs.assign(actor, client_id, usual).id

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(press, range(4)))
    assert len(set(made)) == 1
    assert db.session.scalar(select(func.count()).select_from(Program)) == 1
    assert db.session.scalar(select(func.count()).select_from(Prescription)) == 2


def test_a_program_that_begins_later_waits_and_starts_on_the_clients_own_day(
    people: People, version: RoutineVersion
) -> None:
    people.client.time_zone = "Pacific/Auckland"  # 13 hours ahead of London in November
    db.session.commit()
    program = assign(people, version, starts_on=date(2026, 11, 25))
    assert program.status is ProgramStatus.ASSIGNED
    [(waiting, _)] = programs.going_on(people.actor(people.colleague), people.client)
    assert waiting is program
    assert program_days.start_due(datetime(2026, 11, 24, 10, 59, tzinfo=UTC)) == 0
    assert program_days.start_due(datetime(2026, 11, 24, 11, 0, tzinfo=UTC)) == 1
    assert program_days.start_due(datetime(2026, 11, 24, 11, 1, tzinfo=UTC)) == 0
    db.session.expire_all()
    assert program.status is ProgramStatus.ACTIVE
    assert len(trail(people.client, "program.started")) == 1


def test_a_draft_cannot_be_assigned(people: People) -> None:
    with transaction():
        routines.begin_with_catalogue(people.practice)
    actor = people.actor(people.owner)
    draft = routines.draft_of(actor, routines.listed(actor)[0])
    assert draft is not None
    with pytest.raises(RuleBroken, match="Publish this routine first"):
        assign(people, draft)


def test_an_archived_client_gets_no_program(people: People, version: RoutineVersion) -> None:
    people.client.status = ClientStatus.ARCHIVED
    db.session.commit()
    with pytest.raises(RuleBroken, match="archived"):
        assign(people, version)


@pytest.mark.parametrize("days", [-400, 400])
def test_the_first_day_lies_within_a_year(people: People, version: RoutineVersion, days: int) -> None:
    with pytest.raises(RuleBroken) as refused:
        assign(people, version, starts_on=TODAY + timedelta(days=days))
    assert refused.value.field == "starts_on"


def test_a_dose_out_of_bounds_saves_nothing_at_all(people: People, version: RoutineVersion) -> None:
    doses = {item.id: replace(dose_of(item), reps=51) for item in version.items}
    with pytest.raises(RuleBroken, match="Repetitions must be from 1 to 50"):
        assign(people, version, doses=doses)
    assert db.session.scalars(select(Program)).all() == []


def test_a_running_program_is_ended_with_a_reason_or_kept_by_choice(
    people: People, version: RoutineVersion
) -> None:
    first = assign(people, version)
    with pytest.raises(RuleBroken) as refused:
        assign(people, version)
    assert refused.value.field == "running"
    beside = publish_beside(version)
    second = assign(people, beside, alongside=True)
    assert first.status is second.status is ProgramStatus.ACTIVE
    third = assign(people, version, end_reason="New plan")
    assert [first.status, second.status, third.status] == [
        ProgramStatus.ENDED,
        ProgramStatus.ENDED,
        ProgramStatus.ACTIVE,
    ]
    reasons = db.session.scalars(select(ProgramEvent.reason).where(ProgramEvent.action == END)).all()
    assert reasons == ["New plan", "New plan"]


@pytest.mark.parametrize(
    ("action", "after", "why"),
    [(PAUSE, ProgramStatus.PAUSED, SkipReason.PAUSED), (END, ProgramStatus.ENDED, SkipReason.ENDED)],
)
def test_holding_calls_back_the_mail_that_waits_and_plans_no_more(
    people: People, version: RoutineVersion, action: ProgramAction, after: ProgramStatus, why: SkipReason
) -> None:
    program = assign(people, version)
    checkin, message = waiting_checkin(program)
    step(people, program, action)
    assert program.status is after
    planned = schedule(program)
    assert planned is not None
    assert planned.next_on is planned.next_due_at is None
    assert message.state is OutboxState.CANCELLED
    assert (checkin.state, checkin.skip_reason) == (CheckinState.SKIPPED, why)


def test_what_the_worker_has_in_hand_goes_out(people: People, version: RoutineVersion) -> None:
    program = assign(people, version)
    checkin, message = waiting_checkin(program, state=OutboxState.LEASED)
    step(people, program, PAUSE)
    assert (message.state, checkin.state) == (OutboxState.LEASED, CheckinState.WAITING)


def test_a_program_alongside_keeps_its_mail(people: People, version: RoutineVersion) -> None:
    first, second = assign(people, version), assign(people, publish_beside(version), alongside=True)
    checkin, message = waiting_checkin(second)
    step(people, first, PAUSE)
    assert (message.state, checkin.state) == (OutboxState.READY, CheckinState.WAITING)


def test_going_on_plans_from_now_and_makes_up_for_nothing(
    people: People, version: RoutineVersion, monday: Any
) -> None:
    program = assign(people, version)
    step(people, program, PAUSE)
    monday.move_to(MONDAY + timedelta(days=22))
    later = (MONDAY + timedelta(days=22)).date()
    actor = people.actor(people.colleague)
    program_changes.change(actor, program.id, program.version, ProgramChange(RESUME, later))
    planned = schedule(program)
    assert planned is not None
    assert planned.next_on == date(2026, 12, 21)


def test_a_restart_gives_new_weeks_and_checkins(people: People, version: RoutineVersion) -> None:
    program = assign(people, version, weeks=1)
    step(people, program, END)
    step(people, program, RESTART, "Back pain is back", weeks=4)
    assert (program.status, program.ends_on) == (ProgramStatus.ACTIVE, date(2026, 12, 20))
    planned = schedule(program)
    assert planned is not None
    assert planned.next_on == date(2026, 11, 30)
    step(people, program, END)
    step(people, program, RESTART, weeks=None)
    assert program.ends_on is None


def test_each_step_is_told_with_its_day_reason_and_who(people: People, version: RoutineVersion) -> None:
    program = assign(people, version)
    step(people, program, PAUSE, "Two weeks in Spain")
    told = db.session.scalars(select(ProgramEvent).where(ProgramEvent.program_id == program.id)).one()
    assert (told.action, told.effective_on, told.reason, told.actor_id) == (
        PAUSE,
        TODAY,
        "Two weeks in Spain",
        people.colleague.id,
    )
    [line] = trail(people.client, "program.paused")
    assert line.details == {
        "program": "Hip routine",
        "on": "2026-11-23",
        "reason": "Two weeks in Spain",
        "before": "active",
        "after": "paused",
    }


@pytest.mark.parametrize("action", [PAUSE, END])
def test_holding_wants_a_reason(people: People, version: RoutineVersion, action: ProgramAction) -> None:
    program = assign(people, version)
    with pytest.raises(RuleBroken) as refused:
        step(people, program, action, " ")
    assert refused.value.field == "reason"


def wanted(program: Program, **changes: object) -> DoseWish:
    """The first move otherwise than it stands, from today on."""
    base = {row.id: dose_of(row) for row in program.prescriptions}
    first = program.prescriptions[0].id
    return DoseWish(
        base=base,
        doses=base | {first: replace(base[first], **changes)},  # type: ignore[arg-type]
        effective_on=TODAY,
        reason="Goes well",
    )


def test_correcting_a_dose_keeps_what_stood_before(people: People, version: RoutineVersion) -> None:
    program = assign(people, version)
    actor, seen, turns = people.actor(people.colleague), program.version, program.prescriptions[0]
    wish = wanted(program, reps=12, times_per_day=1)
    program_changes.correct_doses(actor, program.id, wish)
    db.session.expire_all()
    assert (turns.reps, turns.times_per_day) == (12, 1)
    [line] = trail(people.client, "program.dose_corrected")
    assert line.details["before"] == {"Small standing hip turns": {"reps": 8, "times_per_day": 2}}
    assert line.details["after"] == {"Small standing hip turns": {"reps": 12, "times_per_day": 1}}
    assert program.version == seen + 1


def test_two_people_at_different_moves_of_one_program_both_save(
    people: People, version: RoutineVersion
) -> None:
    program = assign(people, version)
    actor, (turns, hinge) = people.actor(people.colleague), program.prescriptions
    first = wanted(program, reps=12)
    second = replace(first, doses=first.base | {hinge.id: replace(first.base[hinge.id], reps=5)})
    program_changes.correct_doses(actor, program.id, first)
    program_changes.correct_doses(people.actor(people.owner), program.id, second)
    db.session.expire_all()
    assert (turns.reps, hinge.reps) == (12, 5)
    assert [list(each.details["after"]) for each in trail(people.client, "program.dose_corrected")] == [
        ["Small standing hip turns"],
        ["Hip hinge"],
    ]


def test_two_people_at_one_move_collide(people: People, version: RoutineVersion) -> None:
    program = assign(people, version)
    actor = people.actor(people.colleague)
    mine, theirs = wanted(program, reps=12), wanted(program, sets=3)
    program_changes.correct_doses(actor, program.id, theirs)
    with pytest.raises(Conflict):
        program_changes.correct_doses(actor, program.id, mine)
    db.session.expire_all()
    assert [row.reps for row in program.prescriptions] == [8, 8]


def test_people_who_correct_at_the_same_moment_lose_nothing(live_app: Flask) -> None:
    people = make_people()
    program = assign(people, publish_routine(people.practice, people.owner))
    actor, program_id, base = people.actor(people.colleague), program.id, wanted(program)
    rows = [row.id for row in program.prescriptions]
    wishes = [replace(base, doses=base.base | {row: replace(base.base[row], reps=3)}) for row in rows]
    db.session.remove()

    def press(wish: DoseWish) -> None:
        with live_app.app_context():
            program_changes.correct_doses(actor, program_id, wish)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(press, wishes))
    assert set(db.session.scalars(select(Prescription.reps))) == {3}


def test_a_correction_corrects_something(people: People, version: RoutineVersion) -> None:
    program = assign(people, version)
    with pytest.raises(RuleBroken, match="No dose is different"):
        program_changes.correct_doses(people.actor(people.colleague), program.id, wanted(program))


@pytest.mark.parametrize("days", [-1, 1])
def test_a_correction_holds_from_a_day_that_was(people: People, version: RoutineVersion, days: int) -> None:
    program = assign(people, version)
    wish = replace(wanted(program, reps=9), effective_on=TODAY + timedelta(days=days))
    with pytest.raises(RuleBroken) as refused:
        program_changes.correct_doses(people.actor(people.colleague), program.id, wish)
    assert refused.value.field == "effective_on"


def test_the_checkin_moves_only_what_comes(people: People, version: RoutineVersion) -> None:
    program = assign(people, version)
    _, message = waiting_checkin(program)
    actor = people.actor(people.colleague)
    program_changes.change_checkin(actor, program.id, program.version, WeeklyCheckin(3, time(17, 30)))
    db.session.expire_all()
    planned = schedule(program)
    assert planned is not None
    assert planned.next_due_at == datetime(2026, 11, 26, 17, 30, tzinfo=UTC)
    assert message.state is OutboxState.READY
    [line] = trail(people.client, "program.checkin_changed")
    assert line.details["before"] == {"weekday": 0, "at": "09:00", "every_weeks": 1}
    assert line.details["after"] == {"weekday": 3, "at": "17:30", "every_weeks": 1}


def test_switched_off_the_checkin_is_called_back_and_on_again_it_is_planned(
    people: People, version: RoutineVersion
) -> None:
    program = assign(people, version)
    _, message = waiting_checkin(program)
    actor = people.actor(people.colleague)
    program_changes.change_checkin(actor, program.id, program.version, None)
    db.session.expire_all()
    assert schedule(program) is None
    assert message.state is OutboxState.CANCELLED
    program_changes.change_checkin(actor, program.id, program.version, WeeklyCheckin(4, time(8)))
    db.session.expire_all()
    planned = schedule(program)
    assert planned is not None
    assert planned.next_on == date(2026, 11, 27)


def test_the_checkins_of_a_program_that_has_ended_cannot_be_changed(
    people: People, version: RoutineVersion
) -> None:
    program = assign(people, version)
    step(people, program, END)
    with pytest.raises(RuleBroken, match="Restart it"):
        program_changes.change_checkin(
            people.actor(people.colleague), program.id, program.version, WeeklyCheckin(3, time(10))
        )


def test_moving_the_checkin_of_a_paused_program_plans_nothing(
    people: People, version: RoutineVersion
) -> None:
    program = assign(people, version)
    step(people, program, PAUSE)
    actor = people.actor(people.colleague)
    program_changes.change_checkin(actor, program.id, program.version, WeeklyCheckin(3, time(10)))
    planned = schedule(program)
    assert planned is not None
    assert (planned.weekday, planned.next_on) == (3, None)


@pytest.mark.parametrize("who", ["stranger", "client_user", "other_client_user", "foreign_client_user"])
@pytest.mark.parametrize(
    "act",
    [
        lambda actor, program: programs.detail(actor, program.id),
        lambda actor, program: program_changes.change(
            actor, program.id, 1, ProgramChange(END, TODAY, "Mine")
        ),
        lambda actor, program: program_changes.change_checkin(actor, program.id, 1, None),
        lambda actor, program: program_changes.correct_doses(
            actor, program.id, DoseWish(base={}, doses={}, effective_on=TODAY, reason="Mine")
        ),
        lambda actor, program: program_days.move(actor, program.id, 1, starts_on=TODAY, ends_on=None),
        lambda actor, program: program_days.extend(actor, program.id, TODAY, 4),
        lambda actor, program: program_days.take_back(actor, program.id, TODAY, TODAY),
    ],
    ids=["read", "end", "check-in", "doses", "days", "extend", "take back"],
)
def test_nobody_but_the_practice_reads_or_changes_a_program(
    people: People, version: RoutineVersion, who: str, act: Callable[..., object]
) -> None:
    program = assign(people, version)
    with pytest.raises(NotFound):
        act(people.actor(getattr(people, who)), program)


def test_another_practices_routine_or_client_cannot_be_assigned(
    people: People, version: RoutineVersion
) -> None:
    stranger, colleague = people.actor(people.stranger), people.actor(people.colleague)
    with pytest.raises(NotFound):
        programs.assign(stranger, people.foreign_client.id, wish(version))
    with pytest.raises(NotFound):
        programs.assign(colleague, people.foreign_client.id, wish(version))
    assert programs.summary(stranger, people.client.id) == []


def test_the_clients_page_is_told_all_programs_newest_first(people: People, version: RoutineVersion) -> None:
    first = assign(people, version)
    second = assign(people, version, end_reason="New plan", checkin=None)
    held = programs.summary(people.actor(people.assistant), people.client.id)
    assert [each.program.id for each in held] == [second.id, first.id]
    assert [each.schedule is None for each in held] == [True, False]
