"""The library's pages: found, made, copied, changed by two people, retired, deleted; all without a script."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from clinic.catalogue import load_catalogue
from clinic.extensions import db
from clinic.models import Exercise
from clinic.services.actors import Actor
from clinic.services.routines import own_moves, shelf
from tests.factories.moves import BRIDGE, make_move
from tests.factories.people import People
from tests.factories.programs import publish_routine
from tests.visitor import Visitor
from tests.web.practitioner import test_batteries
from tests.web.practitioner.test_batteries import text

Visit = Callable[..., Visitor]
LIBRARY = "/library"


@pytest.fixture
def robin(people: People) -> Actor:
    """A practitioner."""
    return people.actor(people.colleague)


def typed(answer: Any) -> dict[str, list[str]]:
    """What a browser would send back from a page as it stands, but for its buttons."""
    fields = test_batteries.typed(answer)
    return {name: [unescape(value) for value in values] for name, values in fields.items()}


def filled(answer: Any, **changes: str | list[str]) -> dict[str, list[str]]:
    """What a browser would send to save a page as it stands, with some fields changed."""
    sent = {**typed(answer), "act": ["save"]}
    return sent | {name: value if isinstance(value, list) else [value] for name, value in changes.items()}


def test_the_library_lists_searches_and_narrows_down(people: People, visit: Visit, robin: Actor) -> None:
    make_move(robin)
    shelf.take_from_shelf(robin, "hip_hinge")
    browser = visit(people.assistant)
    page = text(browser.get(LIBRARY))
    assert "Heel bridge" in page
    assert "Hip hinge" in page
    assert "Make a move" not in page  # for an assistant
    assert "Hip hinge" not in text(browser.get(LIBRARY, query_string={"q": "RIBS", "tag": "low back"}))
    assert "Heel bridge" not in text(browser.get(f"{LIBRARY}?position=standing"))
    assert "No move matches" in text(browser.get(f"{LIBRARY}?q=nothing+like+it&page=9&shown=unknown"))
    lacking = text(browser.get(f"{LIBRARY}?shown=no_picture"))
    assert "Heel bridge" in lacking
    assert "Hip hinge" not in lacking


def test_a_move_is_made_with_its_rows_added_by_buttons(people: People, visit: Visit, robin: Actor) -> None:
    browser = visit(people.colleague)
    new = f"{LIBRARY}/new"
    form = {
        **typed(browser.get(new)),
        "name": "Clock reach",
        "purpose": "It steadies the back.",
        "steps": "Reach an arm\n\nReach a leg",
        "cues": "Long\nLevel",
        "stop_if": "it hurts",
        "tags": "Back, back, low back",
        "body_position": "all_fours",
    }
    with_row = typed(browser.post(new, data={**form, "act": "add:faults"}))
    assert with_row["name"] == ["Clock reach"]
    two = typed(browser.post(new, data={**with_row, "faults-0-name": "Sag", "act": "add:faults"}))
    assert "faults-1-see" in two
    wrong = browser.post(new, data={**two, "faults-1-see": "it tilts", "act": "save"})
    assert wrong.status_code == 422
    assert (
        text(wrong).count("Fill this in, or empty the whole row.") == 2 * 4
    )  # in the summary and at its field
    right = typed(browser.post(new, data={**typed(wrong), "act": "remove:faults:1"}))
    made = browser.post(
        new, data={**right, "faults-0-see": "it sags", "faults-0-fix": "lift it", "act": "save"}
    )
    move = db.session.query(Exercise).one()
    assert made.location == f"{LIBRARY}/{move.id}"
    assert (move.key, move.tags, move.steps) == (
        "clock_reach",
        ["back", "low back"],
        ["Reach an arm", "Reach a leg"],
    )
    page = text(browser.get(made.location))
    assert "Watch for: Sag" in page
    assert "Authored, awaits your sign-off" in page
    assert "Answered in their own words" not in page  # of what a move does not say


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_lost(people: People, visit: Visit) -> None:
    sent = {
        "purpose": "For the hips",
        "cues": "Only one",
        "video": "https://example.org/x",
        "mistake_see": "so",
        "act": "save",
        "key": "0" * 32,
    }
    answer = visit(people.colleague).post(f"{LIBRARY}/new", data=sent)
    page = text(answer)
    assert answer.status_code == 422
    for said in (
        "Give the move a name.",
        "Write 2 to 4 cues",
        "at least one step",
        "YouTube or Vimeo",
        "Give the mistake its name.",
        "say both",
    ):
        assert said in page
    assert typed(answer)["cues"] == ["Only one"]


@pytest.mark.parametrize("key", list(load_catalogue().exercises))
def test_a_shipped_move_saved_as_it_stands_is_not_changed(
    people: People, visit: Visit, robin: Actor, key: str
) -> None:
    move = shelf.take_from_shelf(robin, key)
    browser, page = visit(people.colleague), f"{LIBRARY}/{move.id}/edit"
    saved = browser.post(page, data=filled(browser.get(page)), status=303)
    assert "Nothing was different." in text(browser.get(saved.location))
    assert move.version == 1


def test_a_shipped_move_is_copied_and_changed(people: People, visit: Visit, robin: Actor) -> None:
    move = shelf.take_from_shelf(robin, "hip_hinge")
    browser = visit(people.colleague)
    page = browser.get(f"{LIBRARY}/new?from={move.id}")
    made = browser.post(f"{LIBRARY}/new", data=filled(page, name="Our hinge", mistake_faults=["tuck"]))
    copy = db.session.query(Exercise).filter_by(name="Our hinge").one()
    assert made.location == f"{LIBRARY}/{copy.id}"
    assert (copy.figure, copy.steps) == ("hip_hinge", move.steps)
    visit(people.stranger).get(f"{LIBRARY}/new?from={move.id}", status=404)


def test_two_people_meet_a_page_with_both_texts_and_choose(
    people: People, visit: Visit, robin: Actor
) -> None:
    move = make_move(robin)
    page = f"{LIBRARY}/{move.id}/edit"
    browser, other = visit(people.colleague), visit(people.owner)
    mine = filled(browser.get(page), name="Mine", cues="My one\nMy two", feet_words="Together.")
    other.post(page, data=filled(other.get(page), name="Theirs", cues="Their one\nTheir two"))
    both = browser.post(page, data=mine)
    assert both.status_code == 409
    told = text(both)
    assert all(said in told for said in ("2 things were", "Theirs", "Mine", "Their one", "My two"))
    kept = typed(both)
    undecided = browser.post(page, data={**kept, "pick-name": "mine", "act": "save"})
    assert undecided.status_code == 422
    assert "Cues: choose one of the two." in text(undecided)
    saved = browser.post(
        page, data={**typed(undecided), "pick-name": "mine", "pick-cues": "theirs", "act": "save"}
    )
    assert saved.status_code == 303
    stands = own_moves.words_of(own_moves.whole(robin, move.id))
    assert (stands.name, stands.cues, stands.feet_words) == ("Mine", ("Their one", "Their two"), "Together.")


def test_a_third_change_while_somebody_chooses_is_met_too_and_what_was_settled_stays(
    people: People, visit: Visit, robin: Actor
) -> None:
    move = make_move(robin)
    page = f"{LIBRARY}/{move.id}/edit"
    browser, other = visit(people.colleague), visit(people.owner)
    mine = filled(browser.get(page), name="Mine", knees_words="Bent.")
    other.post(page, data=filled(other.get(page), name="Theirs"))
    both = browser.post(page, data=mine)
    other.post(page, data=filled(other.get(page), knees_words="Straight."))
    again = browser.post(page, data={**typed(both), "pick-name": "mine", "act": "save"})
    assert again.status_code == 409
    assert "pick-name" not in again.get_data(as_text=True)
    browser.post(page, data={**typed(again), "pick-knees_words": "theirs", "act": "save"})
    stands = own_moves.words_of(own_moves.whole(robin, move.id))
    assert (stands.name, stands.knees_words) == ("Mine", "Straight.")


def test_a_move_in_use_is_retired_with_a_word_about_who_has_it_and_brought_back(
    people: People, visit: Visit
) -> None:
    move = publish_routine(people.practice, people.owner).items[0].exercise
    browser, page = visit(people.colleague), f"{LIBRARY}/{move.id}"
    assert "1 routine has it now." in text(browser.get(page))
    assert browser.get(f"{page}/delete", status=303).location == f"{page}/retire"
    assert "1 routine has it:" in text(browser.get(f"{page}/retire"))
    browser.post(f"{page}/retire")
    told = text(browser.get(page))
    assert "Whoever has it keeps it" in told
    assert "Bring back" in told
    assert browser.get(f"{page}/edit", status=303).location == page
    browser.post(f"{page}/delete")
    assert "Retire it instead" in text(browser.get(page))
    browser.post(f"{page}/back")
    assert "is on offer again" in text(browser.get(page))


def test_a_move_that_nobody_has_is_deleted(people: People, visit: Visit, robin: Actor) -> None:
    page = f"{LIBRARY}/{make_move(robin).id}"
    browser = visit(people.colleague)
    assert "cannot be brought back" in text(browser.get(f"{page}/delete"))
    assert browser.post(f"{page}/delete").location == LIBRARY
    assert f"{BRIDGE.name} is deleted." in text(browser.get(LIBRARY))
    browser.get(page, status=404)


def test_a_shipped_move_is_taken_from_the_shelf_once(people: People, visit: Visit, robin: Actor) -> None:
    browser = visit(people.colleague)
    assert "Hip hinge" in text(browser.get(f"{LIBRARY}/shelf"))
    first = browser.post(f"{LIBRARY}/shelf/hip_hinge").location
    assert browser.post(f"{LIBRARY}/shelf/hip_hinge").location == first
    browser.get(first)  # which says so
    assert "Hip hinge" not in text(browser.get(f"{LIBRARY}/shelf"))
    browser.post(f"{LIBRARY}/shelf/nothing", status=404)


def test_a_shipped_move_says_where_it_comes_from_and_how_sure_anybody_is(
    people: People, visit: Visit, robin: Actor
) -> None:
    browser = visit(people.assistant)
    page = text(browser.get(f"{LIBRARY}/{shelf.take_from_shelf(robin, 'bird_dog').id}"))
    assert "Our own, until a practitioner signs it off." in page
    assert "Remembered, not seen in a source" in page
    assert "Karpowicz 2009" in page
    assert "Where it comes from" not in text(browser.get(f"{LIBRARY}/{make_move(robin).id}"))


def test_an_assistant_is_told_who_makes_moves(people: People, visit: Visit, robin: Actor) -> None:
    move = make_move(robin)
    browser = visit(people.assistant)
    for page in ("new", f"{move.id}/edit", f"{move.id}/retire", f"{move.id}/delete"):
        assert browser.get(f"{LIBRARY}/{page}", status=303).location == LIBRARY
        assert "A practitioner or the owner makes and changes moves." in text(browser.get(LIBRARY))
    assert "Copy and change" not in text(browser.get(f"{LIBRARY}/{move.id}"))
    browser.post(f"{LIBRARY}/{move.id}/back", status=403)


def test_the_words_of_a_move_are_signed_on_its_page_as_they_were_read(
    people: People, visit: Visit, robin: Actor
) -> None:
    page = f"{LIBRARY}/{make_move(robin).id}"
    browser, other = visit(people.colleague), visit(people.owner)
    read = typed(browser.get(page))["seen"]
    other.post(f"{page}/edit", data=filled(other.get(f"{page}/edit"), feet_words="Together."))
    browser.post(f"{page}/sign", data={"seen": read}, status=303)
    assert "Read them again, then sign." in text(browser.get(page))
    browser.post(f"{page}/sign", data={"seen": typed(browser.get(page))["seen"]}, status=303)
    assert f"Signed off by {robin.name}" in text(browser.get(page))
    assert "Take these words" not in text(visit(people.assistant).get(page))
