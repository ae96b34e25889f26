"""What demo clients ask: their threads with the practice, and their sessions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from clinic.domain.answer_promise import USUAL_DAYS, USUAL_WEEK, AnsweredHow, AnswerPromise
from clinic.domain.appointments import USUAL_MINUTES, AppointmentState, begins
from clinic.domain.booking import BookingState, BookingWay
from clinic.domain.messages import MessageChannel, MessageFrom
from clinic.models import AnswerWait, Appointment, BookingRequest, Message, Thread
from clinic.services.demo.people import Person, Rows, audit, prescription_id

PRACTICE_ZONE = "Europe/London"
ROOM = "https://meet.jit.si/HarbourChiropracticRobin"
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """A question so many hours ago, about the move at a position; the answer, so many hours ago."""

    hours: int
    text: str
    move: int | None = None
    answer: str | None = None
    answered: int = 0


@dataclass(frozen=True, slots=True)
class DemoSession:
    """A session so many days from now, with the practitioner; by video, or at the practice."""

    days: int
    at: time
    is_video: bool = False


# by the number of the client: the first two are those who have logins
THREADS: Mapping[int, tuple[DemoQuestion, ...]] = MappingProxyType(
    {
        0: (
            DemoQuestion(
                220,
                "Do my feet swivel along when I turn my hips? Mine want to.",
                move=1,
                answer="No, they stay flat and still. If they want to swivel, the turn is too big. "
                "Make it smaller until they can stay.",
                answered=200,
            ),
            DemoQuestion(
                26,
                "That works, thank you. At the sink my back still goes round. Is there a trick?",
                move=2,
                answer="Open the cupboard below and put one foot inside. Then push your hips back, and rest "
                "a hand on the edge. Tell me on our call how it goes.",
                answered=5,
            ),
        ),
        1: (DemoQuestion(20, "I am stiff before breakfast. May I do the moves at noon instead?"),),
        3: (DemoQuestion(27, "My knees crack when I bend. Does that matter?\n\nIt does not hurt.", move=2),),
        11: (DemoQuestion(3, "The last week is here. What do I do when the program is over?"),),
    }
)
SESSIONS: Mapping[int, tuple[DemoSession, ...]] = MappingProxyType(
    {
        0: (DemoSession(-21, time(10)), DemoSession(3, time(14, 30), is_video=True)),
        1: (DemoSession(6, time(9, 30)),),
    }
)
ASKS_FOR_ONE = 11


def asking_rows(person: Person) -> Rows:
    """The thread of a client who writes, and their sessions; none where a short history is for speed."""
    if person.desk.short_history:
        return
    if asked := THREADS.get(person.number):
        yield from _thread(person, asked)
    for session in SESSIONS.get(person.number, ()):
        yield from _session(person, session)
    if person.number == ASKS_FOR_ONE:
        yield from _wish(person)


def _thread(person: Person, asked: tuple[DemoQuestion, ...]) -> Rows:
    thread = person.row()["id"]
    whose = {"client_id": person.client_id, "thread_id": thread}
    yield (
        Thread,
        person.row(
            client_id=person.client_id,
            begun_at=_ago(person, asked[0].hours),
            last_at=_ago(person, asked[-1].answered or asked[-1].hours),
            # they have read all but the newest answer
            client_read_until=_ago(person, asked[0].answered) if asked[0].answer else None,
        )
        | {"id": thread},
    )
    for each in asked:
        at = _ago(person, each.hours)
        yield (
            Message,
            person.row(
                **whose,
                sender=MessageFrom.CLIENT,
                channel=MessageChannel.PAGE,
                author_id=person.user_id,
                text=each.text,
                sent_at=at,
                prescription_id=prescription_id(person, each.move) if each.move else None,
            ),
        )
        yield audit(person, "message.written", at, by_client=True)
        yield from _answered(person, each, whose)


def _answered(person: Person, each: DemoQuestion, whose: dict[str, uuid.UUID]) -> Rows:
    """The answer, if there is one, and how long the client waited for it."""
    asked, answered = _ago(person, each.hours), _ago(person, each.answered) if each.answer else None
    if answered:
        said = {"sender": MessageFrom.PRACTICE, "channel": MessageChannel.PAGE, "text": each.answer}
        yield Message, person.row(**whose, **said, author_id=person.desk.practitioner_id, sent_at=answered)
        yield audit(person, "message.answered", answered)
    yield (
        AnswerWait,
        person.row(
            client_id=person.client_id,
            asked_at=asked,
            last_at=asked,
            due_at=AnswerPromise(USUAL_DAYS, USUAL_WEEK, ZoneInfo(PRACTICE_ZONE)).due_at(asked),
            answered_at=answered,
            answered_by=person.desk.practitioner_id if answered else None,
            how=AnsweredHow.MESSAGE if answered else None,
        ),
    )


def _session(person: Person, session: DemoSession) -> Rows:
    is_over = session.days < 0
    starts_at = begins(_working_day(person, session.days), session.at, PRACTICE_ZONE)
    made = min(starts_at, person.desk.at) - timedelta(days=4)
    yield (
        Appointment,
        person.row(
            client_id=person.client_id,
            with_id=person.desk.practitioner_id,
            starts_at=starts_at,
            slot_at=starts_at,
            minutes=USUAL_MINUTES,
            place="" if session.is_video else "Room 2",
            link=ROOM if session.is_video else None,
            state=AppointmentState.HELD if is_over else AppointmentState.PLANNED,
            sequence=0,
            made_by=person.desk.practitioner_id,
            made_at=made,
            changed_at=made,
            version=1,
        ),
    )
    told = {"at": starts_at.isoformat(timespec="minutes"), "minutes": str(USUAL_MINUTES)}
    kind, line = audit(person, "appointment.made", made)
    yield kind, {**line, "details": told}


def _wish(person: Person) -> Rows:
    at = _ago(person, 30)
    yield (
        BookingRequest,
        person.row(
            client_id=person.client_id,
            way=BookingWay.VIDEO,
            reason="I would like to go through both moves once more before the program ends.",
            suits="Any morning but Wednesday.",
            state=BookingState.ASKED,
            asked_at=at,
            version=1,
        ),
    )
    yield audit(person, "booking.asked", at, by_client=True, way=BookingWay.VIDEO.value)


def _ago(person: Person, hours: int) -> datetime:
    return person.desk.at - timedelta(hours=hours)


def _working_day(person: Person, days: int) -> date:
    """The day so far from today at the practice, or the Monday after it."""
    day = person.desk.at.astimezone(ZoneInfo(PRACTICE_ZONE)).date() + timedelta(days=days)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= SATURDAY else 0)
