"""Whose clients are whose: on the list, on Today, among check-ins and mail; handed over, one or many."""

from __future__ import annotations

import uuid
from dataclasses import replace
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.access import Permission, holds
from clinic.domain.attention import AttentionKind
from clinic.domain.bulk_acts import BulkActKind, LineReason, LineState
from clinic.domain.errors import RuleBroken
from clinic.domain.staffing import is_ones_own, may_be_responsible
from clinic.domain.types import ClientKind, Role
from clinic.extensions import db
from clinic.models import BulkActLine, Client, MailReply, OpenReason, User
from clinic.models.person import who_may
from clinic.services.actors import Actor
from clinic.services.attention import today as attention
from clinic.services.bulk_acts import choosing, going_on
from clinic.services.bulk_acts.wishes import BulkWish
from clinic.services.checkins import ledger
from clinic.services.clients import listing, records
from clinic.services.clients.listing import ClientFilter, WhoseClients
from clinic.services.clients.records import ClientDetails
from clinic.services.clock import now
from clinic.services.people import roles
from clinic.services.sending import replies
from clinic.services.transaction import transaction
from tests.factories.people import People, make_client, make_user
from tests.factories.records import make_world

KEY = "0" * 32
WRITTEN = {"subject": "Hello", "text": "Is this the practice?", "is_answer": False}
ADA = ClientDetails("Ada Marsh", None, None, "Europe/London", ClientKind.PRIVATE)


def names(actor: Actor, whose: WhoseClients | uuid.UUID) -> set[str]:
    page = listing.page(actor, ClientFilter(whose=whose))
    assert page.count == len(page.rows)
    return {row.name for row in page.rows}


def reason(client: Client, handed_to: User | None) -> None:
    at = now()
    db.session.add(
        OpenReason(
            practice_id=client.practice_id,
            client_id=client.id,
            kind=AttentionKind.LOG_PAIN,
            subject_id=uuid.uuid4(),
            since=at.date(),
            shows_from=at,
            place=1,
            figures={},
            handed_to=handed_to.id if handed_to else None,
        )
    )


def test_a_client_is_whose_who_adds_them_unless_somebody_else_is_named(people: People) -> None:
    added = records.add(people.actor(people.colleague), ADA, another=True)
    assert added.responsible_id == people.colleague.id
    by_desk = records.add(people.actor(people.assistant), ADA, another=True, key="1" * 32)
    assert by_desk.responsible_id is None
    for nobody_of_ours in (people.assistant, people.stranger, people.client_user):
        named = replace(ADA, responsible_id=nobody_of_ours.id)
        with pytest.raises(RuleBroken, match="Choose a practitioner"):
            records.add(people.actor(people.owner), named, another=True, key="2" * 32)


def test_the_list_shows_all_ones_own_a_colleagues_and_nobodys(people: People) -> None:
    people.client.responsible_id, people.other_client.responsible_id = people.colleague.id, people.owner.id
    make_client(people.practice, "Nina Nobody")
    make_client(people.practice, "Gail Gone", responsible_id=_gone(people).id)
    db.session.commit()
    me = people.actor(people.colleague)
    mine, theirs = people.client.name, people.other_client.name
    assert names(me, WhoseClients.ALL) == {mine, theirs, "Nina Nobody", "Gail Gone"}
    assert names(me, WhoseClients.MINE) == {mine}
    assert names(me, people.owner.id) == {theirs}
    assert names(me, WhoseClients.NOBODYS) == {"Nina Nobody", "Gail Gone"}


def test_who_works_here_and_who_may_is_one_rule_in_python_and_in_sql(people: People) -> None:
    of_here = [people.owner, people.colleague, people.assistant, people.client_user, _gone(people)]
    make_user(people.practice, Role.CLIENT, "Cleo Gone", deactivated_at=now())
    db.session.flush()
    ours = User.practice_id == people.practice.id
    everybody = db.session.scalars(select(User).where(ours)).all()
    assert {user.id for user in of_here} < {user.id for user in everybody}
    for rule in ("works_here", "is_open"):
        found = set(db.session.scalars(select(User.id).where(ours, getattr(User, rule))))
        assert found == {user.id for user in everybody if getattr(user, rule)}
    for permission in Permission:
        found = set(db.session.scalars(select(User.id).where(ours, who_may(permission))))
        assert found == {user.id for user in everybody if user.is_open and holds(user.role, permission)}


def _gone(people: People) -> User:
    return make_user(people.practice, Role.PRACTITIONER, "Pat Gone", deactivated_at=now())


