"""Expand, then contract: while machines are brought up one by one, the last release works on the new tables.

Its code comes out of the history, at the revision that the changelog names.
"""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest

from tests import commands
from tests.backends import database_urls, owner_of
from tests.bench.server import free_port, get, sign_in, wait_for
from tests.faults.stage import ROOT

NEWEST = re.compile(r"^## \d+\.\d+\.\d+ · .* · tables (\w+) · code (\w+)", re.M)
INPUT = re.compile(r'<input(?=[^>]*type="hidden")(?=[^>]* name="([^"]+)")(?=[^>]* value="([^"]*)")')
PAGES_OF_THE_PRACTICE = ("/today", "/clients", "/check-ins", "/routines", "/practice")
PAGES_OF_A_CLIENT = ("/my", "/my/program", "/my/program/1", "/my/program/2", "/my/history", "/account")

pytestmark = pytest.mark.postgres_only  # SQLite has one server, which stops for a new release


class OldServer(NamedTuple):
    """The last release, running."""

    port: int
    process: subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def last_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the code of the last release."""
    folder = tmp_path_factory.mktemp("last")
    (_, revision), *_ = NEWEST.findall((ROOT / "CHANGELOG.md").read_text("utf-8"))
    packed = subprocess.run(["git", "archive", revision], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
    return folder


@pytest.fixture(scope="module")
def server(last_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OldServer]:
    """It runs with a practice of its own, and then this release brings the tables up to date."""
    with installation(tmp_path_factory.mktemp("data")) as environment:
        run(last_release, environment, "demo", "--clients", "5")
        port = int(environment["CLINIC_PORT"])
        words = [*("-m", "gunicorn", "--no-control-socket", "--worker-class", "gthread", "--threads", "2")]
        words += ["--log-level", "error", "--bind", f"127.0.0.1:{port}", "clinic:serve_from_env()"]
        process = subprocess.Popen([sys.executable, *words], cwd=last_release, env=environment)
        try:
            wait_for(port, "/sign-in", process, 200)
            run_ours(environment, "db", "upgrade")
            yield OldServer(port, process)
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def installation(folder: Path) -> Iterator[dict[str, str]]:
    """The settings of one, with a database of its own that is empty yet."""
    with database_urls() as new:
        yield {
            **{name: value for name, value in os.environ.items() if not name.startswith("CLINIC_")},
            "CLINIC_DATABASE_URL": owner_of(new()) or "",  # it knew one role for all
            "CLINIC_DATA_DIR": str(folder),
            "CLINIC_PORT": str(free_port()),
        }


def run(last_release: Path, environment: dict[str, str], *words: str) -> None:
    program = "import sys; sys.path.insert(0, ''); from clinic.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=last_release,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


def run_ours(environment: dict[str, str], *words: str) -> None:
    ended = commands.run([*commands.CLINIC, *words], environment)
    assert ended.returncode == 0, ended.stderr


def test_it_is_the_last_release_that_answers(server: OldServer, last_release: Path) -> None:
    assert Path(f"/proc/{server.process.pid}/cwd").resolve() == last_release


@pytest.mark.parametrize(
    ("email", "pages"),
    [("robin@harbour.example", PAGES_OF_THE_PRACTICE), ("ada.northcote@clients.example", PAGES_OF_A_CLIENT)],
    ids=["practice", "client"],
)
def test_its_pages_open(server: OldServer, email: str, pages: tuple[str, ...]) -> None:
    cookie = sign_in(server.port, email)
    assert {path: get(server.port, path, cookie)[0] for path in pages} == dict.fromkeys(pages, 200)


def test_what_a_client_sends_it_is_kept(server: OldServer) -> None:
    cookie = sign_in(server.port, "bela.forde@clients.example")
    form = hidden(server.port, "/my/log", cookie)
    assert send(server.port, "/my/log", {**form, "outcome": "done"}, cookie) == 303


def test_what_the_practice_sends_it_is_kept(server: OldServer) -> None:
    cookie = sign_in(server.port, "robin@harbour.example")
    form = hidden(server.port, "/clients/new", cookie)
    status = send(
        server.port,
        "/clients/new",
        {**form, "name": "Noor Halden", "time_zone": "Europe/Oslo", "kind": "private"},
        cookie,
    )
    assert status == 303
    assert b"Noor Halden" in get(server.port, "/clients?q=halden", cookie)[1]


def test_the_way_back_while_nobody_has_written_anything_new(last_release: Path, tmp_path: Path) -> None:
    (tables, _), *_ = NEWEST.findall((ROOT / "CHANGELOG.md").read_text("utf-8"))
    with installation(tmp_path) as environment:
        run(last_release, environment, "demo", "--clients", "3")
        run_ours(environment, "db", "upgrade")
        run_ours(environment, "db", "downgrade", tables)
        run(last_release, environment, "outbox", "show")
        run(last_release, environment, "db", "check")  # its tables are as it made them


def hidden(port: int, path: str, cookie: str) -> dict[str, str]:
    """What the forms of a page hold that nobody types."""
    status, page = get(port, path, cookie)
    assert status == 200
    return dict(INPUT.findall(page.decode()))


def send(port: int, path: str, form: dict[str, str], cookie: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    with closing(connection):
        connection.request("POST", path, urlencode(form), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
