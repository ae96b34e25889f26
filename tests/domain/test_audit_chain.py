"""The chain of the audit trail names what was done to it."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from clinic.domain.audit_chain import (
    GENESIS,
    MOST_COMPARED,
    AuditEnd,
    AuditEntry,
    AuditFacts,
    ChainCheck,
    as_stored,
    entry_hash,
    older_digest,
    told_hash,
)

AT = datetime(2026, 11, 28, 9, tzinfo=UTC)
PRACTICE = uuid.UUID(int=1)


def chain(length: int = 6) -> list[AuditEntry]:
    made, last = [], AuditEnd()
    for seq in range(1, length + 1):
        facts = AuditFacts(PRACTICE, uuid.UUID(int=100 + seq), AT, "client.corrected", None, None, None)
        details, salt = {"changed": seq}, f"{seq:032}"
        told = told_hash(salt, "Robin", details)
        last = AuditEnd(seq, entry_hash(last.hash, seq, facts, told))
        made.append(AuditEntry(facts, "Robin", details, seq, salt, told, last.hash))
    return made


def faults(entries: list[AuditEntry], end: AuditEnd | None = None) -> list[tuple[int, str]]:
    check = ChainCheck()
    found = [fault for entry in sorted(entries, key=lambda each: each.seq) for fault in check.look(entry)]
    found += check.end(end or AuditEnd(6, chain()[-1].hash or ""))
    return [(fault.seq, fault.words) for fault in found]


def other(entry: AuditEntry, **changes: object) -> AuditEntry:
    return replace(entry, facts=replace(entry.facts, **changes))  # type: ignore[arg-type]


def test_a_whole_chain_has_no_fault() -> None:
    assert faults(chain()) == []
    assert faults([], AuditEnd()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: other(entry, action="client.archived"),
        lambda entry: other(entry, happened_at=AT + timedelta(microseconds=1)),
        lambda entry: other(entry, client_id=uuid.UUID(int=7)),
        lambda entry: other(entry, actor_id=uuid.UUID(int=7)),
        lambda entry: other(entry, subject_id=uuid.UUID(int=7)),
        lambda entry: other(entry, practice_id=uuid.UUID(int=7)),
        lambda entry: other(entry, id=uuid.UUID(int=7)),
        lambda entry: replace(entry, hash="f" * 64),
    ],
)
def test_an_entry_that_was_changed_is_named_and_no_other(change: Callable[[AuditEntry], AuditEntry]) -> None:
    entries = chain()
    entries[2] = change(entries[2])
    assert faults(entries) == [(3, "it was changed, or entry 2 was written anew")]


@pytest.mark.parametrize(
    "changes",
    [{"actor_name": "Sam"}, {"details": {"changed": 9}}, {"salt": "0"}, {"salt": None}, {"told": "f" * 64}],
)
def test_words_that_were_changed_are_named(changes: dict[str, object]) -> None:
    entries = chain()
    entries[2] = replace(entries[2], **changes)  # type: ignore[arg-type]
    assert faults(entries) == [(3, "what it tells was changed")]


def test_words_with_a_hash_of_their_own_do_not_hold_either() -> None:
    entries = chain()
    words = {"changed": "nothing"}
    told = told_hash(entries[2].salt or "", "Robin", words)
    entries[2] = replace(entries[2], details=words, told=told)
    assert faults(entries) == [(3, "it was changed, or entry 2 was written anew")]


@pytest.mark.parametrize(
    "gone, named",
    [
        ({3}, [(3, "it is missing")]),
        ({3, 4}, [(3, "it and all up to 4 are missing")]),
        ({1}, [(1, "it is missing")]),
        ({6}, [(6, "it is missing")]),
        ({1, 2, 3, 4, 5, 6}, [(1, "it and all up to 6 are missing")]),
    ],
    ids=["one", "two", "the first", "the last", "all"],
)
def test_entries_that_are_gone_are_named(gone: set[int], named: list[tuple[int, str]]) -> None:
    assert faults([entry for entry in chain() if entry.seq not in gone]) == named


@pytest.mark.parametrize("one, two", [(2, 3), (2, 5), (5, 6), (1, 6)])
def test_entries_that_changed_places_are_named_with_where_they_were(one: int, two: int) -> None:
    entries = chain()
    entries[one - 1], entries[two - 1] = (
        replace(entries[one - 1], seq=two),
        replace(entries[two - 1], seq=one),
    )
    assert faults(entries) == [(one, f"entry {two} was moved here"), (two, f"entry {one} was moved here")]


@pytest.mark.parametrize(
    "end, named",
    [
        (AuditEnd(5, chain()[4].hash or ""), [(6, "it was put in after the end of the chain")]),
        (AuditEnd(8, "a"), [(7, "it and all up to 8 are missing")]),
        (AuditEnd(6, "a"), [(6, "the end of the chain was changed")]),
    ],
)
def test_an_end_that_was_changed_is_named(end: AuditEnd, named: list[tuple[int, str]]) -> None:
    assert faults(chain(), end) == named


def test_an_end_that_is_gone_is_named() -> None:
    check = ChainCheck()
    assert [fault for entry in chain() for fault in check.look(entry)] == []
    assert [(fault.seq, fault.words) for fault in check.end(None)] == [(6, "the end of the chain is gone")]
    assert check.length == 6


def test_a_practice_without_entries_needs_no_end() -> None:
    check = ChainCheck()
    assert list(check.end(None)) == []
    assert check.length == 0


def test_the_hash_is_of_the_instant_and_of_what_the_database_gives_back() -> None:
    facts = chain()[0].facts
    east = replace(facts, happened_at=AT.astimezone(timezone(timedelta(hours=9))))
    assert entry_hash("a", 1, facts, "b") == entry_hash("a", 1, east, "b")


def test_the_hash_is_the_same_on_a_machine_in_another_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = chain()[0].facts
    here = entry_hash("a", 1, facts, "b")
    try:
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        assert entry_hash("a", 1, facts, "b") == here
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "details, stored",
    [
        ({}, {}),
        ({"a": 1, "b": None, "c": True, "d": "e"}, {"a": 1, "b": None, "c": True, "d": "e"}),
        ({"days": (1, 2)}, {"days": [1, 2]}),
        ({3: "c"}, {"3": "c"}),
    ],
)
def test_details_are_hashed_as_the_database_gives_them_back(
    details: dict[str, object], stored: dict[str, object]
) -> None:
    assert as_stored(details) == stored


def test_an_older_entry_has_a_digest_of_all_that_it_says() -> None:
    facts = chain()[0].facts
    digest = older_digest(facts, "Robin", {"a": 1})
    assert len(digest) == 32
    assert digest != older_digest(facts, "Sam", {"a": 1})
    assert digest != older_digest(facts, "Robin", {"a": 2})
    assert digest != older_digest(replace(facts, action="x"), "Robin", {"a": 1})


def test_an_entry_written_anew_with_a_hash_that_fits_shows_at_the_next() -> None:
    entries = chain()
    facts = replace(entries[2].facts, action="client.archived")
    fits = entry_hash(entries[1].hash or "", 3, facts, entries[2].told or "")
    entries[2] = replace(entries[2], facts=facts, hash=fits)
    assert faults(entries) == [(4, "it was changed, or entry 3 was written anew")]


def test_what_is_hashed_is_written_in_one_way_that_others_can_follow() -> None:
    plain = b'["salt","Robin",{"a":[2,3],"b":1}]'
    assert told_hash("salt", "Robin", {"b": 1, "a": [2, 3]}) == hashlib.sha256(plain).hexdigest()
    assert GENESIS == "0000000000000000" * 4
    assert MOST_COMPARED == 100
