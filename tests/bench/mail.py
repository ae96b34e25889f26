"""Due check-ins until they are delivered and recorded, against one bare connection with ready-made bytes.

PostgreSQL and one SMTP sink in a process of its own; `python -m tests.bench.mail` is a sending process.
"""

from __future__ import annotations

import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from statistics import mean, median

from flask import Flask
from sqlalchemy import func, select

from clinic import create_app_from_env
from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.models import OutboxMessage
from clinic.services.sending import delivery
from tests.backends import database_urls
from tests.bench.installation import HOME, app_of, clinic, database, ours
from tests.bench.line import Line
from tests.bench.schedule import count_rows
from tests.factories.mail import promise_checkins
from tests.mail.bench import SENDER, content, message
from tests.sink import RemoteSink, sink_process

WARM_UP, MAILS = 200, 2000
ROUNDS = 3
AGAINST = "bare persistent smtplib, ready-made bytes"


def lines() -> Iterator[Line]:
    """Mails a second of one and of two sending processes, each between two turns of the floor.

    The median of the rounds' ratios: on a machine with neighbours the best floor and the best rate belong
    to different moments.
    """
    with (
        database_urls(postgres=True) as new,
        sink_process() as sink,
        tempfile.TemporaryDirectory(prefix="regroove-bench-") as folder,
    ):
        places = {**database(new()), "CLINIC_DATA_DIR": folder}
        environment = {**ours(), **places, "CLINIC_SMTP_URL": f"smtp://127.0.0.1:{sink.port}"}
        clinic(environment, "db", "upgrade")
        app = app_of(environment)
        ready = [message(number, content(number)).to_bytes() for number in range(MAILS)]
        found: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
        for _ in range(ROUNDS):
            for processes, rounds in found.items():
                before = _bare(sink.port, ready)
                rate = _delivered(app, environment, sink, processes)
                rounds.append((rate, rate / mean((before, _bare(sink.port, ready)))))
    for name, processes in (("mail.one", 1), ("mail.two", 2)):
        rates, ratios = zip(*found[processes], strict=True)
        yield Line(name, median(rates), "mails/s", AGAINST, median(ratios))


def _bare(port: int, ready: list[bytes]) -> float:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as smtp:
        began = time.perf_counter()
        for number, mail in enumerate(ready):
            smtp.sendmail(SENDER, f"anna{number}@client.example", mail)
        return len(ready) / (time.perf_counter() - began)


def _delivered(app: Flask, environment: dict[str, str], sink: RemoteSink, processes: int) -> float:
    _promise(app, WARM_UP)
    command = [sys.executable, "-m", "tests.bench.mail"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    senders = [subprocess.Popen(command, env=environment, cwd=HOME, **pipes) for _ in range(processes)]
    for sender in senders:
        assert sender.stdout is not None
        sender.stdout.readline()  # it has sent a few and is ready, as a worker is that runs for weeks
    _promise(app, MAILS)
    sink.reset()
    began = time.perf_counter()
    for sender in senders:
        assert sender.stdin is not None
        sender.stdin.write(b"go\n")
        sender.stdin.flush()
    for sender in senders:
        assert sender.stdout is not None
        sender.stdout.readline()
    seconds = time.perf_counter() - began
    for sender in senders:
        sender.communicate(b"end\n")
    assert sink.counts()["total"] == MAILS, "not every mail arrived"
    assert not _unrecorded(app), "not every mail is recorded"
    return MAILS / seconds


def _promise(app: Flask, number: int) -> None:
    with app.app_context():
        promise_checkins(number)
        count_rows()


def _unrecorded(app: Flask) -> int:
    with app.app_context():
        left = select(func.count()).where(OutboxMessage.state != OutboxState.SENT)
        return db.session.scalar(left) or 0


def _send() -> None:
    with create_app_from_env().app_context():
        for _ in range(2):
            while delivery.run():
                pass
            print("ready", flush=True)
            sys.stdin.readline()


if __name__ == "__main__":
    _send()
