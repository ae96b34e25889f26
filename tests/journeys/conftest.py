"""A browser, a running installation, and people to sit at them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from tests.journeys.installation import Installation

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.journeys.reader import Findings, Reader

CHROMIUM = os.environ.get("CLINIC_TEST_CHROMIUM") or "/usr/bin/chromium"
# The same engine with no windows around it: somebody new sits down in a quarter of the work.
SHELL = os.environ.get("CLINIC_TEST_CHROMIUM") or "/usr/bin/chromium-headless-shell"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--use-fake-device-for-media-stream"),  # a camera for the mirror
)
# No page of a journey lives long enough to earn back what it costs to optimise its scripts.
UNOPTIMISED = "--js-flags=--no-opt --no-maglev"
LAST = "test_the_pages_are_valid_html"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The HTML checker runs once, over what all journeys have seen."""
    items.sort(key=lambda item: item.path.stem == LAST)


def leave_out(reason: str) -> None:
    """Skip with a plain reason; where nothing may be left out, fail with it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI=true, and this was left out: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[[str], Browser]]:
    """Debian's Chromium, driven by Playwright."""
    if not Path(CHROMIUM).exists():
        leave_out(f"no Chromium at {CHROMIUM} (apt install chromium, or set CLINIC_TEST_CHROMIUM)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        leave_out("no Playwright (install the browser extra)")
    with sync_playwright() as playwright:
        start = playwright.chromium.launch
        yield lambda program: start(executable_path=program, args=[*FLAGS, UNOPTIMISED])


@pytest.fixture(scope="session")
def browser(launch: Callable[[str], Browser]) -> Iterator[Browser]:
    """Where people sit down: without windows, where that is installed."""
    chromium = launch(SHELL if Path(SHELL).exists() else CHROMIUM)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def with_a_camera(launch: Callable[[str], Browser]) -> Iterator[Browser]:
    """The whole Chromium: the one without windows has no camera."""
    chromium = launch(CHROMIUM)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def findings() -> Findings:
    """What all readers of this run have seen."""
    from tests.journeys.reader import Findings

    return Findings()


@pytest.fixture
def sit_down(browser: Browser, findings: Findings) -> Iterator[Callable[..., Reader]]:
    """`sit_down("Olive", installation)`: somebody opens a browser; every page they come to must be sound."""
    from tests.journeys.reader import Reader

    readers: list[Reader] = []
    findings.problems.clear()

    def sit(who: str, at: Installation, *, using: Browser = browser, **options: object) -> Reader:
        readers.append(Reader(who, using, at.url, findings, **options))
        return readers[-1]

    yield sit
    for reader in readers:
        reader.leaves()
    assert not findings.problems, "\n".join(findings.problems)


@pytest.fixture
def cut_off(sit_down: Callable[..., Reader], findings: Findings) -> Iterator[None]:
    """What a browser tells of a network that was taken away is part of the journey."""
    yield
    findings.problems[:] = [each for each in findings.problems if "net::ERR_" not in each]


@pytest.fixture(scope="session")
def migrated(template: str) -> Path:
    """The file of an empty database with all tables; a start from nothing takes seconds to make them."""
    return Path(str(make_url(template).database))


@pytest.fixture
def from_nothing(tmp_path: Path, browser: Browser) -> Iterator[Installation]:
    """An installation that began in an empty folder, started as people start it."""
    yield from _running(Installation(tmp_path, anew=True))


@pytest.fixture
def untouched(tmp_path: Path, migrated: Path, browser: Browser) -> Iterator[Installation]:
    """An installation that nobody has visited yet."""
    yield from _running(Installation(tmp_path).with_tables(migrated))


@pytest.fixture(scope="session")
def settled(
    tmp_path_factory: pytest.TempPathFactory, migrated: Path, browser: Browser
) -> Iterator[Installation]:
    """An installation with a practice, its routine and its people; each journey has a client of its own."""
    from tests.journeys.people import settle

    for installation in _running(Installation(tmp_path_factory.mktemp("settled")).with_tables(migrated)):
        settle(installation)
        yield installation


def _running(installation: Installation) -> Iterator[Installation]:
    try:
        installation.start()
        yield installation
        troubles = installation.troubles()
        assert not troubles, "\n".join(troubles)
    finally:
        installation.stop()
