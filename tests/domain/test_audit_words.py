"""What an entry of the audit trail is, by what was done."""

from __future__ import annotations

import pytest

from clinic.domain.audit_words import ACTIONS_OF, NOT_DONE, READ, REFUSED, TAKEN_OUT, AuditKind

KINDS = [
    ("record.read", AuditKind.READ),
    ("access.refused", AuditKind.REFUSED),
    ("clients.taken_out", AuditKind.TAKEN_OUT),
    ("staff_time.taken_out", AuditKind.TAKEN_OUT),
    ("practice.taken_out", AuditKind.TAKEN_OUT),
    ("report.downloaded", AuditKind.TAKEN_OUT),
    ("client.changed", AuditKind.DONE),
    ("record.read.twice", AuditKind.DONE),
    ("", AuditKind.DONE),
]


@pytest.mark.parametrize(("action", "kind"), KINDS)
def test_an_entry_is_of_one_kind_and_done_unless_it_is_another(action: str, kind: AuditKind) -> None:
    of = [each for each, actions in ACTIONS_OF.items() if action in actions]
    assert of == ([] if kind is AuditKind.DONE else [kind])
    assert (action in NOT_DONE) is bool(of)


def test_every_kind_but_done_names_its_actions() -> None:
    assert {READ} == ACTIONS_OF[AuditKind.READ]
    assert {REFUSED} == ACTIONS_OF[AuditKind.REFUSED]
    assert ACTIONS_OF[AuditKind.TAKEN_OUT] == TAKEN_OUT
    assert set(ACTIONS_OF) == set(AuditKind) - {AuditKind.DONE}
    assert {action for action, kind in KINDS if kind is not AuditKind.DONE} == NOT_DONE
