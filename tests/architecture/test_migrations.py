"""The migrations make exactly the tables that the models describe, and take them away again."""

from __future__ import annotations

from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect

from clinic.extensions import db
from clinic.models import Base
from tests.statements import statements


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_up_from_nothing_and_down_again_leaves_nothing(live_app: Flask) -> None:
    assert tables() == set(Base.metadata.tables)
    downgrade(revision="base")
    assert tables() == set()
    with statements(db.engine) as told:
        upgrade()
    assert tables() == set(Base.metadata.tables)
    made_anew = sum("CREATE TABLE _alembic_tmp_" in statement for statement in told)
    keys_read = sum("foreign_key_list" in statement for statement in told)
    assert keys_read <= made_anew, "a table that is made anew is read alone"


def test_models_and_migrations_agree(live_app: Flask) -> None:
    check()  # exits with an error if a migration is missing


def test_each_table_of_a_practice_carries_its_key_and_no_key_sets_null() -> None:
    free = {
        *("practice", "heartbeat", "mail_account", "mail_connection", "mail_setting"),
        *("sending_batch", "backup_key", "backup_record"),
    }
    for table in Base.metadata.sorted_tables:
        if table.name in free:
            continue
        assert not table.c.practice_id.nullable, table.name
        for key in table.foreign_key_constraints:
            assert key.ondelete is None, f"{table.name}: {key.name}"
            target = key.elements[0].column.table.name
            assert target == "practice" or len(key.columns) == 2, (
                f"{table.name} points at {target} by id alone"
            )
