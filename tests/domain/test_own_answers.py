"""The practice's own answers: which words an answer needs, where it stands, which one fits a question."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.own_answers import (
    ENOUGH,
    IN_QUESTION,
    IN_TEXT,
    LONGEST_QUESTION,
    LONGEST_TEXT,
    WordsUse,
    asked_stems,
    fit,
    problems,
    search_key,
    signing_problems,
    stands_under,
    word_problems,
)

WORD = "Use 3 to 40 small letters, figures and hyphens."
TAGS = "Use 8 tags or fewer, each of 30 letters or fewer."
HINGE, TURN, BRIDGE = "hinge", "turn", "bridge"
CHANGED = datetime(2026, 11, 29, 12, tzinfo=UTC)
EARLIER, LATER = CHANGED - timedelta(hours=1), CHANGED + timedelta(hours=1)


@pytest.mark.parametrize(
    ("question", "text", "tags", "found"),
    [
        ("Why?", "So.", [], {}),
        ("q" * LONGEST_QUESTION, "a" * LONGEST_TEXT, ["hip"] * 8, {}),
        ("Why?", "So.", ["t" * 30], {}),
        (
            *("", "", []),
            {"question": "Write the question, as clients would ask it.", "text": "Write the answer."},
        ),
        (
            *("q" * (LONGEST_QUESTION + 1), "a" * (LONGEST_TEXT + 1), []),
            {"question": "Use 200 characters or fewer.", "text": "Use 4,000 characters or fewer."},
        ),
        ("Why?", "So.", ["hip"] * 9, {"tags": TAGS}),
        ("Why?", "So.", ["t" * 31], {"tags": TAGS}),
    ],
)
def test_an_answer_has_a_question_and_a_text(
    question: str, text: str, tags: list[str], found: dict[str, str]
) -> None:
    assert {each.field: each.message for each in problems(question, text, tags)} == found


@pytest.mark.parametrize(
    ("word", "is_good"),
    [
        (None, True),
        ("hip", True),
        ("back-works-2", True),
        ("a" * 40, True),
        ("ab", False),
        ("a" * 41, False),
        ("Hip", False),
        ("hip ", False),
        ("-hip", False),
        ("hip-", False),
        ("hüfte", False),
        ("a/b", False),
        ("", False),
    ],
)
def test_a_word_of_an_address_is_small_letters_and_figures(word: str | None, is_good: bool) -> None:
    found = [(each.field, each.message) for each in word_problems(word)]
    assert found == ([] if is_good else [("answers_word", WORD)])


@pytest.mark.parametrize(
    ("answer_of", "answer_tags", "move_tags", "stands"),
    [
        ([HINGE], [], [], True),
        ([HINGE], ["hip"], ["back"], True),
        ([TURN, HINGE], [], [], True),
        ([TURN], ["hip"], ["hip"], False),
        ([TURN, BRIDGE], ["hip"], ["hip"], False),
        ([], ["hip"], ["hip", "back"], True),
        ([], ["feet"], ["hip"], False),
        ([], [], [], False),
    ],
)
def test_an_answer_stands_under_its_moves_or_under_those_that_share_a_tag(
    answer_of: list[str], answer_tags: list[str], move_tags: list[str], stands: bool
) -> None:
    assert stands_under(answer_of, answer_tags, HINGE, move_tags) is stands


@pytest.mark.parametrize(
    ("asked", "stems"),
    [
        ("Do my feet swivel?", ["feet", "swiv"]),
        ("Swivels, SWIVELLING", ["swive", "swivelli"]),
        ("Hello, can you please help me?", []),
        ("", []),
        ("% _ \\", []),
        ("feet feet FEET", ["feet"]),
        ("is L5 a xx disc", ["l5", "xx", "disc"]),
    ],
)
def test_of_a_question_the_words_count_that_tell_what_it_is_about(asked: str, stems: list[str]) -> None:
    assert asked_stems(asked) == stems


def test_of_a_long_message_no_more_than_a_dozen_words_are_looked_for() -> None:
    assert len(asked_stems(" ".join(f"word{number}xyz" for number in range(10_000)))) == 12


@pytest.mark.parametrize(
    ("asked", "best"),
    [
        ("do my feet swivel when i turn", "knees_and_feet"),
        ("What about reaching into the sink?", "sink"),
        ("my back hurts at the washing machine", "washing_machine"),
        ("I can’t lift my left leg to dress", "cannot_lift_leg_to_dress"),
        ("should i sleep on the floor", "floor_sleeping"),
        ("How BIG is the movement", "how_big_is_the_turn"),
        ("I always forget it", "remembering"),
        ("may I do it more often", "more_often"),
        ("what does a session cost", None),
        ("Guten Tag", None),
    ],
)
def test_what_the_first_readers_asked_is_found_in_their_words(asked: str, best: str | None) -> None:
    stems = asked_stems(asked)
    fits = {
        key: fit(stems, each.question, each.text, each.tags) for key, each in load_catalogue().answers.items()
    }
    found = [key for key, how_well in sorted(fits.items(), key=lambda each: -each[1]) if how_well]
    assert (found[0] if found else None) == best
    for key in found:  # what the database looks for first narrows down, and hides none of them
        shipped = load_catalogue().answers[key]
        assert any(stem in search_key(shipped.question, shipped.text, shipped.tags) for stem in stems)


def test_shipped_answers_hold_to_the_rules_and_name_moves_that_ship() -> None:
    for each in load_catalogue().answers.values():
        assert not list(problems(each.question, each.text, each.tags)), each.id
        assert all(key in load_catalogue().exercises for key in each.exercises)
        assert "mistake" not in each.text.casefold(), "what that is, the practice says"


NOT_SAID = "The client has not said yet whether their words may be used."
NOT_WANTED = "The client does not want their words used. Put it in other words, then sign."


@pytest.mark.parametrize(
    ("uses", "why_not"),
    [
        ([], []),
        ([(None, None)], []),
        ([(WordsUse.ASKED, None)], [NOT_SAID]),
        ([(WordsUse.AGREED, EARLIER)], []),
        ([(WordsUse.DECLINED, EARLIER)], []),  # reworded since
        ([(WordsUse.DECLINED, CHANGED)], [NOT_WANTED]),
        ([(WordsUse.DECLINED, LATER)], [NOT_WANTED]),
        ([(WordsUse.AGREED, EARLIER), (WordsUse.ASKED, None)], [NOT_SAID]),
    ],
)
def test_an_answer_out_of_a_message_is_signed_when_its_client_lets_it(
    uses: list[tuple[WordsUse | None, datetime | None]], why_not: list[str]
) -> None:
    assert [each.message for each in signing_problems(uses, CHANGED)] == why_not


@pytest.mark.parametrize(
    ("question", "text", "how_well"),
    [
        ("Do my feet turn?", "Yes.", 3),
        ("Do my feet turn with my hip?", "Yes.", 6),
        ("What turns?", "The feet, with the hip.", 2),
        ("What turns?", "The feet.", 0),  # one word of an answer is too little
        ("What turns?", "Nothing.", 0),
    ],
)
def test_how_well_an_answer_fits(question: str, text: str, how_well: int) -> None:
    assert fit(["feet", "hip"], question, text, []) == how_well


def test_a_word_of_the_question_weighs_more_than_two_of_the_answer() -> None:
    assert (IN_QUESTION, IN_TEXT, ENOUGH) == (3, 1, 2)
    assert (LONGEST_QUESTION, LONGEST_TEXT) == (200, 4000)
