"""Asking, typing in, reading and putting right, as the practice does it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from clinic.domain.asking import AskChannel
from clinic.extensions import db
from clinic.models import QuestionnaireRequest, QuestionnaireResponse
from clinic.services.questionnaires.given import GivenAnswers
from tests.factories.people import People
from tests.factories.questionnaires import activities, ask, feeling, pain, typed
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
KEY = "0" * 31 + "1"
WISH = {"key": KEY, "channel": "clinic", "since-day": "12", "since-month": "1", "since-year": "2026"}


def text(answer: Any) -> str:
    """A page's words, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)).split())


def home(people: People) -> str:
    return f"/clients/{people.client.id}/questionnaires"


def test_the_usual_set_is_the_first_visits_and_later_the_re_tests(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    assert "Ask the usual set" in text(browser.get(home(people)))

    def ticked() -> list[str]:
        page = browser.get(f"{home(people)}/ask?set=usual").get_data(as_text=True)
        return re.findall(r'name="keys"\s+value="(\w+)"[^>]* checked', page)

    assert ticked() == ["nprs", "psfs", "rmdq24"]
    typed(people, ask(people, "nprs", "psfs"), pain(), activities(socks=3))
    assert ticked() == ["psfs", "groc11"]


def test_asked_in_the_practice_and_typed_in(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    at = browser.post(f"{home(people)}/ask", {**WISH, "keys": ["nprs", "rmdq24"]}, status=303).location
    page = text(browser.get(at))
    assert "Sign me out here and hand it over" in page
    browser.post(f"{at}/1", {"now": "4", "average": "5", "worst": "6"}, status=303)
    page = text(browser.get(f"{at}/2"))
    assert "I stay in bed most of the time because of my back." in page
    assert "Roland MO, Morris RW. Spine 1983" in page
    browser.post(f"{at}/2", {"ticks": ["s1", "s7", "s24"]}, status=303)
    page = text(browser.get(home(people)))
    assert "now 4, average 5, worst 6" in page
    assert "3 of 24" in page
    row = db.session.scalars(
        select(QuestionnaireResponse).where(QuestionnaireResponse.questionnaire_key == "rmdq24")
    ).one()
    answers = browser.get(f"/questionnaires/answers/{row.id}")
    assert re.findall(r'<li value="(\d+)">', answers.get_data(as_text=True))[:3] == ["1", "7", "24"]
    assert "Not ticked: 21" in text(answers)


def test_the_same_form_sent_twice_is_one_asking(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    places = {browser.post(f"{home(people)}/ask", {**WISH, "keys": "nprs"}).location for _ in range(2)}
    assert len(places) == 1
    assert len(db.session.scalars(select(QuestionnaireRequest)).all()) == 1


REFUSED = [
    ({}, "Choose at least one questionnaire."),
    ({"keys": "nprs", "channel": ""}, "Choose how the client is asked."),
    ({"keys": "phq2"}, "Confirm that you act on a positive PHQ-2"),
    ({"keys": "groc11", "since-day": "", "since-month": "", "since-year": ""}, "Give the day"),
    ({"keys": "nprs", "key": "not-ours"}, "out of date"),
]


@pytest.mark.parametrize("body, told", REFUSED, ids=[row[1] for row in REFUSED])
def test_what_cannot_be_asked_is_refused_beside_its_field(
    people: People, visit: Visit, body: dict[str, str], told: str
) -> None:
    page = visit(people.colleague).post(f"{home(people)}/ask", {**WISH, **body}, status=422)
    assert told in text(page)
    assert db.session.scalars(select(QuestionnaireRequest)).first() is None


def test_an_assistant_is_not_offered_the_screen(people: People, visit: Visit) -> None:
    page = text(visit(people.assistant).get(f"{home(people)}/ask"))
    assert "PHQ-2" not in page
    assert "Numeric pain rating scale" in page


@pytest.mark.usefixtures("mail_server")
def test_the_page_shows_what_is_open_and_what_became_of_its_mail(people: People, visit: Visit) -> None:
    request = ask(people, "nprs", channel=AskChannel.MAIL)
    browser = visit(people.colleague)
    page = text(browser.get(home(people)))
    assert "Not answered yet" in page
    assert "mail goes out" in page
    browser.post(f"/questionnaires/{request.id}/resend", status=303)
    assert "on its way already" in text(browser.get(home(people)))
    browser.post(f"/questionnaires/{request.id}/revoke", status=303)
    assert "Taken back" in text(browser.get(home(people)))


def test_first_against_latest_with_its_threshold_and_source(people: People, visit: Visit) -> None:
    typed(people, ask(people, "nprs", "psfs"), pain(6, 6, 7), activities(socks=2, garden=4))
    typed(people, ask(people, "nprs", "psfs"), pain(4, 5, 7), activities(socks=6, garden=5))
    page = text(visit(people.colleague).get(home(people)))
    assert "Pain now: down from 6 to 4" in page
    assert re.search(r"Pain now 6 4 −2 Better", page)
    assert re.search(r"Average pain, past week 6 5 −1 No clear change", page)
    assert re.search(r"Worst pain[^0-9]* 7 7 0 No clear change", page)
    assert re.search(r"“socks” 2 6 \+4 Better", page)
    assert "Childs 2005" in page
    assert "seen in a secondary source" in page


def test_a_positive_screen_is_said_with_what_to_do_and_never_as_a_diagnosis(
    people: People, visit: Visit
) -> None:
    typed(people, ask(people, "phq2"), feeling(2, 2))
    browser = visit(people.colleague)
    assert "PHQ-2 screen positive (≥ 3)" in text(browser.get("/today"))
    page = text(browser.get(home(people)))
    assert "A screen, not a diagnosis. Talk to the client today." in page
    assert not re.search(r"depression|depressive|disorder", page, re.IGNORECASE)


def test_a_screen_is_said_to_be_positive_by_what_was_answered_alone(people: People, visit: Visit) -> None:
    typed(people, ask(people, "phq2"), feeling(3, None))
    browser = visit(people.colleague)
    assert "PHQ-2 screen positive (≥ 3)" in text(browser.get("/today"))
    page = text(browser.get(home(people)))
    assert "Screen positive (≥ 3), whatever was left out" in page
    assert "No score" in page
    assert "A screen, not a diagnosis. Talk to the client today." in page


@pytest.mark.parametrize(
    "key, answers, said",
    [
        (
            "nprs",
            pain(6, 6, 7),
            "Worst pain, past week: reads as a change from 2 points or 30 % of the worse score on.",
        ),
        ("psfs", activities(socks=2), "Own activities, mean: reads as a change from 2 points on."),
        (
            "nprs",
            pain(6, 6, 7),
            "Codes in exported files (LOINC): Pain now 72514-3; Average pain, past week 75893-8.",
        ),
    ],
)
def test_a_threshold_and_a_code_stand_with_their_source(
    people: People, visit: Visit, key: str, answers: GivenAnswers, said: str
) -> None:
    typed(people, ask(people, key), answers)
    page = text(visit(people.colleague).get(home(people)))
    assert re.search(re.escape(said) + r" \(.{1,150}?, seen in ", page)


def test_whoever_types_sees_the_earlier_values(people: People, visit: Visit) -> None:
    typed(people, ask(people, "psfs"), activities(socks=2))
    request = ask(people, "psfs")
    assert "socks 2 of 10" in text(visit(people.colleague).get(f"/questionnaires/{request.id}/1"))


def test_putting_right_keeps_what_stood_before(people: People, visit: Visit) -> None:
    (row,) = typed(people, ask(people, "nprs"), pain(3, 4, 5))
    browser = visit(people.colleague)
    at = f"/questionnaires/answers/{row.id}"
    body = {"now": "8", "average": "4", "worst": "9", "revision": "1"}
    assert "Say why" in text(browser.post(f"{at}/correct", body, status=422))
    to = browser.post(f"{at}/correct", {**body, "reason": "Read the wrong line."}, status=303).location
    for page in (to, at):
        shown = text(browser.get(page))
        assert "Reason: Read the wrong line." in shown
        assert "What stood before" in shown
        assert "3 of 10" not in shown.partition("What stood before")[0]
    clash = browser.post(f"{at}/correct", {**body, "now": "1", "reason": "Again."}, status=409)
    assert "Somebody else saved this meanwhile" in text(clash)
    assert 'name="revision" value="2"' in clash.get_data(as_text=True)
    assert len(db.session.scalars(select(QuestionnaireResponse)).all()) == 2


def test_answered_meanwhile_is_a_conflict_not_an_overwriting(people: People, visit: Visit) -> None:
    request = ask(people, "nprs")
    typed(people, request, pain(3, 4, 5))
    browser = visit(people.colleague)
    browser.get(f"/questionnaires/{request.id}/1", status=303)
    body = {"now": "9", "average": "9", "worst": "9"}
    clash = browser.post(f"/questionnaires/{request.id}/1", body, status=409)
    assert "Somebody else saved this meanwhile" in text(clash)
    assert "right now? 3" in text(clash)
    assert [row.scores["now"] for row in db.session.scalars(select(QuestionnaireResponse))] == [3]


def test_a_line_joins_only_the_same_activities(people: People, visit: Visit) -> None:
    typed(people, ask(people, "psfs"), activities(socks=2))
    typed(people, ask(people, "psfs", new_activities=True), activities(garden=5))
    page = text(visit(people.colleague).get(home(people)))
    assert "Own activities, mean: up" not in page
    assert "Not comparable other activities" in page
