"""A move gets a picture, over a line that is cut in the middle, and a video that the worker makes ready."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Exercise
from tests.factories.media import picture
from tests.factories.people import PASSWORD
from tests.factories.videos import filmed, needs_ffmpeg
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, hip_routine

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

WALL_SIT = {
    "Name": "Wall sit",
    "What it is for": "Legs that carry you.",
    "Equipment": "a bare wall",
    "Steps": "Slide down.\nStay.\nCome up.",
    "Cues": "Heels down\nRibs soft",
    "Stop if": "Pain above 5 out of 10",
}


@pytest.fixture
def address(settled: Installation) -> str:
    """Where the pictures of the first move are."""
    with settled.inside():
        hip_routine()
        move_id = db.session.scalars(select(Exercise.id).where(Exercise.key == "hip_turns_standing")).one()
    return f"/library/{move_id}/pictures"


def signs_in(reader: Reader) -> None:
    reader.opens("/sign-in")
    reader.fills(email=OWNER, password=PASSWORD)
    reader.presses("Sign in")


def large(folder: Path) -> Path:
    """A picture of several pieces: noise packs badly."""
    noise = random.Random(7).randbytes(1200 * 900 * 3)
    target = folder / "hips.png"
    Image.frombytes("RGB", (1200, 900), noise).save(target)
    assert target.stat().st_size > 3_000_000
    return target


def test_a_picture_goes_on_where_the_line_was_cut(
    settled: Installation, sit_down: SitDown, address: str, tmp_path: Path
) -> None:
    olive = sit_down("Olive", settled)
    signs_in(olive)
    olive.opens(address)
    cuts = iter([False, True, False, True, False, False, False, False])

    def cut(route: Route) -> None:
        route.abort() if next(cuts, False) else route.continue_()

    olive.page.route("**/pieces", cut)
    form = olive.page.locator("form[data-upload]").first
    form.locator("input[type=file]").set_input_files(large(tmp_path))
    form.get_by_label("What can be seen").fill("Standing tall")
    with olive.page.expect_navigation(timeout=60_000):
        form.get_by_role("button", name="Save").click()
    olive.findings.problems[:] = [
        each for each in olive.findings.problems if "ERR_FAILED" not in each
    ]  # the cuts
    shown = olive.page.locator("img[alt='Standing tall']")
    shown.wait_for()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1200
    olive.presses("Remove")
    assert olive.page.get_by_text("Nothing yet.").first.is_visible()
    olive.presses("Put back")
    assert olive.page.locator("img[alt='Standing tall']").count() == 1


def test_without_a_script_a_small_one_goes_in_the_form(
    settled: Installation, sit_down: SitDown, address: str, tmp_path: Path
) -> None:
    small = tmp_path / "end.jpg"
    small.write_bytes(picture(size=(640, 480)))
    olive = sit_down("Olive", settled, java_script_enabled=False)
    signs_in(olive)
    olive.opens(address)
    form = olive.page.locator("form[data-upload]").nth(1)
    form.locator("input[type=file]").set_input_files(small)
    form.get_by_label("What can be seen").fill("Turned to the left")
    form.get_by_role("button", name="Save").click()
    assert olive.page.locator("img[alt='Turned to the left']").count() == 1


@needs_ffmpeg
def test_a_video_is_made_ready_and_played(
    settled: Installation, sit_down: SitDown, address: str, tmp_path: Path
) -> None:
    olive = sit_down("Olive", settled)
    signs_in(olive)
    sends_a_video(olive, address, tmp_path)
    film = olive.page.locator("video")
    assert film.get_attribute("preload") == "none"
    seconds = film.evaluate(
        "film => new Promise(done => {"
        " film.onloadedmetadata = () => done(film.duration); film.load(); film.play(); })"
    )
    assert 1.5 < seconds < 3


def sends_a_video(olive: Reader, address: str, folder: Path) -> None:
    """Two seconds, and the wait until the worker has made them ready."""
    filmed(folder, "hips.mov", seconds=2, size="640x480")
    olive.opens(address)
    form = olive.page.locator("form[data-kind=video]")
    form.locator("input[type=file]").set_input_files(folder / "hips.mov")
    form.get_by_label("What can be seen").fill("Ten turns from the side")
    with olive.page.expect_navigation(timeout=60_000):
        form.get_by_role("button", name="Save").click()
    until = time.monotonic() + 60
    while not _is_ready(olive, address) and time.monotonic() < until:
        time.sleep(1)
    assert olive.page.locator("video").count() == 1


@needs_ffmpeg
def test_a_move_is_made_with_picture_and_video_found_and_retired(
    settled: Installation, sit_down: SitDown, tmp_path: Path
) -> None:
    olive = sit_down("Olive", settled)
    signs_in(olive)
    olive.opens("/library/new")
    for label, words in WALL_SIT.items():
        olive.writes(label, words)
    olive.presses("Save move")
    olive.sees("Wall sit", "Have ready", "a bare wall")
    here = olive.page.url
    (tmp_path / "start.jpg").write_bytes(picture(size=(640, 480)))
    olive.opens(f"{here}/pictures")
    form = olive.page.locator("form[data-upload]").first
    form.locator("input[type=file]").set_input_files(tmp_path / "start.jpg")
    form.get_by_label("What can be seen").fill("Back flat against the wall")
    with olive.page.expect_navigation(timeout=60_000):
        form.get_by_role("button", name="Save").click()
    sends_a_video(olive, f"{here}/pictures", tmp_path)

    olive.opens("/library?q=wall")
    olive.sees("Wall sit", "Waits for a sign-off")
    olive.does_not_see("No picture", "Hip hinge")
    olive.presses("Wall sit")
    assert olive.page.locator("img[alt='Back flat against the wall']").count() == 1
    olive.presses("Retire")
    olive.presses("Retire move")
    olive.opens("/library?q=wall")
    olive.does_not_see("Wall sit")
    olive.opens(here)
    olive.presses("Bring back")
    olive.opens("/library?q=wall")
    olive.sees("Wall sit")


def _is_ready(olive: Reader, address: str) -> bool:
    olive.opens(address)
    return olive.page.locator("video").count() == 1
