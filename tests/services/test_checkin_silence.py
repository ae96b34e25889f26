"""Check-ins nobody answers: they expire by themselves, and still count as unanswered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.attention import AttentionKind
from clinic.domain.types import CheckinState, SkipReason
from clinic.extensions import db
from clinic.models import AuditEvent, Checkin, CheckinEvent, Program
from clinic.services.attention import today as attention
from clinic.services.checkins import answers as checkin_answers
from clinic.services.checkins import planning as checkin_planning
from clinic.services.checkins import silence as checkin_silence
from clinic.services.checkins.answers import CheckinReply
from clinic.services.outbox import calling_back as checkins
from clinic.services.transaction import transaction
from tests.factories.checkins import enrol, link_to, sent_checkin
from tests.factories.people import People

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DUE = datetime(2026, 11, 9, 9, tzinfo=UTC)
DAY, WEEK, MINUTE = timedelta(days=1), timedelta(days=7), timedelta(minutes=1)


@pytest.fixture
def program(people: People) -> Iterator[Program]:
    """Ada's program, assigned on a Monday, with a check-in every Monday at nine."""
    with time_machine.travel(NOON, tick=False):
        yield enrol(people, starts_on=date(2026, 11, 2))


def state(checkin: Checkin) -> CheckinState:
    db.session.expire_all()
    return db.session.get_one(Checkin, checkin.id).state


def run(program: Program) -> int:
    found = checkin_silence.runs([program.practice_id], [program.client_id])
    return found[program.client_id].length if found else 0


@pytest.mark.parametrize("before", [CheckinState.SENT, CheckinState.IN_DOUBT])
def test_fourteen_days_after_it_went_out_a_checkin_expires(program: Program, before: CheckinState) -> None:
    checkin = sent_checkin(program, at=DUE, state=before, remind_at=DUE)
    assert checkin_silence.expire(DUE + 14 * DAY - MINUTE) == 0
    assert state(checkin) is before
    for _ in range(2):
        checkin_silence.expire(DUE + 14 * DAY)
    assert state(checkin) is CheckinState.EXPIRED
    assert checkin.remind_at is None
    (event,) = db.session.scalars(select(CheckinEvent))
    assert (event.state, event.reason) == (CheckinState.EXPIRED, "not answered within 14 days")
    (told,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "checkin.expired"))
    assert (told.client_id, told.subject_id) == (program.client_id, checkin.id)


def test_it_counts_from_when_it_was_sent_not_from_when_it_was_due(program: Program) -> None:
    checkin = sent_checkin(program, at=DUE, state=CheckinState.SENT)
    with transaction():
        checkin.sent_at = DUE + 3 * DAY
    assert checkin_silence.expire(DUE + 14 * DAY) == 0
    assert checkin_silence.expire(DUE + 17 * DAY) == 1


@pytest.mark.parametrize("other", sorted(set(CheckinState) - {CheckinState.SENT, CheckinState.IN_DOUBT}))
def test_nothing_else_expires(program: Program, other: CheckinState) -> None:
    checkin = sent_checkin(program, at=DUE, state=other)
    assert checkin_silence.expire(DUE + 100 * DAY) == 0
    assert state(checkin) is other


def test_many_expire_in_short_transactions(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkin_silence, "BATCH", 2)
    for days in range(5):
        sent_checkin(program, at=DUE + days * DAY)
    assert checkin_silence.expire(DUE + 50 * DAY) == 5


def test_an_expired_checkin_still_counts_as_unanswered(program: Program, people: People) -> None:
    for weeks in (5, 1):
        sent_checkin(program, at=DUE - weeks * WEEK)
    assert checkin_silence.expire(DUE) == 1
    assert run(program) == 2
    checkin_planning.plan_due(DUE + MINUTE)
    skipped = db.session.scalars(select(Checkin).where(Checkin.state == CheckinState.SKIPPED)).one()
    assert skipped.skip_reason is SkipReason.UNANSWERED_TWICE
    with time_machine.travel(DUE + DAY, tick=False):
        (listed,) = attention.today(people.actor(people.owner)).listed
    assert AttentionKind.NOT_ANSWERED in {case.kind for case in listed.cases}


def test_both_may_have_expired(program: Program) -> None:
    for weeks in (8, 4):
        sent_checkin(program, at=DUE - weeks * WEEK)
    assert checkin_silence.expire(DUE) == 2
    assert run(program) == 2


def test_an_answer_ends_a_run_of_expired_ones(program: Program) -> None:
    sent_checkin(program, at=DUE - 6 * WEEK)
    newest = sent_checkin(program, at=DUE - 2 * WEEK + DAY)
    checkin_silence.expire(DUE)
    assert run(program) == 2
    with time_machine.travel(DUE, tick=False):
        link = link_to(newest).removeprefix("/c/")
        checkin_answers.deny_signs(link)
        checkin_answers.answer(link, CheckinReply(5, 2, None, contact_wanted=False))
    assert run(program) == 0
    sent_checkin(program, at=DUE + MINUTE)
    assert run(program) == 1


def test_looking_after_a_client_ends_the_run(program: Program, people: People) -> None:
    for weeks in (6, 1):
        sent_checkin(program, at=DUE - weeks * WEEK)
    checkin_silence.expire(DUE)
    with transaction():
        checkins.close_unanswered(program.practice_id, program.client_id, "looked after by Robin")
    assert run(program) == 0
    with time_machine.travel(DUE + DAY, tick=False):
        assert attention.today(people.actor(people.owner)).listed == []


def test_an_expired_checkin_can_still_be_answered_while_its_link_works(program: Program) -> None:
    checkin = sent_checkin(program, at=DUE)
    with time_machine.travel(DUE + DAY, tick=False):  # its mail was sent again
        link = link_to(checkin).removeprefix("/c/")
    checkin_silence.expire(DUE + 14 * DAY)
    with time_machine.travel(DUE + 14 * DAY, tick=False):
        checkin_answers.deny_signs(link)
        checkin_answers.answer(link, CheckinReply(5, 2, None, contact_wanted=False))
    assert state(checkin) is CheckinState.ANSWERED
    assert run(program) == 0
