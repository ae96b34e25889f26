"""`clinic serve`: web, worker, beat and broker on one server, as one unit."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from clinic.cli.broker import broker_command
from clinic.cli.erasures import erase_again_here
from clinic.cli.network import address_in_the_network, on_the_network
from clinic.cli.supervisor import supervise
from clinic.cli.tables import bring_up_to_date
from clinic.cli.trouble import CannotStart
from clinic.domain.errors import ClinicError
from clinic.extensions import db
from clinic.own_files import close_to_others
from clinic.services import demo as made_up
from clinic.services import practices
from clinic.services.reasons import rebuilding
from config import Settings

READY_WITHIN = 60.0  # seconds
LOCAL = "127.0.0.1"
IN_THE_OPEN = [
    "  Every phone and computer in this network can open it.",
    "  The way there is NOT ENCRYPTED: whoever is in the network can read along. To show or try it only;",
    "  enter no real client.",
]


@click.command()
@click.option("--demo", is_flag=True, help="Begin with a practice full of made-up people.")
@click.option("--reload", is_flag=True, help="Start web and worker anew whenever a file of the code changes.")
@click.option(
    "--lan",
    is_flag=True,
    help="Let phones in this network in, not encrypted: to show or to try it.",
)
@with_appcontext
def serve(demo: bool, reload: bool, lan: bool) -> None:
    """Run everything on this server until Ctrl-C."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings: Settings = app.config["SETTINGS"]
    if lan:
        settings = on_the_network(settings, address_in_the_network())
    with _folder_of_our_own(settings.data_dir):
        for host in _hosts(settings):
            _check_port(host, settings.port)
        commands = _commands(settings, reload=reload)
        bring_up_to_date(settings)
        rebuilding.build_missing()
        erase_again_here()
        lines = [*(_demo_lines() if demo else []), *_first_visit()]
        db.session.remove()
        db.engine.dispose()  # what starts now must not share a connection
        _announce(settings, lines)
        wait_for = None if settings.broker_url else settings.broker_socket
        code = supervise(commands, _environment(settings, demo=demo), wait_for)
    sys.exit(code)


def _commands(settings: Settings, *, reload: bool) -> dict[str, list[str]]:
    broker = {} if settings.broker_url else {"broker": broker_command(settings)}
    before = [sys.executable, "-m", "clinic.cli.reloading"] if reload else []
    return {
        **broker,
        "web": [*before, *_web(settings, graceful=1 if reload else 5)],
        "worker": [*before, *_worker()],
    }


def _web(settings: Settings, *, graceful: int) -> list[str]:
    options = {
        "worker-class": "clinic.serving.worker.PatientWorker",
        "workers": "2",
        "threads": "4",
        "timeout": "60",
        "graceful-timeout": str(graceful),  # seconds
        "log-level": "warning",
        "logger-class": "clinic.serving.logs.ServerLog",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    words += [word for host in _hosts(settings) for word in ("--bind", f"{host}:{settings.port}")]
    flags = ["--preload", "--no-control-socket"]
    return [sys.executable, "-m", "gunicorn", *words, *flags, "clinic:serve_from_env()"]


def _hosts(settings: Settings) -> list[str]:
    """Where the web server listens: a proxy in front speaks TLS; `--lan` alone lets others in without one."""
    return [LOCAL, settings.host] if settings.lan else [LOCAL]


def _worker() -> list[str]:
    # one process in the pool: SQLite has one writer, and the sweep beside it is another
    options = ["--beat", "--concurrency", "1", "--loglevel", "warning"]
    silent = ["--without-gossip", "--without-mingle", "--without-heartbeat"]  # nobody listens to these
    return [sys.executable, "-m", "celery", "-A", "celery_worker", "--quiet", "worker", *options, *silent]


def _environment(settings: Settings, *, demo: bool) -> dict[str, str]:
    # the children's own folder is another one, so a relative path would mean something else there
    ours = {
        "CLINIC_DATA_DIR": str(settings.data_dir),
        "CLINIC_PORT": str(settings.port),
        "CLINIC_DEMO": "1" if demo else "",
        **({"CLINIC_BASE_URL": settings.base_url} if settings.lan else {}),
        "PYTHONUNBUFFERED": "1",
        # Celery warns root of pickled messages; ours are JSON, and a container may have no other user
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }
    return {**os.environ, **ours}


@contextmanager
def _folder_of_our_own(folder: Path) -> Iterator[None]:
    """Locks the data folder for as long as this process lives, and what honcho forks off it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    close_to_others(folder / "serve.lock")  # an older release left it open
    with (folder / "serve.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CannotStart(f"It runs already on {folder} (process {file.read().strip()}).") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            taken = (
                "is taken by another program"
                if error.errno == errno.EADDRINUSE
                else f"cannot be used: {error}"
            )
            raise CannotStart(f"Port {port} {taken}. Set CLINIC_PORT to another one.") from None


def _first_visit() -> list[str]:
    """What whoever sets up the practice has to know, as long as there is none."""
    code = None if practices.exists() else practices.set_up_code()
    return [f"  The first visit asks for this set-up code: {code}"] if code else []


def _demo_lines() -> list[str]:
    try:
        return [f"  {login.role:<13} {login.email}   {login.password}" for login in made_up.seed_if_empty()]
    except ClinicError as refused:
        raise CannotStart(str(refused)) from None


def _announce(settings: Settings, lines: list[str]) -> None:
    """Say where it is once it answers; the supervisor has the main thread."""
    threading.Thread(target=_greet, args=(settings, lines), daemon=True).start()


def _greet(settings: Settings, lines: list[str]) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        if _answers(settings):
            where = [f"Regroove is at {settings.base_url}", *(IN_THE_OPEN if settings.lan else [])]
            click.echo("\n".join(["", *where, *lines, "Press Ctrl-C to end.", ""]))
            return
        time.sleep(0.1)


def _answers(settings: Settings) -> bool:
    connection = HTTPConnection("127.0.0.1", settings.port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": settings.host})
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True  # well or not
