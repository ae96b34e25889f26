"""Groups: made, led, filled and emptied, and what is told of one."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from clinic.domain.errors import Conflict, NotFound, RuleBroken
from clinic.domain.types import ClientStatus
from clinic.extensions import db
from clinic.models import AuditEvent, ClientGroup
from clinic.services.actors import Actor
from clinic.services.clients import listing, memberships
from clinic.services.clients.listing import ClientFilter
from clinic.services.clock import now, today_in
from clinic.services.groups import making, pages
from clinic.services.reasons import rebuilding
from clinic.services.transaction import transaction
from tests.factories.checkins import answered, enrol, sent_checkin
from tests.factories.people import People, make_client


@pytest.fixture
def actor(people: People) -> Actor:
    return people.actor(people.colleague)


@pytest.fixture
def group(people: People, actor: Actor) -> ClientGroup:
    return making.make(actor, "Tuesdays", people.colleague.id, "0" * 32)


def test_a_form_pressed_twice_makes_one_group(people: People, actor: Actor, group: ClientGroup) -> None:
    assert making.make(actor, "Tuesdays", people.colleague.id, "0" * 32).id == group.id
    with pytest.raises(RuleBroken, match="of this name already"):
        making.make(actor, "Tuesdays", people.colleague.id, "1" * 32)


def test_a_capital_letter_makes_no_second_group(people: People, actor: Actor, group: ClientGroup) -> None:
    with pytest.raises(RuleBroken, match="of this name already"):
        making.make(actor, "TUESDAYS", people.colleague.id, "1" * 32)
    with transaction():
        memberships.join(actor, memberships.named_or_new(actor, "tuesdays"), people.client)
        memberships.follow_record(actor, people.client, "tuesdays")
    assert people.client.group_name == "Tuesdays"
    members = memberships.among_members(actor.practice_id, "tuesDAYS", [people.client.id])
    assert members == {people.client.id}
    assert making.correct(actor, group.id, "tuesdays", people.colleague.id, group.version).name == "tuesdays"


def test_somebody_of_the_practice_leads_it(people: People, actor: Actor) -> None:
    for other in (people.client_user.id, people.stranger.id, uuid.uuid4()):
        with pytest.raises(NotFound):
            making.make(actor, "Evenings", other, uuid.uuid4().hex)
    people.assistant.deactivated_at = now()
    with pytest.raises(RuleBroken, match="is closed"):
        making.make(actor, "Evenings", people.assistant.id, uuid.uuid4().hex)


def test_who_changes_a_version_they_have_not_seen_is_told(
    people: People, actor: Actor, group: ClientGroup
) -> None:
    seen = group.version
    making.correct(actor, group.id, "Evenings", people.owner.id, seen)
    with pytest.raises(Conflict):
        making.correct(actor, group.id, "Mornings", people.owner.id, seen)
    assert group.name == "Evenings"


def test_a_group_that_is_renamed_is_found_by_its_new_name(
    people: People, actor: Actor, group: ClientGroup
) -> None:
    making.put_in(actor, group.id, people.client.id)
    making.correct(actor, group.id, "Evenings", people.owner.id, group.version)
    assert people.client.group_name == "Evenings"
    assert "evenings" in people.client.search_key


def test_put_in_and_taken_out_it_is_in_the_trail_once(
    people: People, actor: Actor, group: ClientGroup
) -> None:
    assert making.put_in(actor, group.id, people.client.id)
    assert not making.put_in(actor, group.id, people.client.id)
    assert people.client.group_name == "Tuesdays"
    assert making.take_out(actor, group.id, people.client.id)
    assert not making.take_out(actor, group.id, people.client.id)
    assert people.client.group_name is None
    which = select(AuditEvent.action).where(AuditEvent.client_id == people.client.id).order_by(AuditEvent.seq)
    assert list(db.session.scalars(which)) == ["group.joined", "group.left"]


def test_strangers_and_archived_clients_are_not_put_in(
    people: People, actor: Actor, group: ClientGroup
) -> None:
    with pytest.raises(NotFound):
        making.put_in(actor, group.id, people.foreign_client.id)
    with pytest.raises(NotFound):
        making.put_in(people.actor(people.stranger), group.id, people.foreign_client.id)
    people.client.status = ClientStatus.ARCHIVED
    with pytest.raises(RuleBroken, match="archived"):
        making.put_in(actor, group.id, people.client.id)


def test_its_list_holds_whoever_stands_in_it_now(people: People, actor: Actor, group: ClientGroup) -> None:
    here, left = make_client(people.practice, "Cora Lind"), make_client(people.practice, "Dan Ruiz")
    for client in (here, left):
        making.put_in(actor, group.id, client.id)
    making.take_out(actor, group.id, left.id)
    assert [row.name for row in listing.page(actor, ClientFilter(group=group.id)).rows] == ["Cora Lind"]
    assert [(line.name, line.leader, line.members) for line in pages.listed(actor)] == [
        ("Tuesdays", "Robin Vale", 1)
    ]


def test_the_figures_say_what_they_are_out_of(people: People, actor: Actor, group: ClientGroup) -> None:
    for name in ("Cora Lind", "Dan Ruiz"):
        making.put_in(actor, group.id, make_client(people.practice, name).id)
    making.put_in(actor, group.id, people.client.id)
    program = enrol(people)
    sent_checkin(program, today_in("Europe/London") - timedelta(days=1))
    rebuilding.rebuild_all()
    found = pages.figures(actor, group)
    assert (found.members, found.practised, found.asked, found.answered, found.silent) == (3, 0, 1, 0, 1)
    answered(program, now())
    found = pages.figures(actor, group)
    assert (found.asked, found.answered, found.listed) == (1, 1, 3)
    people.client.status = ClientStatus.ARCHIVED
    found = pages.figures(actor, group)
    assert (found.members, found.listed) == (3, 2)
    (told,) = pages.last_answers(actor, [people.client.id]).values()
    assert (told.client_id, told.pain) == (people.client.id, 3)


def test_a_group_of_the_record_is_joined_and_left_with_it(people: People, actor: Actor) -> None:
    memberships.follow_record(actor, people.client, "Mornings")
    memberships.follow_record(actor, people.client, "Evenings")
    assert [each.name for each in memberships.of_client(people.client)] == ["Evenings"]
