"""The pages of tests and batteries: the shelf, putting a battery together, making a test; without script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from clinic.catalogue import load_catalogue
from clinic.extensions import db
from clinic.models import OwnBattery, OwnTest
from clinic.services.batteries import offered as batteries
from clinic.services.batteries import own_batteries, own_tests
from clinic.services.batteries.own_batteries import Pick
from tests.factories.batteries import make_battery, make_test
from tests.factories.people import People
from tests.statements import statements
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
SHELF = "/assessments/batteries"


def text(answer: Any) -> str:
    """A page's words, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def typed(answer: Any) -> dict[str, list[str]]:
    """What a browser would send back from a page as it stands, but for its buttons."""
    html = answer.get_data(as_text=True).split("<main", 1)[1]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input\s[^>]*>", html):
        fields = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if fields.get("type") not in ("checkbox", "radio") or " checked" in tag:
            sent.setdefault(fields["name"], []).append(fields.get("value", ""))
    for name, inside in re.findall(r'<textarea\s[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', html, re.S):
        sent[name] = [inside]
    for name, inside in re.findall(r'<select\s[^>]*name="([^"]*)"[^>]*>(.*?)</select>', html, re.S):
        sent[name] = (
            re.findall(r'value="([^"]*)"[^>]* selected', inside) or re.findall('value="([^"]*)"', inside)[:1]
        )
    return sent


def picked(answer: Any) -> list[str]:
    return typed(answer).get("picked", [])


@pytest.mark.parametrize("key", list(load_catalogue().tests))
def test_every_shipped_test_has_its_page_with_how_fields_thresholds_facts_and_certainty(
    people: People, visit: Visit, key: str
) -> None:
    page = text(visit(people.colleague).get(f"/assessments/tests/{key}"))
    test = load_catalogue().tests[key]
    for said in (test.name, *(field.label for field in test.fields)):
        assert said.replace("'", "&#39;").replace("“", "“") in page
    assert ("What the figures mean" in page) is bool(test.thresholds)
    assert ("What is known of it" in page) is bool(test.facts)
    remembered = any(each.provenance.status == "memory" for each in (*test.thresholds, *test.facts))
    assert ("nobody is judged by it" in page) is remembered


def test_the_shelf_lists_both_and_each_battery_opens(people: People, visit: Visit) -> None:
    robin = visit(people.colleague)
    own = make_battery(people.actor(people.colleague))
    shelf = robin.get(SHELF)
    for battery in load_catalogue().batteries.values():
        assert battery.name in text(shelf)
        assert battery.purpose in text(robin.get(f"{SHELF}/{battery.id}"))
    assert f"{SHELF}/{own.key}" in shelf.get_data(as_text=True)
    assert "Version 1" in text(robin.get(f"{SHELF}/hip_back_first_visit?version=1"))
    for nowhere in ("horoscope", "own-0000000000000000", "hip_back_first_visit?version=9"):
        robin.get(f"{SHELF}/{nowhere}", status=404)
    robin.get(f"{SHELF}/hip_back_first_visit?version=one", status=404)
    robin.get("/assessments/tests/horoscope", status=404)


def test_a_battery_is_put_together_ordered_and_saved_without_script(people: People, visit: Visit) -> None:
    robin = visit(people.colleague)
    form = typed(robin.get(f"{SHELF}/new"))
    page = robin.post(
        f"{SHELF}/new", {**form, "name": "Stairs", "add": ["slump", "faber"], "act": "add"}, status=200
    )
    assert picked(page) == ["slump", "faber"]
    page = robin.post(f"{SHELF}/new", {**typed(page), "act": "up:faber"}, status=200)
    assert picked(page) == ["faber", "slump"]
    page = robin.post(
        f"{SHELF}/new", {**typed(page), "add": ["hinge_dowel", "kemp"], "act": "remove:slump"}, status=200
    )
    assert picked(page) == ["faber", "kemp", "hinge_dowel"]
    page = robin.post(f"{SHELF}/new", {**typed(page), "act": "up:hinge_dowel"}, status=200)
    assert picked(page) == ["faber", "kemp", "hinge_dowel"], "a test never leaves its section"
    last = {**typed(page), "fields-faber": ["result", "pain"], "act": "save"}
    saved = robin.post(f"{SHELF}/new", last, status=303)
    (battery,) = db.session.query(OwnBattery)
    assert saved.headers["Location"] == f"{SHELF}/{battery.key}"
    held = own_batteries.made(people.actor(people.colleague), battery.key).battery
    assert own_batteries.picks_of(held)[0] == Pick("faber", ("result", "pain"))
    robin.post(f"{SHELF}/new", last, status=303)
    assert db.session.query(OwnBattery).count() == 1


def test_a_copy_begins_with_what_the_other_asks(people: People, visit: Visit) -> None:
    page = visit(people.colleague).get(f"{SHELF}/new?from=four_week_retest")
    retest = load_catalogue().batteries["four_week_retest"]
    assert picked(page) == [item.test.id for item in retest.items]
    form = typed(page)
    assert form["name"] == ["Four-week re-test, ours"]
    assert form["fields-single_leg_stance"] == ["eyes_open", "trials"]


