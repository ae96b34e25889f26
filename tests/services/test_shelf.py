"""The shelf of shipped moves: what a practice begins with, and what it takes later."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from clinic.catalogue import load_catalogue
from clinic.domain.errors import Forbidden, NotFound
from clinic.extensions import db
from clinic.models import AuditEvent, Exercise, ExerciseMistake
from clinic.services.routines import publishing as routines
from clinic.services.routines import shelf
from clinic.services.transaction import transaction
from tests.factories.people import People

HINGE = "hip_hinge"
MOVES = load_catalogue().exercises


def test_a_new_practice_begins_with_every_shipped_move_and_nothing_is_left_on_the_shelf(
    people: People,
) -> None:
    with transaction():
        routines.begin_with_catalogue(people.practice)
    assert set(db.session.scalars(select(Exercise.key))) == set(MOVES)
    assert shelf.still_on_shelf(people.actor(people.owner)) == []


def test_a_move_taken_says_what_the_catalogue_says(people: People) -> None:
    move = MOVES[HINGE]
    exercise = shelf.take_from_shelf(people.actor(people.owner), HINGE)
    assert (exercise.key, exercise.name, exercise.figure) == (HINGE, move.name, HINGE)
    assert (exercise.body_position, exercise.tags) == (move.body_position, list(move.tags))
    assert [use["key"] for use in exercise.transfers] == list(move.transfers)
    assert (exercise.easier, exercise.harder) == (list(move.regressions), list(move.progressions))
    mistakes = db.session.scalars(select(ExerciseMistake).order_by(ExerciseMistake.position)).all()
    assert [row.key for row in mistakes] == ["named_mistake", *move.watch_for]
    assert db.session.scalars(
        select(AuditEvent.subject_id).where(AuditEvent.action == "move.taken")
    ).all() == [exercise.id]


def test_what_is_taken_is_on_the_shelf_no_more(people: People) -> None:
    actor = people.actor(people.owner)
    assert [move.id for move in shelf.still_on_shelf(actor)] == list(MOVES)
    shelf.take_from_shelf(actor, HINGE)
    assert HINGE not in [move.id for move in shelf.still_on_shelf(actor)]


def test_a_move_is_taken_once_however_often_it_is_pressed(people: People) -> None:
    actor = people.actor(people.owner)
    first = shelf.take_from_shelf(actor, HINGE)
    assert shelf.take_from_shelf(actor, HINGE).id == first.id
    assert db.session.scalar(select(func.count()).select_from(Exercise)) == 1


def test_what_nobody_ships_is_not_found(people: People) -> None:
    with pytest.raises(NotFound):
        shelf.take_from_shelf(people.actor(people.owner), "handstand")


def test_who_may_not_publish_takes_nothing(people: People) -> None:
    with pytest.raises(Forbidden):
        shelf.take_from_shelf(people.actor(people.assistant), HINGE)
    with pytest.raises(Forbidden):
        shelf.take_from_shelf(people.actor(people.client_user), HINGE)
