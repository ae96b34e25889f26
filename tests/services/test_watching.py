"""A silent worker is told: on the pages of the staff, and to the owners by a mail that needs no worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from clinic.domain.health import AlarmStep, HealthCheck, HealthFacts, Pulse
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.mail.transport import SendOutcome, SendVerdict, SmtpStage
from clinic.models import Heartbeat
from clinic.services.clock import now
from clinic.services.sending import lease as sending_lease
from clinic.services.sending.account import Account
from clinic.services.sending.lease import BatchLease
from clinic.services.transaction import transaction
from clinic.services.upkeep import heartbeats
from clinic.services.watching import alarms, health, watchman
from clinic.services.watching.health import HealthReport
from tests.factories.people import People, make_user
from tests.visitor import Visitor
from tests.web.practitioner.test_clients import text

Visit = Callable[..., Visitor]
TEN_MINUTES = timedelta(minutes=10)
LONG = 3600.0  # seconds
PAGES = ["/today", "/clients", "/routines", "/check-ins", "/practice", "/your-account"]


@pytest.fixture
def transport(app: Flask) -> Iterator[MemoryTransport]:
    """A mail server that keeps what it is given."""
    before, kept = app.extensions["mail_account"], MemoryTransport()
    app.extensions["mail_account"] = Account(kept, real_server=True)
    yield kept
    app.extensions["mail_account"] = before


def sweep_was(minutes: float) -> None:
    heartbeats.beat(heartbeats.SWEEP)
    with transaction():
        mine = update(Heartbeat).where(Heartbeat.name == Pulse.SWEEP)
        db.session.execute(mine.values(seen_at=now() - timedelta(minutes=minutes)))


def tell(seen_for: float = LONG, patience: timedelta = TEN_MINUTES) -> AlarmStep:
    return alarms.tell_owners(health.look(), patience, seen_for=seen_for)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_the_staff_says_that_nobody_sends(people: People, visit: Visit, path: str) -> None:
    sweep_was(3)
    for who in (people.owner, people.colleague):
        page = text(visit(who).get(path))
        assert "Nothing is being sent just now: the part of Regroove that sends mail was last seen on" in page
        assert "Ask whoever looks after your installation to start it." in page
    heartbeats.beat(heartbeats.SWEEP)
    assert "Nothing is being sent" not in text(visit(people.owner).get(path))


def test_a_client_hears_nothing_of_it(people: People, visit: Visit) -> None:
    sweep_was(3)
    assert "Nothing is being sent" not in text(visit(people.client_user).get("/my"))


def test_pages_say_what_else_was_found_lately(
    app: Flask, people: People, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeats.beat(heartbeats.SWEEP)
    found = (HealthCheck.MAIL, HealthCheck.DISK, HealthCheck.BACKUP, HealthCheck.CLOCK, HealthCheck.SCHEDULE)
    report = HealthReport(found, HealthFacts(at=now()))
    monkeypatch.setattr(watchman.of(app), "known", lambda: report)
    page = text(visit(people.owner).get("/clients"))
    for words in (
        "Mail has been waiting for more than ten minutes. See why",
        "The disk of this installation is nearly full.",
        "The last good backup is more than a day old.",
        "The clock of a machine of this installation is wrong",
        "Check-ins that are due are not being prepared.",
    ):
        assert words in page


def test_owners_hear_once_that_it_is_silent_and_once_that_it_is_over(
    people: People, transport: MemoryTransport
) -> None:
    sweep_was(11)
    assert tell() is AlarmStep.SILENT
    assert tell() is AlarmStep.NOTHING
    heartbeats.beat(heartbeats.SWEEP)
    assert tell() is AlarmStep.WELL_AGAIN
    assert tell() is AlarmStep.NOTHING
    first, last = transport.messages
    assert (first["To"], last["To"]) == (people.owner.email, people.owner.email)
    assert first["Subject"] == "Regroove sends no mail just now"
    assert last["Subject"] == "Regroove sends mail again"
    assert people.client.name not in str(transport.sent)


def test_an_address_that_no_mail_takes_keeps_it_from_nobody_else(
    people: People, transport: MemoryTransport
) -> None:
    transport.smtputf8 = False
    other = make_user(people.practice, people.owner.role, "Zoe Second")
    with transaction():
        people.owner.email = "zoë@people.example"
    sweep_was(11)
    tell()
    assert [each.recipient for each in transport.sent] == [other.email]


def test_it_is_told_again_after_six_hours(people: People, transport: MemoryTransport) -> None:
    sweep_was(500)
    tell()
    with transaction():
        alarm = update(Heartbeat).where(Heartbeat.name == Pulse.ALARM)
        db.session.execute(alarm.values(seen_at=now() - timedelta(hours=6, minutes=1)))
    assert tell() is AlarmStep.SILENT
    assert len(transport.sent) == 2


@pytest.mark.parametrize(
    ("minutes", "seen_for", "patience"),
    [
        pytest.param(9, LONG, TEN_MINUTES, id="not for long enough"),
        pytest.param(500, 30.0, TEN_MINUTES, id="just woken up"),
        pytest.param(500, LONG, timedelta(), id="switched off"),
    ],
)
def test_nobody_is_told_too_early(
    people: People, transport: MemoryTransport, minutes: float, seen_for: float, patience: timedelta
) -> None:
    sweep_was(minutes)
    assert tell(seen_for, patience) is AlarmStep.NOTHING
    assert not transport.sent


def test_a_worker_that_was_never_there_is_told_once_it_was_waited_for(
    people: People, transport: MemoryTransport
) -> None:
    assert tell(seen_for=500.0) is AlarmStep.NOTHING
    assert tell(seen_for=601.0) is AlarmStep.SILENT
    (mail,) = transport.messages
    assert "has never been seen" in str(mail.get_body(("plain",)))


def test_closed_accounts_and_demo_practices_hear_nothing(people: People, transport: MemoryTransport) -> None:
    with transaction():
        people.elsewhere.is_demo = True
        people.owner.deactivated_at = now()
    sweep_was(11)
    tell()
    assert not transport.sent


def test_a_mail_server_that_takes_none_is_tried_again_in_ten_minutes(
    people: People, app: Flask, transport: MemoryTransport
) -> None:
    sweep_was(11)
    transport.outcomes = [SendOutcome(SendVerdict.ACCOUNT_PROBLEM, SmtpStage.CONNECT)]
    tell()
    assert tell() is AlarmStep.NOTHING
    with transaction():
        row = db.session.scalars(select(Heartbeat).where(Heartbeat.name == Pulse.ALARM)).one()
        row.seen_at -= timedelta(minutes=10)
    assert tell() is AlarmStep.SILENT
    assert transport.sent


@pytest.mark.parametrize(
    ("seconds", "counts"),
    [
        pytest.param(40, False, id="it may come yet"),
        pytest.param(50, True, id="when the minute ends it has been silent for a fifth of it"),
    ],
)
def test_silence_counts_in_time_for_a_patience_of_a_minute(app: Flask, seconds: float, counts: bool) -> None:
    sweep_was(seconds / 60)
    of_one = watchman.Watchman(app)
    of_one._silent_for(health.look(), timedelta(minutes=1))
    assert (of_one._silent_since is not None) is counts


@pytest.mark.parametrize("hangs", [False, True])
def test_a_long_sending_is_no_silence_but_one_that_hangs_is(
    live_app: Flask, monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    sweep_was(3)
    monkeypatch.setattr(sending_lease, "RENEW", 0.05)  # seconds
    if hangs:
        monkeypatch.setattr(sending_lease, "LONGEST_STEP", 0.0)
    with sending_lease.keeper() as keeper:
        keeper.lease = BatchLease()
        time.sleep(0.5)
    assert (HealthCheck.SWEEP in health.look().troubles) is hangs


def test_of_several_processes_one_tells(live_app: Flask) -> None:
    at, taken = now(), []

    def take() -> None:
        with live_app.app_context():
            taken.append(heartbeats.turn(Pulse.ALARM, None, at, "silent"))

    threads = [threading.Thread(target=take) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(taken) == [False] * 5 + [True]
    assert heartbeats.turn(Pulse.ALARM, (at, "silent"), at, "")
    assert not heartbeats.turn(Pulse.ALARM, (at, "silent"), at, "")
