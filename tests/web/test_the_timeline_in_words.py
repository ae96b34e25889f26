"""Every action of the audit trail that is about a client has words of its own."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import clinic
from clinic.domain.types import LogObstacle, MistakeAnswer
from clinic.models import AuditEvent
from clinic.services.clients.timeline import LoggedWords
from clinic.web.presenters.timeline import ACTIONS, TimelineFold, folded, one_after_another, told

pytestmark = pytest.mark.sqlite_only  # asks no database: once is enough

CLINIC = Path(clinic.__file__).parent
ICONS = (CLINIC / "static" / "icons.svg").read_text()
NOT_A_CLIENT_S = {
    "account",
    "battery",
    "bulk_act",
    "client_import",
    "move",
    "news",
    "password",
    "practice_details",
    "recovery_codes",
    "routine",
    "second_step",
    "session",
    "test",
    "wording",
}
OF_THE_PRACTICE = {
    "practice.begun",
    "practice.changed",
    "mail.tested",
    "mail.set_up",
    "mail.set_up_forgotten",
}


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


# --- what the log says, and weeks of routine


def logged_on(day: int, said: LoggedWords | None = None, action: str = "practice.logged") -> Any:
    at = datetime(2026, 11, day, 18, tzinfo=UTC)
    event = AuditEvent(
        action=action,
        actor_name="Ada",
        happened_at=at,
        details={"outcome": "partly", "day": at.date().isoformat()},
    )
    return told(event, "Europe/London", said, 6)


def test_a_log_is_told_with_its_pain_its_mistake_and_its_words() -> None:
    said = LoggedWords(9, MistakeAnswer.YES, LogObstacle.HURTS, "Please ring me.")
    found = logged_on(23, said)
    assert found.text == "Partly. Pain 9. Mistake: yes. It hurts. “Please ring me.”"
    assert (found.tone, found.is_routine) == ("attention", False)


@pytest.mark.parametrize(
    "said, is_routine",
    [
        (LoggedWords(5, None, None, ""), True),
        (LoggedWords(6, None, None, ""), False),
        (LoggedWords(None, None, LogObstacle.NO_TIME, ""), True),
        (LoggedWords(None, None, LogObstacle.HURTS, ""), False),
        (LoggedWords(1, None, None, "Easy."), False),
    ],
)
def test_what_asks_for_somebody_is_never_folded_away(said: LoggedWords, is_routine: bool) -> None:
    assert logged_on(23, said).is_routine is is_routine


def test_routine_is_folded_by_week_at_the_place_of_its_newest_line() -> None:
    plain = LoggedWords(2, None, None, "")
    lines = [
        logged_on(26, plain),
        logged_on(25, LoggedWords(9, None, None, "")),
        logged_on(24, plain),
        logged_on(23, None, "checkin.sent"),
        logged_on(20, plain),  # alone in its week
        logged_on(13, plain),
        logged_on(12, plain),
    ]
    shown = folded(lines)
    assert [each.summary if isinstance(each, TimelineFold) else each.when for each in shown] == [
        "Week of Mon 23 Nov: 2 practice logs, 1 mail",
        "Wed 25 Nov, 18:00",
        "Fri 20 Nov, 18:00",
        "Week of Mon 9 Nov: 2 practice logs",
    ]
    (first, *_) = [each for each in shown if isinstance(each, TimelineFold)]
    assert [line.when for line in first.lines] == [lines[0].when, lines[2].when, lines[3].when]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([], ""),
        (["Pain 4"], "Pain 4"),
        (["Note: The cellar?", "Pain 4", "Mistake: no"], "Note: The cellar? Pain 4. Mistake: no"),
        (["Note: It is better.", "Pain 2"], "Note: It is better. Pain 2"),
    ],
)
def test_what_somebody_wrote_has_its_own_end(parts: list[str], told: str) -> None:
    assert one_after_another(parts) == told
