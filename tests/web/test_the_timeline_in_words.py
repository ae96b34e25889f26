"""Every action of the audit trail that is about a client has words of its own."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import clinic
from clinic.models import AuditEvent
from clinic.web.presenters.timeline import ACTIONS, told

CLINIC = Path(clinic.__file__).parent
ICONS = (CLINIC / "static" / "icons.svg").read_text()
NOT_A_CLIENT_S = {
    "account",
    "battery",
    "password",
    "practice_details",
    "routine",
    "session",
    "test",
    "wording",
}
OF_THE_PRACTICE = {"practice.begun", "practice.changed", "mail.tested"}


def recorded() -> set[str]:
    """The actions written as plain words in calls of audit.record and audit.record_for."""
    found = set()
    for path in (CLINIC / "services").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".record", ".record_for")):
                values = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                found |= {value for value in values if isinstance(value, str) and "." in value}
    return found


def line(action: str, **details: Any) -> Any:
    """An event, told for a reader in London."""
    event = AuditEvent(
        action=action,
        actor_name="Robin Vale",
        happened_at=datetime(2026, 11, 23, 9, 5, tzinfo=UTC),
        details=details,
    )
    return told(event, "Europe/London")


def test_each_action_of_a_client_has_words() -> None:
    of_clients = {
        each for each in recorded() if each.partition(".")[0] not in NOT_A_CLIENT_S
    } - OF_THE_PRACTICE
    assert of_clients, "the search of the source found nothing"
    assert of_clients - ACTIONS.keys() == set()


@pytest.mark.parametrize("action", ACTIONS)
def test_each_icon_is_in_the_sprite(action: str) -> None:
    assert f'id="i-{ACTIONS[action].icon}"' in ICONS


def test_a_change_tells_old_and_new() -> None:
    told = line(
        "client.corrected", changed={"time_zone": ["Europe/London", "America/New_York"], "phone": [None, "1"]}
    )
    assert told.text == "Time zone: London (Europe) → New York (America). Phone: nothing → 1"
    assert (told.when, told.by) == ("Mon 23 Nov, 09:05", "Robin Vale")


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"changed": None},
        {"changed": {"anything": "odd"}},
        {"changed": {"kind": ["nonsense", "private"]}},
        {"before": 1, "after": None},
        {"before": {"a": 1}, "after": {"a": 2, "b": [1, {"c": None}]}},
        {"reason": ["x"], "on": "not a day"},
    ],
)
def test_an_unknown_action_and_odd_details_are_told_plainly(details: dict[str, Any]) -> None:
    assert line("something.new_happened", **details).title == "Something new happened"
