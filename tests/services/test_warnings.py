"""Warning signs: what naming one sets off, and how it is cleared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.types import CheckinState, OutboxState, SkipReason, Tier
from clinic.domain.warnings import locks_program
from clinic.extensions import db
from clinic.models import (
    AuditEvent,
    Checkin,
    Client,
    OutboxMessage,
    Program,
    User,
    WarningFlag,
    has_open_flag,
)
from clinic.services import warnings
from clinic.services.checkins.planning import plan_due
from clinic.services.programs import own
from tests.factories.checkins import enrol
from tests.factories.people import People

MONDAY = datetime(2026, 11, 9, 9, 1, tzinfo=UTC)
NOTE = "Seen today; no weakness found. Goes on with half the dose."


@pytest.fixture
def program(people: People) -> Iterator[Program]:
    with time_machine.travel(MONDAY, tick=False):
        yield enrol(people, starts_on=date(2026, 11, 2))


def name(people: People, *signs: str) -> WarningFlag:
    return warnings.name_on_own_page(people.actor(people.client_user), signs)


def alerts() -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "warning_sign_alert")))


@pytest.mark.parametrize(
    "signs, tier, locked, paused",
    [
        (["saddle"], Tier.E, True, True),
        (["fever"], Tier.U, True, True),
        (["cough"], Tier.S, False, True),
        (["cancer_history", "upper_back"], Tier.U, True, True),
    ],
)
def test_each_tier_holds_the_program_as_it_should(
    people: People, signs: list[str], tier: Tier, locked: bool, paused: bool
) -> None:
    flag = name(people, *signs)
    assert (flag.tier, flag.checkin_id) == (tier, None)
    assert warnings.open_flag(people.client) == flag
    assert locks_program(flag.tier) is locked
    assert own.held(people.actor(people.client_user)).locked is paused


def test_nobody_else_is_held(people: People) -> None:
    name(people, "saddle")
    assert warnings.open_flag(people.other_client) is None


def test_the_owner_and_the_practitioners_are_alerted_and_the_assistant_is_not(people: People) -> None:
    flag = name(people, "saddle")
    assert {mail.user_id for mail in alerts()} == {people.owner.id, people.colleague.id}
    assert {mail.flag_id for mail in alerts()} == {flag.id}


def test_a_checkin_that_waits_is_called_back_into_the_ledger_with_its_reason(
    people: People, program: Program
) -> None:
    assert program.starts_on < MONDAY.date()
    with time_machine.travel(MONDAY + timedelta(days=7), tick=False):
        plan_due(MONDAY + timedelta(days=7))
        name(people, "saddle")
    (checkin,) = db.session.scalars(select(Checkin).execution_options(populate_existing=True))
    assert (checkin.state, checkin.skip_reason) == (CheckinState.SKIPPED, SkipReason.LOCKED)
    (mail,) = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "checkin"))
    assert mail.state is OutboxState.CANCELLED


def test_the_same_sign_again_is_the_same_flag(people: People) -> None:
    assert name(people, "saddle").id == name(people, "saddle").id
    assert len(alerts()) == 2


def test_signs_of_one_sitting_are_one_flag(people: People) -> None:
    first = name(people, "saddle")
    second = name(people, "bladder")
    assert first.id == second.id
    assert sorted(second.question_keys) == ["bladder", "saddle"]


def test_a_worse_sign_alerts_anew(people: People) -> None:
    name(people, "cough")
    name(people, "saddle")
    assert len(alerts()) == 4
    flag = warnings.open_flag(people.client)
    assert flag is not None
    assert flag.tier is Tier.E


def test_another_sign_days_later_alerts_anew(people: People) -> None:
    with time_machine.travel(MONDAY, tick=False):
        name(people, "saddle")
    with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
        name(people, "bladder")
    assert len(alerts()) == 4


@pytest.mark.parametrize("signs", [(), ("made_up",)])
def test_nothing_or_nonsense_raises_no_flag(people: People, signs: tuple[str, ...]) -> None:
    with pytest.raises(RuleBroken):
        name(people, *signs)
    assert db.session.scalars(select(WarningFlag)).all() == []


@pytest.mark.parametrize("who", ["owner", "colleague"])
def test_an_owner_or_practitioner_clears_it_by_name_and_with_a_note(people: People, who: str) -> None:
    user: User = getattr(people, who)
    flag = name(people, "saddle")
    warnings.clear(people.actor(user), flag.id, NOTE)
    seen = warnings.seen(people.actor(user), flag.id)
    assert (seen.cleared_by, seen.flag.clear_note, seen.may_clear) == (user.name, NOTE, False)
    assert warnings.open_flag(people.client) is None
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "flag.cleared")).one()
    assert (event.actor_id, event.subject_id) == (user.id, flag.id)


def test_an_assistant_sees_it_and_cannot_clear_it(people: People) -> None:
    flag = name(people, "saddle")
    actor = people.actor(people.assistant)
    assert warnings.seen(actor, flag.id).may_clear is False
    with pytest.raises(RuleBroken):
        warnings.clear(actor, flag.id, NOTE)
    assert warnings.open_flag(people.client) is not None


def test_a_stranger_finds_no_such_flag(people: People) -> None:
    flag = name(people, "saddle")
    with pytest.raises(NotFound):
        warnings.clear(people.actor(people.stranger), flag.id, NOTE)
    with pytest.raises(NotFound):
        warnings.seen(people.actor(people.client_user), flag.id)
    assert warnings.open_flag(people.client) is not None


def test_without_a_note_it_stays(people: People) -> None:
    flag = name(people, "saddle")
    with pytest.raises(RuleBroken):
        warnings.clear(people.actor(people.colleague), flag.id, "  ")
    assert warnings.open_flag(people.client) is not None


def test_the_first_to_clear_it_keeps_their_note(people: People) -> None:
    flag = name(people, "saddle")
    warnings.clear(people.actor(people.colleague), flag.id, NOTE)
    with pytest.raises(RuleBroken):
        warnings.clear(people.actor(people.owner), flag.id, "Another note.")
    assert warnings.seen(people.actor(people.owner), flag.id).flag.clear_note == NOTE


def test_after_clearing_checkins_go_on_from_the_next_one(people: People, program: Program) -> None:
    assert program.starts_on < MONDAY.date()
    flag = name(people, "saddle")
    plan_due(MONDAY + timedelta(days=7))
    warnings.clear(people.actor(people.colleague), flag.id, NOTE)
    plan_due(MONDAY + timedelta(days=14))
    states = db.session.scalars(select(Checkin.state).order_by(Checkin.local_date)).all()
    assert states == [CheckinState.SKIPPED, CheckinState.WAITING]


def test_a_flag_is_open_in_python_and_in_every_query_alike(people: People, program: Program) -> None:
    def open_of(client: Client) -> bool:
        return bool(db.session.scalar(select(has_open_flag(client.practice_id, client.id))))

    assert not open_of(people.client)
    flag = name(people, "fever")
    assert flag.is_open
    assert open_of(people.client)
    assert not open_of(people.other_client)
    assert db.session.scalars(select(WarningFlag).where(WarningFlag.is_open)).all() == [flag]
    warnings.clear(people.actor(people.colleague), flag.id, NOTE)
    db.session.refresh(flag)
    assert not flag.is_open
    assert not open_of(people.client)
    assert db.session.scalars(select(WarningFlag).where(~WarningFlag.is_open)).all() == [flag]
