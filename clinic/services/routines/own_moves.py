"""A practice's own moves: made, changed by several people at once, retired, brought back, deleted unused."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import selectinload

from clinic.catalogue import load_catalogue
from clinic.domain.access import Permission
from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken, must_hold
from clinic.domain.moves import VideoContent
from clinic.domain.own_moves import FaultWords, MoveMerge, MoveWords, UseWords, deleting_problems, merge
from clinic.domain.own_moves import problems as words_problems
from clinic.domain.own_tests import fresh_id
from clinic.domain.search import sort_key
from clinic.domain.types import ProgramStatus, RoutineStatus
from clinic.extensions import db
from clinic.models import (
    Exercise,
    ExerciseMedia,
    ExerciseMistake,
    ExercisePicture,
    OwnAnswer,
    OwnAnswerMove,
    Prescription,
    Program,
    Routine,
    RoutineItem,
    RoutineVersion,
)
from clinic.models.base import given, points_at
from clinic.services import access, audit, once
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.routines import signoffs
from clinic.services.routines.wording import content_of, mistake_in_words, move_wording
from clinic.services.transaction import transaction

WHOLE_MOVE = (
    selectinload(Exercise.mistakes),
    selectinload(Exercise.media),
    selectinload(Exercise.pictures).joinedload(ExercisePicture.media),
)
# what is written as it stands; mistakes, uses and the video are rows or tables of their own
PLAIN = ("name", "purpose", "range_words", "feet_words", "knees_words", "tempo_there", "tempo_back", "figure")
LISTS = ("setup", "steps", "cues", "stop_if", "easier", "harder", "equipment", "tags")
OF_MISTAKE = frozenset(
    {"mistake_name", "mistake_see", "mistake_fix", "mistake_test", "mistake_faults", "mistake_second"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MistakeMeaning:
    """What the practice says its named mistake is: faults of the catalogue, own words, or both."""

    fault_keys: tuple[str, ...] = ()
    see: str = ""
    fix: str = ""
    self_test: str = ""
    video_second: int | None = None


@dataclass(frozen=True, slots=True)
class MoveUse:
    """How many routines ask for a move now, how many programs that go on, and whether any ever did."""

    routines: int
    programs: int
    ever: bool


class MoveCollision(Conflict):
    """Two people put something differently; `merged` names it, `theirs` is what stands, nothing was saved."""

    def __init__(self, mine: MoveWords, theirs: MoveWords, merged: MoveMerge) -> None:
        super().__init__("Somebody else changed this move meanwhile.")
        self.mine, self.theirs, self.merged = mine, theirs, merged


def whole(actor: Actor, move_id: uuid.UUID) -> Exercise:
    """One move with everything its page shows."""
    return access.move_for(actor, move_id, *WHOLE_MOVE)


def create(actor: Actor, form_key: str, words: MoveWords) -> Exercise:
    """Make a move; `form_key` comes with the form: its second press finds what the first made."""
    with transaction():
        _must_make(actor)
        move_id = once.id_of(Exercise, actor.practice_id, form_key)
        if made := once.made_before(Exercise, actor.practice_id, move_id):
            return made
        must_hold(problems(actor, words))
        move = Exercise(id=move_id, practice_id=actor.practice_id, key=_fresh_key(actor, words.name))
        _write(move, words)
        move, is_new = once.add(move)
        if is_new:
            _write_mistakes(actor, move, words, {}, said_now=True)
            set_video(move, words.video)
            audit.record(actor, "move.made", subject_id=move.id, name=move.name)
    return move


def revise(actor: Actor, move_id: uuid.UUID, words: MoveWords, seen: Mapping[str, str]) -> tuple[str, ...]:
    """Keep what was changed since the page that showed `seen` (`marks_of`); answers with the names of it.

    Raises MoveCollision, and keeps nothing, where somebody else changed the same thing differently.
    """
    with transaction():
        move = _locked(actor, move_id)
        stands = words_of(move)
        merged = merge(seen, words, stands)
        if merged.collided:
            raise MoveCollision(words, stands, merged)
        must_hold(problems(actor, merged.words, move_id))
        if merged.changed:
            _write(move, merged.words)
            rows = {row.key: row for row in move.mistakes}
            said_now = bool(OF_MISTAKE.intersection(merged.changed))
            _write_mistakes(actor, move, merged.words, rows, said_now=said_now)
            set_video(move, merged.words.video)
            move.version += 1
            audit.record(
                actor, "move.changed", subject_id=move.id, name=move.name, changed=list(merged.changed)
            )
    return merged.changed


def sign_words(actor: Actor, move_id: uuid.UUID, seen: str) -> bool:
    """Put the actor's name under a move's words; False where one stands there.

    Raises Conflict where the words are not those of the digest that was seen, RuleBroken where the named
    mistake has no meaning yet.
    """
    with transaction():
        move = _locked(actor, move_id)
        wording, named = move_wording(move.key, content_of(move)), move.named_mistake
        if wording.digest != seen:
            raise Conflict
        if named is not None and not named.see:
            raise RuleBroken(f"Say what the {named.name} is first.")
        signed = signoffs.sign(actor, [wording])
        if signed:
            if named is not None:
                named.confirmed_by, named.confirmed_at = actor.user_id, now()
            audit.record(actor, "move.signed", subject_id=move.id, name=move.name)
    return bool(signed)


def retire(actor: Actor, move_id: uuid.UUID) -> Exercise:
    """Offer a move no more; whoever has it keeps it."""
    with transaction():
        move = _locked(actor, move_id)
        if move.retired_at is None:
            move.retired_at = now()
            audit.record(actor, "move.retired", subject_id=move.id, name=move.name)
    return move


def bring_back(actor: Actor, move_id: uuid.UUID) -> Exercise:
    """Offer a retired move again; RuleBroken where another one has its name by now."""
    with transaction():
        move = _locked(actor, move_id)
        if move.retired_at is not None:
            must_hold(_name_problems(actor, move.name, move.id))
            move.retired_at = None
            audit.record(actor, "move.brought_back", subject_id=move.id, name=move.name)
    return move


def delete_unused(actor: Actor, move_id: uuid.UUID) -> str:
    """Delete a move that never was in a routine or a program; answers with its name."""
    with transaction():
        move = _locked(actor, move_id)
        name, use = move.name, use_of(actor, move)
        must_hold(deleting_problems(int(use.ever), use.programs))
        for kind in (ExerciseMistake, ExerciseMedia, ExercisePicture):
            rows = delete(kind).where(kind.practice_id == move.practice_id, kind.exercise_id == move.id)
            db.session.execute(rows.execution_options(synchronize_session=False))
        _forget_in_answers(move)
        db.session.execute(
            delete(Exercise)
            .where(Exercise.practice_id == move.practice_id, Exercise.id == move.id)
            .execution_options(synchronize_session=False)
        )
        db.session.expunge(move)
        audit.record(actor, "move.deleted", subject_id=move_id, name=name)
    return name


def _forget_in_answers(move: Exercise) -> None:
    """Answers about a move that is deleted are about their others, or about no move any more."""
    lines = (OwnAnswerMove.practice_id == move.practice_id, OwnAnswerMove.move_id == move.id)
    theirs = (
        OwnAnswer.practice_id == move.practice_id,
        OwnAnswer.id.in_(select(OwnAnswerMove.own_answer_id).where(*lines)),
    )
    for query in (
        update(OwnAnswer).where(*theirs).values(version=OwnAnswer.version + 1),
        delete(OwnAnswerMove).where(*lines),
    ):
        db.session.execute(query.execution_options(synchronize_session=False))


def use_of(actor: Actor, move: Exercise) -> MoveUse:
    """Where a move is in use, said before it is retired. One query."""
    found = db.session.execute(_USE, {"practice_id": actor.practice_id, "move_id": move.id}).one()
    return MoveUse(found.routines, found.programs, bool(found.ever))


def problems(actor: Actor, words: MoveWords, move_id: uuid.UUID | None = None) -> Iterator[RuleBroken]:
    """All that speaks against keeping a move so; `move_id` is the one it is, None for a new one."""
    yield from words_problems(words, candidates_of(words.figure))
    yield from _name_problems(actor, words.name, move_id)


def candidates_of(figure: str) -> tuple[str, ...]:
    """The faults of the catalogue that the named mistake of a move with this drawing may stand for."""
    named = load_catalogue().named_mistake
    return named.candidates if figure == named.exercise else ()


def asks_for_meaning(move: Exercise) -> bool:
    """Whether publishing asks what its named mistake is: the shipped one comes without a meaning."""
    return move.named_mistake is not None and move.key == load_catalogue().named_mistake.exercise


def words_of(move: Exercise) -> MoveWords:
    """A move as its form holds it; words that come from faults of the catalogue stay with those."""
    plain: dict[str, Any] = {name: getattr(move, name) for name in PLAIN}
    lists: dict[str, Any] = {name: tuple(getattr(move, name)) for name in LISTS}
    named = move.named_mistake
    return MoveWords(
        **plain,
        **lists,
        body_position=move.body_position,
        video=next((VideoContent(provider=row.provider, id=row.video_id) for row in move.media), None),
        faults=tuple(_fault_words(row) for row in move.mistakes if not row.is_named),
        uses=tuple(UseWords(**use) for use in move.transfers),
        **(_mistake_words(named) if named else {}),
    )


def copied(words: MoveWords) -> MoveWords:
    """A move to begin a new one with, under a name of its own."""
    return replace(words, name=f"{words.name}, ours"[:120])


def set_video(move: Exercise, video: VideoContent | None) -> None:
    """Give a move this video of the practice's own, or none."""
    kept = next(iter(move.media), None)
    if video is None:
        if kept is not None:
            db.session.delete(kept)
    elif kept is None:
        kept = ExerciseMedia(practice_id=move.practice_id, exercise_id=move.id)
        db.session.add(kept)
    if (
        video is not None
        and kept is not None
        and (kept.provider, kept.video_id) != (video.provider, video.id)
    ):
        kept.provider, kept.video_id, kept.added_at = video.provider, video.id, now()
    db.session.flush()
    db.session.expire(move, ["media"])


