"""A signed-in client's own questions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from clinic.domain.asking import AskChannel
from clinic.extensions import db
from clinic.models import QuestionnaireResponse
from tests.factories.people import People
from tests.factories.questionnaires import ask, link_to
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


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ({"now": "2", "average": "3", "worst": "9"}, None),
        ({"now": "2", "average": "5", "worst": "9"}, "Make the movement smaller"),
        ({"now": "7", "average": "3", "worst": "9"}, "Stop and tell us"),
        ({"now": "declined", "average": "6", "worst": "9"}, "Stop and tell us"),
        ({"now": "declined", "average": "declined", "worst": "9"}, None),
    ],
    ids=str,
)
def test_a_pain_that_is_answered_here_follows_the_rule_of_the_log(
    people: People, visit: Visit, said: dict[str, str], title: str | None
) -> None:
    request = ask(people, "nprs", "groc11", channel=AskChannel.MAIL)
    browser = visit(people.client_user)
    browser.post(f"/my/questions/{request.id}/1", said, status=303)
    page = text(browser.get("/my/questions"))
    assert [each for each in ("Make the movement smaller", "Stop and tell us") if each in page] == (
        [title] if title else []
    )
    assert ("Look at the warning signs" in page) is (title == "Stop and tell us")


def test_a_pain_that_is_answered_through_the_link_follows_it_too(people: People, visit: Visit) -> None:
    at = f"/q/{link_to(ask(people, 'nprs', channel=AskChannel.MAIL))}"
    browser = visit()
    browser.post(f"{at}/1", PAIN | {"average": "8"}, status=303)
    page = text(browser.get(at))
    assert "Stop and tell us" in page
    assert people.practice.phone in page
