"""/metrics tells how requests went and how the installation is, to few, and nothing of anybody."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families as parsed

from clinic.extensions import db
from clinic.services.clock import now
from clinic.services.upkeep import heartbeats
from clinic.web.requests import METHODS
from tests.factories.mail import promise_checkins
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
COUNT = "regroove_request_seconds_count"


def samples(visit: Visit) -> dict[str, list[tuple[dict[str, str], float]]]:
    answer = visit().get("/metrics", status=200)
    assert answer.content_type.startswith("text/plain; version=")
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in parsed(answer.get_data(as_text=True)):
        for each in family.samples:
            found.setdefault(each.name, []).append((each.labels, each.value))
    return found


def counted(visit: Visit, **labels: str) -> float:
    return sum(value for found, value in samples(visit).get(COUNT, []) if labels.items() <= found.items())


def test_requests_are_counted_by_rule_method_and_status(people: People, visit: Visit) -> None:
    of_client = {"rule": "/clients/<uuid:client_id>", "method": "GET", "status": "200"}
    before = counted(visit, **of_client)
    for _ in range(3):
        visit(people.owner).get(f"/clients/{people.client.id}?q=Ada")
    assert counted(visit, **of_client) == before + 3


def test_what_somebody_typed_is_no_label(people: People, visit: Visit) -> None:
    browser = visit(people.owner)
    browser.get("/PLANTED-path?PLANTED=1", status=404)
    browser.client.open("/livez", method="PLANTED")
    text = visit().get("/metrics").get_data(as_text=True)
    assert "PLANTED" not in text
    for personal in (people.client.name, str(people.client.id), people.owner.email, people.practice.name):
        assert personal not in text
    assert set(re.findall(r'method="(\w+)"', text)) <= METHODS | {"other"}


def test_the_installation_in_numbers(people: People, visit: Visit) -> None:
    heartbeats.beat(heartbeats.SWEEP)
    promise_checkins(3, due_at=now() - timedelta(minutes=11))
    found = samples(visit)
    assert ({"state": "ready"}, 3.0) in found["regroove_mails"]
    assert {labels["state"] for labels, _ in found["regroove_mails"]} == {
        "ready",
        "leased",
        "in_doubt",
        "failed",
    }
    assert found["regroove_oldest_mail_age_seconds"][0][1] == pytest.approx(660, abs=5)
    assert found["regroove_sweep_age_seconds"][0][1] < 5
    assert "regroove_backup_age_seconds" not in found
    assert ({"check": "mail"}, 1.0) in found["regroove_trouble"]
    assert ({"check": "sweep"}, 0.0) in found["regroove_trouble"]


def test_it_is_for_few(app: Flask) -> None:
    outside = {"REMOTE_ADDR": "203.0.113.9"}
    for options in ({"environ_overrides": outside}, {"headers": {"X-Forwarded-For": "127.0.0.1"}}):
        answer = app.test_client().get("/metrics", **options)
        assert (answer.status_code, answer.location) == (303, "/")
        assert "regroove_" not in answer.get_data(as_text=True)
    db.session.rollback()


COUNTED_BY_TWO = """
import os
from clinic.serving import counts
counts.prepare()
folder = os.environ[counts.FILES]
from clinic.web import metrics
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
for _ in range(2):
    if not (child := os.fork()):
        metrics.note("/clients", "GET", 200, 0.02)
        os._exit(0)
    os.waitpid(child, 0)
registry = CollectorRegistry()
MultiProcessCollector(registry)
print(generate_latest(registry).decode())
print("folder", folder)
"""


def test_processes_are_added_up_and_their_files_go_with_them() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", COUNTED_BY_TWO], capture_output=True, text=True, timeout=60, check=True
    )
    assert f'{COUNT}{{method="GET",rule="/clients",status="200"}} 2.0' in ended.stdout
    folder = ended.stdout.split("folder ")[1].strip()
    assert subprocess.run(["test", "-e", folder], check=False).returncode == 1