def set_meaning(row: ExerciseMistake, said: MistakeMeaning) -> None:
    """Write what a named mistake means: own words, and where there are none those of the faults picked."""
    see, fix, self_test = mistake_in_words(said.fault_keys)
    row.fault_keys = [key for key in load_catalogue().named_mistake.candidates if key in said.fault_keys]
    row.see, row.fix = said.see or see or None, said.fix or fix or None
    row.self_test = said.self_test or (None if said.see else self_test or None)
    row.video_second = said.video_second


def _must_make(actor: Actor) -> None:
    access.staff_only(actor)
    if not actor.may(Permission.PUBLISH_ROUTINES):
        raise Forbidden("A practitioner or the owner makes and changes moves.")


def _locked(actor: Actor, move_id: uuid.UUID) -> Exercise:
    """A move as it stands now, for whoever may change it, until the transaction ends."""
    access.move_for(actor, move_id)
    _must_make(actor)
    which = select(Exercise).where(Exercise.practice_id == actor.practice_id, Exercise.id == move_id)
    lock = which.with_for_update().execution_options(populate_existing=True)
    move = db.session.scalars(lock).one_or_none()
    if move is None:  # deleted between the two looks at it
        raise NotFound
    db.session.expire(move, ["mistakes", "media"])
    return move


