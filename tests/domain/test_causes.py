"""Why something failed, by its code, in words that name nobody."""

from __future__ import annotations

import errno
import sqlite3

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError

from clinic.domain.causes import IN_WORDS, Cause, cause_of

PLANTED = "ada.northcote@people.example"


def sqlite_error(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(PLANTED)
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (errors.DiskFull(PLANTED), Cause("53100", "disk is full")),
        (errors.TooManyConnections(PLANTED), Cause("53300", "too many connections")),
        (errors.UniqueViolation(PLANTED), Cause("23505", "row breaks a constraint")),
        (errors.QueryCanceled(PLANTED), Cause("57014", "statement took too long")),
        (errors.UndefinedTable(PLANTED), Cause("42P01", "no such table")),
        (errors.SyntaxError(PLANTED), Cause("42601", "statement does not fit the tables")),
        (errors.FeatureNotSupported(PLANTED), Cause("0A000", "")),
        (sqlite_error("SQLITE_FULL"), Cause("SQLITE_FULL", "disk is full")),
        (sqlite_error("SQLITE_BUSY"), Cause("SQLITE_BUSY", "database is locked")),
        (sqlite_error("SQLITE_BUSY_SNAPSHOT"), Cause("SQLITE_BUSY_SNAPSHOT", "database is locked")),
        (sqlite_error("SQLITE_NEW_KIND"), Cause("SQLITE_NEW_KIND", "")),
        (OSError(errno.ENOSPC, PLANTED, PLANTED), Cause("ENOSPC", "disk is full")),
        (ConnectionRefusedError(errno.ECONNREFUSED, PLANTED), Cause("ECONNREFUSED", "connection refused")),
        (
            psycopg.OperationalError("... Connection refused\n\tIs it up?"),
            Cause("", "connection refused"),
        ),
        (psycopg.OperationalError("FATAL: sorry, too many clients"), Cause("", "too many connections")),
        (psycopg.OperationalError("connection timeout expired"), Cause("", "connection timed out")),
        (psycopg.OperationalError(PLANTED), Cause()),
        (ValueError("timeout " + PLANTED), Cause()),
        (OSError(PLANTED), Cause()),
        (DBAPIError(PLANTED, {}, errors.DiskFull(PLANTED)), Cause("53100", "disk is full")),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.words,
)
def test_a_cause(error: Exception, cause: Cause) -> None:
    assert cause_of(error) == cause


def test_the_cause_is_found_behind_another_error() -> None:
    error = ValueError(PLANTED)
    error.__cause__ = errors.DiskFull(PLANTED)
    assert cause_of(error) == Cause("53100", "disk is full")


@pytest.mark.parametrize(("before", "words"), [(9, "disk is full"), (10, "")])
def test_of_errors_behind_each_other_ten_are_asked(before: int, words: str) -> None:
    error: Exception = errors.DiskFull(PLANTED)
    for _ in range(before):
        outer = ValueError(PLANTED)
        outer.__cause__ = error
        error = outer
    assert cause_of(error).words == words


def test_a_ring_of_errors_ends() -> None:
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert cause_of(one) == Cause()


def test_no_cause_is_told_in_more_than_a_few_words() -> None:
    assert all(words == words.strip() and 1 < len(words) < 60 for words in IN_WORDS.values())
