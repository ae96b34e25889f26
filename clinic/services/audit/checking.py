"""Whether the audit trail is whole: each practice's chain from its first entry to its end."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from clinic.domain.audit_chain import (
    OLDER_SEALED,
    WORDS_FORGOTTEN,
    AuditEnd,
    AuditEntry,
    AuditFacts,
    AuditFault,
    ChainCheck,
    older_digest,
)
from clinic.extensions import db, for_writing
from clinic.models import AuditChainEnd, AuditEvent, Practice
from clinic.services.audit import SYSTEM, chain
from clinic.services.clock import now
from clinic.services.reach import across_practices
from clinic.services.transaction import release, transaction

AT_ONCE = 1000  # entries in memory
PORTION = 500  # older entries whose digests one entry holds
_FACTS = (
    AuditEvent.practice_id,
    AuditEvent.id,
    AuditEvent.happened_at,
    AuditEvent.action,
    AuditEvent.actor_id,
    AuditEvent.client_id,
    AuditEvent.subject_id,
)
_WORDS = (AuditEvent.actor_name, AuditEvent.details)
_BEGUN = select(AuditEvent.id).where(AuditEvent.action == "practice.begun")  # in every trail, since ever
_CHAIN = (AuditEvent.seq, AuditEvent.salt, AuditEvent.words_hash, AuditEvent.hash)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """How a practice's trail stands: how many entries it has, the hash of the last, and what is wrong."""

    practice_id: uuid.UUID
    length: int
    hash: str
    faults: Sequence[AuditFault]


@across_practices("whether each practice's trail is whole")
def verify() -> list[AuditReport]:
    """Read every practice's trail from front to back; what is older than the chain is sealed first."""
    return [_of_practice(practice_id) for practice_id in _practices()]


@across_practices("the trail from before the chain")
def seal_older() -> int:
    """Take what is older than the chain into it, some at a time, without writing to it; returns how many."""
    return sum(_seal(practice_id) for practice_id in _practices())


def _practices() -> Sequence[uuid.UUID]:
    with for_writing(False):
        found = db.session.scalars(select(Practice.id).order_by(Practice.created_at, Practice.id)).all()
        release()
    return found


def _seal(practice_id: uuid.UUID) -> int:
    """Each portion is an entry of the chain with the digests of older ones, in a transaction of its own.

    When there is nothing left it is said once, and nothing without a number is believed from then on. While
    the last release still runs somewhere it writes such entries: a day without one comes before that.
    """
    sealed, known, is_done = 0, *_sealed_before(practice_id)
    while not is_done:
        with transaction():
            some = _older(practice_id, known)
            digests = {entry.facts.id.hex: _digest(entry) for entry in some}
            is_done = len(some) < PORTION
            facts = AuditFacts(practice_id, uuid.uuid4(), now(), OLDER_SEALED, None, None, None)
            is_quiet = not some or some[-1].facts.happened_at < facts.happened_at - timedelta(days=1)
            chain.add(facts, SYSTEM, {"entries": digests, "last": is_done and is_quiet})
        known |= digests.keys()
        sealed += len(some)
    return sealed


def _sealed_before(practice_id: uuid.UUID) -> tuple[set[str], bool]:
    """Which older entries the chain knows, and whether these are all."""
    query = select(AuditEvent.details).where(
        AuditEvent.practice_id == practice_id, AuditEvent.action == OLDER_SEALED, AuditEvent.seq.is_not(None)
    )
    with for_writing(False):
        found = db.session.scalars(query).all()
        release()
    known = {key for details in found for key in details["entries"]}
    return known, any(details["last"] for details in found)


def _older(practice_id: uuid.UUID, known: set[str]) -> list[AuditEntry]:
    query = (
        select(*_FACTS, *_WORDS, *_CHAIN)
        .where(AuditEvent.practice_id == practice_id, AuditEvent.seq.is_(None))
        .order_by(AuditEvent.happened_at, AuditEvent.id)
    )
    found: list[AuditEntry] = []
    with db.session.execute(query.execution_options(yield_per=AT_ONCE)) as read:
        for row in read:
            if row.id.hex not in known:
                found.append(_entry(row))
            if len(found) == PORTION:
                break
    return found


def _of_practice(practice_id: uuid.UUID) -> AuditReport:
    _seal(practice_id)
    check, older = ChainCheck(), dict[str, str]()
    faults: list[AuditFault] = []
    with for_writing(False):
        ends = select(AuditChainEnd.seq, AuditChainEnd.hash).where(AuditChainEnd.practice_id == practice_id)
        end = db.session.execute(ends).one_or_none()
        forgotten = _forgotten(practice_id)
        for entry in _entries(practice_id, forgotten):
            faults += check.look(entry)
            if entry.facts.action == OLDER_SEALED:
                older |= entry.details["entries"]
        known = AuditEnd(end.seq, end.hash) if end else None
        faults += check.end(known)
        faults += _older_faults(practice_id, {name: forgotten.get(name, was) for name, was in older.items()})
        if db.session.scalar(_BEGUN.where(AuditEvent.practice_id == practice_id).limit(1)) is None:
            faults.append(AuditFault(1, "the practice's beginning is missing: the trail was begun anew"))
        release()
    faults.sort(key=lambda fault: fault.seq)
    return AuditReport(practice_id, check.length + len(older), known.hash if known else "", faults)


def _forgotten(practice_id: uuid.UUID) -> dict[str, str]:
    """Which entries have lost their words, with a digest of what is left of each."""
    query = select(AuditEvent.details).where(
        AuditEvent.practice_id == practice_id,
        AuditEvent.action == WORDS_FORGOTTEN,
        AuditEvent.seq.is_not(None),
    )
    found: dict[str, str] = {}
    for details in db.session.scalars(query.order_by(AuditEvent.seq)):
        found |= details["lines"]
    return found


def _entries(practice_id: uuid.UUID, forgotten: Mapping[str, str]) -> Iterator[AuditEntry]:
    query = (
        select(*_FACTS, *_WORDS, *_CHAIN)
        .where(AuditEvent.practice_id == practice_id, AuditEvent.seq.is_not(None))
        .order_by(AuditEvent.seq)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in db.session.execute(query):
        entry = _entry(row)
        told = forgotten.get(entry.facts.id.hex)
        yield replace(entry, is_forgotten=True) if told == _digest(entry) else entry


def _older_faults(practice_id: uuid.UUID, sealed: dict[str, str]) -> Iterator[AuditFault]:
    """What is wrong with the entries without a number: they are told by their id."""
    query = (
        select(*_FACTS, *_WORDS, *_CHAIN)
        .where(AuditEvent.practice_id == practice_id, AuditEvent.seq.is_(None))
        .execution_options(yield_per=AT_ONCE)
    )
    left = set(sealed)
    for row in db.session.execute(query):
        entry = _entry(row)
        name = entry.facts.id.hex
        left.discard(name)
        if name not in sealed:
            yield AuditFault(0, f"{entry.facts.id} was put in past the chain")
        elif sealed[name] != _digest(entry):
            yield AuditFault(0, f"{entry.facts.id}, older than the chain, was changed")
    for name in sorted(left):
        yield AuditFault(0, f"{uuid.UUID(hex=name)}, older than the chain, is missing")


def _entry(row: Any) -> AuditEntry:
    facts = AuditFacts(*row[: len(_FACTS)])
    return AuditEntry(facts, row.actor_name, row.details, row.seq or 0, row.salt, row.words_hash, row.hash)


def _digest(entry: AuditEntry) -> str:
    return older_digest(entry.facts, entry.actor_name, entry.details)
