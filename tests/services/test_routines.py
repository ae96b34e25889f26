"""Routines: the shelf of a new practice, publishing under a name, and versions that stay as they were."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from clinic.catalogue import load_catalogue
from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from clinic.domain.moves import MoveContent, VideoContent
from clinic.domain.types import RoutineStatus
from clinic.extensions import db
from clinic.models import AuditEvent, ExerciseMistake, Routine, RoutineItem, RoutineVersion, SignOff
from clinic.services.routines import choosing, signoffs
from clinic.services.routines import publishing as routines
from clinic.services.routines.own_moves import MistakeMeaning
from clinic.services.routines.publishing import MoveEdit, RoutineEdit
from clinic.services.routines.wording import dose_of, wordings_of
from clinic.services.transaction import transaction
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine

ALL = (
    *("move:hip_turns_standing", "move:hip_hinge", "dose:hip_turns_standing", "dose:hip_hinge"),
    *("pain_rule", "warning_signs", "checkin"),
)
TUCK = MistakeMeaning(fault_keys=("tuck",))
VIDEO = VideoContent(provider="youtube", id="abcdefghijk")


@pytest.fixture
def routine(people: People) -> Routine:
    """The hip routine of a practice that has just begun."""
    with transaction():
        routines.begin_with_catalogue(people.practice)
    return routines.listed(people.actor(people.owner))[0]


def draft(people: People, routine: Routine) -> RoutineVersion:
    """The routine's draft."""
    found = routines.draft_of(people.actor(people.owner), routine)
    assert found is not None
    return found


def is_hinge(item: RoutineItem) -> bool:
    return item.exercise.key == "hip_hinge"


def edit_of(version: RoutineVersion, mistake: MistakeMeaning | None = TUCK, **hinge: object) -> RoutineEdit:
    """A draft as it stands, with a mistake; `hinge` changes the second move."""
    moves = {}
    for item in version.items:
        move = MoveEdit(cues=tuple(item.exercise.cues), dose=dose_of(item))
        moves[item.id] = replace(move, mistake=mistake, **hinge) if is_hinge(item) else move
    return RoutineEdit(moves, accepted=ALL)


def publish(people: People, routine: Routine, edit: RoutineEdit | None = None) -> RoutineVersion:
    """The draft, published by the owner."""
    version = draft(people, routine)
    seen = routines.digest_of(version, people.practice)
    routines.publish(people.actor(people.owner), routine.id, edit or edit_of(version), seen)
    return version


def hinge_content(version: RoutineVersion) -> MoveContent:
    """What clients read about the hinge."""
    item = next(item for item in version.items if is_hinge(item))
    assert item.content is not None
    return MoveContent.from_json(json.loads(json.dumps(item.content)))


def test_a_new_practice_has_both_moves_on_its_shelf_and_the_named_mistake_without_a_meaning(
    people: People, routine: Routine
) -> None:
    version = draft(people, routine)
    assert (routine.name, version.number, version.status) == ("Hip routine", 1, RoutineStatus.DRAFT)
    assert [item.exercise.key for item in version.items] == ["hip_turns_standing", "hip_hinge"]
    shelf = load_catalogue().exercises
    assert [dose_of(item) for item in version.items] == [
        shelf[key].default_dose for key in ("hip_turns_standing", "hip_hinge")
    ]
    named = db.session.scalars(select(ExerciseMistake).where(ExerciseMistake.is_named)).one()
    assert (named.name, named.see, named.fix, named.fault_keys) == ("Butt Mistake", None, None, [])
    assert named.exercise_id == version.items[1].exercise_id


def test_publishing_freezes_the_wording_and_puts_a_name_under_every_text(
    people: People, routine: Routine
) -> None:
    version = publish(people, routine)
    assert version.status is RoutineStatus.PUBLISHED
    assert version.published_by == people.owner.id
    signed = db.session.scalars(select(SignOff)).all()
    assert {row.scope for row in signed} == {
        *("move:hip_turns_standing", "move:hip_hinge", "dose:hip_turns_standing", "dose:hip_hinge"),
        *("pain_rule", "warning_signs", "checkin"),
    }
    assert {row.user_id for row in signed} == {people.owner.id}
    texts = {row.scope: row.text for row in signed}
    catalogue = load_catalogue()
    assert catalogue.faults["tuck"].client_see in texts["move:hip_hinge"]
    assert all(sign.text in texts["warning_signs"] for sign in catalogue.warnings.signs.values())
    assert "Call 999" in texts["warning_signs"]
    assert catalogue.dosing.pain_rule.client_text in texts["pain_rule"]
    assert db.session.scalars(select(AuditEvent.action).where(AuditEvent.action == "routine.published")).one()


