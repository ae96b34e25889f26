"""Who may open which kind of page. Whose record it shows is asked at the ownership doors."""

from __future__ import annotations

from clinic.domain.types import Audience, Role

STAFF = frozenset({Role.OWNER, Role.PRACTITIONER, Role.ASSISTANT})

OPEN_TO: dict[Audience, frozenset[Role]] = {
    Audience.PUBLIC: frozenset(Role),
    Audience.CLIENT: frozenset({Role.CLIENT}),
    Audience.PRACTITIONER: STAFF,
    Audience.OWNER: frozenset({Role.OWNER}),
    Audience.DEV: frozenset(Role),
}


def may(role: Role, audience: Audience) -> bool:
    """Whether somebody of this role may open a page for this audience."""
    return role in OPEN_TO[audience]
