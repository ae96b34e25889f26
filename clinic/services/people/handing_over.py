"""What is somebody's here, and giving it to a colleague: clients, drafts and groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update

from clinic.domain.appointments import AppointmentState
from clinic.domain.notes import NoteStatus
from clinic.domain.types import AssessmentStatus
from clinic.extensions import db
from clinic.models import Appointment, Assessment, Client, ClientGroup, User, VisitNote
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.clock import now

CHOOSE = "Choose who takes over."


@dataclass(frozen=True, slots=True)
class Belongings:
    """How much is somebody's: clients, the archived among them, drafts of assessments and notes, and groups.

    Appointments to come are told, and stay: a client expects just this person.
    """

    clients: int
    drafts: int
    notes: int
    groups: int
    appointments: int

    @property
    def any(self) -> bool:
        """Whether there is something to hand over."""
        return bool(self.clients or self.drafts or self.notes or self.groups)


def of(actor: Actor, user: User) -> Belongings:
    """What is somebody's now; staff only."""
    access.staff_only(actor)
    return Belongings(*(_count(kind, whose) for kind, whose in _theirs(user)))


def all_of(actor: Actor, user: User, to: User | None) -> None:
    """Give all that is somebody's to a colleague, within the caller's transaction.

    With nobody, their clients are nobody's and shown to all; drafts and groups stay under their name, where
    everybody finds them.
    """
    clients_of(actor, user, to)
    if to is None:
        return
    for assessment in db.session.execute(_changed(Assessment, _drafts(user), created_by=to.id)):
        client_id = assessment.client_id
        audit.record(
            actor, "assessment.handed_over", client_id=client_id, subject_id=assessment.id, to=to.name
        )
    for note in db.session.execute(_changed(VisitNote, _notes(user), created_by=to.id)):
        audit.record(actor, "note.handed_over", client_id=note.client_id, subject_id=note.id, to=to.name)
    for group in db.session.execute(_changed(ClientGroup, _groups(user), leader_id=to.id)):
        changed = {"leader": [user.name, to.name]}
        audit.record(actor, "group.corrected", subject_id=group.id, changed=changed)


def clients_of(actor: Actor, user: User, to: User | None) -> None:
    """Give somebody's clients to a colleague, or to nobody yet, within the caller's transaction.

    A form about one of them that is open now meets the newer version, and says so.
    """
    new = {"responsible_id": to.id if to else None, "version": Client.version + 1}
    changed = [user.name, to.name if to else None]
    for client in db.session.execute(_changed(Client, _clients(user), **new)):
        audit.record(actor, "client.handed_over", client_id=client.id, changed={"responsible_id": changed})


def _changed(kind: Any, whose: ColumnElement[bool], **values: Any) -> Any:
    columns = [kind.id, *([kind.client_id] if hasattr(kind, "client_id") else [])]
    return (
        update(kind)
        .where(whose)
        .values(values)
        .returning(*columns)
        .execution_options(synchronize_session=False)
    )


def _theirs(user: User) -> tuple[tuple[Any, ColumnElement[bool]], ...]:
    return (
        (Client, _clients(user)),
        (Assessment, _drafts(user)),
        (VisitNote, _notes(user)),
        (ClientGroup, _groups(user)),
        (Appointment, _appointments(user)),
    )


def _clients(user: User) -> ColumnElement[bool]:
    return and_(Client.practice_id == user.practice_id, Client.responsible_id == user.id)


def _drafts(user: User) -> ColumnElement[bool]:
    return and_(
        Assessment.practice_id == user.practice_id,
        Assessment.created_by == user.id,
        Assessment.status == AssessmentStatus.DRAFT,
    )


def _notes(user: User) -> ColumnElement[bool]:
    return and_(
        VisitNote.practice_id == user.practice_id,
        VisitNote.created_by == user.id,
        VisitNote.status == NoteStatus.DRAFT,
    )


def _appointments(user: User) -> ColumnElement[bool]:
    return and_(
        Appointment.practice_id == user.practice_id,
        Appointment.with_id == user.id,
        Appointment.state == AppointmentState.PLANNED,
        Appointment.starts_at > now(),
    )


def _groups(user: User) -> ColumnElement[bool]:
    return and_(ClientGroup.practice_id == user.practice_id, ClientGroup.leader_id == user.id)


def _count(kind: Any, whose: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind).where(whose)) or 0