def test_the_mistake_is_what_was_picked_in_the_catalogues_words(people: People, routine: Routine) -> None:
    version = draft(people, routine)
    two = MistakeMeaning(fault_keys=("rounding", "tuck"), video_second=270)
    mistake = hinge_content(publish(people, routine, edit_of(version, two, video=VIDEO))).named_mistake
    assert mistake is not None
    faults = load_catalogue().faults
    assert mistake.see == f"{faults['tuck'].client_see} Or: {faults['rounding'].client_see}"
    assert mistake.fault_keys == ("tuck", "rounding")
    assert mistake.video_second == 270


def test_own_words_stand_over_the_catalogues_and_keep_the_figures_picked(
    people: People, routine: Routine
) -> None:
    version = draft(people, routine)
    own = MistakeMeaning(fault_keys=("tuck",), see="Your tail curls.", fix="Keep it back.")
    mistake = hinge_content(publish(people, routine, edit_of(version, own))).named_mistake
    assert mistake is not None
    assert (mistake.see, mistake.fix, mistake.self_test) == ("Your tail curls.", "Keep it back.", "")
    assert mistake.fault_keys == ("tuck",)


@pytest.mark.parametrize(
    ("mistake", "field"),
    [
        (MistakeMeaning(), "faults"),
        (MistakeMeaning(fault_keys=("fast",)), "faults"),
        (MistakeMeaning(see="Your tail curls."), "own_fix"),
        (MistakeMeaning(fix="Keep it back."), "own_fix"),
        (MistakeMeaning(fault_keys=("tuck",), video_second=270), "video_time"),
    ],
    ids=["nothing said", "not a candidate", "no fix", "no looks", "a time without a video"],
)
def test_nothing_is_published_before_the_mistake_has_a_whole_meaning(
    people: People, routine: Routine, mistake: MistakeMeaning, field: str
) -> None:
    version = draft(people, routine)
    with pytest.raises(RuleBroken) as refused:
        publish(people, routine, edit_of(version, mistake))
    assert refused.value.field == field
    db.session.expire_all()
    assert draft(people, routine).status is RoutineStatus.DRAFT
    assert db.session.scalars(select(SignOff)).all() == []


def test_nothing_is_published_before_the_numbers_are_set(people: People, routine: Routine) -> None:
    people.practice.emergency_number = None
    with pytest.raises(RuleBroken, match="emergency and urgent numbers"):
        publish(people, routine)


@pytest.mark.parametrize("cues", [("One",), ("One", "Two", "Three", "Four", "Five")], ids=["one", "five"])
def test_a_move_has_two_to_four_cues(people: People, routine: Routine, cues: tuple[str, ...]) -> None:
    version = draft(people, routine)
    with pytest.raises(RuleBroken, match="2 to 4 cues"):
        publish(people, routine, edit_of(version, cues=cues))


def test_a_dose_out_of_bounds_is_refused(people: People, routine: Routine) -> None:
    version = draft(people, routine)
    dose = replace(dose_of(version.items[1]), sets=11)
    with pytest.raises(RuleBroken, match="Rounds must be from 1 to 10"):
        publish(people, routine, edit_of(version, dose=dose))


def test_a_draft_changed_by_somebody_else_is_not_published_unread(people: People, routine: Routine) -> None:
    version = draft(people, routine)
    seen = routines.digest_of(version, people.practice)
    edit = edit_of(version)
    colleague = people.actor(people.colleague)
    routines.save_draft(colleague, routine.id, edit_of(version, cues=("Hips back", "Long back")), seen)
    with pytest.raises(Conflict):
        routines.publish(people.actor(people.owner), routine.id, edit, seen)
    db.session.expire_all()
    assert draft(people, routine).items[1].exercise.cues == ["Hips back", "Long back"]


