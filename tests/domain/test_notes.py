"""Notes of visits: which parts are asked for, and two people at one draft."""

from __future__ import annotations

from datetime import date

import pytest

from clinic.domain.notes import (
    DAY,
    LONGEST_PART,
    LONGEST_PHRASE,
    SOAP,
    NoteEdit,
    NotePart,
    NoteShape,
    asked,
    day_problem,
    merged,
    with_phrase,
    written,
)

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("shape", "held", "parts"),
    [
        (NoteShape.FREE, {}, (NotePart.TEXT,)),
        (NoteShape.SOAP, {}, SOAP),
        (NoteShape.FREE, {"plan": "Again."}, (NotePart.TEXT, NotePart.PLAN)),
        (NoteShape.SOAP, {"text": "Words."}, (NotePart.TEXT, *SOAP)),
        (NoteShape.SOAP, {"text": ""}, SOAP),
    ],
)
def test_a_page_asks_for_its_shape_and_hides_nothing(
    shape: NoteShape, held: dict[str, str], parts: tuple[NotePart, ...]
) -> None:
    assert asked(shape, held) == parts


def test_a_note_reads_its_parts_in_their_order() -> None:
    assert written({"plan": "Again.", "subjective": "Sore.", "text": "", DAY: "2026-11-28"}) == (
        NotePart.SUBJECTIVE,
        NotePart.PLAN,
    )


@pytest.mark.parametrize(
    ("edit", "stored", "taken", "collided"),
    [
        (NoteEdit("old", "mine"), "old", {"plan": "mine"}, {}),
        (NoteEdit("old", "old"), "theirs", {}, {}),
        (NoteEdit("old", "mine"), "mine", {}, {}),
        (NoteEdit("old", ""), "old", {"plan": ""}, {}),
        (NoteEdit("old", "mine"), "theirs", {}, {"plan": NoteEdit("theirs", "mine")}),
    ],
)
def test_two_people_at_one_part(
    edit: NoteEdit, stored: str, taken: dict[str, str], collided: dict[str, NoteEdit]
) -> None:
    found = merged({"plan": edit}, {"plan": stored})
    assert (found.taken, found.collided) == (taken, collided)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (TODAY, None),
        (date(2000, 1, 1), None),
        (date(2026, 11, 29), "a visit that was"),
        (date(1999, 12, 31), "from 2000 on"),
    ],
)
def test_the_day_of_a_visit(day: date, said: str | None) -> None:
    problem = day_problem(day, TODAY)
    assert (problem is None) if said is None else (said in (problem or ""))


def test_a_phrase_stands_on_a_line_of_its_own() -> None:
    assert with_phrase("", "Home advice.") == "Home advice."
    assert with_phrase("Sore.", "Home advice.") == "Sore.\nHome advice."


def test_a_part_that_was_never_written_is_empty() -> None:
    assert merged({"plan": NoteEdit("", "mine")}, {}).taken == {"plan": "mine"}
    assert (LONGEST_PART, LONGEST_PHRASE) == (10_000, 2000)
