"""What a colleague is here: another role, a closed account, and an open one again. Owners only."""

from __future__ import annotations

import uuid

from clinic.domain.access import is_staff
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.staffing import decides, leaving_problem, may_be_responsible
from clinic.domain.types import Role
from clinic.models import LinkToken, User
from clinic.services import audit, links
from clinic.services.accounts import sessions
from clinic.services.actors import Actor
from clinic.services.clients import responsible
from clinic.services.clock import now
from clinic.services.people import handing_over, inviting, owners
from clinic.services.transaction import transaction


def change(actor: Actor, user_id: uuid.UUID, role: Role, to: uuid.UUID | None = None) -> User:
    """Give somebody another role, from their next request on; it may be one's own.

    Who may not be responsible for clients any more hands them over `to` somebody, None for nobody yet.
    Raises RuleBroken for the last owner, and for whoever is no owner any more.
    """
    with transaction():
        owning = owners.decide(actor)
        user = owners.person(actor, user_id)
        if not user.is_open or not is_staff(role):
            raise NotFound
        changed = audit.changes({"role": user.role.value}, {"role": role.value})
        if not changed:
            return user
        if not decides(role) and (problem := leaving_problem(user.id, owning)):
            raise RuleBroken(problem, "role")
        if not may_be_responsible(role, is_open=True):
            handing_over.clients_of(actor, user, responsible.taker(actor, to))
        user.role = role
        if not decides(role):
            inviting.withdraw_of(actor, user)
        audit.record(actor, "account.role_changed", subject_id=user.id, changed=changed)
    return user


def close(actor: Actor, user_id: uuid.UUID, to: uuid.UUID | None = None) -> User:
    """Close an account, one's own too where another owner stays; its sessions and links end with it.

    What is theirs goes `to` a colleague, None for nobody yet. Two owners who close each other wait for each
    other: the slower one has no account any more, and changes nothing.
    """
    with transaction():
        owning = owners.decide(actor)
        user = owners.person(actor, user_id)
        if not user.is_open:
            raise NotFound
        if problem := leaving_problem(user.id, owning):
            raise RuleBroken(problem)
        if to == user.id:
            raise RuleBroken(responsible.NOT_HERE, "taker")
        taker = responsible.taker(actor, to)
        handing_over.all_of(actor, user, taker)
        user.deactivated_at = now()
        sessions.end_all(user)
        links.revoke(LinkToken.user_id == user.id)
        inviting.withdraw_of(actor, user)
        audit.record(actor, "account.closed", subject_id=user.id, to=taker.name if taker else None)
    return user


def open_again(actor: Actor, user_id: uuid.UUID) -> User:
    """Let somebody sign in again whose account was closed: with the role and the password they had."""
    with transaction():
        owners.decide(actor)
        user = owners.person(actor, user_id)
        if not user.is_open:
            user.deactivated_at = None
            audit.record(actor, "account.opened", subject_id=user.id)
    return user
