"""A practice's own moves: what one has to say, who may have it, how it is found, and two people at one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from clinic.domain.moves import VideoContent
from clinic.domain.own_moves import (
    FaultWords,
    MoveWords,
    UseWords,
    deleting_problems,
    marks_of,
    merge,
    problems,
    retired_problems,
    search_key,
    tag_mark,
    tags_in,
    tags_of,
)
from clinic.domain.search import search_words

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
VIDEO = VideoContent(provider="youtube", id="dQw4w9WgXcQ")
BRIDGE = MoveWords(
    name="Bridge",
    purpose="It wakes up the buttocks.",
    steps=("Press your heels down", "Lift your hips"),
    cues=("Heels heavy", "Ribs down"),
    stop_if=("your back hurts",),
)
LIFT = FaultWords(name="Too high", see="your back arches", fix="lift less")


def test_a_move_needs_no_more_than_its_words_steps_cues_and_when_to_stop() -> None:
    assert list(problems(BRIDGE)) == []


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"cues": ("One",)}, "cues", "2 to 4 cues"),
        ({"cues": ("1", "2", "3", "4", "5")}, "cues", "2 to 4 cues"),
        ({"cues": ("a", "b" * 101)}, "cues", "at most 100"),
        ({"steps": ()}, "steps", "at least one step"),
        ({"stop_if": ()}, "stop_if", "at least one line"),
        ({"easier": ("x",) * 13}, "easier", "12 lines or fewer"),
        ({"setup": ("x" * 301,)}, "setup", "300 characters"),
        ({"tags": tuple("abcdefghi")}, "tags", "8 tags or fewer"),
        ({"tags": ("x" * 31,)}, "tags", "at most 30"),
        ({"mistake_see": "a", "mistake_fix": "b"}, "mistake_name", "its name"),
        ({"mistake_second": 5, "video": VIDEO}, "mistake_name", "its name"),
        ({"mistake_name": "Dive", "mistake_see": "a"}, "mistake_fix", "both"),
        ({"mistake_name": "Dive", "mistake_fix": "a"}, "mistake_see", "both"),
        ({"mistake_name": "Dive", "mistake_second": 0}, "mistake_second", "video"),
        ({"mistake_name": "Dive", "mistake_faults": ("tuck", "other")}, "mistake_faults", "these faults"),
        ({"faults": (LIFT, replace(LIFT, fix=""))}, "faults-1-fix", "whole row"),
        ({"faults": (replace(LIFT, name=""),)}, "faults-0-name", "whole row"),
        ({"uses": (UseWords(name="", how="so"),)}, "uses-0-name", "whole row"),
        ({"uses": (UseWords(name="Stairs", how=""),)}, "uses-0-how", "whole row"),
        ({"faults": (LIFT,) * 13}, "faults", "12 other faults"),
        ({"uses": (UseWords(name="a", how="b"),) * 13}, "uses", "12 uses"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(change: dict[str, object], field: str, said: str) -> None:
    (found,) = problems(replace(BRIDGE, **change), ["tuck"])
    assert found.field == field
    assert said in found.message


@pytest.mark.parametrize(
    "change",
    [
        {"cues": ("a", "b", "c", "d" * 100)},
        {"steps": ("Lift your hips",)},
        {"easier": ("x" * 300,) * 12},
        {"tags": (*"abcdefg", "x" * 30)},
        {"faults": (LIFT,) * 12},
        {"uses": (UseWords(name="Stairs", how="so"),) * 12},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_move_may_say_as_much_as_this(change: dict[str, object]) -> None:
    assert list(problems(replace(BRIDGE, **change))) == []  # type: ignore[arg-type]


def test_everything_wrong_is_said_at_once() -> None:
    wrong = replace(BRIDGE, cues=(), steps=(), faults=(replace(LIFT, see="", fix=""),))
    assert [each.field for each in problems(wrong)] == ["cues", "steps", "faults-0-see", "faults-0-fix"]


def test_a_mistake_with_a_name_may_wait_for_its_meaning_or_stand_for_faults_of_the_catalogue() -> None:
    assert not list(problems(replace(BRIDGE, mistake_name="Dive")))
    assert not list(problems(replace(BRIDGE, mistake_name="Dive", mistake_faults=("tuck",)), ["tuck"]))


def test_tags_are_small_and_each_there_once() -> None:
    assert tags_of(" Hip, low  back,hip,,#Knee# ") == ("hip", "low back", "knee")
    assert tags_of("") == ()


@pytest.mark.parametrize("typed", ["brücke", "BRUECKE", "brucke gesäß", "gesass", "hip"])
def test_a_move_is_found_by_its_words_in_any_spelling(typed: str) -> None:
    key = search_key(["Brücke", "Für das Gesäß"], ["Low back", "hip"])
    assert all(word in key for word in search_words(typed))


def test_a_tag_is_marked_and_no_word_passes_for_one() -> None:
    key = search_key(["#knee# Bridge for the hip"], ["Low back"])
    assert tag_mark("low BACK") in key
    assert tag_mark("knee") not in key
    assert tag_mark("hip") not in key


def test_the_tags_of_a_searched_text_are_read_out_of_it() -> None:
    assert tags_in(search_key(["Bridge"], ["hip", "küche", "low back"])) == ["hip", "küche", "low back"]
    assert tags_in(search_key(["Bridge"], [])) == []


def test_text_of_wide_letters_is_cut_between_two_of_them() -> None:
    key = search_key(["動" * 900], ["hip"])
    assert len(key.encode()) <= 1600
    assert key.endswith(" #hip#")


def test_a_long_text_leaves_room_for_the_tags() -> None:
    key = search_key([f"word{number}" for number in range(1000)], ["hip"])
    assert len(key.encode()) == 1600
    assert key.endswith(" #hip#")


def test_a_retired_move_is_given_to_nobody_anew() -> None:
    (found,) = retired_problems([("Bridge", None), ("Bird dog", AT)], "move")
    assert (found.field, "Bird dog is retired" in found.message) == ("move", True)


@pytest.mark.parametrize(("routines", "programs", "may"), [(0, 0, True), (1, 0, False), (0, 1, False)])
def test_only_a_move_that_was_never_used_is_deleted(routines: int, programs: int, may: bool) -> None:
    said = [] if may else ["This move is in use or was. Retire it instead: whoever has it keeps it."]
    assert [each.message for each in deleting_problems(routines, programs)] == said


def test_two_people_who_change_different_things_both_get_their_way() -> None:
    seen = marks_of(BRIDGE)
    mine, theirs = replace(BRIDGE, name="Hip bridge"), replace(BRIDGE, purpose="For the hips.")
    merged = merge(seen, mine, theirs)
    assert merged.words == replace(theirs, name="Hip bridge")
    assert (merged.changed, merged.collided) == (("name",), ())


def test_what_two_people_put_differently_is_for_a_person_to_settle() -> None:
    mine, theirs = replace(BRIDGE, name="A", feet_words="Flat"), replace(BRIDGE, name="B", faults=(LIFT,))
    merged = merge(marks_of(BRIDGE), mine, theirs)
    assert merged.words == replace(theirs, feet_words="Flat")
    assert (merged.changed, merged.collided) == (("feet_words",), ("name",))


def test_the_same_change_made_twice_is_no_collision() -> None:
    both = replace(BRIDGE, name="Hip bridge")
    merged = merge(marks_of(BRIDGE), both, both)
    assert (merged.words, merged.changed, merged.collided) == (both, (), ())
