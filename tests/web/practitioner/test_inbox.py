"""The inbox: who waits, since when, and how it ended."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.answer_promise import AnsweredHow
from clinic.domain.messages import MessageChannel
from clinic.domain.sessions import IDLE
from clinic.extensions import db
from clinic.models import AnswerWait, AuthSession, Client, Message, ReplyDraft
from clinic.services import waits
from clinic.services.accounts.signing_in import actor_of
from clinic.services.messages import reading, writing
from clinic.services.messages.writing import ClientWords
from clinic.services.notes import phrases
from clinic.services.transaction import transaction
from tests.factories.people import People, make_client
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ask(client: Client, at: datetime) -> AnswerWait:
    with transaction():
        waits.begin(client.practice_id, client.id, at)
    known = select(AnswerWait).where(AnswerWait.client_id == client.id, AnswerWait.answered_at.is_(None))
    return db.session.scalars(known).one()


def write(people: People, text: str) -> Message:
    return writing.write(actor_of(people.client_user), uuid.uuid4().hex, ClientWords(text))


@pytest.fixture(autouse=True)
def on_wednesday() -> object:
    with time_machine.travel(MONDAY + 2 * DAY + 5 * HOUR, tick=False):
        yield


def test_who_waits_longest_stands_first_with_what_was_promised(people: People, visit: Visit) -> None:
    late = make_client(people.practice, "Lena Late")
    ask(people.client, MONDAY + 2 * DAY)
    ask(late, MONDAY - DAY)
    page = visit(people.colleague).get("/inbox").text
    assert page.index("Lena Late") < page.index(people.client.name)
    assert "We answer within 2 working days." in page
    assert "2 clients wait" in page
    assert "waits 3 days" in page
    assert page.count("Later than promised") == 1
    assert "waits 5 hours" in page
    assert "answer by Fri 4 Dec" in page


def test_mine_are_those_of_my_own_and_of_nobody(people: People, visit: Visit) -> None:
    theirs = make_client(people.practice, "Their Client")
    theirs.responsible_id = people.owner.id
    ask(theirs, MONDAY)
    ask(make_client(people.practice, "Nobodys Client"), MONDAY)
    browser = visit(people.colleague)
    assert "Their Client" in browser.get("/inbox?whose=all").text
    mine = browser.get("/inbox?whose=mine").text
    assert "Their Client" not in mine
    assert "Nobodys Client" in mine
    assert "1 client waits" in mine


def test_who_was_called_waits_no_more_and_the_note_stays_with_the_practice(
    people: People, visit: Visit
) -> None:
    wait, browser = ask(people.client, MONDAY), visit(people.colleague)
    seen = wait.last_at.isoformat()
    assert seen in browser.get(f"/inbox/{wait.id}/phone").text
    said = {"seen": seen, "key": uuid.uuid4().hex, "text": "Feet may swivel."}
    for _ in range(2):  # pressed twice
        browser.post(f"/inbox/{wait.id}/phone", said, status=303)
    db.session.refresh(wait)
    assert (wait.how, wait.answered_by) == (AnsweredHow.PHONE, people.colleague.id)
    (note,) = db.session.scalars(select(Message)).all()
    assert (note.channel, note.text) == (MessageChannel.PHONE, "Feet may swivel.")
    shown = browser.get("/inbox").text
    assert "Nobody waits." in shown
    assert f"Answered by phone by {people.colleague.name}" in shown
    assert "in time" in shown
    assert "Feet may swivel." not in shown


def test_what_needs_no_answer_can_be_brought_back_for_half_an_hour(people: People, visit: Visit) -> None:
    wait, browser = ask(people.client, MONDAY), visit(people.colleague)
    seen = {"seen": wait.last_at.isoformat()}
    for _ in range(2):  # pressed twice
        browser.post(f"/inbox/{wait.id}/needless", seen, status=303)
    assert "Needed no answer" in browser.get("/inbox").text
    browser.post(f"/inbox/{wait.id}/back", status=303)
    db.session.refresh(wait)
    assert (wait.answered_at, wait.asked_at) == (None, MONDAY)
    browser.post(f"/inbox/{wait.id}/needless", seen, status=303)
    with time_machine.travel(MONDAY + 2 * DAY + 6 * HOUR, tick=False):
        later = visit(people.colleague)
        later.post(f"/inbox/{wait.id}/back", status=303)
        page = later.get("/inbox").text
    assert "This can be taken back no more." in page
    assert "Bring back" not in page


def test_words_that_came_meanwhile_are_not_ended_unread(people: People, visit: Visit) -> None:
    wait, browser = ask(people.client, MONDAY), visit(people.colleague)
    seen = {"seen": wait.last_at.isoformat()}
    ask(people.client, MONDAY + HOUR)
    browser.post(f"/inbox/{wait.id}/needless", seen, status=303)
    assert "They wrote again meanwhile. Read that first." in browser.get("/inbox").text
    refused = browser.post(
        f"/inbox/{wait.id}/phone", seen | {"key": uuid.uuid4().hex, "text": "Called."}, status=422
    )
    assert "They wrote again meanwhile." in refused.text
    browser.post(f"/inbox/{wait.id}/needless", {"seen": "yesterday"}, status=303)
    db.session.refresh(wait)
    assert wait.answered_at is None


def test_a_draft_is_marked_for_whoever_writes_it_alone(people: People, visit: Visit) -> None:
    ask(people.client, MONDAY)
    about = {"practice_id": people.practice.id, "client_id": people.client.id}
    db.session.add(ReplyDraft(**about, user_id=people.colleague.id, text="Yes", saved_at=MONDAY))
    db.session.commit()
    assert "Your draft" in visit(people.colleague).get("/inbox").text
    assert "Your draft" not in visit(people.owner).get("/inbox").text


def test_the_bar_counts_who_waits_with_words_the_reader_has_not_seen(people: People, visit: Visit) -> None:
    with time_machine.travel(MONDAY, tick=False):
        asked = writing.write(
            actor_of(people.client_user), uuid.uuid4().hex, ClientWords("Do my feet swivel?")
        )
    reader, other = visit(people.colleague), visit(people.owner)
    assert "1 not read" in reader.get("/today").text
    assert "Not read" in reader.get("/inbox").text
    reading.mark_read(actor_of(people.colleague), people.client.id, asked.id)
    assert "not read" not in reader.get("/today").text.casefold()
    assert "not read" not in reader.get("/inbox").text.casefold(), "seen, and waits on"
    assert "1 client waits" in reader.get("/inbox").text
    assert "1 not read" in other.get("/today").text
    with time_machine.travel(MONDAY + DAY, tick=False):
        write(people, "And my knees?")
    assert "1 not read" in reader.get("/today").text
    assert "not read" not in visit(people.client_user).get("/my").text


def test_an_open_page_is_told_when_the_number_changed_and_is_no_sign_of_life(
    people: People, visit: Visit
) -> None:
    browser = visit(people.colleague)
    browser.get("/inbox/unread?shown=0", status=204)
    ask(people.client, MONDAY)
    told = browser.get("/inbox/unread?shown=0")
    assert "1 not read" in told.text
    assert told.headers["HX-Trigger"] == "inbox-changed"
    query = select(AuthSession.last_seen_at).where(AuthSession.user_id == people.colleague.id)
    seen = db.session.scalar(query)
    with time_machine.travel(MONDAY + 2 * DAY + 5 * HOUR + IDLE * 0.9, tick=False):
        browser.get("/inbox/unread?shown=1", status=204)
    assert db.session.scalar(query) == seen
    with time_machine.travel(MONDAY + 2 * DAY + 5 * HOUR + IDLE, tick=False):
        browser.get("/inbox/unread?shown=1", status=303)


def test_whoever_is_told_to_answer_finds_it_among_theirs_and_others_do_not(
    people: People, visit: Visit
) -> None:
    with time_machine.travel(MONDAY, tick=False):
        write(people, "Do my feet swivel?")
    people.client.responsible_id = people.owner.id
    db.session.commit()
    wait = db.session.scalars(select(AnswerWait)).one()
    owner, colleague = visit(people.owner), visit(people.colleague)
    assert people.client.name not in colleague.get("/inbox?whose=mine").text
    owner.post(f"/inbox/{wait.id}/assign", {"who": str(people.colleague.id)}, status=303)
    mine = colleague.get("/inbox?whose=mine").text
    assert people.client.name in mine
    assert f"assigned to {people.colleague.name}" in mine
    assert people.client.name not in owner.get("/inbox?whose=mine").text
    owner.post(f"/inbox/{wait.id}/assign", {"who": str(people.stranger.id)}, status=422)
    owner.post(f"/inbox/{wait.id}/assign", {"who": str(people.client_user.id)}, status=422)
    owner.post(f"/inbox/{wait.id}/assign", {"who": ""}, status=303)
    assert people.client.name in owner.get("/inbox?whose=mine").text


def test_a_draft_stands_in_the_box_again_with_a_phrase_and_goes_when_it_is_sent(
    people: People, visit: Visit
) -> None:
    with time_machine.travel(MONDAY, tick=False):
        write(people, "Do my feet swivel?")
    phrase = phrases.add(actor_of(people.colleague), uuid.uuid4().hex, "hurts", "Stop if it hurts.")
    thread, browser = f"/clients/{people.client.id}/messages", visit(people.colleague)
    typed = {"key": uuid.uuid4().hex, "text": "Yes, a little."}
    browser.post(thread, typed | {"act": "insert", "phrase": str(phrase.id)}, status=303)
    assert "Yes, a little.\nStop if it hurts." in browser.get(thread).text
    assert "Your draft" in browser.get("/inbox").text
    assert "Yes, a little." not in visit(people.owner).get(thread).text
    visit(people.owner).post(thread, typed | {"act": "insert", "phrase": str(phrase.id)}, status=404)
    browser.post(thread, typed | {"text": "Yes. Stop if it hurts.", "seen": MONDAY.isoformat()}, status=303)
    assert not db.session.scalars(select(ReplyDraft)).all()
    page = browser.get("/inbox").text
    assert "Nobody waits." in page
    assert f"Answered by {people.colleague.name}" in page
    browser.post(thread, {"key": uuid.uuid4().hex, "text": "", "act": "keep"}, status=303)
    refused = browser.post(thread, {"key": uuid.uuid4().hex, "text": "a" * 5001, "act": "keep"}, status=422)
    assert "Use 5000 characters or fewer." in refused.text
