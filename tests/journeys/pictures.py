"""The README's pictures, taken of a demo practice into docs/images: `python -m tests.journeys.pictures`."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from clinic.domain.types import CheckinState
from clinic.extensions import db
from clinic.models import Checkin, Client
from clinic.services import demo
from tests.factories.checkins import link_to
from tests.journeys.conftest import CHROMIUM, FLAGS
from tests.journeys.installation import HOME, Installation

OUT = HOME / "docs" / "images"
LARGEST = 150 * 1024  # bytes: a README is read on the road too
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 375, "height": 812}
SCALES = (2.0, 1.5, 1.0)  # the sharpest that is small enough


def main() -> None:
    """Start a demo, take six pictures, end it."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        installation = Installation(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            installation.start("--demo")
            practitioner, client, link = _people(installation)
            for name, size, email, show in (
                ("needs-attention", DESK, practitioner, _at("/today")),
                ("client-record", DESK, practitioner, _record),
                ("assign-program", DESK, practitioner, _assign),
                ("today-on-a-phone", PHONE, client, _at("/my")),
                ("move-on-a-phone", PHONE, client, _at("/my/program/2")),
                ("check-in-on-a-phone", PHONE, None, _checkin(link)),
            ):
                _take(browser, installation, name, size, email, show)
        finally:
            browser.close()
            installation.stop()


def _take(
    browser: Browser,
    installation: Installation,
    name: str,
    size: dict[str, int],
    email: str | None,
    show: Callable[[Page], None],
) -> None:
    for scale in SCALES:
        context = browser.new_context(
            base_url=installation.url,
            viewport=size,  # type: ignore[arg-type]
            device_scale_factor=scale,
            locale="en-GB",
            reduced_motion="reduce",
        )
        page = context.new_page()
        if email:
            _sign_in(page, email)
        show(page)
        page.evaluate("document.fonts.ready")
        picture = page.screenshot(path=OUT / f"{name}.png")
        context.close()
        if len(picture) <= LARGEST:
            break
    sys.stdout.write(f"{name}: {len(picture) // 1024} kB at {scale}\n")


def _people(installation: Installation) -> tuple[str, str, str]:
    """The practitioner, a client who signs in, and the path of a check-in that waits for its answer."""
    with installation.inside():
        client = next(login.email for login in demo._logins() if login.role == "client")
        waiting = select(Checkin).join(Client, Client.id == Checkin.client_id)
        checkin = db.session.scalars(
            waiting.where(Checkin.state == CheckinState.SENT).order_by(Checkin.due_at.desc())
        ).first()
        assert checkin is not None
        return demo.PRACTITIONER[1], client, link_to(checkin)


def _sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", demo.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_load_state("load")


def _at(path: str) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        page.goto(path)

    return show


def _record(page: Page) -> None:
    page.goto("/today")
    page.locator(".attend .row-title a").nth(1).click()
    page.wait_for_load_state("load")


def _assign(page: Page) -> None:
    page.goto("/clients?invitation=pending")
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name=re.compile("Assign")).first.click()
    page.wait_for_load_state("load")


def _checkin(link: str) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        page.goto(link)
        if page.get_by_text("None of these").count():
            page.get_by_text("None of these").last.click()
            page.get_by_role("button", name="Go on").click()
            page.wait_for_load_state("load")

    return show


if __name__ == "__main__":
    main()
