"""The wording of a move as its reader got it: kept as plain values, and read again as it was."""

from __future__ import annotations

import json
from dataclasses import replace

from clinic.domain.moves import (
    FilmContent,
    MistakeContent,
    MoveContent,
    PictureContent,
    TransferContent,
    VideoContent,
    media_in,
    named_mistake_in,
)

PLAIN = MistakeContent(key="knees", name="Knees fall in", see="In a mirror.", fix="Press out.")
NAMED = MistakeContent(
    key="wink",
    name="The tuck",
    see="The back rounds.",
    fix="Stop higher.",
    self_test="A stick along the back.",
    is_named=True,
    fault_keys=("rounded_back", "tucked_hips"),
    video_second=270,
)
BARE = MoveContent(
    name="Hip hinge",
    purpose="To bend without rounding.",
    setup=("Stand.",),
    steps=("Push back.", "Come up."),
    cues=("Long back.",),
    range_words="about half way",
    feet_words="hip wide",
    knees_words="soft",
    tempo_words=("down", "up"),
    stop_if=("It hurts.",),
    pain_rule="Up to 3.",
    figure="hip_hinge",
    mistakes=(),
)
WHOLE = replace(
    BARE,
    mistakes=(PLAIN, NAMED),
    video=VideoContent(provider="youtube", id="dQw4w9WgXcQ"),
    transfers=(TransferContent(key="lift", name="Lifting", how="The same bend."),),
)
START = PictureContent(spot="start", id="p1", alt="Standing.", width=800, height=600)
END = PictureContent(spot="end", id="p2", alt="Bent.", width=800, height=600)
FILM = FilmContent(id="f1", alt="The bend.", poster="f2", captions="f3", width=1280, height=720)
SHOWN = replace(WHOLE, pictures=(START, END), film=FILM)


def test_a_move_is_read_as_it_was_kept_with_all_or_nothing_beside_it() -> None:
    for move in (BARE, WHOLE, SHOWN):
        assert MoveContent.from_json(move.to_json()) == move
        assert MoveContent.from_json(json.loads(json.dumps(move.to_json()))) == move


def test_a_mistake_says_no_more_than_it_must() -> None:
    assert (PLAIN.self_test, PLAIN.is_named, PLAIN.fault_keys, PLAIN.video_second) == ("", False, (), None)
    assert (BARE.video, BARE.transfers) == (None, ())


def test_a_film_is_addressed_at_its_part() -> None:
    parts = ((0, 0), (5, 0), (5, 20), (0, 20))
    fragments = [replace(FILM, part_from=first, part_until=last).fragment for first, last in parts]
    assert fragments == ["", "#t=5", "#t=5,20", "#t=0,20"]
    assert FILM.fragment == "", "all of it, where nobody says"


def test_a_move_has_the_practices_own_mistake_or_none() -> None:
    assert WHOLE.named_mistake == NAMED
    assert replace(WHOLE, mistakes=(PLAIN,)).named_mistake is None
    assert BARE.named_mistake is None


def test_the_mistake_is_called_by_its_name_wherever_it_stands_in_what_was_kept() -> None:
    kept = [BARE.to_json(), {"name": "without mistakes"}, WHOLE.to_json()]
    assert named_mistake_in(kept) == "The tuck"
    assert named_mistake_in([replace(WHOLE, mistakes=(PLAIN,)).to_json()]) is None
    assert named_mistake_in([]) is None


def test_easier_versions_are_kept_and_programs_from_before_have_none() -> None:
    easier = replace(BARE, easier=("Half as far.",))
    kept = json.loads(json.dumps(easier.to_json()))
    assert MoveContent.from_json(kept).easier == ("Half as far.",)
    del kept["easier"]
    assert MoveContent.from_json(kept).easier == ()


def test_a_picture_is_found_by_its_place() -> None:
    assert (SHOWN.picture("start"), SHOWN.picture("end"), SHOWN.picture("wrong")) == (START, END, None)


def test_programs_from_before_have_no_files() -> None:
    kept = SHOWN.to_json()
    del kept["pictures"], kept["film"]
    read = MoveContent.from_json(kept)
    assert (read.pictures, read.film) == ((), None)
    assert media_in(kept) == set()


def test_the_files_of_a_move_are_its_pictures_and_its_film_with_what_goes_with_it() -> None:
    assert media_in(SHOWN.to_json()) == {"p1", "p2", "f1", "f2", "f3"}
    assert media_in(replace(SHOWN, film=replace(FILM, poster="", captions="")).to_json()) == {
        "p1",
        "p2",
        "f1",
    }
    assert media_in(BARE.to_json()) == set()


def test_mistakes_with_names_of_their_own_are_told_together() -> None:
    other = replace(WHOLE, mistakes=(replace(NAMED, name="Knee Dive"),))
    assert named_mistake_in([WHOLE.to_json(), other.to_json()]) == "The tuck or the Knee Dive"
