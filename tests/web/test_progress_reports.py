"""A report of progress: written by the product, read and signed, handed over or given, withdrawn."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from werkzeug.test import TestResponse

from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.findings import Place
from clinic.domain.goals import GoalAct
from clinic.domain.types import LogOutcome, MailKind, MistakeAnswer, Side
from clinic.extensions import db
from clinic.models import AnswerWait, ClientGoal, Message, OutboxMessage, Program, ProgressReport
from clinic.services.accounts import signing_in as accounts
from clinic.services.assessments import shared
from clinic.services.clock import now
from clinic.services.messages import writing
from clinic.services.messages.writing import ClientWords
from clinic.services.programs import diary as practice_logs
from clinic.services.progress import goals
from tests.factories.assessments import signed
from tests.factories.checkins import answered
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.factories.questionnaires import activities, ask, typed
from tests.pdf_reader import words_in
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)  # a Monday
WEEK = timedelta(weeks=1)
ANGLE = Place("slr", "angle", Side.LEFT)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def program(people: People) -> Program:
    version = publish_routine(people.practice, people.owner)
    return assign_program(people.colleague, people.client, version, starts_on=NOON.date())


@pytest.fixture
def told(people: People, program: Program, clock: time_machine.Traveller) -> People:
    """Four weeks of which everything is told."""
    staff, ada = accounts.actor_of(people.colleague), accounts.actor_of(people.client_user)
    goals.add(ada, "a" * 32, "Lift my grandson")
    typed(people, ask(people, "psfs"), activities(socks=3))
    answered(program, NOON, pain=6)
    signed(staff, people.client, NOON.date(), {ANGLE: 40.0})
    for days, mistake in ((0, MistakeAnswer.YES), (8, MistakeAnswer.NOT_SURE), (15, MistakeAnswer.NO)):
        clock.move_to(NOON + timedelta(days=days))
        practice_logs.log_day(ada, now().date(), DiaryEntry(LogOutcome.DONE, mistake=mistake))
    clock.move_to(NOON + 4 * WEEK)
    typed(people, ask(people, "psfs"), activities(socks=8))
    answered(program, now(), pain=3)
    signed(staff, people.client, now().date(), {ANGLE: 55.0})
    shared.share(staff, people.client.id, [ANGLE.name])
    return people


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page(answer: TestResponse) -> str:
    return text(answer.get_data(as_text=True).split("<main")[1])


def address(people: People, reader: str = "doctor") -> str:
    return f"/clients/{people.client.id}/progress/report/{reader}"


def sign(browser: Visitor, url: str, *, status: int = 303, **changes: str) -> TestResponse:
    html = browser.get(url).get_data(as_text=True)
    [seen] = re.findall(r'name="seen" value="([^"]+)"', html)
    data = {"key": uuid.uuid4().hex, "seen": seen, "words": "Going well, go on.", "confirmed": "y"} | changes
    return browser.post(url, data, status=status)


def report() -> ProgressReport:
    return db.session.scalars(select(ProgressReport)).one()


WORDS = (
    "Written for The family doctor",
    "3 of 28 days, 25 not reported",
    "At first 6 of 10, Mon 5 Oct Now 3 of 10, Mon 2 Nov",
    "That is 3 less than at first.",
    "Noticed less than before. Week by week, the latest last: noticed, not sure, no.",
    "socks 3 of 10, Mon 5 Oct 8 of 10, Mon 2 Nov Easier than at first",
    "Lift my grandson Not yet",
    "Your straight leg lifted, until you felt it, left 40°, Mon 5 Oct 55°, Mon 2 Nov",
)


def test_a_report_holds_the_first_day_against_now(told: People, visit: Visit) -> None:
    shown = page(visit(told.colleague).get(address(told)))
    for words in WORDS:
        assert words in shown
    assert "Ask the client before you hand it over" in shown


def test_a_signed_report_stays_as_it_was_read(
    told: People, visit: Visit, clock: time_machine.Traveller
) -> None:
    answer = sign(visit(told.colleague), address(told))
    goals.add(accounts.actor_of(told.client_user), "b" * 32, "Run")
    clock.move_to(now() + timedelta(days=1))
    shown = page(visit(told.colleague).get(answer.location))
    assert "From the practitioner Going well, go on." in shown
    assert f"Read and signed by {told.colleague.name}" in shown
    assert "Run" not in shown
    pdf = words_in(visit(told.colleague).get(f"{answer.location}/report.pdf").data)
    for words in ("Lift my grandson", "Going well, go on.", told.client.name, "Read and signed by"):
        assert words in pdf


def test_what_changed_while_it_was_read_is_not_signed(told: People, visit: Visit) -> None:
    answer = sign(visit(told.colleague), address(told), seen="0" * 64, status=409)
    assert "It has changed while you were reading" in page(answer)
    assert db.session.scalars(select(ProgressReport)).all() == []


def test_without_a_tick_nothing_is_signed_and_a_second_press_signs_once(told: People, visit: Visit) -> None:
    browser = visit(told.colleague)
    answer = sign(browser, address(told), confirmed="", status=422)
    assert "your name stands under this report" in page(answer)
    for _ in range(2):
        sign(browser, address(told), key="c" * 32)
    assert report().signed_by == told.colleague.id


def test_given_to_the_client_it_stands_on_their_pages_and_a_mail_without_a_word_of_it_is_promised(
    told: People, visit: Visit
) -> None:
    ada = accounts.actor_of(told.client_user)
    writing.write(ada, "d" * 32, ClientWords("May I swim?"))
    sign(visit(told.colleague), address(told, "client"))
    ours = f"/my/progress/reports/{report().id}"
    client = visit(told.client_user)
    client.get(ours, status=404)
    for _ in range(2):
        visit(told.colleague).post(f"/progress-reports/{report().id}/give", status=303)
    assert ours in client.get("/my/progress").get_data(as_text=True)
    assert "Going well, go on." in page(client.get(ours))
    assert client.get(f"{ours}/report.pdf").mimetype == "application/pdf"
    visit(told.other_client_user).get(ours, status=404)
    sent = db.session.scalars(select(Message).where(Message.author_id == told.colleague.id)).all()
    assert [each.text for each in sent] == [
        "A report of your progress is ready for you. You find it on your page “Progress”."
    ]
    mails = db.session.scalars(select(OutboxMessage.kind).where(OutboxMessage.client_id == told.client.id))
    assert MailKind.MESSAGE_WAITS in set(mails)
    assert db.session.scalars(select(AnswerWait)).one().answered_at is None, "the question waits all the same"


def test_a_report_that_was_given_and_a_goal_that_is_gone_are_no_changes(told: People, visit: Visit) -> None:
    sign(visit(told.colleague), address(told, "client"))
    visit(told.colleague).post(f"/progress-reports/{report().id}/give", status=303)
    goal = db.session.scalars(select(ClientGoal)).one()
    goals.mark(accounts.actor_of(told.client_user), goal.id, GoalAct.REMOVE)
    assert "What was changed Nothing." in page(visit(told.colleague).get(address(told)))
    assert "Changed today" not in page(visit(told.client_user).get("/my/progress"))


def test_a_report_that_is_withdrawn_is_found_no_more(told: People, visit: Visit) -> None:
    staff = visit(told.colleague)
    sign(staff, address(told, "client"))
    staff.post(f"/progress-reports/{report().id}/give", status=303)
    staff.post(f"/progress-reports/{report().id}/withdraw", status=303)
    visit(told.client_user).get(f"/my/progress/reports/{report().id}", status=404)
    assert "It counts no more" in page(staff.get(f"/progress-reports/{report().id}"))
    staff.post(f"/progress-reports/{report().id}/give", status=303)
    visit(told.client_user).get(f"/my/progress/reports/{report().id}", status=404)


def test_an_assistant_reads_and_does_not_sign(told: People, visit: Visit) -> None:
    helper = visit(told.assistant)
    assert "A practitioner or the owner signs it" in page(helper.get(address(told)))
    helper.post(address(told), {"key": "e" * 32, "seen": "0", "confirmed": "y"}, status=403)
    assert db.session.scalars(select(ProgressReport)).all() == []


def test_with_nothing_told_the_report_says_so(people: People, visit: Visit) -> None:
    shown = page(visit(people.colleague).get(address(people, "insurer")))
    assert "Nothing was asked yet." in shown
    assert "an insurer learns more than it may need" in shown
