"""Nudges to the background worker. The database holds the work; a lost nudge costs seconds."""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from typing import Any

from celery import Celery
from flask import Flask, current_app, has_app_context

from config import Settings

log = logging.getLogger(__name__)

COOL_DOWN = 15.0  # seconds without nudges after one failed: the sweep finds the work meanwhile
GATHER = 0.05  # seconds; commits that close together are one message
MOST_WAITING = 16  # names of tasks, each at most once

# Every setting answers a failure that was measured; the sweep in the worker makes each of them a nicety.
CELERY_SETTINGS: dict[str, Any] = {
    # A message is a name. Nothing that could carry personal data or code is ever accepted.
    "task_serializer": "json",
    "accept_content": ["json"],
    "event_serializer": "json",
    # No result backend: its connections leak and dead-lock after reconnects, and the rows tell what happened.
    "result_backend": None,
    "task_ignore_result": True,
    "task_store_errors_even_if_ignored": False,
    # A nudge may be lost or repeated, so it is acknowledged at once and never delivered again by a time-out.
    "task_acks_late": False,
    # A dying worker takes one message along, not a hoard.
    "worker_prefetch_multiplier": 1,
    # A task that outlives its connection would be run a second time beside itself.
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    # The default gives up after 100 tries, and the worker would stand there deaf.
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    # kombu waits for a hung broker for ever unless told otherwise: a publish was still blocked after 45 s.
    "broker_transport_options": {
        "visibility_timeout": 300,
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "global_keyprefix": "regroove:",
    },
    # A task stops taking new mail after 5 minutes; the wait after one mail's dot may last 10 more.
    "task_soft_time_limit": 1080,
    "task_time_limit": 1200,
    # Nobody listens to these, and each costs messages.
    "worker_send_task_events": False,
    "task_send_sent_event": False,
    "worker_enable_remote_control": False,
    # Only our own tasks; a schedule kept in memory cannot be corrupted by a crash.
    "beat_scheduler": "celery.beat:Scheduler",
    "result_expires": None,
    # Ours go to standard output with the process's name in front.
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "timezone": "UTC",
    "enable_utc": True,
}


def init_queue(app: Flask, settings: Settings) -> None:
    """Make the app's Celery, and what nudges it."""
    celery = Celery("regroove", broker=settings.effective_broker_url, set_as_current=False)
    celery.conf.update(CELERY_SETTINGS)
    app.extensions["celery"] = celery
    app.extensions["nudger"] = Nudger(celery)


def nudge(task: str) -> None:
    """Ask the worker to look for work now; never blocks and never fails."""
    if has_app_context():
        current_app.extensions["nudger"].nudge(task)


class Nudger:
    """Publishes from a thread of its own, because a hung broker may block a publish for minutes.

    A task already waiting is not added again, so a burst of commits is one message. After a failure
    nothing is published for a while (a circuit breaker). A forked child starts with a fresh one.
    """

    def __init__(self, celery: Celery, cool_down: float = COOL_DOWN) -> None:
        self._celery = celery
        self._cool_down = cool_down
        self._thread: threading.Thread | None = None
        self._closed_until = 0.0
        self._begin()
        _nudgers.add(self)

    def nudge(self, task: str) -> None:
        """Note that this task should run soon; returns at once."""
        if time.monotonic() < self._closed_until:
            return
        with self._lock:
            if task in self._waiting or len(self._waiting) >= MOST_WAITING:
                return
            self._waiting[task] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._publish_all, name="nudger", daemon=True)
                self._thread.start()
        self._work.set()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._work = threading.Event()
        self._waiting: dict[str, None] = {}

    def start_over(self) -> None:
        """In a forked child: the parent's thread is not here, and its locks may be held for ever."""
        self._thread = None
        self._closed_until = 0.0
        self._begin()

    def _publish_all(self) -> None:
        while True:
            self._work.wait()
            time.sleep(GATHER)
            self._work.clear()
            while (task := self._next()) is not None:
                self._publish(task)

    def _next(self) -> str | None:
        # taken off before it is published: a commit during the publish needs a message of its own
        with self._lock:
            return self._waiting.popitem()[0] if self._waiting else None

    def _publish(self, task: str) -> None:
        try:
            self._celery.send_task(task, expires=60, retry=False, ignore_result=True)
        except Exception as error:  # whatever a broker does, the sweep will do
            self._closed_until = time.monotonic() + self._cool_down
            with self._lock:
                self._waiting.clear()
            log.warning("no nudge for %s: the broker says %s", task, type(error).__name__)


_nudgers: weakref.WeakSet[Nudger] = weakref.WeakSet()


def _fresh_after_fork() -> None:
    for nudger in _nudgers:
        nudger.start_over()


os.register_at_fork(after_in_child=_fresh_after_fork)