FOUND = [
    ("rotation", {"hip_rotation", "internal_rotation_restricted", "kemp"}),
    ("straight leg", {"slr", "crossed_slr", "aslr_mens"}),
    ("NEUROLOGIC touch", {"light_touch"}),
    ("lasegue", {"slr"}),
]


@pytest.mark.parametrize("words, expected", FOUND)
def test_a_test_is_found_by_any_of_its_words(
    people: People, visit: Visit, words: str, expected: set[str]
) -> None:
    robin = visit(people.colleague)
    page = robin.post(f"{SHELF}/new", {"q": words, "act": "find"}, status=200)
    offered = set(re.findall(r'name="add" value="([^"]+)"', page.get_data(as_text=True)))
    assert expected <= offered
    assert len(offered) < 12


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(people: People, visit: Visit) -> None:
    robin = visit(people.colleague)
    page = robin.post(
        f"{SHELF}/new",
        {"name": "", "purpose": "For stairs.", "picked": ["faber"], "act": "save"},
        status=422,
    )
    assert "Give the battery a name." in text(page)
    assert typed(page)["purpose"] == ["For stairs."]
    page = robin.post(f"{SHELF}/new", {**typed(page), "name": "Stairs", "act": "save"}, status=422)
    assert "FABER (Patrick): ask for at least one field" in text(page)
    robin.post(f"{SHELF}/new", {**typed(page), "picked": ["own-0000000000000000"], "act": "save"}, status=422)
    assert db.session.query(OwnBattery).count() == 0


def test_two_people_collide_into_a_page_with_both_lists(people: People, visit: Visit) -> None:
    olive = people.actor(people.owner)
    key = make_battery(olive, Pick("faber", ("result",))).key
    robin = visit(people.colleague)
    form = typed(robin.get(f"{SHELF}/{key}/edit"))
    own_batteries.revise(olive, key, 1, "Stairs", "", [Pick("slump", ("result",))])
    page = robin.post(f"{SHELF}/{key}/edit", {**form, "add": ["kemp"], "act": "save"}, status=409)
    assert "Somebody saved this battery meanwhile" in text(page)
    assert f"Saved by {people.owner.name}" in text(page)
    assert picked(page) == ["faber", "kemp"]
    robin.post(f"{SHELF}/{key}/edit", {**typed(page), "act": "save"}, status=303)
    assert own_batteries.made(olive, key).head.version == 3


def test_a_direction_that_is_not_on_offer_is_a_problem_and_breaks_no_page(
    people: People, visit: Visit
) -> None:
    robin = visit(people.colleague)
    form = typed(robin.get("/assessments/tests/new")) | {"name": "Step-down", "how": "From a step."}
    for better in ("sideways", ""):
        page = robin.post(
            "/assessments/tests/new", {**form, "fields-0-better": better, "act": "save"}, status=422
        )
        assert "There is a problem" in text(page)


def test_a_test_is_made_field_by_field_without_script(people: People, visit: Visit) -> None:
    robin = visit(people.colleague)
    form = {
        **typed(robin.get("/assessments/tests/new")),
        "name": "Step-down",
        "section": "functional_movement",
        "sides": "left_right",
        "side_words": "leg on the step",
        "how": "From a step.",
    }
    page = robin.post("/assessments/tests/new", {**form, "act": "add"}, status=200)
    count = {
        "fields-1-label": "Reps",
        "fields-1-kind": "count",
        "fields-1-minimum": "none",
        "fields-1-maximum": "10",
        "fields-1-unit": "reps",
    }
    page = robin.post("/assessments/tests/new", {**typed(page), **count, "act": "save"}, status=422)
    assert "Enter a number, in figures." in text(page)
    assert typed(page)["fields-1-minimum"] == ["none"]
    page = robin.post(
        "/assessments/tests/new", {**typed(page), "fields-1-minimum": "-1", "act": "save"}, status=422
    )
    assert "A count is never negative." in text(page)
    page = robin.post(
        "/assessments/tests/new", {**typed(page), "fields-1-minimum": "0", "act": "up:1"}, status=200
    )
    assert [typed(page)[f"fields-{row}-label"] for row in (0, 1)] == [["Reps"], ["Result"]]
    last = {**typed(page), "act": "save"}
    robin.post("/assessments/tests/new", last, status=303)
    robin.post("/assessments/tests/new", last, status=303)
    (made,) = db.session.query(OwnTest)
    test = batteries.tests_for(people.actor(people.colleague))[made.key]
    assert [(field.id, field.unit) for field in test.fields] == [("reps", "reps"), ("result", "")]
    assert "0 to 10 reps" in text(robin.get(f"/assessments/tests/{made.key}"))


