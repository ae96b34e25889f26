"""Who may open pages of which audience."""

from __future__ import annotations

import pytest

from clinic.domain.access import PERMISSIONS, WORDS, Permission, Policy, holds, is_staff, may, roles_with
from clinic.domain.types import Audience, Role

OPEN, SHUT = True, False

TABLE = {
    # audience:            anonymous, client, assistant, practitioner, owner
    Audience.PUBLIC: (OPEN, OPEN, OPEN, OPEN, OPEN),
    Audience.CLIENT: (SHUT, OPEN, SHUT, SHUT, SHUT),
    Audience.PRACTITIONER: (SHUT, SHUT, OPEN, OPEN, OPEN),
    Audience.OWNER: (SHUT, SHUT, SHUT, SHUT, OPEN),
    Audience.DEV: (SHUT, SHUT, SHUT, SHUT, SHUT),
}
WHO = (None, Role.CLIENT, Role.ASSISTANT, Role.PRACTITIONER, Role.OWNER)
CELLS = [
    (audience, who, door) for audience, doors in TABLE.items() for who, door in zip(WHO, doors, strict=True)
]


@pytest.mark.parametrize("audience, who, door", CELLS)
def test_each_audience_lets_in_its_own_people_only(audience: Audience, who: Role | None, door: bool) -> None:
    assert may(who, audience) is door


def test_the_table_knows_every_audience_and_every_role() -> None:
    assert set(TABLE) == set(Audience)
    assert set(WHO) == {None, *Role}


@pytest.mark.parametrize("who", WHO)
def test_developers_pages_open_in_development_whoever_asks(who: Role | None) -> None:
    assert may(who, Audience.DEV, development=True)


def test_a_page_opens_no_record_that_its_rule_does_not_name() -> None:
    assert Policy(Audience.CLIENT) == Policy(Audience.CLIENT, record=None)


def test_development_opens_nothing_else() -> None:
    assert not may(None, Audience.CLIENT, development=True)


@pytest.mark.parametrize("who", WHO)
def test_staff_are_all_but_clients_and_strangers(who: Role | None) -> None:
    assert is_staff(who) is (who not in (None, Role.CLIENT))


MAY, NOT = True, False
PERMITTED = {
    # permission:                 anonymous, client, assistant, practitioner, owner
    Permission.CLEAR_WARNINGS: (NOT, NOT, NOT, MAY, MAY),
    Permission.SIGN_ASSESSMENTS: (NOT, NOT, NOT, MAY, MAY),
    Permission.AMEND_ASSESSMENTS: (NOT, NOT, NOT, MAY, MAY),
    Permission.SIGN_REPORTS: (NOT, NOT, NOT, MAY, MAY),
    Permission.SHARE_FINDINGS: (NOT, NOT, NOT, MAY, MAY),
    Permission.WRITE_NOTES: (NOT, NOT, NOT, MAY, MAY),
    Permission.PUBLISH_ROUTINES: (NOT, NOT, NOT, MAY, MAY),
    Permission.MAKE_TESTS: (NOT, NOT, NOT, MAY, MAY),
    Permission.ASK_SCREENS: (NOT, NOT, NOT, MAY, MAY),
    Permission.DECIDE_OFFERS: (NOT, NOT, NOT, MAY, MAY),
    Permission.WRITE_TO_GROUPS: (NOT, NOT, NOT, MAY, MAY),
    Permission.TAKE_OUT_RECORDS: (NOT, NOT, NOT, MAY, MAY),
    Permission.IMPORT_CLIENTS: (NOT, NOT, NOT, MAY, MAY),
    Permission.SEE_WHO_LOOKED: (NOT, NOT, NOT, MAY, MAY),
    Permission.READ_TRAIL: (NOT, NOT, NOT, NOT, MAY),
    Permission.KEEP_DOCUMENTS: (NOT, NOT, MAY, MAY, MAY),
    Permission.VIEW_AS_CLIENT: (NOT, NOT, NOT, MAY, MAY),
    Permission.HEAR_NEWS: (NOT, NOT, NOT, MAY, MAY),
    Permission.CHANGE_PRACTICE: (NOT, NOT, NOT, NOT, MAY),
    Permission.SET_UP_MAIL: (NOT, NOT, NOT, NOT, MAY),
    Permission.READ_KEPT_MAIL: (NOT, NOT, NOT, NOT, MAY),
    Permission.TAKE_OUT_PRACTICE: (NOT, NOT, NOT, NOT, MAY),
    Permission.ERASE_RECORDS: (NOT, NOT, NOT, NOT, MAY),
    Permission.CALL_BACK_ERASURES: (NOT, NOT, NOT, MAY, MAY),
    Permission.KEEP_BACKUPS: (NOT, NOT, NOT, NOT, MAY),
    Permission.MANAGE_PEOPLE: (NOT, NOT, NOT, NOT, MAY),
    Permission.BE_RESPONSIBLE: (NOT, NOT, NOT, MAY, MAY),
    Permission.CHANGE_SIGN_IN: (NOT, NOT, NOT, MAY, MAY),
    Permission.HELP_SIGN_IN: (NOT, NOT, NOT, NOT, MAY),
}
RIGHTS = [
    (permission, who, right)
    for permission, rights in PERMITTED.items()
    for who, right in zip(WHO, rights, strict=True)
]


@pytest.mark.parametrize("permission, who, right", RIGHTS)
def test_each_role_may_do_its_own_things_only(permission: Permission, who: Role | None, right: bool) -> None:
    assert holds(who, permission) is right
    assert (who in roles_with(permission)) is right


def test_the_table_of_permissions_knows_every_one_and_every_role() -> None:
    assert set(PERMITTED) == set(Permission)
    assert set(PERMISSIONS) == set(Role)


def test_every_permission_has_words_for_the_page_that_shows_the_table() -> None:
    assert set(WORDS) == set(Permission)
    assert all(words and words[0].islower() and not words.endswith(".") for words in WORDS.values())
