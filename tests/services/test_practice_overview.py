"""A practice counted: its own clients alone, as of when it says, by the worker and as it was last made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from clinic.domain.answer_promise import AnsweredHow
from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.errors import NotFound
from clinic.domain.practice_overview import PracticeOverview
from clinic.domain.programs import ProgramChange
from clinic.domain.types import ClientStatus, LogOutcome, ProgramAction, StopReason
from clinic.extensions import db
from clinic.models import AnswerWait, Client, PracticeFigures, Program
from clinic.services.overview import counting, kept
from clinic.services.overview.kept import KeptOverview
from clinic.services.programs import changing, diary
from clinic.services.transaction import transaction
from tests.factories.checkins import answered, enrol, sent_checkin
from tests.factories.people import People, make_client

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
START = date(2026, 11, 2)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def figures(people: People) -> PracticeOverview:
    return counting.count(people.practice.id, NOW)


def test_clients_are_counted_and_those_of_others_and_archived_ones_are_not(people: People) -> None:
    enrol(people)
    make_client(people.practice, "Put Away")
    with transaction() as session:
        session.query(Client).filter_by(name="Put Away").one().status = ClientStatus.ARCHIVED
    here = db.session.query(Client).filter_by(practice_id=people.practice.id, status=ClientStatus.ACTIVE)
    found = figures(people)
    assert found.active == here.count()
    assert found.with_program == 1
    assert found.with_account == here.filter(Client.user_id.is_not(None)).count()


def test_practice_is_out_of_the_days_that_were_asked(people: People) -> None:
    enrol(people, starts_on=START)
    for day in (NOW.date() - DAY, NOW.date() - 2 * DAY):
        with time_machine.travel(datetime.combine(day, NOW.timetz()), tick=False):
            diary.log_day(people.actor(people.client_user), day, DiaryEntry(LogOutcome.DONE))
    week, month, quarter = figures(people).windows
    assert (week.days, month.days, quarter.days) == (7, 30, 90)
    assert (week.practised, week.expected, week.programs) == (2, 7, 1)
    assert (month.practised, month.expected) == (2, 23)
    assert quarter.expected == month.expected


def test_a_check_in_counts_once_it_had_the_time_to_be_answered(people: People) -> None:
    program = enrol(people, starts_on=START)
    sent_checkin(program, at=NOW - 10 * DAY)
    answered(program, NOW - 3 * DAY)
    sent_checkin(program, at=NOW - timedelta(hours=3))
    week, month, _ = figures(people).windows
    assert (week.answered, week.sent) == (1, 1)
    assert (month.answered, month.sent) == (1, 2)


def test_why_somebody_stopped_is_counted_for_a_year(people: People) -> None:
    program = enrol(people, starts_on=START)
    wish = ProgramChange(ProgramAction.END, NOW.date(), "Too sore", stop=StopReason.HURTS)
    changing.change(people.actor(people.colleague), program.id, program.version, wish)
    assert figures(people).stops == {"hurts": 1}
    with time_machine.travel(NOW + timedelta(days=366), tick=False):
        assert counting.count(people.practice.id, NOW + timedelta(days=366)).stops == {}


def made(people: People) -> KeptOverview:
    found = kept.of(people.actor(people.owner))
    assert found is not None
    return found


def test_the_worker_makes_them_and_makes_them_anew_after_an_hour(people: People) -> None:
    assert kept.of(people.actor(people.owner)) is None
    kept.make_all()
    first = made(people)
    enrol(people)
    assert made(people) == first, "as of then"
    with time_machine.travel(NOW + timedelta(minutes=59), tick=False):
        kept.make_all()
    assert made(people).made_at == NOW
    with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
        kept.make_all()
    db.session.expire_all()
    again = made(people)
    assert again.figures.with_program == 1
    assert again.made_at == NOW + timedelta(minutes=61)
    assert db.session.query(PracticeFigures).filter_by(practice_id=people.practice.id).count() == 1


def test_many_programs_are_read_in_batches(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    program = enrol(people, starts_on=START)
    whole = figures(people).windows
    monkeypatch.setattr(counting, "BATCH", 1)
    assert figures(people).windows == whole
    assert db.session.get_one(Program, program.id).starts_on == START


def test_a_client_sees_none_of_them(people: People) -> None:
    with pytest.raises(NotFound):
        kept.of(people.actor(people.client_user))


def test_an_answer_counts_as_promised_on_the_day_somebody_asked(people: People) -> None:
    def wait(asked: datetime, due: datetime | None, answered_at: datetime | None = None) -> None:
        made = {"asked_at": asked, "last_at": asked, "due_at": due, "answered_at": answered_at}
        how = {"how": AnsweredHow.MESSAGE, "answered_by": people.colleague.id} if answered_at else {}
        about = {"practice_id": people.practice.id, "client_id": people.client.id}
        db.session.add(AnswerWait(**about, **made, **how))

    wait(NOW - 20 * DAY, NOW - 18 * DAY, NOW - 19 * DAY)
    wait(NOW - 6 * DAY, NOW - 4 * DAY, NOW - 3 * DAY)  # too late
    wait(NOW - 5 * DAY, None, NOW - 3 * DAY)  # nothing was promised
    wait(NOW - DAY, NOW + DAY)  # it is not too late yet
    db.session.commit()
    week, month, _ = figures(people).windows
    assert (week.kept, week.promised) == (0, 1)
    assert (month.kept, month.promised) == (1, 2)
