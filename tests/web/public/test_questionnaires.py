"""Questions behind a mailed link, and on a tablet in the practice."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from clinic.domain.asking import AskChannel
from clinic.extensions import db
from clinic.models import AuthSession, QuestionnaireResponse
from clinic.services.questionnaires import asking as questionnaire_asking
from tests.factories.people import People, make_people
from tests.factories.questionnaires import activities, ask, link_to, typed
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
PAIN = {"now": "5", "average": "declined", "worst": "8"}


def answers() -> list[QuestionnaireResponse]:
    db.session.expire_all()
    return list(db.session.scalars(select(QuestionnaireResponse).order_by(QuestionnaireResponse.recorded_at)))


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def test_a_client_answers_page_after_page_and_is_thanked(people: People, visit: Visit) -> None:
    at = f"/q/{link_to(ask(people, 'nprs', 'groc11', channel=AskChannel.MAIL))}"
    browser = visit()
    assert "2 pages" in text(browser.get(at))
    assert browser.post(f"{at}/1", PAIN, status=303).location == f"{at}/2"
    assert "Mon 12 Jan" in text(browser.get(f"{at}/2"))
    assert browser.post(f"{at}/2", {"change": "-3"}, status=303).location == at
    assert "Your answers are with us" in text(browser.get(at))
    assert [dict(row.answers) for row in answers()] == [
        {"now": 5, "average": None, "worst": 8},
        {"change": -3},
    ]


def test_looking_stores_nothing_and_nothing_is_chosen_beforehand(people: People, visit: Visit) -> None:
    at = f"/q/{link_to(ask(people, 'nprs', 'psfs', 'phq2', 'groc11', 'pgic7', channel=AskChannel.MAIL))}"
    browser = visit()
    for number in range(1, 6):
        for _ in range(2):
            page = text(browser.get(f"{at}/{number}"))
            assert "checked" not in page
        browser.client.head(f"{at}/{number}")
    assert answers() == []


def test_what_was_answered_is_never_shown_through_the_link(people: People, visit: Visit) -> None:
    at = f"/q/{link_to(ask(people, 'psfs', channel=AskChannel.MAIL))}"
    browser = visit()
    browser.post(f"{at}/1", {"t1": "Climbing the bell tower", "a1": "4"}, status=303)
    for page in (at, f"{at}/1"):
        shown = text(browser.get(page))
        assert "bell tower" not in shown
        assert "checked" not in shown
    assert "takes the place" in text(browser.get(f"{at}/1"))


def test_every_page_says_where_help_is(people: People, visit: Visit) -> None:
    at = f"/q/{link_to(ask(people, 'nprs', channel=AskChannel.MAIL))}"
    browser = visit()
    for page in (at, f"{at}/1"):
        shown = text(browser.get(page))
        assert "In an emergency, call" in shown
        assert "999" in shown
        assert 'href="/warning-signs"' in shown


def test_the_phq2_keeps_its_words_and_its_notice(people: People, visit: Visit) -> None:
    at = f"/q/{link_to(ask(people, 'phq2', channel=AskChannel.MAIL))}"
    browser = visit()
    page = text(browser.get(f"{at}/1"))
    for words in (
        "Over the past 2 weeks, how often have you been bothered by any of the following problems?",
        "Little interest or pleasure in doing things",
        "Feeling down, depressed, or hopeless",
        "More than half the days",
        "No permission required to reproduce",
    ):
        assert words in page
    browser.post(f"{at}/1", {"interest": "3", "mood": "3"}, status=303)
    done = text(browser.get(at))
    assert "hard time" in done
    assert not re.search(r"positive|depress|score|screen", done.partition("<main")[2], re.IGNORECASE)


def test_the_statements_of_the_rmdq_are_ticked_on_one_page(people: People, visit: Visit) -> None:
    at = f"/q/{link_to(ask(people, 'rmdq24', channel=AskChannel.MAIL))}"
    browser = visit()
    page = text(browser.get(f"{at}/1"))
    assert page.count('name="ticks"') == 24
    assert page.count("put a tick against it") == 1
    assert "Spine 1983" not in page
    browser.post(f"{at}/1", {"ticks": ["s3", "s24"]}, status=303)
    (row,) = answers()
    assert (row.scores, row.answers["s3"], row.answers["s4"]) == ({"count": 2}, 1, 0)
    assert "checked" not in text(browser.get(f"{at}/1"))


def test_whoever_ticks_nothing_is_asked_whether_that_is_so(people: People, visit: Visit) -> None:
    at = f"/q/{link_to(ask(people, 'rmdq24', channel=AskChannel.MAIL))}/1"
    browser = visit()
    assert 'name="none"' not in text(browser.get(at))
    page = text(browser.post(at, {}, status=422))
    assert "Nothing is ticked" in page
    assert 'name="none"' in page
    page = text(browser.post(at, {"none": "y", "ticks": ["s3"]}, status=422))
    assert "You ticked sentences as well" in page
    assert page.count("checked") == 2
    assert answers() == []
    browser.post(at, {"none": "y"}, status=303)
    assert answers()[0].scores == {"count": 0}


def test_statements_left_out_are_no_score_and_not_a_good_day(people: People, visit: Visit) -> None:
    at = f"/q/{link_to(ask(people, 'rmdq24', channel=AskChannel.MAIL))}/1"
    visit().post(at, {"skip": "1"}, status=303)
    assert answers()[0].scores == {"count": None}


WRONG = [
    ("nothing chosen", "nprs", {}, ["Choose an answer"]),
    ("a number that is not offered", "nprs", {**PAIN, "now": "11"}, ["Not a valid choice"]),
    ("a thing without its number", "psfs", {"t1": "Socks"}, ["Choose a number from 0 to 10"]),
    ("a number without its thing", "psfs", {"a2": "4"}, ["Say what this number is about"]),
    ("a statement that is not there", "rmdq24", {"ticks": "s25"}, ["There is a problem"]),
    ("nothing named", "psfs", {}, ["Name at least one thing"]),
    ("named twice", "psfs", {"t1": "Socks", "a1": "2", "t2": "socks", "a2": "3"}, ["named this already"]),
]


@pytest.mark.parametrize("said, key, body, told", WRONG, ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    people: People, visit: Visit, said: str, key: str, body: dict[str, str], told: list[str]
) -> None:
    at = f"/q/{link_to(ask(people, key, channel=AskChannel.MAIL))}/1"
    page = text(visit().post(at, body, status=422))
    assert "There is a problem" in page
    assert "<title>Error: " in page
    for words in told:
        assert words in page
    for name, value in body.items():
        assert value in page or value in {"11", "s25"}, name
    assert answers() == []


def test_a_page_can_be_left_out(people: People, visit: Visit) -> None:
    at = f"/q/{link_to(ask(people, 'nprs', 'psfs', channel=AskChannel.MAIL))}"
    browser = visit()
    browser.post(f"{at}/1", {"skip": "1"}, status=303)
    browser.post(f"{at}/2", {"skip": "1"}, status=303)
    assert [set(row.scores.values()) for row in answers()] == [{None}, {None}]
    assert "with us" in text(browser.get(at))


def test_named_things_are_asked_about_again_in_the_clients_words(people: People, visit: Visit) -> None:
    typed(people, ask(people, "psfs"), activities(**{"Putting on socks": 2, "Garden": 4}))
    at = f"/q/{link_to(ask(people, 'psfs', channel=AskChannel.MAIL))}/1"
    browser = visit()
    page = text(browser.get(at))
    assert "Putting on socks" in page
    assert not re.search(r"2 of 10|checked", page)
    browser.post(at, {"a1": "6", "a2": "declined"}, status=303)
    assert (answers()[-1].activities, dict(answers()[-1].answers)) == (
        ["Putting on socks", "Garden"],
        {"a1": 6, "a2": None},
    )


def test_a_link_that_was_taken_back_or_never_was_says_so(people: People, visit: Visit) -> None:
    request = ask(people, "nprs", channel=AskChannel.MAIL)
    at = f"/q/{link_to(request)}"
    questionnaire_asking.revoke(people.actor(people.colleague), request.id)
    for status, page in ((410, at), (410, f"{at}/1"), (404, "/q/nothing"), (404, "/q/nothing/1")):
        visit().get(page, status=status)
    visit().post(f"{at}/1", PAIN, status=410)
    assert answers() == []


def test_a_checkins_link_opens_no_questions(people: People, visit: Visit) -> None:
    secret = link_to(ask(people, "nprs", channel=AskChannel.MAIL))
    visit().get(f"/c/{secret}", status=404)
    visit().get(f"/invitation/{secret}", status=404)


def test_no_form_without_its_token(people: People, visit: Visit) -> None:
    at = f"/q/{link_to(ask(people, 'nprs', channel=AskChannel.MAIL))}/1"
    visit().post(at, PAIN, token=False, status=400)
    assert answers() == []


# ---------------------------------------------------------------- on a tablet


def test_handed_over_locked_the_practitioner_is_signed_out_first(people: People, visit: Visit) -> None:
    request = ask(people, "nprs")
    browser = visit(people.colleague)
    at = browser.post(f"/questionnaires/{request.id}/hand-over/locked", status=303).location
    assert at.startswith("/q/")
    assert db.session.scalars(select(AuthSession.ended_at)).first() is not None
    assert "for Ada Northcote" in text(browser.get(at))
    browser.get(f"/clients/{people.client.id}", status=303)
    browser.post(f"{at}/1", PAIN, status=303)
    assert "give the device back" in text(browser.get(at))


def test_handed_over_open_the_practitioner_goes_on(people: People, visit: Visit) -> None:
    request = ask(people, "nprs")
    browser = visit(people.colleague)
    at = browser.post(f"/questionnaires/{request.id}/hand-over/open", status=303).location
    assert "/warning-signs" not in text(browser.get(at))
    browser.post(f"{at}/1", PAIN, status=303)
    assert "Answered" in text(browser.get(f"/questionnaires/{request.id}"))


# ---------------------------------------------------------------- at once


def test_twenty_at_once_are_one_answer(live_app: Flask) -> None:
    people = make_people()
    secret = link_to(ask(people, "nprs", channel=AskChannel.PAGES))
    db.session.remove()

    def send(_: int) -> int:
        with live_app.app_context():
            return Visitor(live_app).post(f"/q/{secret}/1", PAIN).status_code

    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(send, range(20)))
    assert set(codes) <= {303, 503}
    assert 303 in codes
    assert db.session.scalar(select(func.count()).select_from(QuestionnaireResponse)) == 1
