"""The other clinicians of a client: added, corrected, removed and brought back by anybody of the practice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from clinic.domain.clinicians import ClinicianRole
from clinic.domain.errors import Conflict, RuleBroken, must_hold
from clinic.domain.people import phone_problem
from clinic.extensions import db
from clinic.models import OtherClinician
from clinic.models.base import given
from clinic.services import access, audit, once, removal
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.transaction import transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicianDetails:
    """What is written down about another clinician."""

    role: ClinicianRole
    name: str
    place: str | None = None
    phone: str | None = None
    email: str | None = None
    note: str | None = None


def of_client(actor: Actor, client_id: uuid.UUID) -> Sequence[OtherClinician]:
    """A client's other clinicians, removed ones too, the first one first; staff only."""
    access.staff_only(actor)
    return db.session.scalars(_OF_CLIENT, {"practice_id": actor.practice_id, "client_id": client_id}).all()


_OF_CLIENT = (
    select(OtherClinician)
    .where(given(OtherClinician.practice_id), given(OtherClinician.client_id))
    .order_by(OtherClinician.created_at, OtherClinician.id)
)


def whole(actor: Actor, clinician_id: uuid.UUID) -> OtherClinician:
    """One of them, with the client: one query."""
    return access.clinician_for(actor, clinician_id, _WITH_CLIENT)


_WITH_CLIENT = joinedload(OtherClinician.client)


def problems(details: ClinicianDetails) -> Iterator[RuleBroken]:
    """All that speaks against writing this down."""
    if details.phone and (said := phone_problem(details.phone)):
        yield RuleBroken(said, "phone")


def add(actor: Actor, client_id: uuid.UUID, key: str, details: ClinicianDetails) -> OtherClinician:
    """Add a clinician; `key` names the form, so that two presses add one."""
    with transaction():
        client = access.client_for(actor, client_id)
        must_hold(problems(details))
        made = OtherClinician(
            id=once.id_of(OtherClinician, actor.practice_id, key, client.id, details.name),
            practice_id=actor.practice_id,
            client_id=client.id,
            created_at=now(),
            **asdict(details),
        )
        clinician, is_new = once.add(made)
        if is_new:
            _tell(actor, clinician, "added")
    return clinician


def correct(actor: Actor, clinician_id: uuid.UUID, version: int, details: ClinicianDetails) -> OtherClinician:
    """Write new details over the version that was seen; Conflict if somebody else saved first."""
    with transaction():
        clinician = access.clinician_for(actor, clinician_id)
        if clinician.version != version:
            raise Conflict
        must_hold(problems(details))
        told = asdict(details)
        if all(getattr(clinician, name) == value for name, value in told.items()):
            return clinician
        for name, value in told.items():
            setattr(clinician, name, value)
        _tell(actor, clinician, "corrected")
    return clinician


def remove(actor: Actor, clinician_id: uuid.UUID) -> OtherClinician:
    """Show a clinician no more; it can be brought back."""
    with transaction():
        clinician = access.clinician_for(actor, clinician_id)
        if removal.remove(clinician, now()):
            _tell(actor, clinician, "removed")
    return clinician


def bring_back(actor: Actor, clinician_id: uuid.UUID) -> OtherClinician:
    """Show a clinician again that was removed."""
    with transaction():
        clinician = access.clinician_for(actor, clinician_id)
        if removal.bring_back(clinician):
            _tell(actor, clinician, "brought_back")
    return clinician


def _tell(actor: Actor, clinician: OtherClinician, verb: str) -> None:
    about = {"client_id": clinician.client_id, "subject_id": clinician.id}
    audit.record(actor, f"clinician.{verb}", name=clinician.name, **about)
