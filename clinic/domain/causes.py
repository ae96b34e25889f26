"""Why something failed, in words that name nobody: by the code of a database or of the system.

What an error says itself quotes names, addresses and whole rows; its code does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from errno import errorcode

# SQLSTATE whole, then its first two letters; SQLite's name whole, then without its last words; errno's name.
IN_WORDS: Mapping[str, str] = {
    "53100": "disk is full",
    "53200": "out of memory",
    "53300": "too many connections",
    "53": "out of resources",
    "57014": "statement took too long",
    "57P01": "database was shut down",
    "57P02": "database crashed",
    "57P03": "database is starting",
    "57P05": "connection was idle for too long",
    "55P03": "lock was not had in time",
    "40001": "two changes at one time",
    "40P01": "two changes waited for each other",
    "25006": "database is read only",
    "25P03": "transaction was idle for too long",
    "28": "database refuses the user",
    "3D000": "no such database",
    "42501": "not allowed by the database",
    "42P01": "no such table",
    "42703": "no such column",
    "42": "statement does not fit the tables",
    "22": "value does not fit its column",
    "23": "row breaks a constraint",
    "08": "connection to the database broke",
    "58": "disk cannot be read or written",
    "XX": "database is damaged or has a fault",
    "P0": "refused by a rule of the database",
    "SQLITE_FULL": "disk is full",
    "SQLITE_BUSY": "database is locked",
    "SQLITE_LOCKED": "database is locked",
    "SQLITE_READONLY": "database is read only",
    "SQLITE_IOERR": "disk cannot be read or written",
    "SQLITE_IOERR_SHMSIZE": "disk is full",
    "SQLITE_CORRUPT": "database is damaged",
    "SQLITE_NOTADB": "file is no database",
    "SQLITE_CANTOPEN": "database cannot be opened",
    "SQLITE_CONSTRAINT": "row breaks a constraint",
    "SQLITE_NOMEM": "out of memory",
    "SQLITE_ERROR": "statement does not fit the tables",
    "ENOSPC": "disk is full",
    "EDQUOT": "disk is full",
    "EROFS": "disk is read only",
    "EIO": "disk cannot be read or written",
    "EACCES": "not allowed",
    "EPERM": "not allowed",
    "ENOENT": "no such file",
    "EMFILE": "too many open files",
    "ENFILE": "too many open files",
    "ENOMEM": "out of memory",
    "ECONNREFUSED": "connection refused",
    "ECONNRESET": "connection was cut",
    "EPIPE": "connection was cut",
    "ETIMEDOUT": "connection timed out",
    "EHOSTUNREACH": "no way to the host",
    "ENETUNREACH": "no way to the host",
}
# A connection that never came about has no SQLSTATE: libpq's own words are looked for, and not repeated.
PHRASES: Mapping[str, str] = {
    "connection refused": "connection refused",
    "no such file or directory": "connection refused",
    "too many clients": "too many connections",
    "remaining connection slots": "too many connections",
    "timeout": "connection timed out",
    "timed out": "connection timed out",
    "password authentication failed": "database refuses the user",
    "translate host name": "no such host",
    "starting up": "database is starting",
    "shutting down": "database was shut down",
    "server closed the connection": "connection to the database broke",
    "ssl": "no secure connection to the database",
}
MOST_BEHIND = 10  # errors behind an error


@dataclass(frozen=True, slots=True)
class Cause:
    """A code for machines and words for people; both empty where neither is known."""

    code: str = ""
    words: str = ""


def cause_of(error: BaseException) -> Cause:
    """The first error with a code, of this one and those behind it."""
    behind = list(_behind(error))
    for code in filter(None, map(_code, behind)):
        return Cause(code, _words(code))
    for each in behind:
        said = str(each).lower() if type(each).__module__.startswith("psycopg") else ""
        for phrase, words in PHRASES.items():
            if phrase in said:
                return Cause("", words)
    return Cause()


def _behind(error: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = error
    for _ in range(MOST_BEHIND):
        if one is None:
            return
        yield one
        original = getattr(one, "orig", None)
        one = original if isinstance(original, BaseException) else one.__cause__ or one.__context__


def _code(error: BaseException) -> str | None:
    for name in ("sqlstate", "sqlite_errorname"):
        if isinstance(code := getattr(error, name, None), str):
            return code
    return errorcode.get(error.errno or 0) if isinstance(error, OSError) else None


def _words(code: str) -> str:
    if code in IN_WORDS:
        return IN_WORDS[code]
    if code.startswith("SQLITE_"):
        return IN_WORDS.get("_".join(code.split("_")[:2]), "")
    return IN_WORDS.get(code[:2], "")
