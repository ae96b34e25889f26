"""What the walks see of the rows is what is there."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, text, update

from clinic.extensions import db
from clinic.models import AuthSession, Client, Heartbeat, Message, Thread, ThreadRead
from clinic.services.clock import now
from tests.policy.stage import TABLES, Stage, changed

WRITTEN = {
    "a row more": (insert(Heartbeat).values(name="somebody", seen_at=now(), detail=""), {"heartbeat"}),
    "another word in each row": (update(Message).values(text="other words"), {"message"}),
    "a row less": (delete(ThreadRead), {"thread_read"}),
    "nothing but the same again": (update(Thread).values(id=Thread.id), set()),
    "what is not looked at": (update(AuthSession).values(last_seen_at=now()), set()),
}
WIPES = "UPDATE message SET text = 'other words'"


@pytest.mark.parametrize("what", WRITTEN)
def test_a_scene_shows_every_row_as_it_is(stage: Stage, what: str) -> None:
    statement, tables = WRITTEN[what]
    for _ in range(2):  # the second time after the first was undone
        with stage.scene():
            before = stage.dump()
            db.session.execute(statement)
            db.session.commit()
            assert changed(before, stage.dump()) == tables
            assert stage.dump() == stage.read(TABLES)
    assert stage.whole()


def test_what_a_trigger_writes_is_seen_too(stage: Stage) -> None:
    """A statement names one table; only the database knows which others it writes."""
    with stage.scene():
        assert stage.written() == set()
        db.session.execute(update(Client).values(search_key="other"))
        assert stage.written() == {"client", "search_piece"}
    assert stage.written() == set()


@pytest.mark.sqlite_only(reason="PostgreSQL counts rows, whatever the tables are like")
def test_after_a_change_of_the_tables_all_is_as_good_as_written(stage: Stage) -> None:
    """What was told of a statement before may not be so any more, until that is undone."""
    seen = update(Thread).values(id=Thread.id)
    for _ in range(2):
        with stage.scene():
            db.session.execute(text(f"CREATE TRIGGER other AFTER UPDATE ON thread BEGIN {WIPES}; END"))
            before = stage.dump()
            db.session.execute(seen)
            assert stage.written() == set(TABLES)
            assert changed(before, stage.dump()) == {"message"}
        with stage.scene():
            before = stage.dump()
            db.session.execute(seen)
            assert stage.written() == {"thread"}
            assert changed(before, stage.dump()) == set()


@pytest.mark.postgres_only
def test_scenes_are_not_nested_in_those_that_were_undone(stage: Stage) -> None:
    """Else each of thousands would hold a lock until the last one, and cost more than the one before."""
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND pid = pg_backend_pid()")
    found = set()
    for _ in range(5):
        with stage.scene():
            db.session.execute(update(Message).values(text="other words"))
            db.session.commit()
            found.add(stage.connection.scalar(held))
    assert len(found) == 1, found
