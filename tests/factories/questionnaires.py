"""Questionnaires asked of a client, and their answers, through the services the pages use."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from clinic.domain.asking import AskChannel
from clinic.models import Client, QuestionnaireRequest, QuestionnaireResponse, User
from clinic.services.accounts import signing_in as accounts
from clinic.services.questionnaires import answering as questionnaire_answering
from clinic.services.questionnaires import asking as questionnaire_asking
from clinic.services.questionnaires.given import GivenAnswers
from clinic.services.questionnaires.wishes import QuestionnaireWish
from clinic.services.transaction import transaction
from tests.factories.people import People

SINCE = date(2026, 1, 12)


def ask(
    people: People,
    *keys: str,
    channel: AskChannel = AskChannel.CLINIC,
    client: Client | None = None,
    by: User | None = None,
    **wish: Any,
) -> QuestionnaireRequest:
    """Ask a client (Ada, unless told otherwise)."""
    actor = accounts.actor_of(by or people.colleague)
    values: dict[str, Any] = {"form_key": uuid.uuid4().hex, "since": SINCE, "confirmed": True} | wish
    who = client or people.client
    return questionnaire_asking.ask(actor, who.id, QuestionnaireWish(keys=keys, channel=channel, **values))


def pain(now: int | None = 5, average: int | None = 5, worst: int | None = 7) -> GivenAnswers:
    """Answers to the pain scale."""
    return GivenAnswers({"now": now, "average": average, "worst": worst})


def activities(**rates: int | None) -> GivenAnswers:
    """Named activities with their ratings."""
    return GivenAnswers({f"a{n}": rate for n, rate in enumerate(rates.values(), start=1)}, tuple(rates))


def feeling(interest: int | None, mood: int | None) -> GivenAnswers:
    """Answers to the PHQ-2."""
    return GivenAnswers({"interest": interest, "mood": mood})


def ticked(*numbers: int) -> GivenAnswers:
    """The statements of the RMDQ that are ticked, by number."""
    return GivenAnswers({f"s{number}": int(number in numbers) for number in range(1, 25)})


def typed(people: People, request: QuestionnaireRequest, *given: GivenAnswers) -> list[QuestionnaireResponse]:
    """Answers typed in by a practitioner, a page each."""
    actor = accounts.actor_of(people.colleague)
    return [
        questionnaire_answering.answer_for(actor, request.id, number, each)
        for number, each in enumerate(given, start=1)
    ]


def link_to(request: QuestionnaireRequest) -> str:
    """The secret of a link as its mail has it."""
    from clinic.domain.types import LinkPurpose
    from clinic.services import links

    with transaction():
        return links.mint(
            request.practice_id,
            LinkPurpose.QUESTIONNAIRE,
            request.expires_at,
            questionnaire_request_id=request.id,
        )
