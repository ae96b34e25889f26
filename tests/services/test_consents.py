"""Consents as acts: given in words of a version, withdrawn by whom and how, and what follows for mail."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from clinic.domain.consents import ConsentHow, ConsentKind
from clinic.domain.errors import Forbidden, NotFound, RuleBroken
from clinic.domain.mail_standing import MailSort
from clinic.domain.types import CheckinState, SkipReason
from clinic.extensions import db
from clinic.models import AuditEvent, Checkin, Consent
from clinic.services import mail_standing
from clinic.services.checkins import by_hand
from clinic.services.clients.records import ClientDetails, create
from clinic.services.consents import acts, texts
from clinic.services.transaction import transaction
from tests.factories.checkins import enrol
from tests.factories.people import People

RECORD, MAIL = ConsentKind.RECORD, ConsentKind.MAIL


def standing(people: People) -> set[ConsentKind]:
    db.session.expire_all()
    return set(ConsentKind) - acts.missing(people.client)


def against(people: People) -> SkipReason | None:
    db.session.expire_all()
    return mail_standing.against(people.client, people.practice, MailSort.CHECKIN)


def test_who_was_consented_by_an_earlier_release_stands_for_both_and_is_mailed(people: People) -> None:
    """The factories write the old column alone, as the last release does."""
    assert not db.session.scalars(select(Consent)).all()
    assert standing(people) == {RECORD, MAIL}
    assert against(people) is None


def test_withdrawing_mail_leaves_the_record_and_stops_mail_with_its_reason(people: People) -> None:
    desk = people.actor(people.assistant)
    assert acts.withdraw(desk, people.client.id, MAIL, ConsentHow.IN_PERSON)
    assert not acts.withdraw(desk, people.client.id, MAIL, ConsentHow.IN_PERSON)  # a second press
    assert standing(people) == {RECORD}
    assert against(people) is SkipReason.CONSENT_WITHDRAWN
    assert (people.client.consented_at, people.client.consent_recorded_by) == (None, None)
    (ended,) = (act for act in acts.of_client(desk, people.client.id) if act.withdrawn_at)
    assert (ended.kind, ended.given_how) == (MAIL, ConsentHow.EARLIER)
    assert ended.withdrawn_by == people.assistant.name
    (made,) = acts.record(desk, people.client.id, [MAIL], ConsentHow.PAPER, on=date(2026, 3, 2))
    assert against(people) is None
    assert (made.given_on, made.text_number, made.recorded_by) == (date(2026, 3, 2), 0, people.assistant.name)
    assert "by email" in made.text
    query = select(AuditEvent.action).where(AuditEvent.action.like("consent.%"))
    assert sorted(db.session.scalars(query)) == ["consent.given", "consent.withdrawn"]


def test_withdrawing_the_record_deletes_nothing_and_stops_no_mail(people: People) -> None:
    assert acts.withdraw_own(people.actor(people.client_user), RECORD)
    assert standing(people) == {MAIL}
    assert people.client.record_withdrawn_at is not None
    assert against(people) is None
    assert acts.give_own(people.actor(people.client_user), RECORD)
    assert people.client.record_withdrawn_at is None


def test_what_waits_is_called_back_when_mail_is_withdrawn(people: People) -> None:
    checkin = by_hand.send_now(people.actor(people.owner), enrol(people).id)
    acts.withdraw_own(people.actor(people.client_user), MAIL)
    db.session.expire_all()
    row = db.session.get_one(Checkin, checkin.id)
    assert (row.state, row.skip_reason) == (CheckinState.SKIPPED, SkipReason.CONSENT_WITHDRAWN)


def test_a_new_client_agrees_to_each_kind_by_itself(people: People) -> None:
    actor, kept = people.actor(people.colleague), {"time_zone": "Europe/London", "kind": people.client.kind}
    for days, expected in (
        ({"consented_on": date(2026, 2, 3)}, {MAIL}),
        ({"record_consented_on": date(2026, 2, 3)}, {RECORD}),
        ({}, set()),
    ):
        with transaction():
            client = create(actor, people.practice, ClientDetails("Nell", None, None, **kept, **days))
        assert set(ConsentKind) - acts.missing(client) == expected
        assert client.version == 1


def test_strangers_and_made_up_ways_get_nowhere(people: People) -> None:
    for who in (people.stranger, people.other_client_user):
        with pytest.raises(NotFound):
            acts.withdraw(people.actor(who), people.client.id, MAIL, ConsentHow.PAPER)
        with pytest.raises(NotFound):
            acts.record(people.actor(who), people.client.id, [MAIL], ConsentHow.PAPER)
    with pytest.raises(NotFound):
        acts.record(people.actor(people.owner), people.client.id, [MAIL], ConsentHow.PAGE)
    with pytest.raises(NotFound):
        acts.of_client(people.actor(people.client_user), people.other_client.id)


def test_an_act_keeps_its_words_when_the_practice_writes_others(people: People) -> None:
    owner, client = people.actor(people.owner), people.actor(people.client_user)
    acts.withdraw_own(client, MAIL)
    assert texts.in_force(people.practice)[MAIL].is_ours
    first = texts.sign_off(owner, MAIL, "We mail you.")
    assert first is not None
    assert texts.sign_off(owner, MAIL, "We mail you.") is None
    acts.give_own(client, MAIL)
    texts.sign_off(owner, MAIL, "We mail you twice.")
    query = select(Consent).where(Consent.kind == MAIL, Consent.withdrawn_at.is_(None))
    act = db.session.scalars(query).one()
    assert (act.text, act.text_number, act.given_how) == ("We mail you.", 1, ConsentHow.PAGE)
    assert [each.number for each in texts.history(owner)] == [2, 1]
    with pytest.raises(Forbidden):
        texts.sign_off(people.actor(people.colleague), MAIL, "Mine.")
    with pytest.raises(RuleBroken, match="Write what"):
        texts.sign_off(owner, MAIL, " ")