def _fresh_key(actor: Actor, name: str) -> str:
    """A key that no move of the practice has, and none that ships."""
    taken = set(db.session.scalars(select(Exercise.key).where(Exercise.practice_id == actor.practice_id)))
    return fresh_id(name, taken | load_catalogue().exercises.keys())


def _name_problems(actor: Actor, name: str, move_id: uuid.UUID | None) -> Iterator[RuleBroken]:
    same = select(Exercise.id).where(
        Exercise.practice_id == actor.practice_id,
        Exercise.sort_key == sort_key(name),
        Exercise.retired_at.is_(None),
        Exercise.id != move_id,
    )
    if db.session.scalars(same.limit(1)).first() is not None:
        yield RuleBroken("There is a move of this name. Give this one a name of its own.", "name")


def _write(move: Exercise, words: MoveWords) -> None:
    for name in PLAIN:
        setattr(move, name, getattr(words, name))
    for name in LISTS:
        setattr(move, name, list(getattr(words, name)))
    move.body_position = words.body_position
    drawn = load_catalogue().transfers
    keys = [use.key if use.key in drawn else "" for use in words.uses]
    pairs = zip(keys, words.uses, strict=True)
    move.transfers = [{"key": key, "name": use.name, "how": use.how} for key, use in pairs]


