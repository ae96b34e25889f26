"""/healthz tells a watcher whether all is well, nothing about anybody, and details to few."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError

from clinic import create_app
from clinic.domain.health import HealthCheck, Pulse
from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.models import CheckinSchedule, Heartbeat
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import transaction
from clinic.services.upkeep import heartbeats, release
from clinic.services.watching.health import Look
from clinic.web.watchers import may_see_details
from config import CAN_BE_OFF
from tests.factories.checkins import enrol
from tests.factories.locks import as_owner
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


def silent_for(minutes: float) -> None:
    heartbeats.beat(heartbeats.SWEEP)
    with transaction():
        db.session.execute(update(Heartbeat).values(seen_at=now() - timedelta(minutes=minutes)))


@pytest.mark.parametrize(("minutes", "status"), [(1.8, 200), (2.2, 503), (60, 503)])
def test_a_worker_that_is_silent_is_an_alarm(
    people: People, visit: Callable[..., Visitor], minutes: float, status: int
) -> None:
    silent_for(minutes)
    health = visit().get("/healthz", status=status).get_json()
    assert health["troubles"] == ([] if status == 200 else ["sweep"])


def test_a_worker_that_was_never_there_is_an_alarm_once_something_waits_for_it(
    people: People, visit: Callable[..., Visitor]
) -> None:
    assert visit().get("/healthz", status=200).get_json()["status"] == "degraded"
    promise_checkins(1, due_at=now() - timedelta(minutes=11))
    assert visit().get("/healthz", status=503).get_json()["troubles"] == ["mail"]


def test_a_check_in_that_nobody_plans_is_an_alarm(people: People, visit: Callable[..., Visitor]) -> None:
    enrol(people)
    heartbeats.beat(heartbeats.SWEEP)
    visit().get("/healthz", status=200)
    overdue = now() - timedelta(minutes=11)
    with transaction():
        db.session.execute(update(CheckinSchedule).values(next_on=overdue.date(), next_due_at=overdue))
    assert visit().get("/healthz", status=503).get_json()["troubles"] == ["schedule"]


@pytest.mark.parametrize(("hours", "troubles"), [(25, []), (27, ["backup"])])
def test_an_old_backup_is_an_alarm(
    people: People, visit: Callable[..., Visitor], hours: int, troubles: list[str]
) -> None:
    heartbeats.beat(Pulse.BACKUP)
    silent_for(hours * 60)
    heartbeats.beat(heartbeats.SWEEP)
    assert visit().get("/healthz", status=None).get_json()["troubles"] == troubles


def test_tables_of_another_release_are_an_alarm_and_not_ready(
    people: People, visit: Callable[..., Visitor]
) -> None:
    heartbeats.beat(heartbeats.SWEEP)
    ready = visit().get("/readyz", status=200).get_json()
    assert (ready["status"], ready["version"], ready["revision"]) == (
        "ok",
        release.version(),
        release.schema(),
    )
    with transaction() as session, as_owner():
        session.execute(text("UPDATE alembic_version SET version_num = 'another'"))
    assert visit().get("/healthz", status=503).get_json()["troubles"] == ["schema"]
    assert visit().get("/readyz", status=503).get_json()["troubles"] == ["schema"]
    assert visit().get("/livez", status=200).get_json() == {"status": "ok"}


def test_what_was_found_is_not_told_again_though_its_thread_is_not_gone_yet(
    people: People, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Look, "is_alive", lambda self: True)
    heartbeats.beat(heartbeats.SWEEP)
    visit().get("/readyz", status=200)
    with transaction() as session, as_owner():
        session.execute(text("UPDATE alembic_version SET version_num = 'another'"))
    visit().get("/readyz", status=503)


def test_a_check_can_be_switched_off(
    app: Flask, people: People, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(app.config["SETTINGS"], health_off=frozenset({"sweep", "disk"}))
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    silent_for(60)
    visit().get("/healthz", status=200)


TOKEN = "a-token-for-whoever-watches-this-place"
OUTSIDE = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.mark.parametrize(
    ("around", "head", "sees"),
    [
        pytest.param({}, {}, True, id="on this machine"),
        pytest.param({"REMOTE_ADDR": "::1"}, {}, True, id="on this machine, IPv6"),
        pytest.param(OUTSIDE, {}, False, id="from elsewhere"),
        pytest.param({"REMOTE_ADDR": ""}, {}, False, id="from nowhere"),
        *(
            pytest.param({}, {name: "203.0.113.9"}, False, id=f"passed on by a proxy that sets {name}")
            for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Proto")
        ),
        pytest.param({}, {"X-Forwarded-For": "127.0.0.1"}, False, id="said to be from here"),
        pytest.param({}, {"X-Forwarded-For": ""}, False, id="passed on without an address"),
        pytest.param(OUTSIDE, {"Authorization": f"Bearer {TOKEN}"}, True, id="with the token"),
        pytest.param(OUTSIDE, {"Authorization": f"bearer  {TOKEN}"}, True, id="with the token, spelled so"),
        pytest.param(OUTSIDE, {"Authorization": f"Bearer {TOKEN}x"}, False, id="with another"),
        pytest.param(OUTSIDE, {"Authorization": "Bearer é"}, False, id="with no ASCII"),
        pytest.param(OUTSIDE, {"Authorization": "Bearer"}, False, id="with none"),
        pytest.param(OUTSIDE, {"Authorization": f"Basic {TOKEN}"}, False, id="with another kind"),
    ],
)
def test_details_are_for_the_token_or_for_this_machine(
    app: Flask,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    around: dict[str, str],
    head: dict[str, str],
    sees: bool,
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], health_token=TOKEN))
    for path in ("/healthz", "/readyz"):
        answer = app.test_client().get(path, headers=head, environ_overrides=around)
        assert ("troubles" in answer.get_json()) is sees
        assert sees or list(answer.get_json()) == ["status"]


def test_behind_a_proxy_that_is_trusted_nobody_is_on_this_machine(people: People, app: Flask) -> None:
    behind = create_app(replace(app.config["SETTINGS"], trusted_proxies=1))
    with behind.test_request_context(headers={"X-Forwarded-For": "127.0.0.1"}):
        assert not may_see_details()


def test_without_a_token_set_none_opens(people: People, app: Flask) -> None:
    head = {"Authorization": "Bearer None"}
    answer = app.test_client().get("/healthz", headers=head, environ_overrides=OUTSIDE)
    assert list(answer.get_json()) == ["status"]


def test_the_names_of_the_checks_are_those_of_the_setting() -> None:
    assert {HealthCheck.DATABASE, *CAN_BE_OFF} == set(HealthCheck)
