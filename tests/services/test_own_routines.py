"""Routines of the practice's own: made, copied, renamed, retired, brought back; their versions' lives."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from clinic.domain.phases import Phase
from clinic.domain.routines import VersionState
from clinic.extensions import db
from clinic.models import AuditEvent, Routine, RoutinePhase
from clinic.services.actors import Actor
from clinic.services.programs import assigning
from clinic.services.routines import choosing, lives, own_routines
from clinic.services.routines import publishing as routines
from clinic.services.routines.own_routines import RoutineName
from clinic.services.routines.wording import dose_of
from clinic.services.transaction import transaction
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_beside, publish_routine

KNEES = RoutineName("Knees", "For stairs.")
TURNS = Phase("Turns only", weeks=2)


def key() -> str:
    return uuid.uuid4().hex


def owner(people: People) -> Actor:
    return people.actor(people.owner)


def test_a_new_routine_begins_with_an_empty_draft_and_two_presses_make_one(people: People) -> None:
    form_key = key()
    made = own_routines.create(owner(people), form_key, KNEES)
    again = own_routines.create(owner(people), form_key, KNEES)
    assert made.id == again.id
    assert [(each.number, each.status.value) for each in made.versions] == [(1, "draft")]
    assert made.versions[0].items == []
    assert db.session.scalars(select(AuditEvent.action).where(AuditEvent.action == "routine.made")).one()


def test_a_copy_takes_moves_doses_and_phases_and_leaves_the_pattern_alone(people: People) -> None:
    version = publish_routine(people.practice, people.owner)
    with transaction() as session:
        version.items[1].from_phase = 2
        told = {"name": TURNS.name, "weeks": TURNS.weeks}
        for position in (1, 2):
            session.add(
                RoutinePhase(
                    practice_id=version.practice_id, version_id=version.id, position=position, **told
                )
            )
    copy = own_routines.create(owner(people), key(), KNEES, copy_of=version.routine_id)
    draft = routines.draft_of(owner(people), copy)
    assert draft is not None
    assert [(item.exercise_id, dose_of(item)) for item in draft.items] == [
        (item.exercise_id, dose_of(item)) for item in version.items
    ]
    assert [(item.from_phase, item.content) for item in draft.items] == [(1, None), (2, None)]
    assert [(phase.name, phase.weeks) for phase in draft.phases] == [("Turns only", 2)] * 2
    assert routines.whole_version(owner(people), version.id).routine.name == "Hip routine"


def test_a_foreign_routine_is_not_copied(people: People) -> None:
    version = publish_routine(people.practice, people.owner)
    with pytest.raises(NotFound):
        own_routines.create(people.actor(people.stranger), key(), KNEES, copy_of=version.routine_id)


def test_a_name_is_given_once_and_free_again_when_its_routine_is_retired(people: People) -> None:
    first = own_routines.create(owner(people), key(), KNEES)
    with pytest.raises(RuleBroken, match="called “Knees” already"):
        own_routines.create(owner(people), key(), RoutineName("KNEES"))
    own_routines.retire(owner(people), first.id)
    own_routines.create(owner(people), key(), RoutineName("KNEES"))
    with pytest.raises(RuleBroken, match="called “KNEES” already"):
        own_routines.bring_back(owner(people), first.id)


def test_two_who_rename_one_routine_meet(people: People) -> None:
    made = own_routines.create(owner(people), key(), KNEES)
    theirs = RoutineName("Both knees", "For stairs.")
    own_routines.rename(people.actor(people.colleague), made.id, theirs, KNEES)
    with pytest.raises(Conflict):
        own_routines.rename(owner(people), made.id, RoutineName("My knees"), KNEES)
    own_routines.rename(owner(people), made.id, theirs, KNEES)  # the same name is no quarrel
    assert db.session.get_one(Routine, made.id).name == "Both knees"


def test_a_retired_routine_is_not_given_and_whoever_has_it_keeps_it(people: People) -> None:
    version = publish_routine(people.practice, people.owner)
    program = assign_program(people.colleague, people.client, version)
    own_routines.retire(owner(people), version.routine_id)
    assert choosing.choices(owner(people)) == []
    with pytest.raises(RuleBroken, match="retired"):
        assigning.publishable(owner(people), version.id)
    with pytest.raises(RuleBroken, match="retired"):
        routines.begin_draft(owner(people), version.routine_id)
    assert len(program.prescriptions) == 2
    own_routines.bring_back(owner(people), version.routine_id)
    assert [each.version.id for each in choosing.choices(owner(people))] == [version.id]


def test_a_routine_made_for_one_client_is_on_no_list(people: People) -> None:
    version = publish_routine(people.practice, people.owner)
    with transaction():
        db.session.get_one(Routine, version.routine_id).is_listed = False
    assert routines.listed(owner(people)) == []
    assert choosing.choices(owner(people)) == []


def test_the_lives_of_versions_say_who_runs_which(people: People) -> None:
    version = publish_routine(people.practice, people.owner)
    publish_beside(version)
    assign_program(people.colleague, people.client, version)
    assign_program(people.colleague, people.other_client, version)
    routines.begin_draft(owner(people), version.routine_id)
    listed = routines.listed(owner(people))
    told = lives.of_routines(owner(people), listed)
    old, draft = told[version.routine_id]
    assert (old.state, old.clients, old.replaced_at) == (VersionState.PUBLISHED, 2, None)
    assert (draft.state, draft.clients) == (VersionState.SIGNED_OFF, 0), "nothing is changed in it yet"
    assert (draft.texts, draft.signed) == (7, 7)
    assert draft.last is not None
    assert draft.last.name == "Olive Hart"
    knees = next(routine for routine in listed if routine.id != version.routine_id)
    assert [each.state for each in told[knees.id]] == [VersionState.PUBLISHED]


def test_an_empty_draft_is_not_signed_off(people: People) -> None:
    publish_routine(people.practice, people.owner)
    made = own_routines.create(owner(people), key(), KNEES)
    (life,) = lives.of_routines(owner(people), [made])[made.id]
    assert life.state is VersionState.DRAFT


@pytest.mark.parametrize(
    "act",
    [
        lambda actor, routine_id: own_routines.create(actor, key(), KNEES),
        lambda actor, routine_id: own_routines.rename(actor, routine_id, KNEES, KNEES),
        lambda actor, routine_id: own_routines.retire(actor, routine_id),
        lambda actor, routine_id: own_routines.bring_back(actor, routine_id),
    ],
    ids=["make", "rename", "retire", "bring back"],
)
def test_assistants_change_no_routine(people: People, act: Callable[[Actor, uuid.UUID], None]) -> None:
    version = publish_routine(people.practice, people.owner)
    with pytest.raises(Forbidden):
        act(people.actor(people.assistant), version.routine_id)
