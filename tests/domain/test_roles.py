"""For which roles PostgreSQL's walls between practices hold."""

from __future__ import annotations

import pytest

from clinic.domain.roles import DatabaseRole, role_problem

LESSER = DatabaseRole(is_superuser=False, passes_walls=False, owns_tables=False, has_no_walls=False)


@pytest.mark.parametrize(
    "role, said",
    [
        (DatabaseRole(True, True, True, False), "superuser"),
        (DatabaseRole(True, False, False, True), "superuser"),
        (DatabaseRole(False, True, False, False), "BYPASSRLS"),
        (DatabaseRole(False, False, True, True), "clinic db upgrade"),
        (DatabaseRole(False, False, True, False), "owns the tables"),
    ],
    ids=["bundled server", "before the walls", "passes them", "not migrated", "one role for all"],
)
def test_each_role_that_could_look_over_the_wall_is_told_how(role: DatabaseRole, said: str) -> None:
    assert said in (role_problem(role) or "")


def test_a_lesser_role_is_as_it_should_be() -> None:
    assert role_problem(LESSER) is None
