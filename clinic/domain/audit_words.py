"""What an entry of the audit trail is: somebody looked, was refused, took something out, or did something."""

from __future__ import annotations

from enum import StrEnum

READ, REFUSED = "record.read", "access.refused"
TAKEN_OUT = frozenset(
    {"clients.taken_out", "practice.taken_out", "report.downloaded", "staff_time.taken_out"}
)


class AuditKind(StrEnum):
    """What somebody may ask the trail for."""

    READ = "read"
    DONE = "done"
    TAKEN_OUT = "taken_out"
    REFUSED = "refused"


ACTIONS_OF = {
    AuditKind.READ: frozenset({READ}),
    AuditKind.TAKEN_OUT: TAKEN_OUT,
    AuditKind.REFUSED: frozenset({REFUSED}),
}
NOT_DONE = frozenset[str]().union(*ACTIONS_OF.values())
