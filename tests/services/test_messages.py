"""Messages between a client and the practice: sent once, answered, taken back, and who sees what when."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from clinic.domain.answer_promise import AnsweredHow
from clinic.domain.attention import AttentionKind
from clinic.domain.errors import Forbidden, NotFound, RuleBroken
from clinic.domain.media import MediaKind
from clinic.domain.messages import LONGEST_MESSAGE, MessageChannel
from clinic.domain.types import ClientStatus
from clinic.extensions import db
from clinic.models import AnswerWait, MediaFile, Message, Thread, User
from clinic.services.accounts.signing_in import actor_of
from clinic.services.attention import today as attention
from clinic.services.messages import drafts, reading, writing
from clinic.services.messages.writing import ClientWords, MailedWords, VideoMoment
from clinic.services.transaction import transaction
from tests.factories.people import People, make_people
from tests.factories.records import make_picture

SUNDAY = datetime(2026, 11, 29, 9, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def ask(people: People, text: str = "Do my feet swivel?", key: str = "a", **more: object) -> Message:
    return writing.write(actor_of(people.client_user), key, ClientWords(text, **more))  # type: ignore[arg-type]


def texts_read_by(people: People) -> list[str]:
    return [each.text for each in reading.own(actor_of(people.client_user)).lines]


def wait_of(people: People) -> AnswerWait | None:
    """Their newest waiting."""
    query = select(AnswerWait).where(AnswerWait.client_id == people.client.id)
    newest = query.order_by(AnswerWait.asked_at.desc()).limit(1)
    return db.session.scalars(newest.execution_options(populate_existing=True)).one_or_none()


def film(people: People, sender: User | None = None) -> MediaFile:
    row = make_picture(sender or people.client_user, people.client)
    row.kind, row.seconds = MediaKind.VIDEO, 12
    db.session.commit()
    return row


def test_a_question_sent_twice_is_one_and_its_client_waits(people: People) -> None:
    first = ask(people)
    assert ask(people).id == first.id
    assert ask(people, "And my knees?").id != first.id, "gone back to and changed, it is another one"
    found = reading.of_client(actor_of(people.colleague), people.client.id).lines
    assert [each.text for each in found] == ["And my knees?", "Do my feet swivel?"]
    wait = wait_of(people)
    assert wait is not None
    assert wait.asked_at == first.sent_at


def test_an_answer_ends_the_waiting_and_is_seen_when_it_can_be_taken_back_no_more(people: People) -> None:
    with time_machine.travel(SUNDAY, tick=False) as clock:
        ask(people)
        clock.shift(MINUTE)
        answer = writing.answer(actor_of(people.colleague), people.client.id, "k", "They turn with you.")
        wait = wait_of(people)
        assert wait is not None
        assert (wait.how, wait.answered_by) == (AnsweredHow.MESSAGE, people.colleague.id)
        assert [each.text for each in reading.own(actor_of(people.client_user)).lines] == [
            "Do my feet swivel?"
        ]
        clock.shift(MINUTE)
        (seen, _) = reading.own(actor_of(people.client_user)).lines
        assert (seen.id, seen.author) == (answer.id, people.colleague.name)


def test_an_answer_to_the_wrong_client_is_taken_back_within_a_minute_and_they_wait_on(people: People) -> None:
    colleague = actor_of(people.colleague)
    with time_machine.travel(SUNDAY, tick=False) as clock:
        ask(people)
        clock.shift(MINUTE)
        answer = writing.answer(colleague, people.client.id, "k", "About Bela's knee.")
        with pytest.raises(Forbidden):
            writing.take_back(actor_of(people.owner), answer.id)  # it is not theirs
        clock.shift(MINUTE - SECOND)
        writing.take_back(colleague, answer.id)
        assert drafts.kept(colleague, people.client.id) == "About Bela's knee."
        assert (answer.text, answer.undone_at) == ("", SUNDAY + 2 * MINUTE - SECOND)
        wait = wait_of(people)
        assert wait is not None
        assert wait.answered_at is None
        assert wait.asked_at == SUNDAY
        clock.shift(MINUTE)
        assert [each.text for each in reading.own(actor_of(people.client_user)).lines] == [
            "Do my feet swivel?"
        ]
        stands = writing.answer(colleague, people.client.id, "k2", "They turn with you.")
        clock.shift(MINUTE)
        with pytest.raises(RuleBroken, match="more than a minute"):
            writing.take_back(colleague, stands.id)
    assert stands.text == "They turn with you."


def test_what_came_after_the_page_was_opened_goes_on_waiting_since_it_came(people: People) -> None:
    colleague, client = actor_of(people.colleague), people.client.id
    with time_machine.travel(SUNDAY, tick=False) as clock:
        ask(people)
        clock.shift(MINUTE)
        ask(people, "And my knees?", "b")
        clock.shift(MINUTE)
        answer = writing.answer(colleague, client, "k", "They turn with you.", seen=SUNDAY)
        again = wait_of(people)
        assert again is not None
        assert (again.asked_at, again.answered_at) == (SUNDAY + MINUTE, None)
        writing.answer(colleague, client, "l", "As I said.", seen=SUNDAY)
        assert wait_of(people) == again, "nothing that waits was seen"
        writing.take_back(colleague, answer.id)
        whole = wait_of(people)
        assert whole is not None
        assert (whole.asked_at, whole.last_at, whole.answered_at) == (SUNDAY, SUNDAY + MINUTE, None)
        writing.note_call(colleague, client, "m", "Told her.", seen=SUNDAY + MINUTE)
        ended = wait_of(people)
        assert ended is not None
        assert ended.how is AnsweredHow.PHONE


def test_a_promise_that_was_broken_is_a_reason_until_they_are_answered(people: People) -> None:
    colleague, client = actor_of(people.colleague), people.client.id
    people.practice.answer_days = 1
    db.session.commit()

    def is_pressing(at: datetime) -> bool:
        with time_machine.travel(at, tick=False):
            listed = attention.today(colleague).listed
        theirs = [reason.kind for each in listed if each.client_id == client for reason in each.reasons]
        return AttentionKind.ANSWER_LATE in theirs

    with time_machine.travel(SUNDAY, tick=False):
        ask(people)
    due = wait_of(people).due_at  # type: ignore[union-attr]
    assert due is not None
    assert not is_pressing(due - SECOND)
    assert is_pressing(due)
    with time_machine.travel(due + MINUTE, tick=False) as clock:
        answer = writing.answer(colleague, client, "k", "They turn with you.")
        assert not is_pressing(due + MINUTE)
        clock.shift(SECOND)
        writing.take_back(colleague, answer.id)
    assert is_pressing(due + 2 * MINUTE)


def test_what_is_taken_back_stands_behind_what_was_begun_since(people: People) -> None:
    colleague, client = actor_of(people.colleague), people.client.id
    sent = writing.answer(colleague, client, "k", "a" * LONGEST_MESSAGE)
    drafts.keep(colleague, client, "Another one.")
    for _ in range(2):
        writing.take_back(colleague, sent.id)
    assert drafts.kept(colleague, client) == "Another one.\n" + "a" * LONGEST_MESSAGE


def test_what_was_said_by_phone_is_read_by_the_practice_alone(people: People) -> None:
    ask(people)
    writing.note_call(actor_of(people.assistant), people.client.id, "k", "Told her to let them turn.")
    assert len(reading.of_client(actor_of(people.colleague), people.client.id).lines) == 2
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        assert texts_read_by(people) == ["Do my feet swivel?"]
    wait = wait_of(people)
    assert wait is not None
    assert wait.how is AnsweredHow.PHONE


@pytest.mark.parametrize("text", ["", " \n ", "x" * (LONGEST_MESSAGE + 1), "x" * 1_000_000])
def test_nothing_and_too_much_are_refused_in_words(people: People, text: str) -> None:
    with pytest.raises(RuleBroken):
        ask(people, text)
    with pytest.raises(RuleBroken):
        writing.answer(actor_of(people.colleague), people.client.id, "k", text)
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0


def test_an_archived_client_is_told_to_phone(people: People) -> None:
    people.client.status = ClientStatus.ARCHIVED
    db.session.flush()
    with pytest.raises(RuleBroken, match="phone"):
        ask(people)


def test_files_are_the_writers_own_and_go_with_one_message(people: People) -> None:
    photo, video = make_picture(people.client_user, people.client), film(people)
    foreign = make_picture(people.other_client_user, people.other_client)
    by_staff = make_picture(people.colleague, people.client)
    more = [make_picture(people.client_user, people.client).id for _ in range(50)]
    db.session.commit()
    for other in (foreign.id, by_staff.id, uuid.uuid4()):
        with pytest.raises(NotFound):
            ask(people, media_ids=[other])
    sent = ask(people, "", media_ids=[photo.id, video.id])
    assert [each.media_id for each in sent.files] == [photo.id, video.id]
    with pytest.raises(RuleBroken, match="another message"):
        ask(people, "Once more", "b", media_ids=[photo.id])
    with pytest.raises(RuleBroken, match="At most 5 photos"):
        ask(people, "Fifty", "c", media_ids=more)


def test_a_message_with_files_stands_once_with_all_of_them_in_their_order(people: People) -> None:
    photo, video = make_picture(people.client_user, people.client), film(people)
    ask(people, "Without")
    ask(people, "With", "b", media_ids=[video.id, photo.id])
    ask(people, "Without again", "c")
    found = reading.own(actor_of(people.client_user)).lines
    assert [each.text for each in found] == ["Without again", "With", "Without"]
    files = [[(each.id, each.kind) for each in message.files] for message in found]  # type: ignore[union-attr]
    assert files == [[], [(video.id, MediaKind.VIDEO), (photo.id, MediaKind.PICTURE)], []]


def test_a_moment_is_of_a_video_in_this_thread(people: People) -> None:
    colleague, video = actor_of(people.colleague), film(people)
    with pytest.raises(RuleBroken, match="not in the thread"):
        writing.answer(colleague, people.client.id, "k", "Look at your tail", VideoMoment(video.id, 4000))
    ask(people, media_ids=[video.id])
    said = writing.answer(colleague, people.client.id, "k", "Look at your tail", VideoMoment(video.id, 4000))
    assert (said.video_id, said.moment) == (video.id, 4000)
    with pytest.raises(RuleBroken, match="last so long"):
        writing.answer(colleague, people.client.id, "k", "Later", VideoMoment(video.id, 14_000))
    with pytest.raises(RuleBroken, match="not in the thread"):
        writing.answer(colleague, people.other_client.id, "k", "Hers", VideoMoment(video.id, 4000))


def test_a_mail_that_comes_in_twice_is_one_message(people: People) -> None:
    for _ in range(2):
        with transaction():
            writing.came_by_mail(people.client, "<a@mail>", MailedWords("By mail.", SUNDAY))
    (found,) = reading.own(actor_of(people.client_user)).lines
    assert (found.channel, found.sent_at) == (MessageChannel.MAIL, SUNDAY)
    wait = wait_of(people)
    assert wait is not None
    assert wait.asked_at == SUNDAY


def test_what_was_read_stays_read(people: People) -> None:
    with time_machine.travel(SUNDAY, tick=False) as clock:
        first = ask(people)
        clock.shift(MINUTE)
        second = ask(people, "And my knees?")
        for until in (second.id, first.id):
            reading.mark_read(actor_of(people.colleague), people.client.id, until)
            reading.mark_own_read(actor_of(people.client_user), until)
        thread = reading.thread_of(actor_of(people.colleague), people.client.id)
        assert thread is not None
        assert thread.client_read_until == second.sent_at
        with pytest.raises(RuleBroken):
            reading.mark_read(actor_of(people.colleague), people.other_client.id, first.id)


def test_both_write_their_first_message_in_one_moment(live_app: Flask) -> None:
    with transaction():
        people = make_people()
    client, colleague = actor_of(people.client_user), actor_of(people.colleague)
    client_id = people.client.id
    db.session.remove()
    gate, trouble = threading.Barrier(4), []

    def at_once(number: int) -> None:
        with live_app.app_context():
            gate.wait()
            try:
                if number % 2:
                    writing.write(client, f"k{number // 2}", ClientWords("Do my feet swivel?"))
                else:
                    writing.answer(colleague, client_id, "same", "They turn with you.")
            except Exception as error:
                trouble.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=at_once, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert not trouble
    assert db.session.scalar(select(func.count()).select_from(Thread)) == 1
    assert db.session.scalar(select(func.count()).select_from(Message)) == 3
