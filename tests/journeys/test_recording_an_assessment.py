"""Recording an assessment: by keyboard alone and once more, in two windows, signed out, without scripts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from clinic.extensions import db
from clinic.models import Practice
from tests.factories.people import PASSWORD, make_client
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

log = logging.getLogger(__name__)
TABLET = {"viewport": {"width": 768, "height": 1024}, "has_touch": True}
HERE = """() => {
  const e = document.activeElement, cell = e && e.closest('[data-cell]');
  if (!cell) return {name: '', words: e && e !== document.body ? e.innerText : ''};
  return {name: cell.dataset.cell, control: cell.dataset.control, keys: cell.dataset.keys || '',
    normal: cell.dataset.normal || '', test: cell.closest('[data-test]')?.dataset.test || '',
    held: document.querySelector('form[data-exam]').sheet.get(cell)};
}"""
# What is found this time; everything else is answered with the first key that fits
FOUND = {"faber-result-right": "p", "faber-pain-right": "6", "slr-angle-left": "55", "slr-angle-right": "70"}
BY_CONTROL = {"number": "3", "select": "ArrowDown", "checks": "n"}


def test_a_first_assessment_and_its_retest_by_keyboard_alone(
    settled: Installation, sit_down: SitDown
) -> None:
    client = a_client(settled, "Kit Keys")
    olive = sit_down("Olive", settled)
    signs_in(olive)
    olive.opens(f"/clients/{client}/assessments/new")
    olive.tabs_to("Begin assessment")
    olive.enters("Enter")
    waits_for_a_field(olive)
    started = monotonic()
    pressed, fields = records_three_sections(olive)
    log.info("first: %d fields, %d keys, %.1f s", fields, pressed, monotonic() - started)
    assert fields > 60
    assert pressed < 1.5 * fields, "a field takes more than one key and a half"
    signs(olive)

    olive.tabs_to("Re-test the same items")
    started = monotonic()
    olive.enters("Enter")
    olive.sees("before: Pos", "before: 55°")
    waits_for_a_field(olive)
    again, seen = records_three_sections(olive)
    log.info("again: %d fields, %d keys, %.1f s", seen, again, monotonic() - started)
    assert seen == fields
    signs(olive)
    olive.opens(f"/clients/{client}/assessments")
    olive.sees("signed by Olive Hart")


def test_all_normal_and_finding_a_test_take_one_key(settled: Installation, sit_down: SitDown) -> None:
    olive = sit_down("Olive", settled)
    signs_in(olive)
    begins(olive, a_client(settled, "Norma All"))
    neurologic(olive)
    olive.types("/")
    olive.page.keyboard.type("reflex")
    olive.types("Enter")
    assert at(olive)["name"] == "reflexes-patellar-left"
    olive.types("3")
    olive.types("=")
    olive.sees("3 set at once")
    assert value(olive, "reflexes-patellar-left") == "3"
    olive.page.wait_for_selector("[data-kind=saved]")
    olive.opens(olive.page.url.partition("#")[0])
    olive.sees("3 set at once")
    olive.page.locator("#reflexes [data-undo]").click()
    assert [value(olive, f"reflexes-{each}") for each in ("patellar-left", "patellar-right")] == ["3", ""]


def test_a_negative_test_takes_one_key_and_the_next_test_another(
    settled: Installation, sit_down: SitDown
) -> None:
    olive = sit_down("Olive", settled)
    signs_in(olive)
    begins(olive, a_client(settled, "Nell Fine"))
    olive.page.locator("#faber-result-left").focus()
    olive.types("=")
    assert value(olive, "faber-result-right") == "negative"
    assert at(olive)["test"] != "faber", "where, how much and whether familiar belong to a positive one"
    olive.page.locator("#faber-result-left").focus()
    olive.types("n", "p")
    assert at(olive)["name"] == "faber-familiar-right", "the left is negative, the right is asked about"
    olive.types("Shift+Enter")
    assert at(olive)["test"] not in ("", "faber")


def test_the_body_is_pressed_and_says_the_same_as_the_rows(settled: Installation, sit_down: SitDown) -> None:
    olive = sit_down("Olive", settled, **TABLET)
    signs_in(olive)
    begins(olive, a_client(settled, "Bo Dee"))
    neurologic(olive)
    part = olive.page.locator('[data-target="light_touch-l4-left"]')
    box = part.locator(".body-reach").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44, "too small for a thumb"
    part.click()
    assert value(olive, "light_touch-l4-left") == "normal"
    part.press("r")
    assert value(olive, "light_touch-l4-left") == "reduced"
    assert "left: Reduced" in str(part.get_attribute("aria-label"))
    olive.page.locator("#light_touch [name='light_touch-s1-right'][value=absent]").check(force=True)
    other = olive.page.locator('[data-target="light_touch-s1-right"]')
    assert "Absent" in str(other.get_attribute("aria-label"))
    olive.page.wait_for_selector("[data-kind=saved]")
    olive.looks()


def test_two_windows_share_what_is_apart_and_ask_about_what_is_not(
    settled: Installation, sit_down: SitDown
) -> None:
    olive, second = sit_down("Olive", settled), sit_down("Olive, second window", settled)
    signs_in(olive)
    signs_in(second)
    begins(olive, a_client(settled, "Tabby Two"))
    second.opens(olive.page.url.partition("#")[0])
    presses_answer(olive, "faber-result-left", "p")
    presses_answer(olive, "fadir-result-left", "n")
    olive.page.wait_for_selector("[data-kind=saved]")
    presses_answer(second, "thomas-result-left", "n")
    second.page.wait_for_selector("[data-kind=saved]")
    assert value(second, "faber-result-left") == "positive", "what the other window typed comes in"
    presses_answer(olive, "slr-result-right", "n")
    olive.page.wait_for_selector("[data-kind=saved]")
    presses_answer(second, "slr-result-right", "p")
    second.page.wait_for_selector("[data-state]:has-text('Somebody else')")
    second.presses("See both")
    second.sees(
        "Filled in twice, differently", "You saved this section in another window", "Saved now", "Yours"
    )
    second.page.locator('[value="mine"]').check()
    second.presses("Keep these")
    assert value(second, "slr-result-right") == "positive"
    assert value(second, "fadir-result-left") == "negative"


def test_what_is_half_typed_survives_signing_out_and_a_lost_connection(
    settled: Installation, sit_down: SitDown
) -> None:
    olive = sit_down("Olive", settled)
    signs_in(olive)
    begins(olive, a_client(settled, "Hal Typed"))
    angle = olive.page.locator("#slr-angle-left")
    angle.fill("450.5")
    olive.sees("450.5 is too high", "1 kept as typed")
    olive.page.context.set_offline(True)
    presses_answer(olive, "faber-result-left", "p")
    olive.page.wait_for_selector("[data-state]:has-text('no connection')")
    olive.page.context.set_offline(False)
    olive.page.wait_for_selector("[data-kind=saved]", timeout=15000)
    # somebody signs her out: the page stays, and what she types waits for her
    olive.page.context.clear_cookies()
    presses_answer(olive, "fadir-result-left", "p")
    olive.page.wait_for_selector("[data-state]:has-text('you are signed out')")
    stored = olive.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "positive" not in stored
    assert "450.5" not in stored
    with olive.page.expect_popup() as opened:
        olive.page.get_by_role("link", name="Sign in again").click()
    popup = opened.value
    popup.fill("[name=email]", OWNER)
    popup.fill("[name=password]", PASSWORD)
    popup.locator("main button[type=submit]").click()
    popup.wait_for_url("**/orthopedic")  # back to the same section, with what was kept
    assert popup.locator("#slr-angle-left").input_value() == "450.5"
    popup.close()
    olive.page.evaluate("() => dispatchEvent(new Event('focus'))")
    olive.page.wait_for_selector("[data-kind=saved]", timeout=15000)
    olive.opens(olive.page.url.partition("#")[0])
    assert value(olive, "fadir-result-left") == "positive"
    olive.sees("Kept as typed, not read yet")
    # what the browser told of the lost connection and of the old session is part of this journey
    expected = ("ERR_INTERNET_DISCONNECTED", "400 for")
    olive.findings.problems[:] = [
        each for each in olive.findings.problems if not any(words in each for words in expected)
    ]


def test_without_scripts_a_section_is_recorded_saved_refused_and_set_normal(
    settled: Installation, sit_down: SitDown
) -> None:
    olive = sit_down("Olive", settled, java_script_enabled=False, **TABLET)
    signs_in(olive)
    begins(olive, a_client(settled, "Nojay Ess"))
    olive.page.locator('[name="faber-result-left"][value="negative"]').check(force=True)
    olive.page.locator("#slr-angle-left").fill("450")
    olive.presses("Save and go on")
    olive.sees("There is a problem", "450 is too high")
    assert olive.page.locator("#slr-angle-left").input_value() == "450"
    olive.page.locator("#slr-angle-left").fill("45")
    olive.presses("Save and go on")
    olive.sees("Orthopedic saved")
    olive.is_at(r".*/neurologic")
    olive.page.locator("#light_touch [data-fill-normal]").click()
    olive.sees("6 fields filled in as normal", "6 set at once")
    olive.page.locator("#light_touch [data-undo]").click()
    olive.sees("6 fields emptied again")


# ---------------------------------------------------------------- what people do


def signs_in(olive: Reader) -> None:
    olive.opens("/sign-in")
    olive.fills(email=OWNER, password=PASSWORD)
    olive.presses("Sign in", within="main form")


def a_client(installation: Installation, name: str) -> str:
    """A client of the practice, by their id."""
    with installation.inside():
        practice = db.session.query(Practice).one()
        client = make_client(practice, name, time_zone=practice.time_zone)
        db.session.commit()
        return str(client.id)


def begins(olive: Reader, client: str) -> None:
    olive.opens(f"/clients/{client}/assessments/new")
    olive.presses("Begin assessment", within="main form")
    olive.is_at(r".*/orthopedic")


def neurologic(olive: Reader) -> None:
    olive.presses("Neurologic")
    olive.page.locator("#reflexes-patellar-left").focus()


def presses_answer(olive: Reader, name: str, key: str) -> None:
    olive.page.locator(f"[id='{name}']").press(key)


def at(olive: Reader) -> dict[str, str]:
    """The field that has the focus."""
    here: dict[str, str] = olive.page.evaluate(HERE)
    return here


def value(olive: Reader, name: str) -> str:
    """What a field holds."""
    held = (
        "(name) => { const s = document.querySelector('form[data-exam]').sheet; return s.get(s.cell(name)); }"
    )
    return str(olive.page.evaluate(held, name))


def records_three_sections(olive: Reader) -> tuple[int, int]:
    """Every field of every section, by the keyboard alone: how many keys, and how many fields."""
    pressed = fields = 0
    for _ in range(3):
        keys, answered = records_a_section(olive)
        pressed, fields = pressed + keys, fields + answered
        olive.enters("Enter")  # the button that saves and goes on has the focus by now
        waits_for_a_field(olive)
    olive.is_at(r"/assessments/[0-9a-f-]+")
    return pressed + 3, fields


def waits_for_a_field(olive: Reader) -> None:
    """On a section that one comes to while going on, the first empty field has the focus."""
    if olive.page.locator(".exam").count():
        olive.page.wait_for_function("() => document.activeElement.closest('[data-cell]')")


def records_a_section(olive: Reader) -> tuple[int, int]:
    keys = 0
    for answered in range(120):
        here = at(olive)
        if not here["name"]:
            assert "go on to" in here["words"], f"the focus is on {here} at {olive.page.url}"
            return keys, answered
        told = keys_for(here)
        olive.types(*told)
        keys += len(told)
    raise AssertionError("the section does not end")


def keys_for(here: dict[str, str]) -> list[str]:
    """What somebody presses in this field."""
    if here["name"] in FOUND:
        found = FOUND[here["name"]]
        return [found] if here["control"] == "segments" else [*found, "Enter"]
    if here["control"] == "segments":
        if here["keys"] == "result":
            return ["n"]
        return [here["normal"] if here["keys"] == "grade" and here["normal"] else "1"]
    told = BY_CONTROL[here["control"]]
    return [told] if here["control"] == "checks" else [told, "Enter"]


def signs(olive: Reader) -> None:
    olive.tabs_to("Go on to sign")
    olive.enters("Enter")
    olive.tabs_to("sign them as mine")
    olive.types("Space")
    olive.tabs_to("Sign assessment")
    olive.enters("Enter")
    olive.sees("Signed and locked")
