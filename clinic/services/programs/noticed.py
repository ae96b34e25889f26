"""What clients have noticed of themselves: how they stand with the form re-check, and why they stopped.

From when on a re-check is asked is kept with the client, whose row each of their pages reads.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, exists, select, update
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm.attributes import set_committed_value

from clinic.domain import rechecks as rules
from clinic.domain.rechecks import RecheckDone, RecheckStanding
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.stopping import manages_alone, still_stopped
from clinic.domain.types import LogOutcome, MistakeAnswer, StopReason
from clinic.extensions import db
from clinic.models import Client, FormRecheck, PracticeLog, PracticeStop
from clinic.models.base import among, given
from clinic.services import rows


def latest_of(row: Any, practice: Any, client: Any) -> tuple[ScalarSelect[Any], ...]:
    """What the client of a row said last, as columns of a statement about such rows: `told` reads them."""

    def newest(what: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
        kind: Any = what.parent.entity
        query = select(what).where(kind.practice_id == practice, kind.client_id == client)
        return query.order_by(kind.local_date.desc()).limit(1).correlate(row).scalar_subquery()

    return (
        *(newest(FormRecheck.local_date), newest(FormRecheck.result)),
        *(newest(FormRecheck.asked), newest(FormRecheck.answers)),
        *(newest(PracticeStop.local_date), newest(PracticeStop.reason)),
        newest(PracticeLog.local_date),
    )


_LAST: Select[*tuple[Any, ...]] = select(Client.id, *latest_of(Client, Client.practice_id, Client.id))
_OF_ONE = _LAST.where(given(Client.practice_id), given(Client.id, "client_id"))
_OF_THE_CONFIDENT = _LAST.where(
    among(Client.practice_id, "practices"),
    among(Client.id, "clients"),
    exists().where(
        PracticeStop.practice_id == Client.practice_id,
        PracticeStop.client_id == Client.id,
        PracticeStop.reason == StopReason.CONFIDENT,
    ),
)
_PRACTISED = (
    select(PracticeLog.local_date)
    .where(
        given(PracticeLog.practice_id),
        given(PracticeLog.client_id),
        PracticeLog.outcome != LogOutcome.NOT_DONE,
    )
    .distinct()
)


@dataclass(frozen=True, slots=True)
class StopGiven:
    """Why somebody stopped, and the day on which they said so."""

    day: date
    reason: StopReason


@dataclass(frozen=True, slots=True)
class Noticed:
    """How a client stands with the re-check, and why they stopped, as long as they have not gone on."""

    recheck: RecheckStanding
    stop: StopGiven | None = None
    found: Sequence[tuple[str, MistakeAnswer]] = ()  # of each thing looked at last, and how it was

    @property
    def manages_alone(self) -> bool:
        """Whether they are ready to graduate by their own word."""
        return manages_alone(self.stop.reason if self.stop else None, self.recheck)


def of_client(client: Client, today: date) -> Noticed:
    """What one client has noticed. One query."""
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    (found,) = rows.read(_OF_ONE, whose)
    return told(client, today, found[1:])


def who_manage_alone(clients: Collection[Client], at: datetime) -> Collection[uuid.UUID]:
    """Which of these clients are ready to graduate by their own word. One query."""
    known = {client.id: client for client in clients}
    which = {"practices": list({each.practice_id for each in clients}), "clients": list(known)}
    found = set()
    for client_id, *latest in rows.read(_OF_THE_CONFIDENT, which):
        client = known[client_id]
        if told(client, local_date(at, load_zone(client.time_zone)), latest).manages_alone:
            found.add(client_id)
    return found


def follow_log(client: Client, day: date, practised: Mapping[date, LogOutcome], *, is_new: bool) -> None:
    """A day was logged: ask for a re-check where it begins something, in the caller's transaction.

    `practised` are the days before, as far as a gap may reach. Most days ask for no look at all others.
    """
    near = [each for each, outcome in practised.items() if outcome is not LogOutcome.NOT_DONE]
    if is_new and client.recheck_due_on is not None and not rules.may_have_changed(near, day):
        return
    keep_due(client)


def keep_due(client: Client) -> None:
    """Work out anew from when on a re-check is asked of a client. Two queries.

    Their row has no new version by that: it is nothing that somebody corrects.
    """
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    days = [row.local_date for row in rows.read(_PRACTISED, whose)]
    (found,) = rows.read(_OF_ONE, whose)
    due = rules.due_on(days, _done(found[1], found[2]))
    if due != client.recheck_due_on:
        is_theirs = (Client.practice_id == client.practice_id, Client.id == client.id)
        put = update(Client).where(*is_theirs).values(recheck_due_on=due)
        db.session.execute(put, execution_options={"synchronize_session": False})
        set_committed_value(client, "recheck_due_on", due)


def told(client: Client, today: date, latest: Sequence[Any]) -> Noticed:
    """What a client has noticed, out of the columns of `latest_of`."""
    checked_on, result, asked, answers, stopped_on, reason, logged_on = latest
    standing = RecheckStanding(today, client.recheck_due_on, _done(checked_on, result))
    is_over = stopped_on is None or not still_stopped(stopped_on, logged_on)
    found = [
        (each["title"], MistakeAnswer(how)) for each, how in zip(asked or (), answers or (), strict=False)
    ]
    return Noticed(standing, None if is_over else StopGiven(stopped_on, reason), found)


def _done(day: date | None, result: rules.RecheckResult | None) -> RecheckDone | None:
    return RecheckDone(day, result) if day is not None and result is not None else None
