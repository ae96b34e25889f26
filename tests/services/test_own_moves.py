"""A practice's own moves: made once, changed by two people at once, retired, and deleted while unused."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select

from clinic.catalogue import load_catalogue
from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from clinic.domain.moves import VideoContent
from clinic.domain.own_moves import FaultWords, marks_of
from clinic.extensions import db
from clinic.models import AuditEvent, Exercise, ExerciseMistake
from clinic.services.actors import Actor
from clinic.services.routines import library, own_moves, shelf
from clinic.services.routines.library import MoveFilter
from clinic.services.routines.own_moves import MoveCollision
from clinic.services.routines.wording import content_of
from tests.factories.moves import BRIDGE, make_move
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine

HINGE = "hip_hinge"
VIDEO = VideoContent(provider="youtube", id="dQw4w9WgXcQ")


@pytest.fixture
def robin(people: People) -> Actor:
    """A practitioner."""
    return people.actor(people.colleague)


def stands(actor: Actor, move_id: uuid.UUID) -> own_moves.MoveWords:
    return own_moves.words_of(own_moves.whole(actor, move_id))


def audited(action: str) -> list[uuid.UUID | None]:
    return list(db.session.scalars(select(AuditEvent.subject_id).where(AuditEvent.action == action)))


def test_a_move_holds_all_that_was_said_of_it(robin: Actor) -> None:
    move = make_move(robin, video=VIDEO, mistake_second=270)
    kept = stands(robin, move.id)
    fault = replace(BRIDGE.faults[0], key="toes_light")
    assert kept == replace(BRIDGE, video=VIDEO, mistake_second=270, faults=(fault,))
    assert audited("move.made") == [move.id]


def test_what_a_client_would_read_of_it_is_what_was_said(robin: Actor) -> None:
    content = content_of(own_moves.whole(robin, make_move(robin).id))
    assert content.named_mistake is not None
    assert (content.named_mistake.name, content.named_mistake.self_test) == (
        "Rib Flare",
        "Lay a hand on your ribs.",
    )
    assert [fault.name for fault in content.mistakes] == ["Rib Flare", "Toes light"]
    assert (content.figure, content.transfers[0].how) == ("", "Lift your hips to move over")


def test_a_form_pressed_twice_makes_one_move(robin: Actor) -> None:
    key = uuid.uuid4().hex
    first, second = own_moves.create(robin, key, BRIDGE), own_moves.create(robin, key, BRIDGE)
    assert first.id == second.id
    assert len(db.session.scalars(select(Exercise.id)).all()) == 1


def test_two_moves_on_offer_do_not_share_a_name_and_none_takes_the_key_of_a_shipped_one(robin: Actor) -> None:
    made = make_move(robin, name="Hip hinge")
    assert made.key not in load_catalogue().exercises
    with pytest.raises(RuleBroken, match="name of its own"):
        make_move(robin, name="HIP Hinge")
    own_moves.retire(robin, made.id)
    make_move(robin, name="Hip hinge")
    with pytest.raises(RuleBroken, match="name of its own"):
        own_moves.bring_back(robin, made.id)


def test_an_assistant_reads_and_a_stranger_finds_nothing(robin: Actor, people: People) -> None:
    move = make_move(robin)
    assistant, stranger = people.actor(people.assistant), people.actor(people.stranger)
    assert own_moves.whole(assistant, move.id).name == BRIDGE.name
    for act in (
        lambda actor: own_moves.create(actor, uuid.uuid4().hex, BRIDGE),
        lambda actor: own_moves.revise(actor, move.id, BRIDGE, {}),
        lambda actor: own_moves.sign_words(actor, move.id, ""),
        lambda actor: own_moves.retire(actor, move.id),
        lambda actor: own_moves.bring_back(actor, move.id),
        lambda actor: own_moves.delete_unused(actor, move.id),
    ):
        with pytest.raises(Forbidden):
            act(assistant)
    for act in (own_moves.whole, own_moves.retire, own_moves.delete_unused):
        with pytest.raises(NotFound):
            act(stranger, move.id)


def test_a_change_is_kept_counted_and_told(robin: Actor) -> None:
    move = make_move(robin)
    words = stands(robin, move.id)
    changed = own_moves.revise(robin, move.id, replace(words, name="Bridge", tags=("knee",)), marks_of(words))
    assert set(changed) == {"name", "tags"}
    assert (move.version, move.name, move.tags) == (2, "Bridge", ["knee"])
    assert own_moves.revise(robin, move.id, stands(robin, move.id), marks_of(stands(robin, move.id))) == ()
    assert move.version == 2
    assert audited("move.changed") == [move.id]


def test_faults_keep_their_keys_when_they_are_moved_and_go_when_they_are_taken_out(robin: Actor) -> None:
    faults = tuple(FaultWords(name=name, see="so", fix="thus") for name in ("One", "Two", "Three"))
    move = make_move(robin, faults=faults, mistake_name="", mistake_see="", mistake_fix="", mistake_test="")
    words = stands(robin, move.id)
    one, _, three = words.faults
    own_moves.revise(robin, move.id, replace(words, faults=(three, one)), marks_of(words))
    assert stands(robin, move.id).faults == (three, one)
    assert set(db.session.scalars(select(ExerciseMistake.key))) == {"one", "three"}


def test_two_people_change_different_things_and_both_stay(robin: Actor, people: People) -> None:
    olive = people.actor(people.owner)
    move = make_move(robin)
    words = stands(robin, move.id)
    seen = marks_of(words)
    own_moves.revise(olive, move.id, replace(words, feet_words="Together."), seen)
    own_moves.revise(robin, move.id, replace(words, cues=("One", "Two")), seen)
    kept = stands(robin, move.id)
    assert (kept.feet_words, kept.cues) == ("Together.", ("One", "Two"))


def test_the_same_thing_put_differently_is_kept_by_nobody_until_somebody_chooses(
    robin: Actor, people: People
) -> None:
    move = make_move(robin)
    words = stands(robin, move.id)
    seen = marks_of(words)
    own_moves.revise(people.actor(people.owner), move.id, replace(words, name="Theirs"), seen)
    with pytest.raises(MoveCollision) as met:
        own_moves.revise(robin, move.id, replace(words, name="Mine", feet_words="Together."), seen)
    assert isinstance(met.value, Conflict)
    assert met.value.merged.collided == ("name",)
    assert stands(robin, move.id) == replace(words, name="Theirs")


def test_a_shipped_move_is_changed_and_its_faults_keep_their_drawings(robin: Actor) -> None:
    move = shelf.take_from_shelf(robin, HINGE)
    words = stands(robin, move.id)
    assert words.mistake_name
    assert not words.mistake_see
    own_moves.revise(robin, move.id, replace(words, mistake_faults=("tuck",)), marks_of(words))
    named = own_moves.whole(robin, move.id).named_mistake
    assert named is not None
    assert (named.see, named.confirmed_by) == (load_catalogue().faults["tuck"].client_see, robin.user_id)
    assert stands(robin, move.id) == replace(words, mistake_faults=("tuck",))


def test_a_copy_of_a_shipped_move_is_a_move_of_its_own(robin: Actor) -> None:
    first = shelf.take_from_shelf(robin, HINGE)
    words = own_moves.copied(stands(robin, first.id))
    second = own_moves.create(robin, uuid.uuid4().hex, words)
    assert second.key != first.key
    assert stands(robin, second.id) == words
    assert words.name == f"{first.name}, ours"


def test_a_retired_move_stays_with_whoever_has_it_and_comes_back(people: People, robin: Actor) -> None:
    version = publish_routine(people.practice, people.owner)
    assign_program(people.owner, people.client, version)
    move = version.items[0].exercise
    use = own_moves.use_of(robin, move)
    assert (use.routines, use.programs, use.ever) == (1, 1, True)
    own_moves.retire(robin, move.id)
    own_moves.retire(robin, move.id)
    assert audited("move.retired") == [move.id]
    with pytest.raises(RuleBroken, match="Retire it instead"):
        own_moves.delete_unused(robin, move.id)
    assert own_moves.bring_back(robin, move.id).retired_at is None


def test_a_move_that_was_never_used_is_deleted_with_all_that_is_its_own(robin: Actor) -> None:
    move_id = make_move(robin, video=VIDEO).id
    assert own_moves.delete_unused(robin, move_id) == BRIDGE.name
    assert not db.session.scalars(select(ExerciseMistake.id)).all()
    assert audited("move.deleted") == [move_id]
    with pytest.raises(NotFound):
        own_moves.whole(robin, move_id)


def test_a_name_under_a_moves_words_stands_until_one_of_them_is_changed(robin: Actor) -> None:
    move = make_move(robin)
    read = library.wording_of(own_moves.whole(robin, move.id)).digest
    assert own_moves.sign_words(robin, move.id, read)
    assert not own_moves.sign_words(robin, move.id, read)
    assert audited("move.signed") == [move.id]
    words = stands(robin, move.id)
    own_moves.revise(robin, move.id, replace(words, feet_words="Together."), marks_of(words))
    with pytest.raises(Conflict):
        own_moves.sign_words(robin, move.id, read)
    (row,) = library.page(robin, MoveFilter(text=BRIDGE.name)).rows
    assert not row.is_signed


def test_a_named_mistake_without_a_meaning_is_signed_by_nobody(robin: Actor) -> None:
    move = shelf.take_from_shelf(robin, HINGE)
    read = library.wording_of(own_moves.whole(robin, move.id)).digest
    with pytest.raises(RuleBroken, match="first"):
        own_moves.sign_words(robin, move.id, read)


def test_a_retired_move_is_given_to_nobody_anew_and_its_routine_says_why(
    people: People, robin: Actor
) -> None:
    version = publish_routine(people.practice, people.owner)
    own_moves.retire(robin, version.items[0].exercise_id)
    with pytest.raises(RuleBroken, match="is retired"):
        assign_program(people.owner, people.client, version)
