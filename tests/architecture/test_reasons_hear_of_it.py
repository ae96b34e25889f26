"""Whoever writes rows past the session, and could change a reason by it, says so."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import clinic
from clinic.models import PracticeDecline
from clinic.services.reasons.marks import WATCHED

SERVICES = Path(clinic.__file__).parent / "services"
RECORDS = {record.__name__ for record in (*WATCHED, PracticeDecline)}
WRITERS = {"update", "delete", "insert", "insert_into", "bulk.add", "bulk.add_new", "bulk.change"}
# Statements by which no reason changes, and why.
HARMLESS = {
    "checkins/doubts.py": "whether it arrived or may have, it is out and not answered",
    "checkins/silence.py": "what is no longer waited for still counts as unanswered",
    "checkins/writing.py": "a check-in that is planned has not gone out",
    "media/tidying.py": "a consent stands or is withdrawn without its form as with it",
    "clients/adding_many.py": "nobody has a reason on the day they are added",
    "clients/subscriptions.py": "whether somebody has mail is no reason",
    "erasure/doing.py": "when an archived client is erased is no reason",
    "imports/writing.py": "what was empty in a record was no reason",
    "programs/noticed.py": "from when on a form re-check is asked is no reason",
    "outbox/reminders.py": "a reminder changes nothing of what was asked",
}


def written_past_the_session(path: Path) -> Iterator[str]:
    """The records that `update(Record)`, `delete(Record)` or an insert of a dialect names."""
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in WRITERS and call.args:
            name = ast.unparse(call.args[0])
            yield {"_checkin": "Checkin"}.get(name, name)


def test_each_statement_that_could_change_a_reason_touches_the_clients_or_is_harmless() -> None:
    found = {
        str(path.relative_to(SERVICES)): RECORDS & set(written_past_the_session(path))
        for path in SERVICES.rglob("*.py")
    }
    writers = {name for name, records in found.items() if records}
    touching = {name for name in writers if "touch(" in (SERVICES / name).read_text("utf-8")}
    assert writers - touching == HARMLESS.keys()
    assert "outbox/ledger.py" in touching
