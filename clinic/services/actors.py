"""Who acts: what every use-case is told about the person in front of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from clinic.domain.access import Permission, holds, is_staff
from clinic.domain.types import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person. `client_id` is their own record where they are a client."""

    user_id: uuid.UUID
    practice_id: uuid.UUID
    role: Role
    name: str
    client_id: uuid.UUID | None = None

    @property
    def is_staff(self) -> bool:
        """Whether they work for the practice."""
        return is_staff(self.role)

    def seen_as(self, client_id: uuid.UUID, name: str) -> Actor:
        """A client of the same practice, for pages that this person looks at as that client does."""
        return Actor(self.user_id, self.practice_id, Role.CLIENT, name, client_id)

    def may(self, permission: Permission) -> bool:
        """Whether their role has this permission."""
        return holds(self.role, permission)