@pytest.mark.parametrize(
    "act",
    [
        lambda people, routine, edit, seen: routines.publish(people, routine, edit, seen),
        lambda people, routine, edit, seen: routines.save_draft(people, routine, edit, seen),
    ],
    ids=["publish", "save"],
)
def test_assistants_do_not_put_their_name_under_wording(
    people: People, routine: Routine, act: Callable[..., None]
) -> None:
    version = draft(people, routine)
    seen = routines.digest_of(version, people.practice)
    with pytest.raises(Forbidden):
        act(people.actor(people.assistant), routine.id, edit_of(version), seen)


@pytest.mark.parametrize("who", ["stranger", "client_user"])
def test_strangers_and_clients_find_no_routine(people: People, routine: Routine, who: str) -> None:
    version = draft(people, routine)
    edit, seen = edit_of(version), routines.digest_of(version, people.practice)
    with pytest.raises(NotFound):
        routines.publish(people.actor(getattr(people, who)), routine.id, edit, seen)
    with pytest.raises(NotFound):
        routines.begin_draft(people.actor(getattr(people, who)), routine.id)


def test_an_edit_of_other_moves_is_refused(people: People, routine: Routine) -> None:
    version = draft(people, routine)
    only_one = RoutineEdit(dict(list(edit_of(version).moves.items())[:1]))
    with pytest.raises(NotFound):
        publish(people, routine, only_one)
    stray = RoutineEdit({uuid.uuid4(): move for move in edit_of(version).moves.values()})
    with pytest.raises(NotFound):
        publish(people, routine, stray)


def test_a_new_version_begins_from_the_last_and_leaves_it_as_it_was(people: People) -> None:
    first = publish_routine(people.practice, people.owner)
    owner = people.actor(people.owner)
    begun = routines.begin_draft(owner, first.routine_id)
    assert begun.number == 2
    assert routines.begin_draft(owner, first.routine_id).id == begun.id, "a second press opens the same draft"
    routine = routines.listed(owner)[0]
    version = draft(people, routine)
    edit = replace(edit_of(version, cues=("Hips back", "Long back")), change_note="Shorter cues.")
    publish(people, routine, edit)
    db.session.expire_all()
    old, new = routines.whole_version(owner, first.id), routines.whole_version(owner, begun.id)
    assert len(hinge_content(old).cues) == 4
    assert hinge_content(new).cues == ("Hips back", "Long back")
    assert [each.version.number for each in choosing.choices(owner)] == [2], "the newest one is assigned"


def test_a_new_version_says_what_is_new(people: People) -> None:
    first = publish_routine(people.practice, people.owner)
    routines.begin_draft(people.actor(people.owner), first.routine_id)
    with pytest.raises(RuleBroken) as refused:
        publish(people, routines.listed(people.actor(people.owner))[0])
    assert refused.value.field == "change_note"


def test_a_text_is_signed_once_and_again_only_where_it_changed(people: People) -> None:
    first = publish_routine(people.practice, people.owner)
    count = len(db.session.scalars(select(SignOff)).all())
    routine = routines.listed(people.actor(people.owner))[0]
    routines.begin_draft(people.actor(people.owner), first.routine_id)
    version = draft(people, routine)
    waiting = [each.scope for each in wordings_of(version, people.practice)]
    assert set(signoffs.signatures(people.practice.id, wordings_of(version, people.practice))) == set(waiting)
    edit = replace(edit_of(version, None, cues=("Hips back", "Long back")), change_note="Shorter cues.")
    publish(people, routine, edit)
    assert len(db.session.scalars(select(SignOff)).all()) == count + 1


def test_later_edits_do_not_reach_a_clients_program(people: People) -> None:
    version = publish_routine(people.practice, people.owner)
    program = assign_program(people.colleague, people.client, version)
    before = program.prescriptions[1].content
    routine = routines.listed(people.actor(people.owner))[0]
    routines.begin_draft(people.actor(people.owner), routine.id)
    new = draft(people, routine)
    publish(people, routine, replace(edit_of(new, cues=("Hips back", "Long back")), change_note="Shorter."))
    db.session.expire_all()
    assert program.prescriptions[1].content == before
