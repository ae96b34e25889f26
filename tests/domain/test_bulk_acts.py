"""One act for many: what becomes of each client, and until when all of it can be undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clinic.domain.bulk_acts import (
    AT_ONCE,
    KEPT_UNBEGUN,
    LONGEST_GROUP,
    MOST_CLIENTS,
    UNDONE_WITHIN,
    BulkActFacts,
    BulkActKind,
    BulkActState,
    LineReason,
    LineState,
    Verdict,
    may_be_undone,
    of_skip,
    undone_until,
    verdict,
)
from clinic.domain.mail_standing import ORDER, MailStanding
from clinic.domain.skipping import NOT_RUNNING
from clinic.domain.types import ProgramStatus, SkipReason

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
DONE = Verdict(LineState.DONE)
ONE_MAIL = SkipReason.ONE_MAIL_A_DAY
HAD_A_MAIL = Verdict(LineState.LEFT_OUT, said="the client has had a mail today")
ASSIGN, INVITE, CHECKIN, GROUP, ARCHIVE, HAND_OVER = BulkActKind


def facts(**values: Any) -> BulkActFacts:
    """Somebody whom nothing speaks against, but for what is told."""
    standing = {
        name: values.pop(name)
        for name in ("warning_open", "archived", "consented", "has_address", "bounced")
        if name in values
    }
    values = {"program": ProgramStatus.ACTIVE, **values}
    return BulkActFacts(standing=MailStanding(**standing), **values)


def left(reason: LineReason) -> Verdict:
    return Verdict(LineState.LEFT_OUT, reason)


def already(reason: LineReason) -> Verdict:
    return Verdict(LineState.ALREADY, reason)


@pytest.mark.parametrize("kind", BulkActKind)
def test_nothing_speaks_against_somebody_as_clients_are(kind: BulkActKind) -> None:
    assert verdict(kind, facts()) == DONE


@pytest.mark.parametrize(
    ("kind", "known", "expected"),
    [
        (ASSIGN, {"archived": True, "warning_open": True}, left(LineReason.ARCHIVED)),
        (ASSIGN, {"warning_open": True, "runs_already": True}, left(LineReason.LOCKED)),
        (ASSIGN, {"runs_already": True}, already(LineReason.RUNS_ALREADY)),
        (ASSIGN, {"has_address": False}, Verdict(LineState.DONE, LineReason.NO_ADDRESS)),
        (INVITE, {"has_account": True, "archived": True}, already(LineReason.HAS_ACCOUNT)),
        (INVITE, {"archived": True, "is_invited": True}, left(LineReason.ARCHIVED)),
        (INVITE, {"has_address": False}, left(LineReason.NO_ADDRESS)),
        (INVITE, {"is_invited": True}, already(LineReason.INVITED)),
        (INVITE, {"warning_open": True, "bounced": True}, DONE),
        (CHECKIN, {"warning_open": True, "program": None}, left(LineReason.LOCKED)),
        (CHECKIN, {"program": None}, left(LineReason.NO_PROGRAM)),
        (CHECKIN, {"program": ProgramStatus.PAUSED}, left(LineReason.PAUSED)),
        (CHECKIN, {"is_asked_today": True, "stopped_by": ONE_MAIL}, already(LineReason.ASKED_TODAY)),
        (CHECKIN, {"stopped_by": ONE_MAIL}, HAD_A_MAIL),
        (CHECKIN, {"consented": False}, left(LineReason.NO_CONSENT)),
        (GROUP, {"archived": True, "in_group": True}, left(LineReason.ARCHIVED)),
        (GROUP, {"in_group": True}, already(LineReason.IN_GROUP)),
        (GROUP, {"warning_open": True}, DONE),
        (ARCHIVE, {"archived": True, "warning_open": True}, already(LineReason.ARCHIVED)),
        (ARCHIVE, {"warning_open": True}, left(LineReason.LOCKED)),
        (ARCHIVE, {"has_address": False}, DONE),
        (HAND_OVER, {"is_theirs": True, "archived": True}, already(LineReason.IS_THEIRS)),
        (HAND_OVER, {"archived": True, "warning_open": True}, DONE),
    ],
)
def test_the_weightiest_reason_is_told(kind: BulkActKind, known: dict[str, Any], expected: Verdict) -> None:
    assert verdict(kind, facts(**known)) == expected


def test_a_program_without_check_ins_needs_no_address() -> None:
    assert verdict(ASSIGN, facts(has_address=False), by_mail=False) == DONE


@pytest.mark.parametrize("reason", [*ORDER, *NOT_RUNNING.values()])
def test_whatever_keeps_a_mail_back_is_a_reason_of_a_line(reason: Any) -> None:
    assert of_skip(reason).value == reason.value


@pytest.mark.parametrize("state", BulkActState)
def test_only_what_is_done_can_be_undone_within_the_hour(state: BulkActState) -> None:
    moment = timedelta(seconds=1)
    last = NOON + UNDONE_WITHIN - moment
    assert may_be_undone(state, NOON, last) is (state is BulkActState.DONE)
    assert not may_be_undone(state, NOON, last + moment)
    assert not may_be_undone(state, None, NOON)


def test_the_hour_counts_from_its_end() -> None:
    assert undone_until(BulkActState.DONE, NOON) == NOON + timedelta(hours=1)
    assert undone_until(BulkActState.UNDER_WAY, None) is None


def test_how_many_are_done_in_one_act_and_how_long_a_choice_is_kept() -> None:
    assert (MOST_CLIENTS, AT_ONCE, LONGEST_GROUP) == (2000, 50, 80)
    assert timedelta(days=1) == KEPT_UNBEGUN


def test_of_whom_nothing_stands_against_nothing_is_said() -> None:
    assert (DONE.reason, DONE.said) == (None, None)
