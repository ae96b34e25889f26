"""Whose clients are whose, in SQL: the rule itself is `domain/staffing`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, or_, select

from clinic.domain.access import STAFF, Permission, roles_with
from clinic.models.base import given, one_of
from clinic.models.person import Client, User

_ANSWERING = roles_with(Permission.BE_RESPONSIBLE)


def is_own() -> ColumnElement[bool]:
    """That a client is `whose`, or is nobody's, of the practice `practice_id`."""
    return or_(Client.responsible_id == bindparam("whose", type_=Client.id.type), is_nobodys())


def is_nobodys() -> ColumnElement[bool]:
    """That nobody is responsible for a client who may be so now, of the practice `practice_id`."""
    return or_(Client.responsible_id.is_(None), Client.responsible_id.in_(_answer_no_longer()))


def own_clients() -> Select[Any]:
    """The ids of the clients of whom that is so, to be looked among once a statement."""
    return select(Client.id).where(given(Client.practice_id), is_own())


def gone() -> Select[Any]:
    """The ids of those who work here no longer, of the practice `practice_id`."""
    return select(User.id).where(given(User.practice_id), one_of(User.role, sorted(STAFF)), ~User.is_open)


def _answer_no_longer() -> Select[Any]:
    may_not = one_of(User.role, sorted(STAFF - _ANSWERING))
    return select(User.id).where(
        given(User.practice_id),
        one_of(User.role, sorted(STAFF)),
        or_(~User.is_open, may_not),
    )
