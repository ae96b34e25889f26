"""The wheel holds all that Regroove needs: installed where no checkout is, it serves the demo practice."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.faults.serving import family, health, lives, serve
from tests.faults.stage import ROOT, free_port, wait_until

SHIPPED = ("clinic", "migrations")
SOURCES = ("pyproject.toml", "README.md", "config.py", "celery_worker.py", *SHIPPED)
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment: our wheel, and the dependencies of this one."""
    wheel = _build(tmp_path_factory.mktemp("build"))
    home = tmp_path_factory.mktemp("installed")
    venv.create(home)
    _run([*PIP, "--python", str(home), "install", "--no-index", "--no-deps", str(wheel)])
    # a folder on the path and no more: what installs the checkout in the other environment is not looked at
    (_packages(home) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return home


def test_the_wheel_leaves_nothing_out(installed: Path) -> None:
    assert _files(_packages(installed)) == _files(ROOT)


def test_the_wheel_is_what_is_imported(installed: Path, tmp_path: Path) -> None:
    ask = "import clinic, config; print(clinic.__file__, config.__file__)"
    said = _run([str(installed / "bin" / "python"), "-c", ask], tmp_path)
    assert all(Path(each).is_relative_to(installed) for each in said.split())


def test_the_wheel_serves_the_demo_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    port = free_port()
    served = serve([str(installed / "bin" / "clinic"), "serve", "--demo"], tmp_path, CLINIC_PORT=str(port))
    try:
        wait_until(lambda: health(port).get("worker_age_seconds") is not None, 120, every=0.2)
        page = _get(port, "/sign-in")
        styles = [_get(port, address) for address in re.findall(r'href="(/static/[^"]+\.css[^"]*)"', page)]
        processes = family(served.pid)
        served.send_signal(signal.SIGINT)
        said = served.communicate(timeout=60)[0].decode()
    finally:
        served.kill()

    assert "Sign in" in page
    assert styles
    assert all(styles)
    assert "practitioner" in said
    assert "Traceback" not in said
    assert served.returncode == 0
    assert (tmp_path / "instance" / "regroove.sqlite3").is_file()
    wait_until(lambda: not any(map(lives, processes)), 15)


def _build(folder: Path) -> Path:
    """The wheel of a copy: a build writes beside its sources, and takes what an older one has left there."""
    for name in SOURCES:
        source, copy = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    _run([*PIP, "wheel", *options, str(folder)])
    return next(folder.glob("*.whl"))


def _packages(home: Path) -> Path:
    return next(home.glob("lib/python*/site-packages"))


def _files(folder: Path) -> set[Path]:
    """What there is of the product below it."""
    found = (file for name in SHIPPED for file in (folder / name).rglob("*"))
    return {file.relative_to(folder) for file in found if file.is_file() and file.suffix != ".pyc"}


def _run(command: list[str], folder: Path | None = None) -> str:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def _get(port: int, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        answer = connection.getresponse()
        assert answer.status == 200, path
        return answer.read().decode()
    finally:
        connection.close()