def _write_mistakes(
    actor: Actor, move: Exercise, words: MoveWords, rows: Mapping[str, ExerciseMistake], *, said_now: bool
) -> None:
    """The rows as the words say: each keeps its key, and what is not said any more goes."""
    named = next((row for row in rows.values() if row.is_named), None)
    kept = _write_named(actor, move, words, named, said_now=said_now)
    for position, fault in enumerate(words.faults, 1):
        key = _fault_key(fault, rows, kept)
        row = rows.get(key) or _new_mistake(move, key)
        row.position, row.name, row.see, row.fix = position, fault.name, fault.see, fault.fix
        row.self_test = fault.self_test or None
        kept.add(key)
    for gone in rows.keys() - kept:
        db.session.delete(rows[gone])
    db.session.flush()
    db.session.expire(move, ["mistakes"])


def _write_named(
    actor: Actor, move: Exercise, words: MoveWords, row: ExerciseMistake | None, *, said_now: bool
) -> set[str]:
    """The named mistake; who said what it is stands beside it. The keys that are kept of it."""
    if not words.has_mistake:
        return set()
    row = row or _new_mistake(move, load_catalogue().named_mistake.id)
    row.is_named, row.position, row.name = True, 0, words.mistake_name
    meaning = MistakeMeaning(
        fault_keys=words.mistake_faults,
        see=words.mistake_see,
        fix=words.mistake_fix,
        self_test=words.mistake_test,
        video_second=words.mistake_second,
    )
    set_meaning(row, meaning)
    if said_now:
        row.confirmed_by, row.confirmed_at = (actor.user_id, now()) if row.see else (None, None)
    return {row.key}


def _fault_key(fault: FaultWords, rows: Mapping[str, ExerciseMistake], kept: Iterable[str]) -> str:
    """Its own key, where it has one that this move or the catalogue knows and no row before it took."""
    known = rows.keys() | load_catalogue().faults.keys()
    if fault.key in known and fault.key not in kept:
        return fault.key
    return fresh_id(fault.name, known | set(kept))


def _new_mistake(move: Exercise, key: str) -> ExerciseMistake:
    row = ExerciseMistake(practice_id=move.practice_id, exercise_id=move.id, key=key)
    row.fault_keys = [key] if key in load_catalogue().faults else []
    db.session.add(row)
    return row


def _fault_words(row: ExerciseMistake) -> FaultWords:
    return FaultWords(
        key=row.key, name=row.name, see=row.see or "", fix=row.fix or "", self_test=row.self_test or ""
    )


def _mistake_words(row: ExerciseMistake) -> dict[str, Any]:
    see, _, self_test = mistake_in_words(row.fault_keys)
    is_own = row.see not in (None, see)
    return {
        "mistake_name": row.name,
        "mistake_see": row.see if is_own else "",
        "mistake_fix": row.fix if is_own else "",
        "mistake_test": (row.self_test or "") if is_own or row.self_test != self_test else "",
        "mistake_faults": tuple(row.fault_keys),
        "mistake_second": row.video_second,
    }


def _routines_now() -> Any:
    """The routines on offer whose draft or newest published version has the move."""
    newest = (
        select(func.max(RoutineVersion.number))
        .where(
            points_at(RoutineVersion.routine_id, Routine), RoutineVersion.status == RoutineStatus.PUBLISHED
        )
        .correlate(Routine)
        .scalar_subquery()
    )
    return (
        select(func.count(Routine.id.distinct()))
        .join(RoutineVersion, points_at(RoutineVersion.routine_id, Routine))
        .join(RoutineItem, points_at(RoutineItem.version_id, RoutineVersion))
        .where(
            given(Routine.practice_id),
            Routine.is_listed,
            Routine.retired_at.is_(None),
            given(RoutineItem.exercise_id, "move_id"),
            or_(RoutineVersion.status == RoutineStatus.DRAFT, RoutineVersion.number == newest),
        )
        .scalar_subquery()
    )


def _programs_now() -> Any:
    return (
        select(func.count(Program.id.distinct()))
        .join(Prescription, points_at(Prescription.program_id, Program))
        .where(
            given(Program.practice_id),
            given(Prescription.exercise_id, "move_id"),
            Program.status != ProgramStatus.ENDED,
        )
        .scalar_subquery()
    )


def _ever() -> Any:
    in_routine = given(RoutineItem.practice_id), given(RoutineItem.exercise_id, "move_id")
    in_program = given(Prescription.practice_id), given(Prescription.exercise_id, "move_id")
    return or_(exists().where(*in_routine), exists().where(*in_program))


_USE = select(_routines_now().label("routines"), _programs_now().label("programs"), _ever().label("ever"))
