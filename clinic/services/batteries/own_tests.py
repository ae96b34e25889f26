"""Tests a practice makes itself: every change is a new version; what was recorded keeps its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from clinic.domain.assessment import AssessmentTest
from clinic.domain.errors import Conflict, RuleBroken, must_hold
from clinic.extensions import db
from clinic.models import OwnTest, OwnTestVersion, User
from clinic.models.base import points_at
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.batteries import definitions
from clinic.services.batteries import heads as own_heads
from clinic.services.batteries import offered as batteries
from clinic.services.batteries.definitions import TestDraft
from clinic.services.clock import now
from clinic.services.transaction import transaction


@dataclass(frozen=True, slots=True)
class TestVersion:
    """One version of a test, as it was asked, by whom and since when."""

    row: OwnTestVersion
    test: AssessmentTest
    author: str


@dataclass(frozen=True, slots=True)
class MadeTest:
    """A test of the practice's own with all its versions, newest first."""

    head: OwnTest
    versions: tuple[TestVersion, ...]

    @property
    def newest(self) -> TestVersion:
        """The version that is offered."""
        return self.versions[0]


def made(actor: Actor, key: str) -> MadeTest:
    """One of the practice's own tests with its versions: two queries."""
    head = access.own_test_for(actor, key)
    return MadeTest(head, tuple(_versions(head)))


def create(actor: Actor, form_key: str, draft: TestDraft) -> OwnTest:
    """Make a test; `form_key` comes with the form: its second press finds what the first made."""
    with transaction():
        own_heads.must_make(actor)
        head, is_new = own_heads.begin(actor, OwnTest, form_key)
        if not is_new:
            return head
        must_hold(problems(actor, draft, None))
        table = definitions.definition(draft, frozenset())
        _add_version(actor, head, draft.name, table)
        audit.record(actor, "test.made", subject_id=head.id, name=draft.name)
    return head


def revise(actor: Actor, key: str, seen: int, draft: TestDraft) -> bool:
    """Make the next version; False if nothing is different. Conflict if `seen` is not the newest."""
    with transaction():
        own_heads.must_make(actor)
        head = own_heads.lock(access.own_test_for(actor, key))
        if head.retired_at is not None:
            raise RuleBroken("This test is retired and cannot be changed.")
        must_hold(problems(actor, draft, key))
        versions = list(_versions(head))
        taken = frozenset(field.id for version in versions for field in version.test.fields)
        table = definitions.definition(draft, taken, versions[0].test)
        held = versions[0].row
        if (held.name, held.definition) == (draft.name, table):
            return False
        if head.version != seen:
            raise Conflict
        head.version += 1
        _add_version(actor, head, draft.name, table)
        audit.record(actor, "test.revised", subject_id=head.id, name=draft.name, version=head.version)
    return True


def retire(actor: Actor, key: str) -> None:
    """Offer a test no more; batteries leave it out, and what was recorded with it stays readable."""
    with transaction():
        own_heads.must_make(actor)
        head = own_heads.lock(access.own_test_for(actor, key))
        if own_heads.retire(actor, head):
            audit.record(actor, "test.retired", subject_id=head.id, name=next(_versions(head)).row.name)


def _versions(head: OwnTest) -> Iterator[TestVersion]:
    query = (
        select(OwnTestVersion, User.name)
        .join(User, points_at(OwnTestVersion.created_by, User))
        .where(OwnTestVersion.practice_id == head.practice_id, OwnTestVersion.test_id == head.id)
        .order_by(OwnTestVersion.number.desc())
    )
    for row, name in db.session.execute(query):
        yield TestVersion(row, batteries.own_test(row, head.key), name)


def _add_version(actor: Actor, head: OwnTest, name: str, table: dict[str, Any]) -> None:
    db.session.add(
        OwnTestVersion(
            practice_id=actor.practice_id,
            test_id=head.id,
            number=head.version,
            name=name,
            definition=table,
            created_by=actor.user_id,
            created_at=now(),
        )
    )
    db.session.flush()


def problems(actor: Actor, draft: TestDraft, key: str | None) -> Iterator[RuleBroken]:
    """All that is wrong with a test that is to be made, or to follow the one of this key."""
    for its_key, test in batteries.tests_for(actor).items():
        if test.name.casefold() == draft.name.casefold() and its_key != key:
            yield RuleBroken(f"There is a test called “{test.name}” already.", "name")
    yield from definitions.problems(draft)
