"""A statement that writes past the session says whom it touched: the list follows in the same transaction.

Each is sent here by itself, with nothing beside it that would have the same client looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from clinic.domain.attention import KINDS, AttentionKind
from clinic.domain.types import CheckinState, LogOutcome
from clinic.extensions import db
from clinic.models import Client, OpenReason, PracticeLog, Prescription, Program
from clinic.services import warnings
from clinic.services.outbox import calling_back, ledger
from clinic.services.outbox.steps import MailStep
from clinic.services.programs import looking_over
from clinic.services.reasons.keeping import difference
from clinic.services.sending import bounces
from clinic.services.transaction import transaction
from tests.factories.checkins import enrol, sent_checkin
from tests.factories.people import People

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def told(client: Client) -> set[AttentionKind]:
    """The kinds of reason that are kept of a client; it is what making the list anew would keep."""
    assert len(difference([(client.practice_id, client.id)], KINDS)) == 0
    query = select(OpenReason.kind).where(OpenReason.client_id == client.id)
    return set(db.session.scalars(query))


# --- practice that falls off


@pytest.fixture
def practised(people: People) -> Program:
    """Four weeks of practice, of which the last ten days did not go well."""
    program = enrol(people, starts_on=(NOW - 35 * DAY).date())
    moves = db.session.scalars(select(Prescription.id).where(Prescription.program_id == program.id)).all()
    with transaction() as session:
        session.add_all(
            PracticeLog(
                practice_id=program.practice_id,
                client_id=program.client_id,
                prescription_id=move,
                local_date=(NOW - days * DAY).date(),
                outcome=LogOutcome.NOT_DONE if days <= 10 else LogOutcome.DONE,
                logged_at=NOW,
            )
            for days in range(1, 29)
            for move in moves
        )
    return program


def put_right(program: Program, outcome: LogOutcome, days: int) -> None:
    """The last days of a log written over by a statement, which no reason hears of by itself."""
    since = (NOW - days * DAY).date()
    late = update(PracticeLog).where(
        PracticeLog.client_id == program.client_id, PracticeLog.local_date > since
    )
    with transaction() as session:
        session.execute(late.values(outcome=outcome))


def test_a_decline_is_a_reason_as_soon_as_it_is_seen(people: People, practised: Program) -> None:
    assert AttentionKind.PRACTICE_DROPPED not in told(people.client)
    looking_over.run(NOW)
    assert AttentionKind.PRACTICE_DROPPED in told(people.client)


def test_a_decline_that_goes_on_is_told_with_the_figures_of_now(people: People, practised: Program) -> None:
    looking_over.run(NOW)
    put_right(practised, LogOutcome.NOT_DONE, 13)
    looking_over.run(NOW)
    assert AttentionKind.PRACTICE_DROPPED in told(people.client)


def test_a_decline_that_was_made_good_is_no_reason_any_more(people: People, practised: Program) -> None:
    looking_over.run(NOW)
    put_right(practised, LogOutcome.DONE, 28)
    looking_over.run(NOW)
    assert AttentionKind.PRACTICE_DROPPED not in told(people.client)


# --- check-ins without an answer


def out(program: Program, days: int, state: CheckinState = CheckinState.SENT) -> MailStep:
    """A check-in of so many days ago that went out, and the step its mail takes next."""
    checkin = sent_checkin(program, at=NOW - days * DAY, state=CheckinState.WAITING)
    return MailStep(checkin.practice_id, checkin.client_id, checkin.id, state)


def follow(*steps: MailStep) -> None:
    with transaction():
        ledger.follow(steps, NOW)


def test_the_second_mail_that_goes_out_begins_a_run(people: People) -> None:
    program = enrol(people)
    first, second = out(program, 10), out(program, 3)
    follow(first)
    assert AttentionKind.NOT_ANSWERED not in told(people.client)
    follow(second)
    assert AttentionKind.NOT_ANSWERED in told(people.client)


def test_a_mail_that_was_out_and_failed_after_all_ends_its_run(people: People) -> None:
    program = enrol(people)
    first, second = out(program, 10), out(program, 3)
    follow(first, second)
    follow(replace(second, state=CheckinState.WAITING))  # it is sent once more, and the server refuses it
    follow(replace(second, state=CheckinState.FAILED))
    assert AttentionKind.NOT_ANSWERED not in told(people.client)


def test_a_run_that_nobody_waits_for_any_more_is_no_reason(people: People) -> None:
    program = enrol(people)
    follow(out(program, 10), out(program, 3))
    with transaction():
        calling_back.close_unanswered(program.practice_id, program.client_id, "So.")
    assert AttentionKind.NOT_ANSWERED not in told(people.client)


# --- signs, addresses, invitations


def test_a_sign_that_was_cleared_is_no_reason_any_more(people: People) -> None:
    with transaction():
        flag = warnings.raise_flag(people.client, ["saddle"])
    assert AttentionKind.WARNING_SIGN in told(people.client)
    warnings.clear(people.actor(people.owner), flag.id, "Seen.")
    assert AttentionKind.WARNING_SIGN not in told(people.client)


def test_an_address_that_died_is_a_reason_until_somebody_trusts_it_again(people: People) -> None:
    client = people.client
    with transaction():
        bounces.note(client.practice_id, Client.id == client.id, client.email or "", "550 no such user", NOW)
    assert AttentionKind.BOUNCED in told(client)
    bounces.trust_again(people.actor(people.colleague), client.id)
    assert AttentionKind.BOUNCED not in told(client)
