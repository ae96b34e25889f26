"""Whether PostgreSQL's walls between practices hold for a role."""

from __future__ import annotations

from dataclasses import dataclass

HOW = "See docs/deploy/several-servers.md, Roles."


@dataclass(frozen=True, slots=True)
class DatabaseRole:
    """What the role may do that the app connects as, and whether a wall is missing."""

    is_superuser: bool
    passes_walls: bool
    owns_tables: bool
    has_no_walls: bool


def role_problem(role: DatabaseRole) -> str | None:
    """What is wrong with it, the worst first; None where nothing is."""
    if role.is_superuser:
        return f"the app connects to PostgreSQL as a superuser, who passes them. {HOW}"
    if role.passes_walls:
        return f"the app's role at PostgreSQL has BYPASSRLS, and passes them. {HOW}"
    if role.has_no_walls:
        return "the database has none yet: run clinic db upgrade."
    if role.owns_tables:
        return f"the app's role at PostgreSQL owns the tables, so it could take them down. {HOW}"
    return None
