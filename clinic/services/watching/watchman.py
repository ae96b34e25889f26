"""A thread of each web process that looks again and again: pages know what is wrong without asking.

It also sees to it that the owners are told when the worker is silent: the worker cannot say so itself.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from datetime import timedelta

from flask import Flask, current_app

from clinic import logs
from clinic.domain.health import SWEEP_SILENT, HealthCheck, is_sweep_silent
from clinic.domain.traces import trace
from clinic.services.watching import alarms, health
from clinic.services.watching.health import AWAY, HealthReport
from config import Settings

log = logging.getLogger(__name__)

FIRST_AFTER = 1.0  # seconds: a process that was just forked has enough to do
EVERY = 10.0  # seconds between two looks
KNOWN_FOR = 60.0  # seconds that what was found is told on pages


class Watchman:
    """What one web process knows of the installation. It starts with the first request, or when asked to."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._pid = 0
        self._last: tuple[float, HealthReport] = (-KNOWN_FOR, AWAY)  # by time.monotonic()
        self._silent_since: float | None = None

    def begin(self) -> None:
        """Start looking, once in each process."""
        if self._pid != os.getpid():
            self._pid = os.getpid()
            threading.Thread(target=self._watch, name="watchman", daemon=True).start()

    def known(self) -> HealthReport | None:
        """What was found lately."""
        looked_at, report = self._last
        return report if time.monotonic() - looked_at < KNOWN_FOR else None

    def look_around(self) -> None:
        """One look, and what follows from it."""
        report = health.begin_look().report()
        self._last = time.monotonic(), report
        if report.facts is not None and report.is_ready:
            settings: Settings = current_app.config["SETTINGS"]
            patience = settings.alarm_after
            alarms.tell_owners(report, patience, seen_for=self._silent_for(report, patience))

    def _silent_for(self, report: HealthReport, patience: timedelta) -> float:
        """For how many seconds this process has seen the worker silent, look after look.

        A machine that wakes from sleep finds an old sign of life, and a worker about to give another.
        """
        assert report.facts is not None
        # early enough to have been seen for its share when the patience ends
        counts_from = min(SWEEP_SILENT, patience * (1 - alarms.LOOK_FOR))
        if not is_sweep_silent(report.facts.sweep_at, report.facts.at, counts_from):
            self._silent_since = None
        elif self._silent_since is None:
            self._silent_since = time.monotonic()
        return 0.0 if self._silent_since is None else time.monotonic() - self._silent_since

    def _watch(self) -> None:
        is_failing = False
        time.sleep(FIRST_AFTER)
        while True:
            try:
                with self._app.app_context():
                    self.look_around()
                is_failing = False
            except Exception as error:  # whatever it is, it may be over at the next look
                told = type(error).__name__ if is_failing else trace(error)
                log.error("watchman: %s", told, extra=logs.about(error))
                is_failing = True
            time.sleep(EVERY)


def init_watching(app: Flask) -> None:
    """Give the app its watchman, who does not watch yet."""
    health.init_lookout(app)
    app.extensions["watchman"] = Watchman(app)


def of(app: Flask) -> Watchman:
    """The app's watchman."""
    found: Watchman = app.extensions["watchman"]
    return found


def known_troubles() -> tuple[HealthCheck, ...]:
    """What is known to be wrong, for a page: asks nobody."""
    report = of(current_app).known()
    return report.troubles if report else ()
