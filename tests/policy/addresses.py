"""Each rule's addresses: one for every owner whose record its path can name."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from clinic.domain.access import may
from clinic.domain.types import Audience, Role
from clinic.extensions import db
from clinic.models import GroupMessage, User
from clinic.services.clock import today_in
from clinic.web.authz import Rule
from tests.factories.records import HOME, World

ARGUMENT = re.compile(r"<(?:(?P<kind>[^:<>]+):)?(?P<name>\w+)>")
CLIENTS = tuple(HOME)
CLIENT_ACTORS = {"client": "ada", "other client": "bela", "other practice's client": "zofia"}
STAFF_ACTORS = {
    "owner": "here",
    "practitioner": "here",
    "assistant": "here",
    "other practice's practitioner": "there",
}
ROLE_OF = {
    "owner": Role.OWNER,
    "practitioner": Role.PRACTITIONER,
    "assistant": Role.ASSISTANT,
    "other practice's practitioner": Role.PRACTITIONER,
    **dict.fromkeys(CLIENT_ACTORS, Role.CLIENT),
}


def _colleague(world: World, practice: str) -> User:
    """Somebody of the practice who is not its owner."""
    return world.people.assistant if practice == "here" else world.people.stranger


def _message(world: World, of: str) -> uuid.UUID:
    query = select(GroupMessage.id).where(GroupMessage.group_id == world.records[of].group.id)
    return db.session.scalars(query).one()


# How each argument of a path is filled for one client's records.
ARGUMENTS: dict[str, Callable[[World, str], Any]] = {
    "practice_id": lambda world, of: world.shelves[HOME[of]].practice.id,
    "client_id": lambda world, of: world.records[of].client.id,
    "program_id": lambda world, of: world.records[of].program.id,
    "staff_invitation_id": lambda world, of: world.shelves[HOME[of]].colleague.id,
    "invitation_id": lambda world, of: world.records[of].invitation.id,
    "appointment_id": lambda world, of: world.records[of].appointment.id,
    "booking_request_id": lambda world, of: world.records[of].wish.id,
    "booking_offer_id": lambda world, of: world.records[of].offered_time.id,
    "assessment_id": lambda world, of: world.records[of].draft_assessment.id,
    "thread_message_id": lambda world, of: world.records[of].message.id,
    "progress_report_id": lambda world, of: world.records[of].progress_report.id,
    "goal_id": lambda world, of: world.records[of].goal.id,
    "staff_time_id": lambda world, of: world.records[of].staff_time.id,
    "wait_id": lambda world, of: world.records[of].wait.id,
    "clinician_id": lambda world, of: world.records[of].clinician.id,
    "note_id": lambda world, of: world.records[of].note.id,
    "checkin_id": lambda world, of: world.records[of].asked.id,
    "answer_id": lambda world, of: world.records[of].answer.id,
    "flag_id": lambda world, of: world.records[of].flag.id,
    "reply_id": lambda world, of: world.records[of].reply.id,
    "version_offer_id": lambda world, of: world.records[of].version_offer.id,
    "offer_id": lambda world, of: world.records[of].offer.id,
    "message_id": lambda world, of: world.records[of].mail.id,
    "routine_id": lambda world, of: world.shelves[HOME[of]].routine.id,
    "move_id": lambda world, of: world.shelves[HOME[of]].own_move.id,
    "move_key": lambda world, of: "bridge",
    "own_answer_source_id": lambda world, of: world.records[of].lent.id,
    "own_answer_id": lambda world, of: world.shelves[HOME[of]].own_answer.id,
    "answer_key": lambda world, of: "sink",
    "word": lambda world, of: f"word-{world.shelves[HOME[of]].practice.id.hex[:12]}",
    "version_id": lambda world, of: world.shelves[HOME[of]].draft.id,
    "test_key": lambda world, of: world.shelves[HOME[of]].own_test.key,
    "erasure_id": lambda world, of: world.shelves[HOME[of]].erasure.id,
    "battery_key": lambda world, of: world.shelves[HOME[of]].own_battery.key,
    "media_id": lambda world, of: world.records[of].picture.id,
    "document_id": lambda world, of: world.records[of].document.id,
    "gone_id": lambda world, of: world.shelves[HOME[of]].gone.id,
    "user_id": lambda world, of: _colleague(world, HOME[of]).id,
    "position": lambda world, of: 1,
    "act_id": lambda world, of: world.records[of].act.id,
    "import_id": lambda world, of: world.records[of].client_import.id,
    "request_id": lambda world, of: world.records[of].questions.id,
    "response_id": lambda world, of: world.records[of].answers.id,
    "place_id": lambda world, of: world.records[of].place.id,
    "code": lambda world, of: f"code-{world.records[of].group.id.hex[:12]}",
    "group_message_id": lambda world, of: _message(world, of),
    "group_id": lambda world, of: world.records[of].group.id,
    "number": lambda world, of: 1,  # the first page of a set of questions
}
OF_PRACTICE = frozenset(
    {
        *("practice_id", "move_id", "routine_id", "version_id", "user_id", "test_key", "battery_key"),
        *("erasure_id", "own_answer_id", "word"),
        *("group_id", "group_message_id", "place_id", "code", "staff_invitation_id", "gone_id"),
    }
)
OWN = frozenset(
    {"position", "move_key", "answer_key"}
)  # names a part of the asker's own record, or what ships for all

# What a page needs to be told behind its path.
QUERIES: dict[str, Callable[[World], str]] = {
    "practitioner.amendments.amend": lambda world: "?at=note",
    "client.today.log": lambda world: f"?day={today_in(world.people.client.time_zone)}",
    "client.pain.answer": lambda world: (
        f"?day={today_in(world.people.client.time_zone) - timedelta(days=2)}"  # the newest day that is logged
    ),
}

# Which secret opens a mailed link's page.
SECRETS = {
    "public.invitation": "invitation",
    "public.staff_invitation": "colleague",
    "public.reset": "reset",
    "public.address": "address",
    "public.checkin": "checkin",
    "public.questionnaires": "questionnaire",
    "public.joining": "place",
    "public.unsubscribe": "unsubscribe",
    "public.calendar": "calendar",
}


@dataclass(frozen=True, slots=True)
class Address:
    """A path that names one owner's record; `of` is None where a page is everybody's own."""

    rule: Rule
    url: str
    of: str | None
    choice: str = ""

    @property
    def practice(self) -> str | None:
        return HOME.get(self.of, self.of) if self.of else None


def addresses(rule: Rule, world: World) -> Iterator[Address]:
    """All addresses of a rule; a rule that nobody has told how to fill fails the test."""
    arguments = list(ARGUMENT.finditer(rule.path))
    names = {match["name"] for match in arguments if not _is_choice(match)}
    kept = names & OF_PRACTICE
    owners: tuple[str | None, ...] = CLIENTS
    if not names or names <= OWN:
        owners = (None,)
    elif kept == names:
        owners = ("ada", "zofia")
    for owner in owners:
        for choice in _choices(arguments):
            url = _url(rule, world, owner, choice)
            yield Address(rule, url, HOME[owner] if owner and kept else owner, choice)


def _url(rule: Rule, world: World, owner: str | None, choice: str) -> str:
    path = ARGUMENT.sub(lambda match: _value(rule, match, world, owner, choice), rule.path)
    return path + QUERIES.get(rule.endpoint, lambda world: "")(world)


def may_open(who: str, address: Address) -> bool:
    """Whether the policy lets this person through to this address, by the table that the product asks."""
    audience = address.rule.audience
    if not may(ROLE_OF.get(who), audience, development=True):
        return False
    if audience is Audience.CLIENT:
        own = CLIENT_ACTORS[who]
        # their own record, or what the practice shows to all its clients
        return address.of in (None, own, HOME[own])
    is_anybodys = audience in (Audience.PUBLIC, Audience.DEV)
    return is_anybodys or address.practice in (None, STAFF_ACTORS[who])


def may_read(who: str, address: Address, status: int) -> set[str]:
    """Whose words may stand in an answer: one's own and one's practice's; for staff, of all its clients."""
    if who in CLIENT_ACTORS:
        own = CLIENT_ACTORS[who]
        readable = {own, HOME[own]}
    elif who in STAFF_ACTORS:
        readable = {STAFF_ACTORS[who]}
        if status != 404:
            readable |= {name for name, home in HOME.items() if home == STAFF_ACTORS[who]}
    else:
        readable = set()
    if address.rule.audience is Audience.PUBLIC and address.of:
        readable |= {address.of, str(address.practice)}  # whoever holds the link
    return readable


def _is_choice(match: re.Match[str]) -> bool:
    return (match["kind"] or "").startswith("any(")


def _choices(arguments: list[re.Match[str]]) -> list[str]:
    for match in arguments:
        if _is_choice(match):
            return [word.strip() for word in match["kind"][4:-1].split(",")]
    return [""]


def _value(rule: Rule, match: re.Match[str], world: World, owner: str | None, choice: str) -> str:
    name = match["name"]
    if _is_choice(match):
        return choice
    if name == "secret":
        return _secret(rule, world, str(owner))
    if name not in ARGUMENTS:
        pytest.fail(
            f"The policy walk cannot fill <{name}> of {rule.path}. Add it to ARGUMENTS in"
            " tests/policy/addresses.py, with a record of its kind for each client in"
            " tests/factories/records.py."
        )
    return str(ARGUMENTS[name](world, owner or "ada"))


def _secret(rule: Rule, world: World, owner: str) -> str:
    module = rule.endpoint.rpartition(".")[0]
    if module not in SECRETS:
        pytest.fail(
            f"Say in SECRETS of tests/policy/addresses.py which link opens {rule.path} ({rule.endpoint})."
        )
    return world.records[owner].secrets[SECRETS[module]]
