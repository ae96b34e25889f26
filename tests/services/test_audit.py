"""The audit trail: one chain a practice, whoever writes at once, and nothing done to it goes unseen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from clinic.extensions import db
from clinic.models import AuditChainEnd, AuditEvent
from clinic.models.base import OfPractice
from clinic.services import audit, demo
from clinic.services.audit import checking
from clinic.services.clock import now
from clinic.services.transaction import transaction
from tests.backends import POSTGRES
from tests.factories.locks import as_owner, unlocked
from tests.factories.people import People, make_people

KEPT = "only added to|permission denied"


@pytest.fixture
def told(people: People) -> People:
    """A practice with five entries, another with one."""
    begin_trails(people)
    for number in range(1, 5):
        with transaction():
            audit.record(people.actor(people.owner), "practice.changed", changed={"number": number})
    return people


def begin_trails(people: People) -> None:
    """Both practices begin, as those do that are begun by the product."""
    for user in (people.owner, people.stranger):
        with transaction():
            audit.record(people.actor(user), "practice.begun")


def faults(of: OfPractice | object) -> list[tuple[int, str]]:
    (report,) = (each for each in checking.verify() if each.practice_id == of.id)  # type: ignore[attr-defined]
    return [(fault.seq, fault.words) for fault in report.faults]


@contextmanager
def tampering() -> Iterator[None]:
    """Somebody who owns the database takes the locks off."""
    with unlocked():
        yield
    db.session.commit()


def run(statement: str, **values: object) -> None:
    db.session.execute(text(statement), values)


def test_each_practice_has_a_chain_of_its_own_without_a_gap(told: People) -> None:
    numbers = (
        select(AuditEvent.seq).where(AuditEvent.practice_id == told.practice.id).order_by(AuditEvent.seq)
    )
    assert list(db.session.scalars(numbers)) == [1, 2, 3, 4, 5]
    assert faults(told.practice) == faults(told.elsewhere) == []


def test_an_edit_a_deletion_and_a_reorder_are_named(told: People) -> None:
    here = "practice_id = (SELECT practice_id FROM audit_event WHERE action = 'practice.changed' AND seq = 5)"
    with tampering():
        run(f"UPDATE audit_event SET actor_name = 'Nobody' WHERE seq = 2 AND {here}")
        run(f"DELETE FROM audit_event WHERE seq = 4 AND {here}")
    assert faults(told.practice) == [(2, "what it tells was changed"), (4, "it is missing")]
    assert faults(told.elsewhere) == []


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_trail_that_was_taken_away_whole_is_named(told: People, *, goes_on: bool) -> None:
    with tampering():
        for table in ("audit_event", "audit_end"):
            run(f"DELETE FROM {table}")
    if goes_on:
        with transaction():
            audit.record(told.actor(told.owner), "practice.changed")
    begun_anew = [(1, "the practice's beginning is missing: the trail was begun anew")]
    for _ in range(2):  # looking at it does not mend it
        assert faults(told.practice) == faults(told.elsewhere) == begun_anew


def test_two_that_changed_places_are_named(told: People) -> None:
    ids = {
        row.seq: row.id
        for row in db.session.scalars(select(AuditEvent).where(AuditEvent.practice_id == told.practice.id))
    }
    with tampering():
        for seq, number in ((99, 2), (2, 3), (3, 2)):
            change = AuditEvent.__table__.update().where(AuditEvent.id == ids[number])
            db.session.execute(change.values(seq=seq))
    assert faults(told.practice) == [(2, "entry 3 was moved here"), (3, "entry 2 was moved here")]


def test_a_line_put_in_past_the_chain_is_named(told: People) -> None:
    assert faults(told.practice) == []  # from here on nothing without a number is believed
    line = AuditEvent(
        practice_id=told.practice.id, happened_at=now() - timedelta(days=90), action="client.archived",
        actor_name="Nobody", details={},
    )  # fmt: skip
    db.session.add(line)
    db.session.commit()
    assert faults(told.practice) == [(0, f"{line.id} was put in past the chain")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor_name = 'Nobody'",
        "UPDATE audit_event SET seq = seq + 1",
        "DELETE FROM audit_event",
        *([] if POSTGRES else ["INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event"]),
        *(["TRUNCATE audit_event"] if POSTGRES else []),
    ],
)
def test_no_statement_changes_what_is_written(told: People, statement: str) -> None:
    with pytest.raises(DBAPIError, match=KEPT), db.session.begin_nested():
        run(statement)
    with as_owner(), pytest.raises(IntegrityError, match="only added to"), db.session.begin_nested():
        run(statement)
    assert faults(told.practice) == []


@pytest.mark.postgres_only
def test_the_apps_role_may_neither_update_nor_delete(told: People) -> None:
    asked = text("SELECT has_table_privilege(current_user, 'audit_event', :right)")
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    assert [right for right in rights if db.session.scalar(asked, {"right": right})] == ["SELECT", "INSERT"]


def test_what_is_undone_is_not_told(told: People) -> None:
    actor = told.actor(told.owner)

    def fail() -> None:
        audit.record(actor, "practice.changed", within="what failed")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction():
        fail()
    with transaction():
        with pytest.raises(ZeroDivisionError), db.session.begin_nested():
            fail()
        audit.record(actor, "practice.changed", within="nothing")
    written = db.session.scalars(
        select(AuditEvent.details).where(AuditEvent.practice_id == told.practice.id, AuditEvent.seq > 5)
    ).all()
    assert written == [{"within": "nothing"}]


def test_twenty_at_once_make_one_chain(live_app: Flask) -> None:
    people = make_people()
    begin_trails(people)
    actors = [people.actor(people.owner), people.actor(people.stranger)]
    start = threading.Barrier(8)

    def write(first: int) -> None:
        start.wait()
        for number in range(5):
            with live_app.app_context(), transaction():
                for actor in (actors[first], actors[1 - first]):  # in either order
                    audit.record(actor, "practice.changed", number=number)

    threads = [threading.Thread(target=write, args=(number % 2,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ends = db.session.scalars(select(AuditChainEnd.seq)).all()
    assert ends == [41, 41]
    assert faults(people.practice) == faults(people.elsewhere) == []


def test_what_is_older_than_the_chain_is_sealed_in_portions(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "PORTION", 3)
    for number in range(7):
        db.session.add(
            AuditEvent(
                practice_id=people.practice.id, happened_at=now() - timedelta(days=30 - number),
                action="client.corrected" if number else "practice.begun", actor_name="Robin",
                details={"number": number},
            )
        )  # fmt: skip
    db.session.commit()
    assert checking.seal_older() == 7
    assert checking.seal_older() == 0
    assert faults(people.practice) == []
    with tampering():
        older = db.session.scalars(
            select(AuditEvent.id).where(AuditEvent.seq.is_(None)).order_by(AuditEvent.happened_at)
        ).all()
        table = AuditEvent.__table__
        db.session.execute(table.update().where(table.c.id == older[1]).values(actor_name="Nobody"))
        db.session.execute(table.delete().where(table.c.id == older[4]))
    assert sorted(faults(people.practice)) == sorted(
        [
            (0, f"{older[1]}, older than the chain, was changed"),
            (0, f"{older[4]}, older than the chain, is missing"),
        ]
    )


def test_the_demo_is_chained(live_app: Flask) -> None:
    demo.seed_practice(4, 1)
    unchained = select(func.count()).select_from(AuditEvent).where(AuditEvent.seq.is_(None))
    assert db.session.scalar(unchained) == 0
    assert [report.faults for report in checking.verify()] == [[]]


def test_the_command_says_whole_or_what_is_wrong(told: People, app: Flask) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(args=["audit", "verify"])
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "The audit trail is whole.")
    with tampering():
        run("UPDATE audit_event SET action = 'client.archived' WHERE seq = 3")
    done = runner.invoke(args=["audit", "verify"])
    assert done.exit_code == 1
    assert "  entry 3: it was changed, or entry 2 was written anew" in done.output
