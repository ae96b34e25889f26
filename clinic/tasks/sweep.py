"""The worker's own rounds, in threads of its main process: with or without broker and beat.

They start once the pool is up, before the worker waits for a broker that may never come. Each has a
thread of its own, so that a mail server that keeps one waiting for ten minutes holds up no plan
and no heartbeat. They count in monotonic time: a wall clock that is put back does not stop them.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from functools import partial

from celery import Celery, bootsteps, signals
from flask import Flask

from clinic import logs
from clinic.domain.traces import trace
from clinic.extensions import db
from clinic.services.reach import from_nothing
from clinic.services.sending import delivery
from clinic.services.upkeep import heartbeats
from clinic.services.watching.clocks import ClockGuard
from clinic.tasks import beacon, jobs, stopping, turn
from config import Settings

log = logging.getLogger(__name__)

GOODBYE = 3.0  # seconds to end a round that is under way; a mail cut off later is in doubt, not lost


def deliver() -> None:
    delivery.recover()
    with turn.taken() as ours:
        if ours:
            delivery.run(stopping.asked)
    heartbeats.beat(heartbeats.SWEEP)


def pulse() -> None:
    heartbeats.beat(heartbeats.WORKER, f"{socket.gethostname()}:{os.getpid()}")


DELIVER, BEACON = "deliver", "beacon"
BEACON_SECONDS = 60.0
# name, seconds between rounds, what is done
ROUNDS: tuple[tuple[str, float, Callable[[], None]], ...] = (
    ("pulse", 10.0, pulse),
    ("plan", 20.0, jobs.plan),
    ("expire", 900.0, jobs.expire),
    (DELIVER, 5.0, deliver),
    # what was begun for many and no nudge has brought here, or a worker left when it died
    ("bulk acts", 5.0, jobs.go_on_with_acts),
    # and lists of clients
    ("imports", 5.0, jobs.go_on_with_imports),
    # and videos: a round of its own, for one may take minutes
    ("media", 5.0, jobs.make_media_ready),
    ("notices", 60.0, jobs.tell),
    ("backup", 60.0, jobs.back_up),
    ("erasure", 60.0, jobs.erase_due),
    # the first round, at the start, makes the lists that a migration has left to be made
    ("reasons", 6 * 3600.0, jobs.keep_reasons),
)


class Round(threading.Thread):
    """Does one thing again and again; whatever goes wrong once is logged and tried again."""

    def __init__(
        self,
        app: Flask,
        name: str,
        seconds: float,
        act: Callable[[], None],
        may_work: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(name=f"sweep-{name}", daemon=True)
        self._app = app
        self._seconds = seconds
        self._act = act
        self._may_work = may_work
        self._ended = threading.Event()
        self.went_well = threading.Event()  # since somebody cleared it

    def run(self) -> None:
        failing = False
        while not self._ended.is_set():
            failing = not self._once(quietly=failing)
            self._ended.wait(self._seconds)

    def end(self) -> None:
        self._ended.set()

    def _once(self, *, quietly: bool) -> bool:
        try:
            with self._app.app_context(), from_nothing():
                if self._may_work():
                    self._act()
                    self.went_well.set()
        except Exception as error:  # the database may be away for a while
            # the whole story once, then a line each time
            told = error.__class__.__name__ if quietly else trace(error)
            log.error("%s: %s", self.name, told, extra=logs.about(error))
            return False
        return True


def rounds(app: Flask) -> list[Round]:
    """All that a worker does by itself, not begun yet."""
    settings: Settings = app.config["SETTINGS"]
    guard = ClockGuard()
    made = {name: Round(app, name, seconds, act, guard.may_work) for name, seconds, act in ROUNDS}
    if settings.heartbeat_url:
        ping = partial(_ping_if_well, settings.heartbeat_url, made[DELIVER].went_well)
        made[BEACON] = Round(app, BEACON, BEACON_SECONDS, ping)
    return list(made.values())


def _ping_if_well(url: str, went_well: threading.Event) -> None:
    """Tell the outside watcher of a sweep that went well since the last time, if there was one."""
    if went_well.is_set():
        went_well.clear()
        beacon.ping(url)


def init_sweep(app: Flask, celery: Celery) -> None:
    """Have each worker of this Celery make its rounds."""

    class Sweep(bootsteps.StartStopStep):
        """Starts after the pool has forked: threads do not survive a fork."""

        requires = {"celery.worker.components:Pool"}

        def __init__(self, worker: object, **options: object) -> None:
            self.rounds: list[Round] = []

        def start(self, worker: object) -> None:
            self.rounds = rounds(app)
            for each in self.rounds:
                each.start()

        def stop(self, worker: object) -> None:
            stopping.ask()
            for each in self.rounds:
                each.end()
            for each in self.rounds:
                each.join(GOODBYE)

        terminate = stop

    celery.steps["worker"].add(Sweep)
    signals.worker_shutting_down.connect(stopping.ask, weak=False)

    def let_go(**_: object) -> None:
        # a connection shared with the parent would mix up two conversations
        with app.app_context():
            db.engine.dispose(close=False)

    signals.worker_process_init.connect(let_go, weak=False)