def test_a_changed_test_shows_its_versions_and_a_stale_form_both_texts(people: People, visit: Visit) -> None:
    olive = people.actor(people.owner)
    key = make_test(olive).key
    robin = visit(people.colleague)
    address = f"/assessments/tests/{key}/edit"
    stale = typed(robin.get(address))
    robin.post(address, {**stale, "act": "save"}, status=303)
    assert "Nothing was different." in text(robin.get(f"/assessments/tests/{key}"))
    robin.post(address, {**stale, "how": "Slowly.", "act": "save"}, status=303)
    page = robin.post(address, {**stale, "how": "Quickly.", "act": "save"}, status=409)
    assert "Somebody saved this test meanwhile" in text(page)
    assert "Slowly." in text(page)
    assert typed(page)["how"] == ["Quickly."]
    robin.post(address, {**typed(page), "act": "save"}, status=303)
    assert [version.row.number for version in own_tests.made(olive, key).versions] == [3, 2, 1]
    assert "From a step of 20 cm." in text(robin.get(f"/assessments/tests/{key}?version=1"))
    robin.get(f"/assessments/tests/{key}?version=4", status=404)


def test_retiring_is_asked_in_words_and_names_the_batteries_that_ask_it(people: People, visit: Visit) -> None:
    olive = people.actor(people.owner)
    key = make_test(olive).key
    battery = make_battery(olive, Pick(key, ("reps",)), name="Stairs")
    robin = visit(people.colleague)
    assert "These batteries ask it no more: Stairs." in text(robin.get(f"/assessments/tests/{key}/retire"))
    robin.post(f"/assessments/tests/{key}/retire", status=303)
    assert "Retired" in text(robin.get(f"/assessments/tests/{key}"))
    assert "None of its tests is offered any more" in text(robin.get(f"{SHELF}/{battery.key}"))
    robin.post(f"{SHELF}/{battery.key}/retire", status=303)
    assert f"{SHELF}/{battery.key}" not in robin.get(SHELF).get_data(as_text=True)
    for address in (f"/assessments/tests/{key}/edit", f"{SHELF}/{battery.key}/edit"):
        robin.get(address, status=303)


def test_an_assistant_reads_and_makes_nothing(people: People, visit: Visit) -> None:
    olive = people.actor(people.owner)
    test, battery = make_test(olive).key, make_battery(olive).key
    sam = visit(people.assistant)
    for address in (SHELF, f"{SHELF}/{battery}", f"/assessments/tests/{test}"):
        page = text(sam.get(address))
        assert "Change" not in page
        assert "Retire" not in page
        assert "Make a" not in page
    for address in (
        f"{SHELF}/new",
        f"{SHELF}/{battery}/edit",
        f"{SHELF}/{battery}/retire",
        "/assessments/tests/new",
        f"/assessments/tests/{test}/edit",
        f"/assessments/tests/{test}/retire",
    ):
        assert sam.get(address, status=303).headers["Location"] == SHELF
        sam.post(address, {"act": "save"}, status=303)
    assert batteries.battery_for(olive, battery) is not None


def test_another_practice_finds_none_of_it(people: People, visit: Visit) -> None:
    olive = people.actor(people.owner)
    test, battery = make_test(olive).key, make_battery(olive).key
    stranger = visit(people.stranger)
    for address in (f"{SHELF}/{battery}", f"/assessments/tests/{test}"):
        for page in (address, f"{address}/edit", f"{address}/retire"):
            stranger.get(page, status=404)
    copied = stranger.get(f"{SHELF}/new?from={battery}")
    assert picked(copied) == []


def test_a_client_has_no_such_pages(people: People, visit: Visit) -> None:
    for address in (SHELF, f"{SHELF}/new", "/assessments/tests/faber", "/assessments/tests/new"):
        visit(people.client_user).get(address, status=404)


def test_beginning_offers_the_practices_own_and_says_where_to_make_more(people: People, visit: Visit) -> None:
    make_battery(people.actor(people.owner), name="Stairs")
    page = visit(people.colleague).get(f"/clients/{people.client.id}/assessments/new")
    assert "Stairs" in text(page)
    assert SHELF in page.get_data(as_text=True)
    assert SHELF in visit(people.colleague).get("/practice").get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    [
        *(SHELF, f"{SHELF}/{{battery}}", f"{SHELF}/{{battery}}/edit", f"{SHELF}/new"),
        *("/assessments/tests/{test}", "/assessments/tests/{test}/edit", "/assessments/tests/{test}/retire"),
        *("/assessments/tests/new", "/assessments/tests/slump"),
    ],
)
def test_each_page_asks_the_database_at_most_eight_times(people: People, visit: Visit, path: str) -> None:
    olive = people.actor(people.owner)
    test = make_test(olive).key
    battery = make_battery(olive, Pick("faber", ("result",)), Pick(test, ("reps",))).key
    robin = visit(people.colleague)
    address = path.format(test=test, battery=battery)
    with statements(db.engine) as asked:
        robin.get(address)
    selects = [statement for statement in asked if statement.startswith("SELECT")]
    assert len(selects) <= 8, selects
