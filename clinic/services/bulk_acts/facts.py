"""What decides of each of many clients, in a few queries however many they are."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from clinic.domain.bulk_acts import BulkActFacts, BulkActKind, Verdict, verdict
from clinic.domain.mail_standing import mail_standing_of
from clinic.domain.types import ClientKind, ProgramStatus
from clinic.extensions import db
from clinic.models import Client, Invitation, Practice, Program, RoutineVersion, WarningFlag
from clinic.models.base import points_at
from clinic.services import bulk
from clinic.services.bulk_acts.wishes import BulkWish
from clinic.services.clock import now, today_in

_invitation, _flag = bulk.table_of(Invitation), bulk.table_of(WarningFlag)
_program = bulk.table_of(Program)


@dataclass(frozen=True, slots=True)
class ClientAtHand:
    """One of those an act is about: what decides of them, and the program that a check-in is of."""

    client: Client
    facts: BulkActFacts
    program: Program | None

    def verdict(self, kind: BulkActKind, wish: BulkWish) -> Verdict:
        """What an act does for them."""
        return verdict(kind, self.facts, group=wish.group, by_mail=wish.checkin is not None)


# what an act asks of the database, besides the clients themselves
OF_FLAGS = frozenset({BulkActKind.ASSIGN, BulkActKind.CHECKIN, BulkActKind.ARCHIVE})
OF_PROGRAMS = frozenset({BulkActKind.ASSIGN, BulkActKind.CHECKIN})


def at_hand(
    kind: BulkActKind, practice: Practice, clients: Sequence[Client], version_id: uuid.UUID | None
) -> list[ClientAtHand]:
    """All that decides of these clients, in their order; `version_id` is of the routine to be assigned.

    Two queries at most, and one for the routine where it was not read before.
    """
    ids = [client.id for client in clients]
    flagged = _flagged(practice, ids) if kind in OF_FLAGS else set()
    invited = _invited(practice, ids) if kind is BulkActKind.INVITE else set()
    programs = _programs(practice, ids) if kind in OF_PROGRAMS else {}
    routine_id = _routine_of(practice, version_id)
    return [
        _facts(
            client,
            practice,
            [each for each in programs.get(client.id, []) if _goes_on(each[0], client)],
            routine_id,
            is_flagged=client.id in flagged,
            is_invited=client.id in invited,
        )
        for client in clients
    ]


def _facts(
    client: Client,
    practice: Practice,
    programs: Sequence[tuple[Program, uuid.UUID]],
    routine_id: uuid.UUID | None,
    *,
    is_flagged: bool,
    is_invited: bool,
) -> ClientAtHand:
    today = today_in(client.time_zone)
    program = _first([program for program, _ in programs], client)
    facts = BulkActFacts(
        standing=mail_standing_of(client, numbers_set=practice.numbers_set, warning_open=is_flagged),
        has_account=client.user_id is not None,
        is_invited=is_invited,
        runs_already=routine_id in {each for _, each in programs},
        program=program.on(today) if program else None,
        is_online=client.kind is ClientKind.ONLINE,
        group=client.group_name,
    )
    return ClientAtHand(client, facts, program)


def _goes_on(program: Program, client: Client) -> bool:
    return program.on(today_in(client.time_zone)) is not ProgramStatus.ENDED


def _first(programs: Sequence[Program], client: Client) -> Program | None:
    """The one that is practised now, else the first of all."""
    today = today_in(client.time_zone)
    active = (each for each in programs if each.on(today) is ProgramStatus.ACTIVE)
    return next(active, programs[0] if programs else None)


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
