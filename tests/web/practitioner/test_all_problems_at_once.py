"""Forms in which several things are wrong, of a field and of a rule behind it: all are named at once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete

from clinic.domain.types import ProgramStatus
from clinic.extensions import db
from clinic.models import Consent
from clinic.services.transaction import transaction
from tests.factories.records import World, make_world
from tests.visitor import Visitor
from tests.web.practitioner.test_batteries import typed

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)
NOTHING = ("", "", "")


def day(name: str, when: date | tuple[str, str, str]) -> dict[str, str]:
    parts = when if isinstance(when, tuple) else (str(when.day), str(when.month), str(when.year))
    return {f"{name}-{part}": value for part, value in zip(("day", "month", "year"), parts, strict=True)}


@dataclass(frozen=True)
class Slips:
    """A page, what is typed into its form, and what it has to answer."""

    page: Callable[[World], str]
    typed: Callable[[World], dict[str, Any]]
    said: tuple[str, ...]
    by: str = "owner"
    before: Callable[[World], None] = field(default=lambda world: None)


def _program(page: str) -> Callable[[World], str]:
    return lambda world: f"/programs/{world.records['ada'].program.id}{page}"


def _client(page: str) -> Callable[[World], str]:
    return lambda world: f"/clients/{world.records['ada'].client.id}{page}"


def _ended(world: World) -> None:
    world.records["ada"].program.status = ProgramStatus.ENDED


def _without_account(world: World) -> None:
    client = world.records["ada"].client
    client.user_id = client.consented_at = None
    db.session.execute(delete(Consent).where(Consent.client_id == client.id))


def _only_practice(world: World) -> None:
    world.people.elsewhere.is_demo = True


SLIPS = {
    "adding a client": Slips(
        lambda world: "/clients/new",
        lambda world: {
            "name": "",
            "email": world.people.other_client.email,
            "phone": "4.47912E+11",
            "waking_from": "10:00",
            "waking_until": "09:00",
            "consented": "y",
            **day("born_on", date(2099, 1, 1)),
            **day("consented_on", date(1999, 1, 1)),
        },
        (
            "Enter the client’s name.",
            "Bela Forde has this email address already.",
            "a spreadsheet has rounded it",
            "A date of birth cannot be in the future.",
            "The last hour has to be later than the first.",
            "Enter a day from 2000 on.",
        ),
    ),
    "adding one who cannot be invited": Slips(
        lambda world: "/clients/new",
        lambda world: {
            "name": "Nell Marsh",
            "email": "",
            "invite": "y",
            **day("born_on", ("x", "1", "1960")),
        },
        ("The consent of Nell Marsh is not recorded.", "Enter the date in figures"),
    ),
    "a client's record": Slips(
        _client("/edit"),
        lambda world: {
            "name": "",
            "email": world.people.other_client.email,
            **day("born_on", date(2099, 1, 1)),
        },
        (
            "Enter the client’s name.",
            "Bela Forde has this email address already.",
            "A date of birth cannot be in the future.",
        ),
    ),
    "assigning what runs already": Slips(
        _client("/programs/new"),
        lambda world: {"weeks": "0", "running": "keep"},
        ("Weeks must be from 1 to 104.", "runs already"),
    ),
    "assigning in place of another": Slips(
        _client("/programs/new"),
        lambda world: {
            "at": "soon",
            "running": "end",
            "end_stop": "other",
            **day("starts_on", TODAY + timedelta(days=900)),
        },
        (
            "Enter a time like 09:00.",
            "Choose a first day within a year of today.",
            "Say why it ends, in a few words.",
        ),
    ),
    "pausing": Slips(
        _program("/pause"),
        lambda world: {**day("effective_on", NOTHING), **day("until", YESTERDAY), "reason": ""},
        ("Enter the day.", "Choose a last day that is still to come.", "Say why, in a few words."),
    ),
    "ending": Slips(
        _program("/end"),
        lambda world: {**day("effective_on", TODAY + timedelta(days=9)), "stop": "other"},
        ("Choose today or an earlier day.", "Say why, in a few words."),
    ),
    "moving its days": Slips(
        _program("/days"),
        lambda world: {**day("starts_on", NOTHING), **day("ends_on", YESTERDAY)},
        ("Enter the first day.", "Choose today or a later day."),
    ),
    "correcting doses": Slips(
        _program("/doses"),
        lambda world: {**day("effective_on", TODAY + timedelta(days=9)), "reason": ""},
        ("Say why, in a few words.", "Choose today or an earlier day.", "No dose is different from before."),
    ),
    "check-ins of a program that has ended": Slips(
        _program("/check-in"),
        lambda world: {"pace": "cadence", "cadence": "3, 1", "at": "09:00"},
        ("The days must rise", "This program has ended."),
        before=_ended,
    ),
    "one's password": Slips(
        lambda world: "/your-account",
        lambda world: {"current": "not this one at all", "password": ""},
        ("Choose a password.", "That is not your current password."),
    ),
    "one's new password": Slips(
        lambda world: "/your-account",
        lambda world: {"current": "not this one at all", "password": "short"},
        ("That is not your current password.", "15 characters"),
    ),
    "a test of one's own": Slips(
        lambda world: "/assessments/tests/new",
        lambda world: {
            "name": "",
            "section": "orthopedic",
            "sides": "left_right",
            "how": "Slowly.",
            "fields-0-kind": "count",
            "fields-0-label": "Steps",
            "act": "save",
        },
        (
            "Give the test a name.",
            "Say which side is meant",
            "Give the least that can be recorded.",
            "Give the most that can be recorded.",
            "Say what is counted",
        ),
    ),
    "a battery": Slips(
        lambda world: "/assessments/batteries/new",
        lambda world: {"name": "", "act": "save"},
        ("Give the battery a name.", "A battery has at least one test"),
    ),
    "what is asked": Slips(
        lambda world: f"/clients/{world.records['ada'].client.id}/questionnaires/ask",
        lambda world: {"keys": ["phq2", "pgic7"], "channel": "pages", **day("since", NOTHING)},
        ("has no account yet", "Confirm that you act on a positive", "Give the day the change is measured"),
        before=_without_account,
    ),
    "what is asked, nobody knows how": Slips(
        lambda world: f"/clients/{world.records['ada'].client.id}/questionnaires/ask",
        lambda world: {"keys": ["phq2"], "channel": ""},
        ("Choose how the client is asked.", "Confirm that you act on a positive"),
    ),
    "a note on an assessment": Slips(
        lambda world: f"/assessments/{world.records['ada'].assessment.id}/amend?at=note",
        lambda world: {"note": "", "reason": ""},
        ("Say why, in a few words.", "Write the note."),
    ),
    "publishing": Slips(
        lambda world: f"/routines/{world.shelves['here'].routine.id}/publish",
        lambda world: {"act": "publish", "change_note": "", "own_see": "So.", "own_fix": "", "accept": ""},
        (
            "tick that you have read it and take it as your own",
            "Say in a sentence what is new; clients read it.",
            "In your own words, say both what it looks like and the fix.",
        ),
    ),
    "the mail server": Slips(
        lambda world: "/practice/mail",
        lambda world: {"mail_host": "smtp.example.org", "mail_user": "desk", "reply_to": ""},
        ("Enter the address of your practice", "Enter the password of this mail account."),
        before=_only_practice,
    ),
    "an invitation": Slips(
        lambda world: f"/invitation/{world.records['ada'].secrets['invitation']}",
        lambda world: {"password": "short"},
        ("please tick that you agree", "15 characters"),
        by="",
        before=_without_account,
    ),
}


@pytest.fixture
def world(app: Flask) -> World:
    """A practice with records of every kind."""
    return make_world()


@pytest.mark.parametrize("name", SLIPS)
def test_whatever_is_wrong_is_said_at_once(name: str, world: World, visit: Callable[..., Visitor]) -> None:
    slips = SLIPS[name]
    with transaction():
        slips.before(world)
    browser = visit(world.users[slips.by]) if slips.by else visit()
    page = slips.page(world)
    sent = {**typed(browser.get(page)), **slips.typed(world)}
    told = summary(browser.post(page, {key: value for key, value in sent.items() if value != ""}, status=422))
    for problem in slips.said:
        assert problem in told, f"{problem!r} is not in {told}"


def summary(answer: Any) -> str:
    """What the summary at the top says, with the fields it leads to."""
    part = answer.get_data(as_text=True).split("There is a problem")[1].split("</ul>")[0]
    assert len(re.findall("<li>", part)) == len(set(re.findall(r"<li>.*?</li>", part, re.S)))
    return " ".join(html.unescape(re.sub(r"<(?!a )[^>]*>", " ", part)).split())
