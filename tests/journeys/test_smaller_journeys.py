"""What can go otherwise: no scripts, no mouse, a second tab, the back button, an old link, no more mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Client, WarningFlag
from tests.factories.people import PASSWORD
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, Somebody, a_client

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 375, "height": 720}}


def test_a_client_needs_no_scripts_at_all(settled: Installation, sit_down: SitDown) -> None:
    """An old phone: signing in, the program, the log, the check-in."""
    somebody = a_client(settled, "Nora Plain")
    nora = sit_down("Nora", settled, java_script_enabled=False, **PHONE)
    signs_in(nora, somebody)
    nora.sees("Hello Nora", "Hip hinge")
    nora.presses("Hip hinge")
    nora.sees("Do this instead", "Stop and tell us")
    nora.presses("Log today")
    nora.ticks("Done")
    nora.presses("Save")
    nora.sees("Today: Done")
    nora.presses("Put it right")
    nora.ticks("4", question="pain")
    nora.presses("Save")
    nora.sees("Pain 4")
    nora.presses("Add yesterday")
    nora.presses("Save")
    nora.sees("There is a problem", "Choose done, partly or not today")
    nora.ticks("Not today")
    nora.presses("Save")
    nora.presses("Progress")
    nora.opens(somebody.checkin)
    answers(nora, pain="2")
    nora.sees("Your answers are with us")


def test_a_logged_pain_of_nine_is_answered_at_once(settled: Installation, sit_down: SitDown) -> None:
    """Without scripts: stop and tell us, the number to press, and the warning signs right there."""
    somebody = a_client(settled, "Hugo Sharp")
    hugo = sit_down("Hugo", settled, java_script_enabled=False, **PHONE)
    signs_in(hugo, somebody)
    hugo.ticks("Partly")
    hugo.opens_up("Add pain")
    hugo.ticks("9", question="Highest pain")
    hugo.ticks("Hip hinge", question="Which move")
    hugo.ticks("It hurts", question="got in the way")
    hugo.fills(note="sharp pain down the left leg, please ring me")
    hugo.presses("Save")
    hugo.sees("Stop and tell us", "020 7946 0100", "Is any of this new?", "Tell my practice")
    hugo.presses("None of these: back to today")
    hugo.sees("Today: Partly", "Pain 9", "Stop and tell us")
    hugo.presses("Look at the warning signs")
    hugo.ticks("New numbness")
    hugo.presses("Tell my practice")
    hugo.sees("Get help now", "Your practice sees it when somebody there next opens")


def test_what_a_client_wrote_in_lines_is_read_in_lines(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Lina Lines")
    lina, olive = sit_down("Lina", settled, **PHONE), sit_down("Olive", settled)
    signs_in(lina, somebody)
    lina.ticks("Done")
    lina.opens_up("Add pain")
    lina.fills(note="Left: easy.\nRight: stiff.")
    lina.presses("Save")
    olive.opens("/clients?q=Lina+Lines")
    olive.fills(email=OWNER, password=PASSWORD)
    olive.presses("Sign in", within="main")
    olive.presses("Lina Lines")
    keeps_its_lines(olive, ".timeline-text", "Right: stiff.")
    olive.presses("Edit")
    olive.fills(reason_for_care="Bends at the sink.\nPicks up a grandson.")
    olive.presses("Save")
    keeps_its_lines(olive, ".summary dd", "Picks up a grandson.")


def test_in_the_list_whose_somebody_is_stands_below_the_name(
    settled: Installation, sit_down: SitDown
) -> None:
    a_client(settled, "Nell Neat")
    olive = sit_down("Olive", settled)
    olive.opens("/clients?q=Nell+Neat")
    olive.fills(email=OWNER, password=PASSWORD)
    olive.presses("Sign in", within="main")
    row = olive.page.locator(".clients tbody tr")
    tick, name, facts = (
        row.locator(each).bounding_box() for each in (".clients-tick input", "th a", "th .optional")
    )
    assert tick is not None
    assert name is not None
    assert facts is not None
    assert facts["x"] == name["x"]
    assert facts["y"] >= name["y"] + name["height"] - 2
    assert abs(tick["y"] + tick["height"] / 2 - name["y"] - name["height"] / 2) < 4


def keeps_its_lines(reader: Reader, place: str, words: str) -> None:
    text = reader.page.locator(place, has_text=words).first
    assert text.evaluate("(e) => getComputedStyle(e).whiteSpace") == "pre-line", place


def test_the_morning_after_asks_how_it_is_now(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Mona Rise")
    mona = sit_down("Mona", settled, **PHONE)
    signs_in(mona, somebody)
    mona.presses("Add yesterday")
    mona.ticks("Done")
    mona.ticks("5", question="Highest pain")
    mona.presses("Save")
    mona.sees("Make the movement smaller")
    mona.presses("Back to today")
    mona.sees("Yesterday it hurt. How is it now?")
    mona.presses("It is still up")
    mona.sees("Make it easier today", "Do one of these instead", "Sit tall on the edge of a chair")
    mona.presses("Put it right", within=".notice")
    mona.presses("It has settled")
    mona.sees("Do your moves today")


def test_a_client_needs_no_mouse(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Kay Board")
    kay = sit_down("Kay", settled)
    kay.opens("/my")
    kay.tabs_to("Email address")
    kay.page.keyboard.type(somebody.email)
    kay.tabs_to("Password")
    kay.page.keyboard.type(somebody.password)
    kay.enters("Enter")
    kay.is_at("/my")
    kay.tabs_to("Hip hinge")
    kay.enters("Enter")
    kay.sees("Do this instead")
    kay.opens("/my")
    kay.tabs_to("How did it go today")
    kay.types("Space")
    kay.tabs_to("Save")
    kay.enters("Enter")
    kay.sees("Today: Done")
    kay.opens(somebody.checkin)
    kay.tabs_to("None of these")
    kay.types("Space")
    kay.tabs_to("Go on")
    kay.enters("Enter")
    kay.tabs_to("how many of the last 7 days")
    kay.types("Space", "ArrowRight", "ArrowRight")
    kay.tabs_to("pain")
    kay.types("Space", "ArrowRight")
    kay.tabs_to("contact")
    kay.types("Space", "ArrowRight")
    kay.tabs_to("Send your answers")
    kay.enters("Enter")
    kay.sees("Your answers are with us")


@pytest.mark.parametrize("name, scripts", [("Mo Ving", True), ("Noa Ving", False)])
def test_show_it_moving_shows_it_moving(
    settled: Installation, sit_down: SitDown, name: str, scripts: bool
) -> None:
    """A drawing in something closed stands still for good: both moves are looked at twice, with a pause."""
    somebody = a_client(settled, name)
    mo = sit_down(name, settled, java_script_enabled=scripts, **PHONE)
    signs_in(mo, somebody)
    for move in ("Hip hinge", "Small standing hip turns"):
        mo.opens("/my")
        mo.presses(move)
        moving = mo.page.locator(".fig-behind svg.fig")
        assert not moving.is_visible()
        mo.page.get_by_text("Show it moving").click()
        mo.page.wait_for_timeout(700)  # the easing of the first beat
        before = moving.screenshot()
        mo.page.wait_for_timeout(800)
        assert moving.screenshot() != before, move


def test_a_slip_of_the_finger_alarms_nobody_and_what_stays_ticked_does(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Sally Slip")
    sally = sit_down("Sally", settled, **PHONE)
    signs_in(sally, somebody)
    sally.page.clock.install()
    sally.opens("/warning-signs")
    fever = sally.page.locator("label:has([name=signs][value=fever])")
    fever.click()
    sally.sees("Get advice today", "Your practice is told in a minute")
    sally.page.clock.run_for(600)
    fever.click()
    sally.sees("Nobody has been told")
    sally.page.clock.run_for(120_000)
    assert flags_of(settled, somebody) == []
    fever.click()
    sally.page.clock.run_for(59_000)
    assert flags_of(settled, somebody) == []
    with sally.page.expect_response("**/warning-signs"):
        sally.page.clock.run_for(2_000)
    sally.sees("Your practice sees it when somebody there next opens")
    assert flags_of(settled, somebody) == [["fever"]]
    sally.presses("I ticked it by mistake")
    sally.fills(reason="It was about last year.")
    sally.presses("Tell my practice")
    sally.sees("they read that too")


def test_without_a_connection_a_sign_says_so_and_is_told_as_soon_as_there_is_one(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Odd Line")
    odd = sit_down("Odd", settled, **PHONE)
    signs_in(odd, somebody)
    odd.opens("/warning-signs")
    odd.page.context.set_offline(True)
    odd.page.locator("label:has([name=signs][value=fever])").click()
    odd.sees("There is no connection", "Please call them")
    with odd.page.expect_response("**/warning-signs"):
        odd.page.context.set_offline(False)
    odd.sees("Your practice sees it when somebody there next opens")
    assert flags_of(settled, somebody) == [["fever"]]


def flags_of(installation: Installation, somebody: Somebody) -> list[list[str]]:
    """The signs that reached the practice from somebody."""
    with installation.inside():
        query = select(WarningFlag.question_keys).join(Client, Client.id == WarningFlag.client_id)
        return list(db.session.scalars(query.where(Client.email_key == somebody.email.casefold())))


def test_errors_take_the_focus_and_lead_to_their_field(settled: Installation, sit_down: SitDown) -> None:
    kay = sit_down("Kay", settled)
    kay.opens("/sign-in")
    kay.tabs_to("Sign in")
    kay.tabs_to("Sign in")
    kay.enters("Enter")
    assert kay.page.title().startswith("Error: ")
    assert "There is a problem" in kay.page.evaluate("document.activeElement.innerText")
    kay.types("Tab", "Enter")
    assert kay.page.evaluate("document.activeElement.name") == "email"


def test_mail_is_stopped_with_one_press_and_begun_again(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Una Subbed")
    una = sit_down("Una", settled, **PHONE)
    una.opens(somebody.unsubscribe)
    una.opens(somebody.unsubscribe)
    una.sees("Stop check-in mails?")
    una.presses("Stop these mails")
    una.sees("Check-in mails are stopped")
    una.opens(somebody.unsubscribe)
    una.sees("Check-in mails are stopped")
    signs_in(una, somebody)
    una.opens("/account/check-in-mail")
    una.page.locator("main form button").first.click()
    una.sees("Check-in mails are on again")


def test_one_click_in_the_mail_program_stops_the_mail(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Otto Click")
    form = Request(f"{settled.url}{somebody.unsubscribe}", data=b"List-Unsubscribe=One-Click", method="POST")
    with urlopen(form, timeout=10) as answer:
        assert answer.status == 200
    otto = sit_down("Otto", settled, **PHONE)
    otto.opens(somebody.unsubscribe)
    otto.sees("Check-in mails are stopped")


def test_an_answer_twice_is_one_answer_and_can_be_changed_today(
    settled: Installation, sit_down: SitDown
) -> None:
    """Back button and a second tab: what is sent last on the same day counts, and nothing breaks."""
    somebody = a_client(settled, "Bea Backward", pain_before=2)
    bea, second = sit_down("Bea", settled, **PHONE), sit_down("Bea's other tab", settled, **PHONE)
    bea.opens(somebody.checkin)
    answers(bea, pain="3", send=False)
    second.opens(somebody.checkin)
    answers(second, pain="8", denied=True)
    second.sees("Your answers are with us")
    bea.presses("Send your answers")
    bea.sees("Your answers are with us")
    bea.goes_back()
    bea.goes_back()
    bea.opens(somebody.checkin)
    bea.sees("Your answers are with us")
    bea.does_not_see("Pain")
    olive = sit_down("Olive", settled)
    olive.opens("/today")
    olive.fills(email=OWNER, password=PASSWORD)
    olive.presses("Sign in", within="main")
    olive.sees("Answered", "Bea Backward")


def test_a_day_logged_in_two_tabs_is_one_log(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Tim Twotabs")
    tim = sit_down("Tim", settled, **PHONE)
    signs_in(tim, somebody)
    with tim.context.expect_page() as opened:
        tim.page.evaluate("() => { window.open('/my') }")
    other = opened.value
    other.wait_for_load_state("load")
    tim.ticks("Done")
    tim.presses("Save")
    tim.sees("Today: Done")
    other.locator('label:has([name="outcome"][value="partly"])').click()
    other.get_by_role("button", name="Save").click()
    other.wait_for_load_state("load")
    assert other.get_by_text("You had logged this day on another page or phone: both count.").is_visible()
    tim.opens("/my")
    tim.sees("Today: Done")
    tim.presses("Put it right")
    tim.ticks("Partly")
    tim.presses("Save")
    tim.sees("Today: Partly")


def test_signing_out_leaves_nothing_behind_the_back_button(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Sid Shared")
    sid = sit_down("Sid", settled, **PHONE)
    signs_in(sid, somebody)
    sid.presses("Progress")
    sid.presses("Sign out")
    sid.sees("You are signed out")
    sid.goes_back()
    sid.does_not_see("Sid")
    assert sid.page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize(
    "link, words",
    [
        ("expired", "This link has run out"),
        ("/c/this-link-was-never-made", "We do not know this link"),
        ("/invitation/nor-was-this-one", "We do not know this link"),
        ("/new-password/or-this-one", "We do not know this link"),
        ("/u/an.altered-one", "This link is not complete"),
    ],
)
def test_a_link_that_does_not_work_says_why_and_what_to_do(
    settled: Installation, sit_down: SitDown, link: str, words: str
) -> None:
    address = a_client(settled, "Ella Late").expired_checkin if link == "expired" else link
    ella = sit_down("Ella", settled, **PHONE)
    ella.opens(address)
    ella.sees(words, "What to do now")
    assert ella.page.locator("main form").count() == 0


def test_pages_of_our_own_when_something_is_not_there(settled: Installation, sit_down: SitDown) -> None:
    ella = sit_down("Ella", settled, **PHONE)
    ella.opens("/no-such-page")
    ella.sees("Go to the first page")


def signs_in(reader: Reader, somebody: Somebody) -> None:
    reader.opens("/sign-in")
    reader.fills(email=somebody.email, password=somebody.password)
    reader.presses("Sign in", within="main")
    reader.is_at("/my")


def answers(reader: Reader, *, pain: str, send: bool = True, denied: bool = False) -> None:
    if not denied:
        reader.ticks("None of these")
        reader.presses("Go on")
    reader.page.locator('label:has([name="days"][value="5"])').click()
    reader.page.locator(f'label:has([name="pain"][value="{pain}"])').click()
    reader.page.locator('label:has([name="contact"][value="no"])').click()
    if send:
        reader.presses("Send your answers")


def test_a_client_is_found_as_one_types(settled: Installation, sit_down: SitDown) -> None:
    a_client(settled, "Käthe Müller")
    olive = sit_down("Olive", settled)
    olive.opens("/today")
    olive.fills(email=OWNER, password=PASSWORD)
    olive.presses("Sign in", within="main")
    olive.page.keyboard.press("/")
    olive.page.keyboard.type("kaethe mueller")
    found = olive.page.locator("#bar-found a")
    found.wait_for()
    assert found.all_inner_texts() == ["Käthe Müller"]
    olive.looks()
    olive.tabs_to("Käthe Müller")
    olive.enters("Enter")
    olive.sees("Käthe Müller", "Overview")
    olive.opens("/clients")
    olive.page.keyboard.press("/")
    olive.page.keyboard.type("nobody of this name")
    olive.page.get_by_text("No client matches").wait_for()
    olive.page.keyboard.press("ControlOrMeta+a")
    olive.page.keyboard.type("Kaethe")
    olive.page.locator("#found").get_by_role("link", name="Käthe Müller", exact=True).wait_for()
    assert "q=Kaethe" in olive.page.url
