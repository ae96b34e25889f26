"""One format for what every process says, as text or as JSON lines, and nothing in it about anybody.

What our code logs holds no personal data by itself. What libraries log may: their words are kept only as
far as they were written by a programmer, and an error is told by its kinds, its lines of code and its cause.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from clinic.domain.causes import cause_of
from clinic.domain.traces import trace
from config import Settings

log = logging.getLogger(__name__)

OF_MIGRATIONS = ("alembic", "flask_migrate")  # what env.py says and refuses; the libraries' names are longer
FIELDS = ("rule", "method", "status", "ms", "code", "cause")
LOUD = ("celery", "kombu", "amqp", "gunicorn", "sqlalchemy", "alembic.runtime", "multiprocessing", "urllib3")
NOT_TOLD = "…"
request_id: ContextVar[str] = ContextVar("request_id", default="")


def configure(settings: Settings, process: str) -> None:
    """Have this process and its threads say everything in our format, on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter((JsonLines if settings.log_format == "json" else TextLines)(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in LOUD:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_a_thread


def about(error: BaseException) -> dict[str, str]:
    """The fields that tell of an error, for `extra`."""
    cause = cause_of(error)
    return {"code": cause.code, "cause": cause.words}


class _Lines(logging.Formatter):
    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def told(self, record: logging.LogRecord) -> dict[str, Any]:
        """What a record says, in the order in which it is shown; what is empty is left out."""
        values: dict[str, Any] = {
            "time": f"{datetime.fromtimestamp(record.created, UTC).isoformat(timespec='milliseconds')[:-6]}Z",
            "level": record.levelname.lower(),
            "process": self._process,
            "pid": record.process,
            "request": request_id.get(),
            "logger": record.name,
        }
        error = record.exc_info[1] if record.exc_info else None
        fields = {name: getattr(record, name, "") for name in FIELDS}
        values |= {**fields, **about(error)} if error else fields
        values["message"] = _words(record)
        values["trace"] = trace(error) if error else ""
        return {name: value for name, value in values.items() if value not in ("", None)}


class JsonLines(_Lines):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(self.told(record), ensure_ascii=False)


class TextLines(_Lines):
    """`time LEVEL process[pid] request message name=value …`; what is longer goes on below, indented."""

    def format(self, record: logging.LogRecord) -> str:
        told = self.told(record)
        head = f"{told['time']} {record.levelname} {self._process}[{record.process}]"
        fields = " ".join(f"{name}={_quoted(told[name])}" for name in (*FIELDS, "logger") if name in told)
        words = "\n".join(told[name] for name in ("message", "trace") if name in told)
        first, _, rest = words.partition("\n")
        line = " ".join(filter(None, (head, told.get("request", "-"), first, fields)))
        return "\n    ".join([line, *rest.splitlines()])


def _quoted(value: Any) -> str:
    text = str(value)
    return json.dumps(text) if " " in text else text


def _words(record: logging.LogRecord) -> str:
    if record.name in OF_MIGRATIONS or record.name.startswith("clinic."):
        return record.getMessage()
    where = f"{record.module}:{record.lineno}"
    if not record.args or not isinstance(record.msg, str):
        return where  # the text may have been put together with anything
    args = record.args
    try:
        values: Any = (
            {name: _plain(value) for name, value in args.items()}
            if isinstance(args, Mapping)
            else tuple(map(_plain, args))
        )
        return f"{(record.msg % values).strip()} ({where})"
    except (TypeError, ValueError, KeyError):
        return where


def _plain(value: object) -> object:
    """Numbers, and what kind of error it is; any other value may be somebody's."""
    if isinstance(value, BaseException):
        return f"{type(value).__name__} {cause_of(value).words}".strip()
    return value if value is None or isinstance(value, int | float) else NOT_TOLD


def _uncaught(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("ended by an error", exc_info=(kind, error, at))


def _uncaught_in_a_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not issubclass(told.exc_type, SystemExit):
        log.critical(
            "a thread was ended by an error", exc_info=(told.exc_type, told.exc_value, told.exc_traceback)
        )
