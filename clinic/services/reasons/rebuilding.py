"""The whole list made again from what is recorded: after a migration, a restore, and now and then anyway."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, bindparam, select, update

from clinic.domain.attention import KINDS, RULES_VERSION
from clinic.extensions import db, for_writing
from clinic.models import Client, Practice
from clinic.services.reach import across_practices
from clinic.services.reasons.facts import Key
from clinic.services.reasons.keeping import AT_ONCE, difference, keep
from clinic.services.transaction import release, transaction

log = logging.getLogger(__name__)

_NEXT: Select[uuid.UUID] = (
    select(Client.id)
    .where(Client.practice_id == bindparam("practice_id"), Client.id > bindparam("last"))
    .order_by(Client.id)
    .limit(AT_ONCE)
)


@dataclass(slots=True)
class Report:
    """What a round did: clients looked at, and rows that were not as the rules say."""

    clients: int = 0
    mended: int = 0

    def add(self, other: Report) -> None:
        """Count another practice in."""
        self.clients += other.clients
        self.mended += other.mended


@across_practices("a look at all reasons")
def rebuild_all() -> Report:
    """Look over every practice, first those with a list of other rules; logs what had to be mended."""
    report = build_missing()
    for practice_id in _practices(Practice.reasons_version == RULES_VERSION):
        found = _look_over(practice_id)
        if found.mended:
            # numbers and no name; it should be nought, so whoever reads this looks for what was not touched
            log.warning("reasons: %d rows of practice %s were out of date", found.mended, practice_id)
        report.add(found)
    return report


@across_practices("a look at all reasons")
def build_missing() -> Report:
    """Make the lists that other rules made, or nobody yet: right after a migration."""
    report = Report()
    for practice_id in _practices(Practice.reasons_version != RULES_VERSION):
        report.add(rebuild(practice_id))
    return report


def rebuild(practice_id: uuid.UUID) -> Report:
    """Make the list of one practice again, and say that it is made."""
    report = _look_over(practice_id, peek=False)
    with transaction() as session:
        built = update(Practice).where(Practice.id == practice_id).values(reasons_version=RULES_VERSION)
        session.execute(built)
    return report


def _practices(which: ColumnElement[bool]) -> Sequence[uuid.UUID]:
    with for_writing(False):
        found = db.session.scalars(select(Practice.id).where(which).order_by(Practice.id)).all()
        release()
    return found


def _look_over(practice_id: uuid.UUID, *, peek: bool = True) -> Report:
    """Read in peace, and take the write lock for those clients alone where something differs."""
    report, last = Report(), uuid.UUID(int=0)
    while True:
        keys = _next(practice_id, last)
        if keys and (not peek or _differ(keys)):
            with transaction():
                report.mended += keep(dict.fromkeys(keys, KINDS))
        report.clients += len(keys)
        if len(keys) < AT_ONCE:
            return report
        last = keys[-1][1]


def _next(practice_id: uuid.UUID, last: uuid.UUID) -> list[Key]:
    with for_writing(False):
        found = db.session.scalars(_NEXT, {"practice_id": practice_id, "last": last}).all()
        release()
    return [(practice_id, client_id) for client_id in found]


def _differ(keys: list[Key]) -> bool:
    with for_writing(False):
        differs = len(difference(keys, KINDS)) > 0
        release()
    return differs
