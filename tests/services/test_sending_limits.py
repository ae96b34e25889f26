"""Limits that all senders of an account keep together: rate, connections, and a rest in trouble."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic.extensions import db
from clinic.mail.journal import Journal
from clinic.models import MailAccount, MailConnection
from clinic.services.clock import now
from clinic.services.sending import delivery
from clinic.services.sending import limits as sending_limits
from clinic.services.sending import recovery as sending_recovery
from clinic.services.sending.claims import claim
from clinic.services.sending.limits import HELD, Room, Slot
from clinic.services.transaction import transaction
from tests.factories.mail import promise_checkins

HOUR = timedelta(hours=1)


def room(per_minute: int, most: int = 50) -> Room:
    with transaction():
        return sending_limits.room("relay", per_minute, most, now())


def claimed(account: str = "relay", per_minute: int = 60) -> int:
    batch = claim("me", real_server=True, smtputf8=True, account=account, per_minute=per_minute)
    return len(batch.letters)


def holders() -> list[str | None]:
    db.session.expire_all()
    return list(db.session.scalars(select(MailConnection.holder).order_by(MailConnection.slot)))


def test_without_a_rate_there_is_room_and_no_row(app: Flask) -> None:
    assert room(0) == Room(50)
    assert db.session.scalar(select(MailAccount)) is None


def test_what_was_claimed_is_spent_and_comes_back(app: Flask) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        promise_checkins(20)
        assert [claimed() for _ in range(3)] == [5, 0, 0]  # a twelfth of a minute at once
        clock.shift(3)
        assert claimed() == 2
        clock.shift(HOUR)
        assert claimed() == 5


def test_two_accounts_do_not_share_a_rate(app: Flask) -> None:
    with time_machine.travel(now(), tick=False):
        promise_checkins(20)
        assert (claimed("relay"), claimed("another")) == (5, 5)


def test_mails_that_do_not_go_out_cost_nothing(app: Flask) -> None:
    with time_machine.travel(now(), tick=False):
        promise_checkins(4, due_at=now() - timedelta(days=10))
        promise_checkins(6)
        assert [claimed(), claimed()] == [1, 4]


def test_somebody_without_room_is_told_how_long_to_wait(app: Flask) -> None:
    with time_machine.travel(now(), tick=False):
        promise_checkins(3)
        assert claimed(per_minute=6) == 1
        batch = claim("me", real_server=True, smtputf8=True, account="relay", per_minute=6)
        assert batch.wait == pytest.approx(10.0)


# ---------------------------------------------------------------- connections


def test_without_a_limit_every_slot_is_there_and_no_row(app: Flask) -> None:
    assert all(Slot("relay", f"sender {number}", 0).keep() for number in range(5))
    assert holders() == []


def test_of_three_senders_two_get_the_two_connections(app: Flask) -> None:
    slots = [Slot("relay", f"sender {number}", 2) for number in range(3)]
    assert [slot.keep() for slot in slots] == [True, True, False]
    slots[0].let_go()
    assert [slot.keep() for slot in slots[1:]] == [True, True]
    assert holders() == ["sender 2", "sender 1"]


def test_a_limit_that_was_lowered_holds_for_the_next(app: Flask) -> None:
    assert all(Slot("relay", f"sender {number}", 3).keep() for number in range(3))
    assert not Slot("relay", "another", 1).keep()


def test_a_sender_that_dies_on_this_machine_frees_its_connection_at_once(app: Flask) -> None:
    folder: Path = app.config["SETTINGS"].data_dir / "journal"
    journal = Journal.open(folder)
    assert Slot("relay", journal.name, 1).keep()
    assert not Slot("relay", "heir", 1).keep()
    sending_recovery.recover(folder)
    assert not Slot("relay", "heir", 1).keep(), "it lives"
    journal.abandon()
    sending_recovery.recover(folder)
    assert Slot("relay", "heir", 1).keep()


def test_one_that_is_silent_for_too_long_loses_it_and_notices(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending_limits, "RENEW", 0.0)
    with time_machine.travel(now(), tick=False) as clock:
        silent, heir = Slot("relay", "silent", 1), Slot("relay", "heir", 1)
        assert silent.keep()
        clock.shift(HELD - timedelta(seconds=1))
        assert silent.keep()
        clock.shift(HELD - timedelta(seconds=1))
        assert not heir.keep(), "it was renewed"
        clock.shift(timedelta(seconds=2))
        assert heir.keep()
        assert not silent.keep()
        silent.let_go()
        assert holders() == ["heir"]


def test_a_clock_that_is_put_back_blocks_nobody_for_long(app: Flask) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        assert Slot("relay", "dead", 1).keep()
        clock.shift(-HOUR)
        assert Slot("relay", "heir", 1).keep()


# ---------------------------------------------------------------- a rest


def test_others_rest_while_one_has_met_trouble(app: Flask) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        sending_limits.rest("relay", "me", 60.0)
        assert sending_limits.resting("relay", "another")
        assert not sending_limits.resting("relay", "me")
        assert not sending_limits.resting("elsewhere", "another")
        clock.shift(61)
        assert not sending_limits.resting("relay", "another")
        sending_limits.rest("relay", "me", 60.0)
        sending_limits.rest("relay", "me", None)
        assert not sending_limits.resting("relay", "another")


def test_a_rest_from_a_clock_that_was_an_hour_ahead_is_none(app: Flask) -> None:
    with time_machine.travel(now() + HOUR, tick=False):
        sending_limits.rest("relay", "me", 60.0)
    assert not sending_limits.resting("relay", "another")


def test_nothing_due_touches_none_of_it(app: Flask) -> None:
    delivery.run()
    assert db.session.scalar(select(MailAccount)) is None
