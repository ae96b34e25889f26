"""Workers that are killed in the middle of an import or of an erasure: all of it or nothing, and then all."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from clinic.domain.erasure import ErasureReason, ErasureState
from clinic.domain.imports import MOST_TRIES, ImportState
from clinic.extensions import db, for_writing
from clinic.models import AuditEvent, Base, Client, ClientImport, ClientImportRow, Erasure
from clinic.services.audit.checking import seal_older, verify
from clinic.services.clock import now
from clinic.services.erasure import asking, outside
from clinic.services.imports import going_on, uploading
from clinic.services.transaction import transaction
from tests.factories.people import make_people
from tests.factories.records import make_world
from tests.faults.dying import ERASURE_STEPS, IMPORT_STEPS
from tests.faults.stage import Stage, kill, staged, wait_until

pytestmark = [pytest.mark.slow]
KILLED = -9
ROWS = 3000
THEIRS = Client.name.like("Student %")


def begun() -> uuid.UUID:
    """A list of many that waits for a worker."""
    people = make_people()
    db.session.commit()
    actor = people.actor(people.owner)
    lines = [f"Student {each:04},s{each}@students.example,1980-02-03" for each in range(ROWS)]
    data = "\n".join(["name,email,born_on", *lines]).encode()
    about = uploading.take(actor, "students.csv", data, uuid.uuid4().hex)
    going_on.begin(
        actor,
        about.id,
        seen=uploading.mark_of(about),
        fills=False,
        adds_namesakes=False,
        is_consented=True,
    )
    return about.id


def stands(import_id: uuid.UUID) -> tuple[ImportState, int, int]:
    """Where it stands, how many rows were read, and how many of them are clients."""
    with for_writing(False):
        number = select(func.count()).select_from(Client).where(THEIRS).scalar_subquery()
        query = select(ClientImport.state, ClientImport.settled, number).where(ClientImport.id == import_id)
        state, settled, added = db.session.execute(query).one()
        db.session.rollback()
    return state, settled, added


def _is_read(import_id: uuid.UUID, rows: int) -> bool:
    return stands(import_id)[1] >= rows


def _is_over(import_id: uuid.UUID) -> bool:
    return stands(import_id)[0] not in going_on.NOT_OVER


def the_lease_ends() -> None:
    """As it does a minute later."""
    with transaction():
        db.session.execute(update(ClientImport).values(lease_until=now() - timedelta(seconds=1)))


def dies_at(stage: Stage, step: str) -> None:
    """A worker's work, killed there."""
    process = stage.start([sys.executable, "-m", "tests.faults.dying", step])
    assert process.wait(120) == KILLED, stage.logs()


@pytest.mark.fault(short_on="postgres")
def test_an_import_that_is_killed_adds_nobody_and_then_everybody_once(live_app: Flask) -> None:
    import_id = begun()
    with staged(live_app) as stage:
        worker = stage.worker()
        wait_until(partial(_is_read, import_id, 1000), 60, every=0.02)
        kill(worker)
        assert stands(import_id)[::2] == (ImportState.UNDER_WAY, 0), "nobody was killed in the middle"
        the_lease_ends()
        dies_at(stage, "all written, nothing committed")
        assert stands(import_id)[::2] == (ImportState.UNDER_WAY, 0)
        the_lease_ends()
        stage.worker()
        wait_until(partial(_is_over, import_id), 120)

    assert stands(import_id) == (ImportState.DONE, ROWS, ROWS)
    names = db.session.scalars(select(Client.name).where(THEIRS)).all()
    assert len(names) == len(set(names))
    assert db.session.scalar(select(func.count()).select_from(ClientImportRow)) == ROWS
    told = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "client_import.done")
    assert db.session.scalar(told) == 1


@pytest.mark.fault(short_on="postgres")
def test_an_import_that_kills_each_worker_is_given_up_and_has_added_nobody(live_app: Flask) -> None:
    import_id = begun()
    with staged(live_app) as stage:
        for step in [*IMPORT_STEPS, next(iter(IMPORT_STEPS))][:MOST_TRIES]:
            dies_at(stage, step)
            the_lease_ends()
        assert going_on.go_on_with_all() == 0

    assert stands(import_id)[::2] == (ImportState.FAILED, 0)
    assert db.session.get_one(ClientImport, import_id).said == going_on.DIED


def everything() -> dict[str, Sequence[object]]:
    """All rows there are, by table; but for the line of the erasure, which moves on."""
    with for_writing(False):
        found = {
            table.name: sorted(map(repr, db.session.execute(select(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in ("erasure", "heartbeat")
        }
        db.session.rollback()
    return found


@pytest.mark.fault(short_on="sqlite")
def test_an_erasure_that_is_killed_at_any_step_is_as_it_was_and_then_done(
    live_app: Flask, full: bool
) -> None:
    world = make_world()
    people = world.people
    erasure = asking.begin(
        people.actor(people.owner), people.client.id, ErasureReason.WISH, "By phone.", None
    )
    with transaction():
        erasure.erase_on = people.client.erase_on = erasure.asked_at.date()
    erasure_id, client_id = erasure.id, people.client.id
    seal_older()  # lines that a factory wrote: a process that starts would do it
    before, faults = everything(), [report.faults for report in verify()]
    *within, last = ERASURE_STEPS
    with staged(live_app) as stage:
        for step in within if full else (within[0], within[-1]):
            dies_at(stage, step)
            db.session.expire_all()
            assert db.session.get_one(Erasure, erasure_id).state is ErasureState.UNDER_WAY, step
            assert everything() == before, step
            listed = outside.read(live_app.config["SETTINGS"].data_dir / outside.HERE, None)
            assert [each.client_id for each in listed.values()] == [client_id], step
            db.session.rollback()
        dies_at(stage, last)
        db.session.expire_all()
        assert db.session.get_one(Erasure, erasure_id).state is ErasureState.DONE
        assert db.session.get(Client, client_id) is None
        assert not lists_beside(live_app)
        db.session.rollback()
        stage.worker()
        wait_until(partial(lists_beside, live_app), 60)

    assert [report.faults for report in verify()] == faults


def lists_beside(app: Flask) -> list[str]:
    """The lists of erased people that lie where the backups are kept."""
    kept = app.config["SETTINGS"].data_dir / "backups" / "nightly"
    return [each.name for each in kept.glob("*-erased.list")]
