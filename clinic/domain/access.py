"""Who may open which pages: an audience is declared on every rule, and nobody is let in by default.

This is the first door only. Whose record it is, is asked at the second: `clinic.services.access`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from clinic.domain.types import Audience, Role

STAFF = frozenset({Role.OWNER, Role.PRACTITIONER, Role.ASSISTANT})
CLINICIANS = frozenset({Role.OWNER, Role.PRACTITIONER})  # whose name may stand under a clinical decision
ROLES: Mapping[Audience, frozenset[Role]] = MappingProxyType(
    {
        Audience.CLIENT: frozenset({Role.CLIENT}),
        Audience.PRACTITIONER: STAFF,
        Audience.OWNER: frozenset({Role.OWNER}),
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a rule of the URL map declares: who it is for, and the kind of record it opens, if any."""

    audience: Audience
    record: str | None = None


def may(role: Role | None, audience: Audience, *, development: bool = False) -> bool:
    """Whether somebody (None: not signed in) may open an audience's pages; `dev` ones in development only."""
    if audience is Audience.PUBLIC:
        return True
    if audience is Audience.DEV:
        return development
    return role is not None and role in ROLES[audience]


def is_staff(role: Role | None) -> bool:
    """Whether somebody works for the practice."""
    return role in STAFF
