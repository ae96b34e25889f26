"""Work over all practices has one way, and everybody who takes it is on this list."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import clinic

CLINIC = Path(clinic.__file__).parent
WAY = "across_practices"
# Who, and why. A new line wants a reason that a page about one practice cannot have.
WHO = {
    "cli/command.py:cli": "whoever runs the machine",
    "services/accounts/kept_forms.py:keep": "whose browser this was",
    "services/accounts/sessions.py:end": "whose browser this is",
    "services/accounts/sessions.py:_living": "whose browser this is",
    "services/accounts/sessions.py:is_of_closed_account": "whose browser this was",
    "services/accounts/sessions.py:was_on_own_device": "whose browser this was",
    "services/accounts/signing_in.py:_accounts": "an address may have several accounts",
    "services/accounts/signing_in.py:sign_in": "an address may have several accounts",
    "services/accounts/signing_in.py:ask_for_reset": "an address may have several accounts",
    "services/bulk_acts/going_on.py:_not_over": "acts for many that are not over",
    "services/appointments/calendars.py:read": "whose calendar this is",
    "services/appointments/telling.py:remind": "reminders of appointments",
    "services/audit/checking.py:seal_older": "the trail from before the chain",
    "services/audit/checking.py:verify": "whether each practice's trail is whole",
    "services/checkins/planning.py:run": "what falls due",
    "services/checkins/reminders.py:run": "what falls due",
    "services/checkins/silence.py:expire": "what falls due",
    "services/clients/subscriptions.py:subscriber": "whose link this is",
    "services/erasure/doing.py:replay_here": "who was erased before this backup came back",
    "services/erasure/doing.py:take_in": "who was erased before this backup came back",
    "services/erasure/doing.py:not_on": "who was erased before this backup came back",
    "services/erasure/doing.py:_due": "who is to be erased today",
    "services/erasure/doing.py:_practices_keeping": "whose signed records no law keeps any more",
    "services/erasure/doing.py:_settle_files": "files of the erased that are still to go",
    "services/erasure/doing.py:put_list_beside": "who was erased before this backup came back",
    "services/imports/going_on.py:_not_over": "imports that are not over",
    "services/imports/tidying.py:tidy": "tidying up",
    "services/links.py:find": "whose link this is",
    "services/mail_setup.py:is_shared": "whether others share this installation",
    "services/media/making.py:_claim": "files that wait to be made ready",
    "services/media/tidying.py:tidy": "tidying up",
    "services/notices.py:send_due": "the morning of each practice",
    "services/outbox/promises.py:counts": "the health page",
    "services/outbox/promises.py:oldest_due": "the health page",
    "services/own_answers/finding.py:public": "whose public page of answers this is",
    "services/practice_reminders.py:run": "what falls due",
    "services/practices.py:all_made_up": "whether there is a practice",
    "services/practices.py:begin": "a practice begins",
    "services/practices.py:exists": "whether there is a practice",
    "services/practices.py:name_of": "what a practice's app is called",
    "services/practices.py:names": "whether there is a practice",
    "services/practices.py:only_one": "whether there is a practice",
    "services/programs/days.py:end_due": "what falls due",
    "services/programs/days.py:pause_due": "what falls due",
    "services/programs/days.py:start_due": "what falls due",
    "services/overview/kept.py:make_all": "the figures of every practice",
    "services/programs/looking_over.py:run": "a look at all programs",
    "services/questionnaires/asking.py:expire_due": "what falls due",
    "services/reasons/rebuilding.py:build_missing": "a look at all reasons",
    "services/reasons/rebuilding.py:rebuild_all": "a look at all reasons",
    "services/sending/delivery.py:recover": "mail is one queue",
    "services/sending/delivery.py:run": "mail is one queue",
    "services/sending/intake.py:take_in": "mail comes back to one address",
    "services/upkeep/backups/nightly.py:run_due": "a backup holds everything",
    "services/upkeep/backups/nightly.py:run_now": "a backup holds everything",
    "services/upkeep/backups/restoring.py:restore": "a backup holds everything",
    "services/upkeep/backups/rows.py:one_instant": "a backup holds everything",
    "services/groups/courses.py:_going_on": "courses that take somebody in",
    "services/groups/joining.py:offer": "which course a link to join is of",
    "services/groups/joining.py:tidy": "tidying up",
    "services/upkeep/housekeeping.py:tidy": "tidying up",
    "services/watching/alarms.py:_owners": "the worker's death is told to all owners",
    "services/watching/health.py:_look": "the health page",
}


def taken() -> Iterator[tuple[str, str]]:
    """Each function that works over all practices, with its reason."""
    for path in sorted(CLINIC.rglob("*.py")):
        module = path.relative_to(CLINIC).as_posix()
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] == WAY:
                    why = call.args[0]
                    assert isinstance(why, ast.Constant), f"{module}: the reason is written out"
                    yield f"{module}:{function.name}", str(why.value)


def test_everybody_who_works_across_practices_is_listed_with_a_reason() -> None:
    assert dict(taken()) == WHO


def test_nothing_else_lifts_the_wall() -> None:
    said = {
        path.relative_to(CLINIC).as_posix()
        for path in CLINIC.rglob("*.py")
        if "clinic.practice" in path.read_text() or "row_security" in path.read_text()
    }
    assert said == {"models/walls.py"}