def test_what_asks_is_among_ones_own_as_the_rule_says(people: People) -> None:
    """Every way a client can be somebody's, with every way a reason can be handed over, for each reader."""
    gone = _gone(people)
    somebody = (None, people.owner, people.colleague, people.assistant, gone)
    for number, (whose, handed) in enumerate(product(somebody, somebody)):
        client = make_client(
            people.practice, f"Client {number:02}", responsible_id=whose.id if whose else None
        )
        reason(client, handed)
    db.session.commit()
    for reader in (people.owner, people.colleague, people.assistant):
        actor = people.actor(reader)
        expected = {
            f"Client {number:02}"
            for number, (whose, handed) in enumerate(product(somebody, somebody))
            if is_ones_own(
                reader.id,
                responsible=whose.id if whose and _may(whose) else None,
                handed_to=handed.id if handed and handed.deactivated_at is None else None,
            )
        }
        page = attention.today(actor, everybody=True, mine=True)
        assert {each.name for each in page.listed} == expected
        assert page.count == len(expected)
    assert attention.today(people.actor(people.owner), everybody=True).count == len(somebody) ** 2


def _may(user: User) -> bool:
    return may_be_responsible(user.role, is_open=user.deactivated_at is None)


def test_pain_of_a_client_whose_practitioner_left_is_on_everybodys_list(people: People) -> None:
    people.client.responsible_id = people.colleague.id
    reason(people.client, people.colleague)
    db.session.commit()
    assert attention.today(people.actor(people.assistant), mine=True).count == 0
    roles.close(people.actor(people.owner), people.colleague.id)
    for user in (people.owner, people.assistant):
        assert attention.today(people.actor(user), mine=True).count == 1


def test_checkins_and_mail_are_ones_own_or_nobodys(app: Flask) -> None:
    world = make_world()
    people = world.people
    people.client.responsible_id, people.other_client.responsible_id = people.colleague.id, people.owner.id
    stray = MailReply(
        practice_id=people.practice.id, received_at=now(), from_address="who@else.example", **WRITTEN
    )
    db.session.add(stray)
    db.session.commit()
    me, until = people.actor(people.colleague), now()
    listed = replies.received(me, mine=True)
    assert {each.client.id if each.client else None for each in listed} == {people.client.id, None}
    assert len(replies.received(me)) == len(listed) + 1
    own = ledger.overview(me, until, mine=True)
    everybody = ledger.overview(me, until)
    for mine, both in zip(
        (own.waiting, own.trouble, own.answers),
        (everybody.waiting, everybody.trouble, everybody.answers),
        strict=True,
    ):
        kept = [entry.checkin.id for entry in both if entry.checkin.client_id == people.client.id]
        assert [entry.checkin.id for entry in mine] == kept


def test_many_are_handed_over_line_by_line_and_given_back_within_the_hour(people: People) -> None:
    people.client.responsible_id = people.colleague.id
    people.other_client.responsible_id = people.owner.id
    db.session.commit()
    me, ids = people.actor(people.colleague), [people.client.id, people.other_client.id]
    act = choosing.choose(me, BulkActKind.HAND_OVER, KEY, ids)
    with pytest.raises(RuleBroken, match="Choose a practitioner"):
        going_on.begin(me, act.id, BulkWish(taker_id=people.assistant.id))
    going_on.begin(me, act.id, BulkWish(taker_id=people.owner.id, name=people.owner.name))
    lines = db.session.query(BulkActLine).order_by(BulkActLine.position).all()
    assert [(line.state, line.reason) for line in lines] == [
        (LineState.DONE, None),
        (LineState.ALREADY, LineReason.IS_THEIRS),
    ]
    db.session.refresh(people.client)
    assert people.client.responsible_id == people.owner.id
    going_on.undo(me, act.id)
    db.session.expire_all()
    assert people.client.responsible_id == people.colleague.id
    assert people.other_client.responsible_id == people.owner.id


def test_what_was_handed_on_since_stays(people: People) -> None:
    people.client.responsible_id = people.colleague.id
    db.session.commit()
    me = people.actor(people.colleague)
    act = choosing.choose(me, BulkActKind.HAND_OVER, KEY, [people.client.id])
    going_on.begin(me, act.id, BulkWish(taker_id=people.owner.id))
    with transaction():
        db.session.get_one(Client, people.client.id).responsible_id = None
    going_on.undo(me, act.id)
    (line,) = db.session.query(BulkActLine).all()
    db.session.refresh(line)
    assert (line.state, line.reason) == (LineState.STAYS, LineReason.CHANGED)
