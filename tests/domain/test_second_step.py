"""Who has to take a second step, which codes are taken, and how wrong ones slow things down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.second_step import (
    ALPHABET,
    GROUPS,
    IN_A_GROUP,
    RECOVERY_CODES,
    TO_ENTER_IT,
    SecondStepDue,
    in_groups,
    is_app_code,
    is_required,
    plain_code,
    still_due,
    usable_steps,
    wait_after,
)
from clinic.domain.types import Role

ENTER, SET_UP = SecondStepDue.ENTER, SecondStepDue.SET_UP
STAFF = (Role.OWNER, Role.PRACTITIONER, Role.ASSISTANT)
AT = datetime(2026, 11, 28, 9, tzinfo=UTC)
STEP = int(AT.timestamp()) // 30


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize(
    ("has_one", "has_passed", "required", "due"),
    [
        (False, False, False, None),
        (False, False, True, SET_UP),
        (True, False, False, ENTER),
        (True, False, True, ENTER),
        (True, True, False, None),
        (True, True, True, None),
    ],
)
def test_what_stands_between_a_right_password_and_the_pages(
    role: Role, has_one: bool, has_passed: bool, required: bool, due: SecondStepDue | None
) -> None:
    assert still_due(role, has_one=has_one, has_passed=has_passed, is_required=required) is due


def test_clients_have_no_second_step() -> None:
    assert still_due(Role.CLIENT, has_one=False, has_passed=False, is_required=True) is None


@pytest.mark.parametrize(
    ("chosen", "production", "made_up", "required"),
    [
        (None, True, False, True),
        (None, True, True, False),
        (None, False, False, False),
        (True, False, True, True),
        (False, True, False, False),
    ],
)
def test_a_second_step_is_wanted_where_the_practice_is_real_unless_its_owner_chose(
    chosen: bool | None, production: bool, made_up: bool, required: bool
) -> None:
    assert is_required(chosen, production=production, made_up=made_up) is required


@pytest.mark.parametrize(
    ("at", "last_used", "steps"),
    [
        (AT, 0, [STEP - 1, STEP, STEP + 1]),
        (AT + timedelta(seconds=29), 0, [STEP - 1, STEP, STEP + 1]),
        (AT + timedelta(seconds=30), 0, [STEP, STEP + 1, STEP + 2]),
        (AT, STEP - 1, [STEP, STEP + 1]),
        (AT, STEP, [STEP + 1]),
        (AT, STEP + 1, []),
        (AT - timedelta(hours=1), STEP, []),  # the clock was put back
    ],
)
def test_a_code_is_taken_a_step_early_or_late_and_never_twice(
    at: datetime, last_used: int, steps: list[int]
) -> None:
    assert usable_steps(at, last_used) == steps


@pytest.mark.parametrize(
    ("wrong", "minutes"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (10, 32), (11, 60), (12, 60), (500, 60)],
)
def test_wrong_codes_slow_down_and_shut_nobody_out(wrong: int, minutes: int) -> None:
    assert wait_after(wrong) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("typed", "plain", "of_app"),
    [
        ("123456", "123456", True),
        (" 123 456 ", "123456", True),
        ("１２３４５６", "123456", True),
        ("12345", "12345", False),
        ("1234567", "1234567", False),
        ("abcd-efgh jkmn-pqrs", "ABCDEFGHJKMNPQRS", False),
        ("١٢٣٤٥٦", "١٢٣٤٥٦", False),
        ("", "", False),
    ],
)
def test_a_code_is_read_however_it_is_spaced(typed: str, plain: str, of_app: bool) -> None:
    assert plain_code(typed) == plain
    assert is_app_code(plain) is of_app


def test_a_recovery_code_is_shown_in_groups() -> None:
    assert in_groups("ABCDEFGHJKMNPQRS") == "ABCD-EFGH-JKMN-PQRS"


def test_a_recovery_code_has_so_many_letters_that_a_plain_hash_of_it_is_enough() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 30
    assert (GROUPS, IN_A_GROUP) == (4, 4)
    assert len(ALPHABET) ** (GROUPS * IN_A_GROUP) > 2**78
    assert not set(ALPHABET) & set("ILO01"), "none is taken for another"


def test_there_are_ten_of_them_and_a_quarter_of_an_hour_for_the_second_step() -> None:
    assert RECOVERY_CODES == 10
    assert timedelta(minutes=15) == TO_ENTER_IT
