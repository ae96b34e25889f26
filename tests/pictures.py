"""The README's pictures, taken of the demo practice as it is today: `make pictures`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from clinic.domain.types import CheckinState
from clinic.extensions import db
from clinic.models import Checkin
from tests.bench.installation import PASSWORD
from tests.factories.checkins import link_to
from tests.journeys.conftest import CHROMIUM, FLAGS
from tests.journeys.installation import Installation
from tests.looking_on import reach_everything

IMAGES = Path(__file__).parents[1] / "docs/images"
PRACTITIONER, CLIENT = "robin@harbour.example", "ada.northcote@clients.example"
DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 375, "height": 812}, "device_scale_factor": 2, "is_mobile": True}
INTO_THE_TURNS = 20_000  # milliseconds: ten seconds to get ready, then the second turn


def main() -> None:
    """Take each of them."""
    reach_everything()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo = Installation(Path(folder))
        demo.start("--demo")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            _of_the_practice(_signed_in(browser, demo.url, PRACTITIONER, DESK), demo.url)
            _of_a_client(_signed_in(browser, demo.url, CLIENT, PHONE), demo.url)
            _of_a_checkin(browser.new_context(**PHONE).new_page(), demo.url + _a_checkin(demo))
        finally:
            browser.close()
            demo.stop()


def _of_the_practice(page: Page, at: str) -> None:
    _take(page, f"{at}/today", "needs-attention")
    _take(page, f"{at}/inbox", "inbox")
    _take(page, _record(page, at, "Dilan Malik"), "client-record")
    _take(page, _record(page, at, "Kasia Nowak") + "/programs/new", "assign-program")


def _record(page: Page, at: str, name: str) -> str:
    page.goto(f"{at}/clients?q={name}")
    page.get_by_role("main").get_by_role("link", name=name).first.click()
    return page.url.partition("?")[0]


def _of_a_client(page: Page, at: str) -> None:
    _take(page, f"{at}/my", "today-on-a-phone")
    _take(page, f"{at}/my/progress", "progress-on-a-phone")
    page.goto(f"{at}/my/practise")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_timeout(INTO_THE_TURNS)
    page.screenshot(path=IMAGES / "practise-on-a-phone.png")


def _of_a_checkin(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("None of these").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="How was your week?").wait_for()
    page.screenshot(path=IMAGES / "check-in-on-a-phone.png")


def _take(page: Page, url: str, name: str) -> None:
    page.goto(url)
    page.screenshot(path=IMAGES / f"{name}.png")


def _signed_in(browser: Browser, at: str, who: str, screen: dict[str, Any]) -> Page:
    page = browser.new_context(**screen).new_page()
    page.goto(f"{at}/sign-in")
    page.get_by_label("Email").fill(who)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def _a_checkin(demo: Installation) -> str:
    """The path of the latest that nobody has answered."""
    waiting = select(Checkin).where(Checkin.state == CheckinState.SENT).order_by(Checkin.due_at.desc())
    with demo.inside():
        return link_to(db.session.scalars(waiting.limit(1)).one())


if __name__ == "__main__":
    main()
