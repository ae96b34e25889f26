"""Celery tasks: a name in, a service called, nothing decided.

The worker's main process also sweeps the database (see `sweep`), so every task here may be lost,
repeated or late without any harm.
"""

from __future__ import annotations

from typing import Any

from celery import Celery, Task, signals
from celery.apps import worker as celery_worker
from flask import Flask

from clinic.services.reach import from_nothing
from clinic.services.watching.clocks import ClockGuard
from clinic.tasks import jobs, schedule, sweep


def init_tasks(app: Flask) -> Celery:
    """Give the app's Celery its tasks, its timetable and the sweep; returns it."""
    celery: Celery = app.extensions["celery"]
    for name, job in jobs.JOBS.items():
        celery.task(job, name=name, base=_task_within(app))
    celery.conf.beat_schedule = schedule.BEAT
    sweep.init_sweep(app, celery)
    signals.setup_logging.connect(_is_set_up, weak=False)
    celery.set_default()
    return celery


def _is_set_up(**_: object) -> None:
    """Celery sets up no logging of its own where somebody answers: ours stands."""
    celery_worker.safe_say = _say_nothing  # it prints past every logger when it is asked to end


def _say_nothing(*_: object, **__: object) -> None:
    pass


def _task_within(app: Flask) -> type[Task]:
    guard = ClockGuard(tells=False)  # the worker's main process tells

    class InApp(Task):
        """A task that runs inside the Flask app, while the machine's clock is right."""

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with app.app_context(), from_nothing():
                return self.run(*args, **kwargs) if guard.may_work() else None

    return InApp
