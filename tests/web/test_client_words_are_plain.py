"""All that a client reads, on pages and in mails, is easy to read; no page is much harder than the others."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from clinic.domain.types import Audience
from tests.factories.people import People
from tests.factories.records import World, make_world
from tests.mail.test_spam_points import MAILS
from tests.policy.addresses import addresses
from tests.policy.requests import rules
from tests.readability import grade, page_sentences, sentences_of
from tests.visitor import Visitor

HARDEST, MIDDLE = 8.0, 6.0  # grades of Flesch and Kincaid
FEWEST = 3  # sentences of a page or mail that a grade says something of
# What is made for a program to read, or for staff.
NOT_FOR_READING = frozenset({"public.signin.sign_out"})
TO_STAFF = frozenset(
    {"staff_invitation", "warning_sign_alert", "practice_notice", "screen_alert", "reply_notice", "test_mail"}
    | {"second_step_reset", "booking_wish"}
)


def graded(told: dict[str, list[str]]) -> dict[str, float]:
    return {name: grade(said) for name, said in told.items() if len(said) >= FEWEST}


def test_the_pages_of_clients_are_easy_to_read(app: object, visit: Callable[..., Visitor]) -> None:
    world: World = make_world()
    people: People = world.people
    client, nobody = visit(people.client_user), visit(None)
    told: dict[str, list[str]] = {}
    for name, rule in rules().items():
        if "GET" not in rule.methods or rule.audience not in (Audience.CLIENT, Audience.PUBLIC):
            continue
        if name in NOT_FOR_READING:
            continue
        for address in addresses(rule, world):
            reader = client if rule.audience is Audience.CLIENT else nobody
            answer = reader.get(address.url, status=None)
            if answer.mimetype == "text/html" and answer.status_code in (200, 422):
                told.setdefault(name, []).extend(page_sentences(answer.get_data(as_text=True)))
    grades = graded(told)
    assert len(grades) > 40, "hardly a page was read"
    hard = {name: (round(of, 1), told[name]) for name, of in grades.items() if of > HARDEST}
    assert not hard
    assert median(grades.values()) <= MIDDLE, grades


def test_the_mails_to_clients_are_easy_to_read() -> None:
    told = {
        kind.value: sentences_of(content.text)
        for kind, content in MAILS.items()
        if kind.value not in TO_STAFF
    }
    grades = graded(told)
    assert len(grades) > 10
    hard = {name: (round(of, 1), told[name]) for name, of in grades.items() if of > HARDEST}
    assert not hard
    assert median(grades.values()) <= MIDDLE, grades
