"""Where a client stands, read in three places: by the page that promises, the planner, and the claim."""

from __future__ import annotations

import uuid
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from clinic.domain.mail_standing import MailSort, MailStanding, why_not_mailed
from clinic.domain.sending import SendingRuling, decide
from clinic.domain.types import ClientStatus, MailChannel, OutboxState, ProgramStatus, Tier
from clinic.extensions import db
from clinic.models import Client, Invitation, OutboxMessage, Practice, Program, WarningFlag
from clinic.services import mail_standing
from clinic.services.checkins import dues as checkin_dues
from clinic.services.checkins.dues import DueCheckin
from clinic.services.clock import now
from clinic.services.sending import dues as sending_dues
from clinic.services.sending.facts import promise_of
from tests.factories.people import People

FACTS = (
    "warning_open",
    "archived",
    "no_consent",
    "checkins_stopped",
    "messages_stopped",
    "no_address",
    "bounced",
)
SORTS = {"checkin": MailSort.CHECKIN, "questionnaire": MailSort.MESSAGE, "invitation": MailSort.INVITATION}


@pytest.fixture
def clients(people: People) -> dict[uuid.UUID, frozenset[str]]:
    """A client for each way in which things can stand, each with a mail of each sort to be sent."""
    made = {}
    for row in product((False, True), repeat=len(FACTS)):
        holding = frozenset(name for name, holds in zip(FACTS, row, strict=True) if holds)
        made[_client(people, holding)] = holding
    db.session.flush()
    return made


def _client(people: People, holding: frozenset[str]) -> uuid.UUID:
    at, ada, client_id = now(), people.client, uuid.uuid4()
    address = None if "no_address" in holding else f"{client_id.hex}@clients.example"
    kept = {"id", "user_id", "email", "email_key"}
    values: dict[str, Any] = {
        column.key: getattr(ada, column.key) for column in Client.__table__.columns if column.key not in kept
    }
    values |= {
        "status": ClientStatus.ARCHIVED if "archived" in holding else ClientStatus.ACTIVE,
        "unsubscribed_at": at if "checkins_stopped" in holding else None,
        "messages_stopped_at": at if "messages_stopped" in holding else None,
        "bounced_at": at if "bounced" in holding else None,
    }
    if "no_consent" in holding:
        values |= {"consented_at": None, "consent_recorded_by": None}
    db.session.add(Client(id=client_id, email=address, email_key=address, **values))
    db.session.flush()
    db.session.add(_flag(people, client_id, cleared="warning_open" not in holding))
    db.session.add_all(_mail(people, client_id, kind) for kind in ("checkin", "questionnaire"))
    if address is not None:
        invitation = _invitation(people, client_id, address)
        db.session.add(_mail(people, client_id, "invitation", invitation.id))
    return client_id


def _flag(people: People, client_id: uuid.UUID, *, cleared: bool) -> WarningFlag:
    flag = WarningFlag(
        practice_id=people.practice.id,
        client_id=client_id,
        tier=Tier.E,
        question_keys=["saddle"],
        raised_at=now(),
    )
    if cleared:
        flag.cleared_at, flag.cleared_by, flag.clear_note = now(), people.colleague.id, "Seen."
    return flag


def _invitation(people: People, client_id: uuid.UUID, address: str) -> Invitation:
    at = now()
    made = Invitation(
        id=uuid.uuid4(),
        practice_id=people.practice.id,
        client_id=client_id,
        email=address,
        created_by=people.colleague.id,
        created_at=at,
        expires_at=at + timedelta(days=7),
    )
    db.session.add(made)
    db.session.flush()
    return made


def _mail(
    people: People, client_id: uuid.UUID, kind: str, invitation_id: uuid.UUID | None = None
) -> OutboxMessage:
    at = now()
    return OutboxMessage(
        practice_id=people.practice.id,
        client_id=client_id,
        kind=kind,
        invitation_id=invitation_id,
        dedupe_key=f"{kind}:{client_id.hex}",
        state=OutboxState.READY,
        due_at=at,
        not_after=at + timedelta(days=3),
        created_at=at,
    )


@pytest.mark.parametrize("numbers_set", [True, False])
def test_page_planner_and_claim_read_the_same_of_every_client(
    people: People, clients: dict[uuid.UUID, frozenset[str]], numbers_set: bool
) -> None:
    if not numbers_set:
        people.practice.emergency_number = None
        db.session.flush()
    rows = {each.id: each for each in db.session.scalars(select(Client).where(Client.id.in_(list(clients))))}
    by_page = {each.id: mail_standing.of_client(each, people.practice) for each in rows.values()}
    assert by_page == {each: _stands(holding, numbers_set) for each, holding in clients.items()}
    assert _by_planner(rows, people.practice) == by_page
    dues = [due for due in sending_dues.take(now(), 1000) if due.client is not None]
    assert len(dues) == 3 * len(clients) - len(clients) // 2, "without an address nobody is invited"
    for due in dues:
        assert due.client is not None
        promise = promise_of(due, real_server=True)
        assert promise.sort is SORTS[due.mail.kind]
        assert promise.standing == by_page[due.client.id]
        beforehand, decision = why_not_mailed(by_page[due.client.id], promise.sort), decide(promise, now())
        assert decision.skip is beforehand
        assert (decision.ruling is SendingRuling.CANCEL) is (beforehand is not None)


def _stands(holding: frozenset[str], numbers_set: bool) -> MailStanding:
    stopped = {MailChannel.CHECKINS: "checkins_stopped", MailChannel.MESSAGES: "messages_stopped"}
    return MailStanding(
        warning_open="warning_open" in holding,
        archived="archived" in holding,
        consented="no_consent" not in holding,
        stopped=frozenset(channel for channel, name in stopped.items() if name in holding),
        has_address="no_address" not in holding,
        bounced="bounced" in holding,
        numbers_set=numbers_set,
    )


def _by_planner(rows: dict[uuid.UUID, Client], practice: Practice) -> dict[uuid.UUID, MailStanding]:
    program = Program(status=ProgramStatus.ACTIVE)
    dues = [DueCheckin(None, program, client, practice) for client in rows.values()]
    known = checkin_dues.known(dues, now())
    return {due.client.id: checkin_dues.standing(due, known) for due in dues}
