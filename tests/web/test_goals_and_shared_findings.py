"""Goals in the client's own words, and the findings that a practitioner lets a client see."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from clinic.domain.findings import Place
from clinic.domain.types import Side
from clinic.extensions import db
from clinic.models import ClientGoal, SharedFinding
from clinic.services.accounts import signing_in as accounts
from clinic.services.assessments import amendments
from clinic.services.assessments.amendments import AmendmentWish
from tests.factories.assessments import INTERNAL_LEFT, SETUP, signed
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
MARCH, JUNE, SEPTEMBER = date(2026, 3, 2), date(2026, 6, 1), date(2026, 9, 7)
ANGLE, RIGHT = INTERNAL_LEFT, INTERNAL_LEFT._replace(side=Side.RIGHT)
WORDS = "Your hip turned in, when we move it"


@pytest.fixture
def ada(people: People, visit: Visit) -> Visitor:
    return visit(people.client_user)


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page(browser: Visitor, path: str = "/my/progress") -> str:
    return text(browser.get(path).get_data(as_text=True).split("<main")[1])


def goals() -> list[ClientGoal]:
    return list(db.session.scalars(select(ClientGoal).order_by(ClientGoal.set_at)))


def set_goal(browser: Visitor, words: str, status: int = 303) -> TestResponse:
    return browser.post("/my/progress", {"key": uuid.uuid4().hex, "words": words}, status=status)


def test_a_goal_is_written_reached_and_removed_and_put_back(
    people: People, ada: Visitor, visit: Visit
) -> None:
    set_goal(ada, "Lift my grandson")
    assert "Lift my grandson" in page(ada)
    (goal,) = goals()
    ada.post(f"/my/progress/goals/{goal.id}/reached", status=303)
    assert "Lift my grandson Reached on" in page(ada)
    shown = page(visit(people.colleague), f"/clients/{people.client.id}/progress")
    assert "Lift my grandson (reached on" in shown
    ada.post(f"/my/progress/goals/{goal.id}/open", status=303)
    ada.post(f"/my/progress/goals/{goal.id}/remove", status=303)
    assert "Lift my grandson Removed" in page(ada)
    assert "Lift my grandson" not in page(visit(people.colleague), f"/clients/{people.client.id}/progress")
    ada.post(f"/my/progress/goals/{goal.id}/back", status=303)
    assert "Removed" not in page(ada)


def test_an_empty_goal_and_a_sixth_one_are_refused_in_words(ada: Visitor) -> None:
    answer = set_goal(ada, " ", status=422)
    assert "Write what you want to be able to do." in text(answer.get_data(as_text=True))
    for number in range(5):
        set_goal(ada, f"Goal {number}")
    answer = set_goal(ada, "One more", status=422)
    assert "You have 5 goals" in text(answer.get_data(as_text=True))
    assert len(goals()) == 5


def test_nobody_marks_a_goal_of_another(people: People, ada: Visitor, visit: Visit) -> None:
    set_goal(ada, "Lift my grandson")
    (goal,) = goals()
    for who in (people.other_client_user, people.foreign_client_user, people.colleague):
        visit(who).post(f"/my/progress/goals/{goal.id}/reached", status=404)
    assert goals()[0].reached_on is None


def share(people: People, visit: Visit, *places: Place) -> None:
    address = f"/clients/{people.client.id}/progress/findings"
    visit(people.colleague).post(address, {"measures": [place.name for place in places]}, status=303)


def test_a_client_sees_what_is_shared_and_nothing_else_first_against_latest(
    people: People, ada: Visitor, visit: Visit
) -> None:
    actor = accounts.actor_of(people.colleague)
    signed(actor, people.client, MARCH, {**SETUP, ANGLE: 40.0, RIGHT: 50.0})
    assert WORDS not in page(ada)
    share(people, visit, ANGLE)
    shown = page(ada)
    assert f"{WORDS}, left 40°, Mon 2 Mar" in shown
    assert "50°" not in shown
    signed(actor, people.client, JUNE, {**SETUP, ANGLE: 60.0, RIGHT: 55.0})
    shown = page(ada)
    assert "Now 60°, Mon 1 Jun At first 40°, Mon 2 Mar Farther than before" in shown
    assert "55°" not in shown
    share(people, visit)
    assert WORDS not in page(ada)


def test_what_is_amended_or_withdrawn_changes_with_it(people: People, ada: Visitor, visit: Visit) -> None:
    actor = accounts.actor_of(people.colleague)
    first = signed(actor, people.client, MARCH, {**SETUP, ANGLE: 40.0})
    share(people, visit, ANGLE)
    wish = AmendmentWish(key="a" * 32, place=ANGLE, value=44.0, note="", reason="Misread")
    amendments.amend(actor, first.id, wish)
    assert "left 44°" in page(ada)
    wish = AmendmentWish(key="b" * 32, place=ANGLE, value=None, note="", reason="Other leg")
    amendments.amend(actor, first.id, wish)
    assert WORDS not in page(ada)
    (row,) = db.session.scalars(select(SharedFinding))
    assert (row.first_value, row.latest_value, row.verdict) == (None, None, None)
    signed(actor, people.client, SEPTEMBER, {**SETUP, ANGLE: 70.0})
    assert f"{WORDS}, left 70°, Mon 7 Sep" in page(ada)


def test_an_assistant_reads_and_does_not_choose(people: People, visit: Visit) -> None:
    actor = accounts.actor_of(people.colleague)
    signed(actor, people.client, MARCH, {**SETUP, ANGLE: 40.0})
    helper, address = visit(people.assistant), f"/clients/{people.client.id}/progress"
    assert "Choose findings" not in helper.get(address).get_data(as_text=True)
    helper.post(f"{address}/findings", {"measures": [ANGLE.name]}, status=403)
    assert db.session.scalars(select(SharedFinding)).all() == []


def test_what_is_shared_is_ticked_on_the_page_in_the_clients_words(people: People, visit: Visit) -> None:
    actor = accounts.actor_of(people.colleague)
    address = f"/clients/{people.client.id}/progress/findings"
    assert "Nothing to share yet" in page(visit(people.colleague), address)
    signed(actor, people.client, MARCH, {**SETUP, ANGLE: 40.0, RIGHT: 50.0})
    share(people, visit, RIGHT, Place("no_such", "test", Side.LEFT))
    html = visit(people.colleague).get(address).get_data(as_text=True)
    assert f"{WORDS}, right: 50° (Mon 2 Mar)" in text(html)
    [ticked] = re.findall(r'value="([^"]+)"[^>]*checked', html)
    assert ticked == RIGHT.name
