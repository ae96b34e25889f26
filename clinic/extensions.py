"""The Flask extensions, made once and bound to an app by its factory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import IPv6Network
from pathlib import Path
from typing import Any

from flask import Flask, has_request_context, request
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

from clinic.domain.masking import unmasked
from clinic.own_files import ready_for_sqlite
from config import Settings

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
FREE_WITHIN = 10  # seconds until a connection of the pool is free
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# Models are declared on models.base.Base, which lies above this layer; the session maps any class.
db = SQLAlchemy(session_options={"expire_on_commit": False})
migrate = Migrate()
login_manager = LoginManager()


class MaskedCSRFProtect(CSRFProtect):
    """Takes tokens as pages show them, each under a mask of its own."""

    def _get_csrf_token(self) -> str | None:
        sent = super()._get_csrf_token()
        return unmasked(sent) if sent else sent


csrf = MaskedCSRFProtect()


def caller() -> str:
    """Who a limit counts: an address, or the whole network that one line into the internet is given."""
    address = get_remote_address()
    try:
        return str(IPv6Network((address, 64), strict=False))
    except ValueError:
        return str(address)


class FormLimiter(Limiter):
    """Counts forms that are sent; looking at a page is never limited, and so not looked up either."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if request.method in SAFE_METHODS:
            return
        try:
            super()._check_request_limit(callable_name, in_middleware)
        except RateLimitExceeded:
            raise
        except Exception:
            # another request has found meanwhile that the store hangs: this one counts elsewhere, too
            super()._check_request_limit(callable_name, in_middleware)

    def fall_back_on(self, store: Storage) -> None:
        """Count here while the store of the limits does not answer."""
        self._fallback_storage = store  # type: ignore[assignment]  # of whatever kind
        self._fallback_limiter = FixedWindowRateLimiter(store)


limiter = FormLimiter(caller)


class CompiledStatements(LRUCache[Any, Any]):
    """SQLAlchemy's memory of compiled statements, for statements that are constants (ADR 21).

    Its key holds a whole statement, which takes 80 µs to weigh where the statement is long. A constant hands
    in the same object each time: it is known by that, as long as it is held here.
    """

    __slots__ = ("_constants",)
    most = 1000  # statements made on the fly would fill it

    def __init__(self) -> None:
        super().__init__(500)
        self._constants: dict[Any, tuple[Any, Any]] = {}

    def get(self, key: Any, default: Any = None) -> Any:
        whole = key[1]  # (dialect: one for each engine; statement; names of parameters; two switches)
        near = (id(whole), *key[2:])
        constant = self._constants.get(near)
        if constant is not None:
            return constant[1]
        compiled = super().get(key, default)
        if compiled is not None:
            if len(self._constants) >= self.most:
                self._constants.clear()
            self._constants[near] = whole, compiled
        return compiled


_writes: ContextVar[bool | None] = ContextVar("writes", default=None)


def only_reads() -> bool:
    """Whether the transaction that starts now only reads: asked for so, or of a page that only shows."""
    writes = _writes.get()
    if writes is not None:
        return not writes
    return has_request_context() and request.method in SAFE_METHODS


@contextmanager
def for_writing(writes: bool = True) -> Iterator[None]:
    """Transactions begun in here take the write lock at once; with False they take none."""
    token = _writes.set(writes)
    try:
        yield
    finally:
        _writes.reset(token)


def init_database(app: Flask, settings: Settings) -> None:
    """Bind SQLAlchemy; on SQLite, begin transactions ourselves so that two writers never both read first."""
    sqlite = settings.database_url.startswith("sqlite")
    options: dict[str, Any] = {"hide_parameters": True}  # an error in the log names no client
    options |= {"connect_args": {"timeout": 15}} if sqlite else _pool(settings)
    options["execution_options"] = {"compiled_cache": CompiledStatements()}
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS), compare_type=True, render_as_batch=sqlite)
    with app.app_context():
        if sqlite:
            _tune_sqlite(db.engine)
        else:
            from clinic.patience import be_patient  # with PostgreSQL's driver, which SQLite does not need

            be_patient(db.engine, settings.statement_seconds)


def _pool(settings: Settings) -> dict[str, Any]:
    kept, more = settings.database_pool, settings.database_overflow
    return {"pool_size": kept, "max_overflow": more, "pool_timeout": FREE_WITHIN}


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "do_connect")
    def make_private(*_: object) -> None:
        if engine.url.database and engine.url.database != ":memory:":
            ready_for_sqlite(Path(engine.url.database))

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and takes no lock
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Measured: with a plain BEGIN 300 of 400 read-then-write updates were lost.
        if only_reads():
            # takes no lock, so nothing can go wrong that SQLAlchemy would have to put into words
            connection.connection.cursor().execute("BEGIN")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
