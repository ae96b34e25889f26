"""The editor of a draft: moves, doses, phases and the preset of check-ins, kept whole or not at all."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy import select

from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from clinic.domain.phases import Phase
from clinic.domain.routine_plans import PlannedMove, RoutinePlan
from clinic.domain.types import RoutineStatus
from clinic.extensions import db
from clinic.models import AuditEvent, Exercise, Routine, RoutineItem, RoutinePhase, RoutineVersion
from clinic.services.actors import Actor
from clinic.services.checkins import presets
from clinic.services.checkins.rhythms import CadenceCheckin, Rhythm, WeeklyCheckin
from clinic.services.routines import choosing, drafting, own_moves, own_routines
from clinic.services.routines import publishing as routines
from clinic.services.transaction import transaction
from tests.factories.moves import make_move
from tests.factories.people import People
from tests.factories.programs import publish_routine

PHASES = Phase("Turns only", 2), Phase("Both")
MONTHLY = WeeklyCheckin(2, time(10, 30), 4)


@pytest.fixture
def routine(people: People) -> Routine:
    """The hip routine as a draft."""
    with transaction():
        routines.begin_with_catalogue(people.practice)
    return routines.listed(people.actor(people.owner))[0]


def owner(people: People) -> Actor:
    return people.actor(people.owner)


def plan(people: People, routine: Routine) -> RoutinePlan:
    """What stands now."""
    db.session.expire_all()
    return drafting.plan_of(drafting.newest_version(owner(people), routine.id))


def save(people: People, routine: Routine, wanted: RoutinePlan, seen: RoutinePlan | None = None) -> bool:
    return drafting.save_plan(owner(people), routine.id, wanted, seen or plan(people, routine))


def added(people: People, name: str = "Bridge of ours") -> PlannedMove:
    """A move of the library's, to be added."""
    move = make_move(owner(people), name=name)
    return PlannedMove(exercise_id=move.id, dose=choosing.USUAL_DOSE)


def test_moves_are_added_taken_out_and_put_in_order_and_keep_their_rows(
    people: People, routine: Routine
) -> None:
    held = plan(people, routine)
    turn, hinge = held.moves
    rows = {item.exercise_id: item.id for item in db.session.scalars(select(RoutineItem))}
    wanted = replace(held, moves=(hinge, added(people), turn))
    assert save(people, routine, wanted)
    assert plan(people, routine) == wanted
    now = {item.exercise_id: item.id for item in db.session.scalars(select(RoutineItem))}
    assert {key: now[key] for key in rows} == rows
    assert save(people, routine, replace(wanted, moves=(turn,)))
    assert plan(people, routine).order == (turn.exercise_id,)
    assert not save(people, routine, replace(wanted, moves=(turn,))), "nothing is different"
    lines = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action == "routine.arranged")).all()
    assert len(lines) == 2


def test_phases_and_the_preset_are_kept_and_go_along_into_the_next_version(people: People) -> None:
    version = publish_routine(people.practice, people.owner)
    routine = db.session.get_one(Routine, version.routine_id)
    held = plan(people, routine)
    turn, hinge = held.moves
    wanted = RoutinePlan((turn, replace(hinge, from_phase=2)), PHASES, presets.to_json(MONTHLY))
    assert save(people, routine, wanted)
    numbers = [
        (each.number, each.status)
        for each in db.session.scalars(select(RoutineVersion).order_by(RoutineVersion.number))
    ]
    assert numbers == [(1, RoutineStatus.PUBLISHED), (2, RoutineStatus.DRAFT)], "a draft was begun"
    assert plan(people, routine) == wanted
    copy = own_routines.create(
        owner(people), uuid.uuid4().hex, own_routines.RoutineName("Copy"), copy_of=routine.id
    )
    assert plan(people, copy) == wanted
    published = routines.whole_version(owner(people), version.id)
    assert drafting.plan_of(published) == held, "what clients have is as it was"
    assert save(people, routine, replace(wanted, phases=(), moves=held.moves))
    assert len(db.session.scalars(select(RoutinePhase)).all()) == 2, "those of the copy"


@pytest.mark.parametrize(
    "rhythm", [None, MONTHLY, CadenceCheckin((1, 3, 7), time(9))], ids=["none", "monthly", "on days"]
)
def test_a_version_brings_its_rhythm_along(people: People, routine: Routine, rhythm: Rhythm | None) -> None:
    save(people, routine, replace(plan(people, routine), checkin=presets.to_json(rhythm)))
    db.session.expire_all()
    assert presets.preset_of(drafting.newest_version(owner(people), routine.id)) == rhythm


def test_whoever_saves_over_what_was_not_seen_meets_it_and_nothing_is_kept(
    people: People, routine: Routine
) -> None:
    seen = plan(people, routine)
    turn, hinge = seen.moves
    colleague = people.actor(people.colleague)
    drafting.save_plan(colleague, routine.id, replace(seen, moves=(hinge, turn)), seen)
    with pytest.raises(Conflict):
        save(people, routine, replace(seen, moves=(turn,)), seen)
    assert plan(people, routine).order == (hinge.exercise_id, turn.exercise_id)


def test_a_move_of_another_practice_is_not_there(people: People, routine: Routine) -> None:
    with transaction():
        routines.begin_with_catalogue(people.elsewhere)
    theirs = db.session.scalars(select(Exercise).where(Exercise.practice_id == people.elsewhere.id)).first()
    assert theirs is not None
    held = plan(people, routine)
    wanted = PlannedMove(exercise_id=theirs.id, dose=held.moves[0].dose)
    with pytest.raises(NotFound):
        save(people, routine, replace(held, moves=(*held.moves, wanted)))
    assert plan(people, routine) == held


def test_a_retired_move_stays_where_it_was_and_is_not_added(people: People, routine: Routine) -> None:
    ours, other = added(people), added(people, "Another one")
    held = plan(people, routine)
    save(people, routine, replace(held, moves=(*held.moves, ours)))
    for each in (ours, other):
        own_moves.retire(owner(people), each.exercise_id)
    stands = plan(people, routine)
    assert save(people, routine, replace(stands, moves=stands.moves[::-1]))
    with pytest.raises(RuleBroken, match="Another one is retired"):
        save(people, routine, replace(stands, moves=(*stands.moves, other)))


def test_a_plan_with_something_wrong_is_refused_whole(people: People, routine: Routine) -> None:
    held = plan(people, routine)
    with pytest.raises(RuleBroken, match="Phase 1 has no move"):
        save(people, routine, RoutinePlan((), PHASES))
    many = replace(held.moves[0], dose=replace(held.moves[0].dose, sets=11))
    with pytest.raises(RuleBroken, match="Rounds must be from 1 to 10"):
        save(people, routine, replace(held, moves=(many,)))
    assert plan(people, routine) == held


def test_a_retired_routine_and_an_assistant_change_nothing(people: People, routine: Routine) -> None:
    held = plan(people, routine)
    wanted = replace(held, moves=held.moves[:1])
    with pytest.raises(Forbidden):
        drafting.save_plan(people.actor(people.assistant), routine.id, wanted, held)
    own_routines.retire(owner(people), routine.id)
    with pytest.raises(RuleBroken, match="retired"):
        save(people, routine, wanted, held)
