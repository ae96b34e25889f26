"""What decides of each of many clients, in a few queries however many they are."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from clinic.domain.bulk_acts import BulkActFacts, BulkActKind, Verdict, verdict
from clinic.domain.mail_standing import mail_standing_of
from clinic.domain.types import ProgramStatus
from clinic.extensions import db
from clinic.models import Client, Invitation, Practice, Program, RoutineVersion, WarningFlag
from clinic.models.base import points_at
from clinic.services import bulk
from clinic.services.bulk_acts.wishes import BulkWish
from clinic.services.checkins.by_hand import standings
from clinic.services.checkins.dues import DueCheckin
from clinic.services.clients import memberships
from clinic.services.clock import now, today_in

_invitation, _flag = bulk.table_of(Invitation), bulk.table_of(WarningFlag)
_program = bulk.table_of(Program)


@dataclass(frozen=True, slots=True)
class ClientAtHand:
    """One of those an act is about: what decides of them, their programs, and the one a check-in is of."""

    client: Client
    facts: BulkActFacts
    program: Program | None
    running: Sequence[Program] = ()

    def verdict(self, kind: BulkActKind, wish: BulkWish) -> Verdict:
        """What an act does for them."""
        return verdict(kind, self.facts, by_mail=wish.checkin is not None)


# what an act asks of the database, besides the clients themselves
OF_FLAGS = frozenset({BulkActKind.ASSIGN, BulkActKind.CHECKIN, BulkActKind.ARCHIVE})
OF_PROGRAMS = frozenset({BulkActKind.ASSIGN, BulkActKind.CHECKIN})


def at_hand(
    kind: BulkActKind, practice: Practice, clients: Sequence[Client], wish: BulkWish
) -> list[ClientAtHand]:
    """All that decides of these clients, in their order.

    Two queries at most, seven for check-ins, and one for the routine where it was not read before.
    """
    ids = [client.id for client in clients]
    flagged = _flagged(practice, ids) if kind in OF_FLAGS else set()
    invited = _invited(practice, ids) if kind is BulkActKind.INVITE else set()
    programs = _programs(practice, ids) if kind in OF_PROGRAMS else {}
    routine_id = _routine_of(practice, wish.version_id)
    members = memberships.among_members(practice.id, wish.group, ids) if wish.group else set()
    first = {client.id: _first(programs.get(client.id, ()), client) for client in clients}
    by_hand = _by_hand(practice, clients, first) if kind is BulkActKind.CHECKIN else {}
    return [
        ClientAtHand(
            client,
            BulkActFacts(
                standing=mail_standing_of(
                    client, numbers_set=practice.numbers_set, warning_open=client.id in flagged
                ),
                has_account=client.user_id is not None,
                is_invited=client.id in invited,
                runs_already=any(
                    routine_id == its_routine and _goes_on(program, client)
                    for program, its_routine in programs.get(client.id, ())
                ),
                program=_status(first[client.id], client),
                in_group=client.id in members,
                is_theirs=wish.taker_id is not None and client.responsible_id == wish.taker_id,
                **by_hand.get(client.id, {}),
            ),
            first[client.id],
            [program for program, _ in programs.get(client.id, ()) if _goes_on(program, client)],
        )
        for client in clients
    ]


def _by_hand(
    practice: Practice, clients: Sequence[Client], programs: Mapping[uuid.UUID, Program | None]
) -> dict[uuid.UUID, dict[str, Any]]:
    """Of each client whose program runs: whether they were asked today, and what stops another check-in."""
    dues = [
        DueCheckin(None, program, client, practice)
        for client in clients
        if (program := programs[client.id]) is not None
    ]
    found = standings(dues) if dues else {}
    return {
        due.client.id: {
            "is_asked_today": found[due.program.id].is_asked,
            "stopped_by": found[due.program.id].stopped_by,
        }
        for due in dues
    }


def _status(program: Program | None, client: Client) -> ProgramStatus | None:
    return program.on(today_in(client.time_zone)) if program else None


def _goes_on(program: Program, client: Client) -> bool:
    return program.on(today_in(client.time_zone)) is not ProgramStatus.ENDED


def _first(programs: Sequence[tuple[Program, uuid.UUID]], client: Client) -> Program | None:
    """Of those that go on the one that is practised now, else the first."""
    left = [program for program, _ in programs if _goes_on(program, client)]
    active = (each for each in left if _status(each, client) is ProgramStatus.ACTIVE)
    return next(active, left[0] if left else None)


def _flagged(practice: Practice, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    query = select(WarningFlag.client_id).where(
        WarningFlag.practice_id == practice.id, bulk.among(_flag.c.client_id, ids), WarningFlag.is_open
    )
    return set(db.session.scalars(query))


def _invited(practice: Practice, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    query = select(Invitation.client_id).where(
        Invitation.practice_id == practice.id,
        bulk.among(_invitation.c.client_id, ids),
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now(),
    )
    return set(db.session.scalars(query))


def _programs(
    practice: Practice, ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, list[tuple[Program, uuid.UUID]]]:
    query = (
        select(Program, RoutineVersion.routine_id)
        .join(RoutineVersion, points_at(Program.routine_version_id, RoutineVersion))
        .where(
            Program.practice_id == practice.id,
            bulk.among(_program.c.client_id, ids),
            Program.status != ProgramStatus.ENDED,
        )
        .order_by(Program.assigned_at, Program.id)
    )
    found: dict[uuid.UUID, list[tuple[Program, uuid.UUID]]] = {}
    for program, routine_id in db.session.execute(query):
        found.setdefault(program.client_id, []).append((program, routine_id))
    return found


def _routine_of(practice: Practice, version_id: uuid.UUID | None) -> uuid.UUID | None:
    version = db.session.get(RoutineVersion, version_id) if version_id else None
    return version.routine_id if version and version.practice_id == practice.id else None
