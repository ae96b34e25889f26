"""Nudges: never in the way, never more than needed, and fresh after a fork."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress

import pytest
from flask import Flask

from clinic import queue
from clinic.queue import CELERY_SETTINGS, Nudger
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import transaction
from clinic.tasks import init_tasks, jobs, schedule
from tests.factories.people import People


class Publisher:
    """Stands in for Celery where the broker's own behaviour is what is tried."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.broken = False

    def send_task(self, name: str, **options: object) -> None:
        self.may_go_on.wait(10)
        if self.broken:
            raise ConnectionError
        self.sent.append(name)


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


def settled(publisher: Publisher, number: int) -> None:
    until = time.monotonic() + 5
    while len(publisher.sent) < number and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.1)


def test_a_hundred_commits_at_once_are_a_few_messages(publisher: Publisher) -> None:
    nudger = Nudger(publisher)  # type: ignore[arg-type]
    for _ in range(100):
        nudger.nudge("outbox.deliver")
    settled(publisher, 1)
    assert publisher.sent == ["outbox.deliver"]


def test_a_commit_after_a_publish_began_has_a_message_of_its_own(publisher: Publisher) -> None:
    nudger = Nudger(publisher)  # type: ignore[arg-type]
    publisher.may_go_on.clear()
    nudger.nudge("outbox.deliver")
    time.sleep(0.2)
    nudger.nudge("outbox.deliver")
    publisher.may_go_on.set()
    settled(publisher, 2)
    assert publisher.sent == ["outbox.deliver"] * 2


def test_a_publish_that_hangs_holds_up_nobody(publisher: Publisher) -> None:
    nudger = Nudger(publisher)  # type: ignore[arg-type]
    publisher.may_go_on.clear()
    begun = time.monotonic()
    for number in range(1000):
        nudger.nudge(f"task {number}")
    assert time.monotonic() - begun < 0.5
    publisher.may_go_on.set()
    settled(publisher, 16)
    assert len(publisher.sent) <= 2 * queue.MOST_WAITING


def test_after_a_failure_the_broker_is_left_alone_for_a_while(publisher: Publisher) -> None:
    nudger = Nudger(publisher, cool_down=0.5)  # type: ignore[arg-type]
    publisher.broken = True
    nudger.nudge("outbox.deliver")
    time.sleep(0.3)
    publisher.broken = False
    nudger.nudge("outbox.deliver")
    time.sleep(0.2)
    assert publisher.sent == []
    time.sleep(0.3)
    nudger.nudge("outbox.deliver")
    settled(publisher, 1)
    assert publisher.sent == ["outbox.deliver"]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # Pythons from 3.12 on warn of fork
def test_a_forked_child_nudges_although_its_parents_thread_is_not_there(publisher: Publisher) -> None:
    nudger = Nudger(publisher)  # type: ignore[arg-type]
    nudger.nudge("before")
    settled(publisher, 1)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        nudger.nudge("in the child")
        settled(publisher, 2)
        os.write(write, publisher.sent[-1].encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 100) == b"in the child"
    os.close(read)
    os.close(write)


def test_a_promise_nudges_once_committed_and_not_when_rolled_back(
    app: Flask, people: People, publisher: Publisher
) -> None:
    before, app.extensions["nudger"] = app.extensions["nudger"], Nudger(publisher)  # type: ignore[arg-type]
    try:
        with suppress(ZeroDivisionError), transaction():
            outbox.promise_reset(people.owner)
            raise ZeroDivisionError
        time.sleep(0.2)
        assert publisher.sent == []
        with transaction():
            outbox.promise_reset(people.owner)
            time.sleep(0.2)
            assert publisher.sent == []
        settled(publisher, 1)
        assert publisher.sent == ["outbox.deliver"]
    finally:
        app.extensions["nudger"] = before


def test_only_json_travels_and_nothing_comes_back(app: Flask) -> None:
    conf = app.extensions["celery"].conf
    assert conf.accept_content == ["json"]
    assert conf.task_serializer == "json"
    assert conf.result_backend is None
    assert conf.task_ignore_result
    assert CELERY_SETTINGS["broker_connection_max_retries"] is None


def test_every_task_on_the_timetable_exists_and_takes_nothing(app: Flask) -> None:
    assert {entry["task"] for entry in schedule.BEAT.values()} <= set(jobs.JOBS)
    for entry in schedule.BEAT.values():
        assert "args" not in entry
        assert entry["options"]["expires"] < entry["schedule"]


def test_the_tasks_are_registered_by_name(app: Flask) -> None:
    celery = init_tasks(app)
    assert set(jobs.JOBS) <= set(celery.tasks)
