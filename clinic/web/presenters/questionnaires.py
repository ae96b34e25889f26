"""Questionnaires that were asked, in words: how, by whom, where they stand, and their mail."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from flask import url_for

from clinic.domain.asking import AskChannel, AskState
from clinic.domain.dates import day_in_words
from clinic.domain.questionnaires import Questionnaire
from clinic.services.questionnaires.asked import QuestionSet
from clinic.web.filters import local_date
from clinic.web.presenters.mails import mail_words

STATES = {
    AskState.PENDING: ("pending", "Not answered yet"),
    AskState.PARTLY: ("partly", "Partly answered"),
    AskState.ANSWERED: ("answered", "Answered"),
    AskState.EXPIRED: ("expired", "Not answered in time"),
    AskState.REVOKED: ("revoked", "Taken back"),
}
CHANNELS = {
    AskChannel.CLINIC: "In the practice",
    AskChannel.MAIL: "By mail",
    AskChannel.PAGES: "On their own pages",
}


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A set of questions in a client's list."""

    id: uuid.UUID
    names: str
    meta: tuple[str, ...]
    mark: tuple[str, str]
    url: str


def asked_line(asked: QuestionSet, zone: str, today: date) -> AskedLine:
    """A set of questions as a line of a list, its times where the practice is."""
    request = asked.request
    meta = [
        CHANNELS[request.channel],
        f"asked {day_in_words(local_date(request.asked_at, zone), today)} by {asked.asked_by}",
    ]
    if asked.is_open:
        meta.append(f"open until {day_in_words(local_date(request.expires_at, zone), today)}")
        meta += _mail_words(asked, zone)
    return AskedLine(
        id=request.id,
        names=", ".join(each.name for each in asked.questionnaires),
        meta=tuple(meta),
        mark=STATES[asked.state],
        url=url_for("practitioner.questionnaires.request_page", request_id=request.id),
    )


def mark(asked: QuestionSet) -> tuple[str, str]:
    """The status of a set of questions: shape and word."""
    return STATES[asked.state]


def mail_line(asked: QuestionSet, zone: str) -> str:
    """What became of the newest mail; empty where there is none."""
    return next(iter(_mail_words(asked, zone)), "")


def page_marks(asked: QuestionSet) -> list[tuple[Questionnaire, bool]]:
    """Each questionnaire of a set, and whether it is answered."""
    return [(each, each.id in asked.answered) for each in asked.questionnaires]


def _mail_words(asked: QuestionSet, zone: str) -> list[str]:
    return [f"mail {mail_words(asked.mail, zone)}"] if asked.mail else []
