"""Workers that are killed in the middle of an act for many: every client gets it once."""

from __future__ import annotations

import uuid
from datetime import time
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from clinic.domain.bulk_acts import BulkActKind, BulkActState, LineState
from clinic.extensions import db, for_writing
from clinic.models import AuditEvent, BulkAct, BulkActLine, Program
from clinic.services.bulk_acts import choosing, going_on
from clinic.services.bulk_acts.wishes import BulkWish
from clinic.services.checkins.rhythms import WeeklyCheckin
from clinic.services.clock import today_in
from tests.factories.people import make_client, make_people
from tests.factories.programs import publish_routine
from tests.faults.stage import kill, staged, wait_until

pytestmark = [pytest.mark.fault(short_on="postgres"), pytest.mark.slow]


def begun(number: int) -> None:
    """A routine that is being assigned to so many, by a worker that has not come yet."""
    people = make_people()
    version = publish_routine(people.practice, people.owner)
    clients = [make_client(people.practice, f"Student {each:04}").id for each in range(number)]
    db.session.commit()
    actor = people.actor(people.owner)
    act = choosing.choose(actor, BulkActKind.ASSIGN, uuid.uuid4().hex, clients)
    wish = BulkWish(
        version_id=version.id,
        starts_on=today_in(people.practice.time_zone),
        weeks=12,
        checkin=WeeklyCheckin(0, time(9)),
    )
    assert going_on.begin(actor, act.id, wish).state is BulkActState.UNDER_WAY


def settled() -> int:
    """How many clients have a line that is done."""
    with for_writing(False):
        done = select(func.count()).select_from(BulkActLine).where(BulkActLine.state == LineState.DONE)
        number = db.session.scalar(done) or 0
        db.session.rollback()
    return number


def _has_gone_on(since: int) -> bool:
    return settled() > since + 10


def is_over() -> bool:
    with for_writing(False):
        state = db.session.scalar(select(BulkAct.state))
        db.session.rollback()
    return state is BulkActState.DONE


def test_killed_in_the_middle_each_client_has_it_once(live_app: Flask, full: bool) -> None:
    number = 600 if full else 100
    with staged(live_app) as stage:
        begun(number)
        for _ in range(2 if full else 1):
            workers = [stage.worker() for _ in range(2)]
            wait_until(partial(_has_gone_on, settled()), 60, every=0.02)
            for worker in workers:
                kill(worker)
            assert not is_over(), "nobody was killed in the middle"
        stage.worker()
        wait_until(is_over, 180)

    assert settled() == number
    assigned = select(AuditEvent.client_id).where(AuditEvent.action == "program.assigned")
    told = db.session.scalars(assigned).all()
    assert len(told) == len(set(told)) == number
    assert db.session.scalar(select(func.count()).select_from(Program)) == number
