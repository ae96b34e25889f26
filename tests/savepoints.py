"""A test is one transaction in which each commit of the product is a savepoint, told to the driver alone.

SQLAlchemy builds a statement for each of them; and at each `ROLLBACK` psycopg forgets what it has prepared,
so that PostgreSQL would plan every question of every test anew. Whoever goes back to a savepoint has done
with it, but a database keeps it until it is let go of, and the next one inside it: a walk ended 18,000 deep,
each with a lock of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection, Engine, event

SAVE = ("SAVEPOINT",)
LET_GO = ("RELEASE SAVEPOINT",)
GO_BACK = ("ROLLBACK TO SAVEPOINT", "RELEASE SAVEPOINT")
KEPT = 1000  # statements; the suite says more, the commonest again and again
PREPARED_AFTER = 1


def quick(engine: Engine) -> Engine:
    """The same engine, for tests that share a connection; it has not connected yet."""
    dialect: Any = engine.dialect
    for method, words in (
        ("do_savepoint", SAVE),
        ("do_release_savepoint", LET_GO),
        ("do_rollback_to_savepoint", GO_BACK),
    ):
        setattr(dialect, method, _telling(words))
    if dialect.name == "postgresql":
        dialect.do_rollback = _roll_back
        event.listen(engine, "connect", _prepare_soon)
    return engine


def _telling(words: tuple[str, ...]) -> Callable[[Connection, str], None]:
    def tell(connection: Connection, name: str) -> None:
        statements = [f"{each} {name}" for each in words]
        driver: Any = connection.connection.dbapi_connection
        if connection.dialect.name != "postgresql":
            for statement in statements:
                driver.execute(statement).close()
        elif not _is_done(driver, "; ".join(statements)):
            for statement in statements:  # the first of its transaction, or the trouble as it is told
                connection.exec_driver_sql(statement)

    return tell


def _roll_back(pooled: Any) -> None:
    if not _is_done(pooled.dbapi_connection, "ROLLBACK"):
        pooled.rollback()


def _is_done(driver: Any, statement: str) -> bool:
    if driver.closed or driver.info.transaction_status is TransactionStatus.IDLE:
        return False
    return bool(driver.pgconn.exec_(statement.encode()).status == ExecStatus.COMMAND_OK)


def _prepare_soon(driver: Any, _: object) -> None:
    driver.prepare_threshold, driver.prepared_max = PREPARED_AFTER, KEPT
    driver.execute("SET plan_cache_mode = force_generic_plan")
    driver.commit()
