"""What we ship from others is what they published: pinned, unchanged, with its licence."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.sqlite_only  # no database is asked
ROOT = Path(__file__).resolve().parents[2]
SHIPPED = (
    *("clinic/static/vendor", "clinic/static/fonts", "clinic/static/icons.svg"),
    *("clinic/reports/fonts", "tests/vendor"),
)


@pytest.fixture
def copy_of_vendored_files(tmp_path: Path) -> Path:
    for name in [*SHIPPED, "clinic/static/icons.LICENSE.txt", "scripts", "package.json"]:
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    return tmp_path


def checker(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor", root / "scripts/vendor.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_vendored_file_is_as_its_manifest_says() -> None:
    assert checker(ROOT).check() == []


@pytest.mark.parametrize(
    ("path", "change", "problem"),
    [
        ("clinic/static/vendor/htmx.min.js", b"x", "clinic/static/vendor/htmx.min.js: changed"),
        (
            "clinic/static/fonts/atkinson.LICENSE.txt",
            None,
            "clinic/static/fonts/atkinson.LICENSE.txt: missing",
        ),
        (
            "tests/vendor/stray.js",
            b"x",
            "tests/vendor/stray.js: not in clinic/static/vendor/manifest.json",
        ),
        (
            "package.json",
            b'{"devDependencies": {"htmx.org": "2.0.12"}}',
            "package.json: pins differ from clinic/static/vendor/manifest.json",
        ),
    ],
    ids=["edited", "deleted", "slipped in", "pin moved without the files"],
)
def test_a_difference_is_named(
    copy_of_vendored_files: Path, path: str, change: bytes | None, problem: str
) -> None:
    target = copy_of_vendored_files / path
    if change is None:
        target.unlink()
    else:
        target.write_bytes(change)

    assert checker(copy_of_vendored_files).check() == [problem]


def test_every_icon_a_page_names_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="i-([a-z0-9-]+)"', (ROOT / "clinic/static/icons.svg").read_text()))
    named = {
        (str(path.relative_to(ROOT)), name)
        for path in [*(ROOT / "clinic").rglob("*.html"), *(ROOT / "clinic/web").rglob("*.py")]
        for name in re.findall(r"""\bicon(?:\(\s*|\s*=\s*)["']([a-z0-9-]+)["']""", path.read_text())
    }

    assert named, "no page names an icon: has the macro been renamed?"
    assert {use for use in named if use[1] not in drawn} == set()


def test_locks_hold_hashes_and_no_addresses() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text()
        pins = re.findall(r"^[a-z0-9-]+==", text, re.MULTILINE)
        unhashed = re.findall(r"^[a-z0-9-]+==[^\\\n]*$", text, re.MULTILINE)
        assert pins, f"{lock.name} pins nothing"
        assert unhashed == [], f"{lock.name} has pins without a hash"
        assert "://" not in text, f"{lock.name} holds an address"
    for lock in (ROOT / "package-lock.json", *(ROOT / "tests").glob("*/package-lock.json")):
        assert '"resolved"' not in lock.read_text(), f"{lock} holds an address"
