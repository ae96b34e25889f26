"""/healthz tells a watcher whether mail goes out, and nothing about anybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import transaction
from clinic.services.upkeep import heartbeats
from tests.factories.mail import promise_checkins
from tests.factories.people import People
from tests.visitor import Visitor


def test_a_quiet_installation_is_fine_though_its_broker_is_away(
    people: People, visit: Callable[..., Visitor]
) -> None:
    for name in (heartbeats.WORKER, heartbeats.SWEEP, heartbeats.BEAT):
        heartbeats.beat(name)
    health = visit().get("/healthz", status=200).get_json()
    assert health["status"] == "degraded"
    assert (health["database"], health["broker"]) == ("ok", "away")
    assert health["outbox"]["oldest_due_age_seconds"] is None
    assert health["worker_age_seconds"] in (0, 1)


@pytest.mark.parametrize(("minutes", "status"), [(9, 200), (11, 503)])
def test_mail_that_does_not_go_out_is_an_alarm(
    people: People, visit: Callable[..., Visitor], minutes: int, status: int
) -> None:
    promise_checkins(2, due_at=now() - timedelta(minutes=minutes))
    health = visit().get("/healthz", status=status).get_json()
    assert health["outbox"]["waiting"] == 2
    assert health["outbox"]["oldest_due_age_seconds"] >= minutes * 60


def test_failed_and_doubtful_mails_are_counted_and_nobody_is_named(
    people: People, visit: Callable[..., Visitor]
) -> None:
    with transaction():
        outbox.promise_reset(people.owner)
        outbox.promise_reset(people.colleague)
        failed, doubtful = db.session.query(outbox.OutboxMessage).all()
        failed.state, failed.smtp_reply = OutboxState.FAILED, f"no such user {people.owner.email}"
        doubtful.state = OutboxState.IN_DOUBT
    answer = visit().get("/healthz")
    assert (answer.get_json()["outbox"]["failed"], answer.get_json()["outbox"]["in_doubt"]) == (1, 1)
    assert "@" not in answer.text


def test_a_mail_server_in_trouble_is_said_without_its_words(
    people: People, visit: Callable[..., Visitor]
) -> None:
    heartbeats.beat(heartbeats.MAIL_SERVER, "refused at auth 535: secret@clinic.example")
    answer = visit().get("/healthz")
    assert answer.get_json()["mail_server"] == "in trouble"
    assert "secret" not in answer.text


def test_a_database_that_is_away_is_said_so(
    people: People, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(heartbeats, "last_seen", away)
    health = visit().get("/healthz", status=503).get_json()
    assert (health["status"], health["database"]) == ("down", "away")
