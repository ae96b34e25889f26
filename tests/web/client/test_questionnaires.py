"""A signed-in client's own questions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from clinic.domain.asking import AskChannel
from clinic.extensions import db
from clinic.models import QuestionnaireResponse
from tests.factories.people import People
from tests.factories.questionnaires import ask
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
PAIN = {"now": "5", "average": "4", "worst": "8"}


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def test_open_questions_are_on_the_first_page_and_answered_they_go(people: People, visit: Visit) -> None:
    browser = visit(people.client_user)
    assert "Answer the questions" not in text(browser.get("/my"))
    request = ask(people, "nprs", "groc11", channel=AskChannel.PAGES)
    assert "Answer the questions" in text(browser.get("/my"))
    assert "Your pain" in text(browser.get("/my/questions"))
    at = f"/my/questions/{request.id}"
    assert browser.post(f"{at}/1", PAIN, status=303).location == f"{at}/2"
    assert browser.post(f"{at}/2", {"change": "2"}, status=303).location == "/my/questions"
    assert "Thank you" in text(browser.get("/my/questions"))
    assert "Answer the questions" not in text(browser.get("/my"))


def test_on_the_same_day_an_own_answer_is_there_to_be_changed(people: People, visit: Visit) -> None:
    request = ask(people, "nprs", channel=AskChannel.MAIL)
    browser = visit(people.client_user)
    at = f"/my/questions/{request.id}/1"
    browser.post(at, PAIN, status=303)
    assert text(browser.get(at)).count("checked") == 3
    browser.post(at, {**PAIN, "now": "7"}, status=303)
    rows = db.session.scalars(select(QuestionnaireResponse).order_by(QuestionnaireResponse.revision)).all()
    assert [row.scores["now"] for row in rows] == [5, 7]


def test_the_statements_ticked_today_are_ticked_when_the_page_is_opened_again(
    people: People, visit: Visit
) -> None:
    request = ask(people, "rmdq24", channel=AskChannel.PAGES)
    browser = visit(people.client_user)
    assert "Your back and your day" in text(browser.get("/my/questions"))
    at = f"/my/questions/{request.id}/1"
    browser.post(at, {"ticks": ["s2", "s13"]}, status=303)
    page = text(browser.get(at))
    assert re.findall(r'value="(s\d+)"[^>]* checked', page) == ["s2", "s13"]
    browser.post(at, {"ticks": "s2"}, status=303)
    rows = db.session.scalars(select(QuestionnaireResponse).order_by(QuestionnaireResponse.revision)).all()
    assert [row.scores["count"] for row in rows] == [2, 1]


def test_another_clients_questions_do_not_exist(people: People, visit: Visit) -> None:
    request = ask(people, "nprs", channel=AskChannel.PAGES)
    for user in (people.other_client_user, people.foreign_client_user):
        browser = visit(user)
        browser.get(f"/my/questions/{request.id}/1", status=404)
        browser.post(f"/my/questions/{request.id}/1", PAIN, status=404)
    assert db.session.scalars(select(QuestionnaireResponse)).first() is None
