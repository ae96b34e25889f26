"""Finding, adding, correcting and archiving clients."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import insert, select

from clinic.domain.attention import AttentionKind
from clinic.domain.errors import Conflict, NotFound, RuleBroken
from clinic.domain.invitations import AccountStanding
from clinic.domain.search import search_key, sort_key
from clinic.domain.types import CheckinState, ClientKind, ClientStatus, LinkProblemKind, SkipReason, Tier
from clinic.extensions import db
from clinic.mail.addresses import parse_address
from clinic.models import AuditEvent, Client, Consent, LinkToken, OutboxMessage, User, WarningFlag
from clinic.services.attention import acts
from clinic.services.attention.cases import ReasonCase
from clinic.services.clients import invitations, memberships, timeline
from clinic.services.clients import listing as client_list
from clinic.services.clients import records as clients
from clinic.services.clients.listing import PAGE, ClientFilter
from clinic.services.clients.records import ClientDetails
from clinic.services.clock import now, today_in
from clinic.services.transaction import transaction
from tests.factories.checkins import answered, enrol, schedule_of, sent_checkin
from tests.factories.people import LONG_AGO, People, make_client, make_people
from tests.statements import statements

CORA = ClientDetails(
    name="Cora Lind",
    email=parse_address("cora@clients.example"),
    phone="020 7946 0123",
    time_zone="America/New_York",
    kind=ClientKind.ONLINE,
    group_name="Spring group",
    reason_for_care="Low back pain after sitting",
    history="Massage helped for a day",
    notes="Prefers mornings",
    consented_on=date(2026, 2, 3),
)


def add(people: People, **changes: object) -> Client:
    """Cora, as the practitioner adds her."""
    return clients.add(people.actor(people.colleague), replace(CORA, **changes))


def names(people: People, wanted: ClientFilter) -> list[str]:
    """The names on a page of the list."""
    return [row.name for row in client_list.page(people.actor(people.colleague), wanted).rows]


def last_event(client: Client) -> AuditEvent:
    """The newest line of a client's trail."""
    query = (
        select(AuditEvent).where(AuditEvent.client_id == client.id).order_by(AuditEvent.happened_at.desc())
    )
    return db.session.scalars(query.limit(1)).one()


def fill(people: People, count: int) -> None:
    """Many clients at once, named so that their order is known."""
    rows = []
    for number in range(count):
        name = f"Client {number:05}"
        rows.append(
            {
                "id": uuid.uuid4(),
                "practice_id": people.practice.id,
                "name": name,
                "sort_key": sort_key(name),
                "search_key": search_key(name, None),
                "time_zone": "Europe/London",
                "kind": ClientKind.PRIVATE,
                "status": ClientStatus.ACTIVE,
                "created_at": LONG_AGO,
                "version": 1,
            }
        )
    db.session.execute(insert(Client), rows)
    db.session.commit()


def test_a_client_is_added_with_everything_that_was_written_down(people: People) -> None:
    client = add(people)
    db.session.refresh(client)
    assert clients.shown(client, people.practice) == clients.typed(CORA, whose=people.colleague.name)
    assert client.consent_recorded_by == "Robin Vale"
    assert last_event(client).action == "client.created"


def test_two_clients_of_a_practice_never_share_an_address(people: People) -> None:
    add(people)
    with pytest.raises(RuleBroken) as refused:
        add(people, name="Somebody Else", email=parse_address("CORA@clients.example"))
    assert refused.value.field == "email"
    assert names(people, ClientFilter("somebody")) == []


def test_two_practices_may_have_a_client_with_the_same_address(people: People) -> None:
    add(people)
    client = clients.add(people.actor(people.stranger), CORA)
    assert client.practice_id == people.elsewhere.id


def test_adding_and_inviting_is_all_or_nothing(people: People) -> None:
    with pytest.raises(RuleBroken):
        clients.add(people.actor(people.colleague), replace(CORA, consented_on=None), invite=True)
    assert names(people, ClientFilter("cora")) == []
    client = clients.add(people.actor(people.colleague), CORA, invite=True)
    mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.client_id == client.id)).one()
    assert mail.kind == "invitation"


def test_consent_cannot_be_given_tomorrow(people: People) -> None:
    tomorrow = today_in("Europe/London") + timedelta(days=1)
    with pytest.raises(RuleBroken) as refused:
        add(people, consented_on=tomorrow)
    assert refused.value.field == "consented_on"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/London"])
def test_the_day_of_consent_stays_the_day_that_was_written(people: People, zone: str) -> None:
    people.practice.time_zone = zone
    db.session.commit()
    (act,) = db.session.scalars(select(Consent).where(Consent.client_id == add(people).id))
    assert act.given_on == date(2026, 2, 3)


def test_a_correction_tells_old_and_new_value(people: People) -> None:
    client = add(people)
    clients.correct(people.actor(people.owner), client.id, replace(CORA, phone="030 1"), client.version)
    assert last_event(client).action == "client.corrected"
    assert last_event(client).details == {"changed": {"phone": ["020 7946 0123", "030 1"]}}
    assert last_event(client).actor_name == "Olive Hart"


def test_saving_without_a_change_leaves_no_trace(people: People) -> None:
    client = add(people)
    clients.correct(people.actor(people.owner), client.id, CORA, client.version)
    assert last_event(client).action == "client.created"


def test_anybody_may_stand_in_a_group_and_a_new_name_makes_one(people: People) -> None:
    client = add(people, kind=ClientKind.PRIVATE)
    assert [each.name for each in memberships.of_client(client)] == ["Spring group"]
    clients.correct(people.actor(people.owner), client.id, replace(CORA, group_name=None), client.version)
    assert (client.group_name, list(memberships.of_client(client))) == (None, [])


def test_who_saves_over_a_version_they_have_not_seen_is_told(people: People) -> None:
    client = add(people)
    seen = client.version
    clients.correct(people.actor(people.owner), client.id, replace(CORA, notes="First"), seen)
    with pytest.raises(Conflict):
        clients.correct(people.actor(people.colleague), client.id, replace(CORA, notes="Second"), seen)
    db.session.refresh(client)
    assert client.notes == "First"


def test_a_mistyped_address_corrected_ends_the_links_to_the_old_one(people: People) -> None:
    actor = people.actor(people.colleague)
    client = clients.add(actor, replace(CORA, email=parse_address("cara@clients.example")), invite=True)
    secret = invitations.mint_link(invitations.latest(actor, client.id).invitation)  # type: ignore[arg-type]
    db.session.commit()
    assert clients.correct(actor, client.id, CORA, client.version) is True
    with pytest.raises(Exception, match=LinkProblemKind.REVOKED.value):
        invitations.offer(secret)
    mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.client_id == client.id)).one()
    assert mail.state == "cancelled"


def test_a_changed_phone_leaves_the_invitation_open(people: People) -> None:
    actor = people.actor(people.colleague)
    client = clients.add(actor, CORA, invite=True)
    assert clients.correct(actor, client.id, replace(CORA, phone=None), client.version) is False
    assert invitations.state_of(invitations.latest(actor, client.id).invitation) == "pending"  # type: ignore[arg-type]


def test_a_new_address_is_to_be_proved_before_it_signs_in_and_ends_reset_links(people: People) -> None:
    db.session.add(
        LinkToken(
            practice_id=people.practice.id,
            purpose="reset",
            token_hash="0" * 64,
            user_id=people.client_user.id,
            created_at=now(),
            expires_at=now() + timedelta(hours=1),
        )
    )
    people.client.bounced_at = now()
    db.session.commit()
    details = ClientDetails(
        "Ada North", parse_address("new@clients.example"), None, "Europe/London", ClientKind.PRIVATE
    )
    clients.correct(people.actor(people.colleague), people.client.id, details, people.client.version)
    user = db.session.get_one(User, people.client_user.id)
    token = db.session.scalars(select(LinkToken).where(LinkToken.user_id == user.id)).one()
    db.session.refresh(token)
    assert (user.name, user.new_email) == ("Ada North", "new@clients.example")
    assert user.email != user.new_email
    assert token.revoked_at is not None
    assert people.client.bounced_at is None


def test_the_address_somebody_signs_in_with_cannot_be_cleared(people: People) -> None:
    details = ClientDetails("Ada North", None, None, "Europe/London", ClientKind.PRIVATE)
    with pytest.raises(RuleBroken, match="signs in"):
        clients.correct(people.actor(people.colleague), people.client.id, details, people.client.version)


def test_an_address_of_a_colleague_is_not_given_to_a_client_who_signs_in(people: People) -> None:
    taken = parse_address(people.colleague.email)
    details = ClientDetails("Ada North", taken, None, "Europe/London", ClientKind.PRIVATE)
    with pytest.raises(RuleBroken, match="signs in with this address"):
        clients.correct(people.actor(people.owner), people.client.id, details, people.client.version)


def test_archived_clients_are_listed_apart_and_can_be_restored(people: People) -> None:
    client, actor = add(people), people.actor(people.colleague)
    clients.archive(actor, client.id, "moved away")
    assert names(people, ClientFilter("cora")) == []
    assert names(people, ClientFilter("cora", ClientStatus.ARCHIVED)) == ["Cora Lind"]
    assert last_event(client).details == {"reason": "moved away"}
    clients.restore(actor, client.id, "came back")
    assert names(people, ClientFilter("cora")) == ["Cora Lind"]
    assert last_event(client).action == "client.restored"


@pytest.mark.parametrize("who", ["stranger", "other_client_user"])
def test_nobody_else_can_change_a_record(people: People, who: str) -> None:
    actor, client = people.actor(getattr(people, who)), people.client
    for act in (
        lambda: clients.correct(actor, client.id, CORA, client.version),
        lambda: clients.archive(actor, client.id, "x"),
        lambda: clients.restore(actor, client.id, "x"),
    ):
        with pytest.raises(NotFound):
            act()
    assert names(people, ClientFilter("ada")) == ["Ada Northcote"]


@pytest.mark.parametrize(
    "text, found",
    [
        ("lukasz", True),
        ("ŁUKASZ", True),
        ("zolc łuk", True),
        ("żółć@clients", True),
        ("żółć@other", False),
        ("l.zolc@cli", True),
        ("O'Zolc", True),
        ("OZolc", True),
        ("%", False),
        ("_", False),
        ("\\", False),
        ("nobody", False),
    ],
)
def test_searching_folds_names_and_takes_signs_literally(people: People, text: str, found: bool) -> None:
    add(people, name="Łukasz O’Żółć", email=parse_address("l.zolc@clients.example"))
    assert (names(people, ClientFilter(text)) == ["Łukasz O’Żółć"]) is found


def test_the_list_holds_the_clients_of_one_practice(people: People) -> None:
    assert names(people, ClientFilter()) == ["Ada Northcote", "Bela Forde"]
    assert client_list.page(people.actor(people.stranger), ClientFilter()).rows[0].name == "Zofia Kern"


def test_pages_follow_one_another_and_lead_back(people: People) -> None:
    fill(people, 2 * PAGE + 3)
    actor = people.actor(people.colleague)
    first = client_list.page(actor, ClientFilter("client"))
    second = client_list.page(actor, ClientFilter("client", after=first.after))
    third = client_list.page(actor, ClientFilter("client", after=second.after))
    assert [len(page.rows) for page in (first, second, third)] == [PAGE, PAGE, 3]
    assert (first.before, third.after) == (None, None)
    read = [row.name for page in (first, second, third) for row in page.rows]
    assert read == [f"Client {number:05}" for number in range(2 * PAGE + 3)]
    assert client_list.page(actor, ClientFilter("client", before=third.before)).rows == second.rows
    back = client_list.page(actor, ClientFilter("client", before=second.before))
    assert (back.rows, back.before) == (first.rows, None)


def test_a_page_beside_a_client_of_another_practice_is_the_first(people: People) -> None:
    assert names(people, ClientFilter(after=people.foreign_client.id)) == ["Ada Northcote", "Bela Forde"]


def test_two_clients_of_one_name_are_both_listed_across_pages(people: People) -> None:
    fill(people, PAGE - 3)
    for number in range(4):
        make_client(
            people.practice, "Ada Northcote", email=f"twin{number}@clients.example", sort_key="ada northcote"
        )
    db.session.commit()
    actor = people.actor(people.colleague)
    first = client_list.page(actor, ClientFilter())
    second = client_list.page(actor, ClientFilter(after=first.after))
    ids = [row.id for page in (first, second) for row in page.rows]
    assert len(ids) == len(set(ids)) == PAGE + 3


@pytest.mark.parametrize("standing", list(AccountStanding))
def test_the_filter_by_account_agrees_with_what_the_list_says(
    people: People, standing: AccountStanding
) -> None:
    actor = people.actor(people.colleague)
    add(people)
    invited = add(people, name="Dora Ek", email=parse_address("dora@clients.example"))
    lapsed = add(people, name="Emil Ek", email=parse_address("emil@clients.example"))
    for client in (invited, lapsed):
        invitations.send(actor, client.id)
    old = invitations.latest(actor, lapsed.id).invitation
    assert old is not None
    old.expires_at = now() - timedelta(minutes=1)
    db.session.commit()
    everybody = client_list.page(actor, ClientFilter()).rows
    expected = [row.name for row in everybody if row.standing is standing]
    assert expected
    assert names(people, ClientFilter(standing=standing)) == expected


def test_the_list_asks_as_many_queries_for_many_clients_as_for_few(people: People) -> None:
    actor = people.actor(people.colleague)
    few = queries(lambda: client_list.page(actor, ClientFilter()))
    fill(people, 1200)
    many = queries(lambda: client_list.page(actor, ClientFilter()))
    assert few == 2  # the lines, and their reasons
    assert many == 3  # one more, to count up to a thousand
    assert client_list.page(actor, ClientFilter()).count is None


def queries(act: object) -> int:
    """How many statements an act sends."""
    with statements(db.engine) as sent:
        act()  # type: ignore[operator]
    return sum(each.startswith("SELECT") for each in sent)


def test_the_timeline_is_read_newest_first_page_by_page(people: People) -> None:
    actor, client = people.actor(people.colleague), add(people)
    for number in range(4):
        clients.correct(actor, client.id, replace(CORA, phone=str(number)), client.version)
    first = timeline.page(actor, client.id, size=3)
    second = timeline.page(actor, client.id, before=first.before, size=3)
    said = [event.details.get("changed", {}).get("phone", [None, "added"])[1] for event in first.events]
    assert said == ["3", "2", "1"]
    assert second.events[0].action == "client.corrected"
    assert {event.action for event in second.events[1:]} == {"client.created", "group.joined"}
    assert second.before is None


def test_the_timeline_of_another_practice_is_empty_and_clients_have_none(people: People) -> None:
    client = add(people)
    assert timeline.page(people.actor(people.stranger), client.id).events == []
    with pytest.raises(NotFound):
        timeline.page(people.actor(people.client_user), people.client.id)


def test_moving_to_another_time_zone_plans_the_checkins_anew(people: People) -> None:
    program = enrol(people)
    before = schedule_of(program).next_due_at
    stored = clients.shown(people.client, people.practice)
    details = ClientDetails(
        "Ada Northcote", parse_address(stored["email"] or ""), None, "Asia/Tokyo", ClientKind.PRIVATE
    )
    clients.correct(people.actor(people.colleague), people.client.id, details, people.client.version)
    row = schedule_of(program)
    assert row.time_zone == "Asia/Tokyo"
    assert row.next_due_at is not None
    assert row.next_due_at != before
    assert row.next_due_at.astimezone(ZoneInfo("Asia/Tokyo")).time() == time(9)


def test_archiving_calls_back_the_checkin_that_waits(people: People) -> None:
    checkin = sent_checkin(enrol(people), state=CheckinState.WAITING)
    clients.archive(people.actor(people.colleague), people.client.id, "moved away")
    db.session.refresh(checkin)
    assert (checkin.state, checkin.skip_reason) == (CheckinState.SKIPPED, SkipReason.ARCHIVED)


def marks(people: People) -> dict[str, str | None]:
    """What the list says needs attention, by name."""
    found = client_list.page(people.actor(people.colleague), ClientFilter()).rows
    day = today_in("Europe/London")
    return {row.name: row.asks.reasons[0].in_words(day) if row.asks else None for row in found}


def test_the_list_names_the_most_pressing_reason(people: People) -> None:
    program = enrol(people, starts_on=today_in("Europe/London") - timedelta(days=14))
    assert marks(people) == {"Ada Northcote": "No practice reported", "Bela Forde": None}
    with transaction():
        people.client.bounced_at = now()
    assert marks(people)["Ada Northcote"] == "Mail does not arrive"
    answered(program, now() - timedelta(days=9), pain=3, contact=True)
    assert marks(people)["Ada Northcote"] == "Would like to be contacted"
    answered(program, now() - timedelta(days=2), pain=5)
    assert marks(people)["Ada Northcote"] == "Pain up from 3 to 5"
    with transaction() as session:
        session.add(
            WarningFlag(
                practice_id=people.practice.id,
                client_id=people.client.id,
                tier=Tier.U,
                question_keys=["saddle_numbness"],
                raised_at=now(),
            )
        )
    assert marks(people) == {"Ada Northcote": "Warning sign, same day", "Bela Forde": None}


def test_an_answer_that_was_dealt_with_is_not_named_again(people: People) -> None:
    answer = answered(enrol(people, starts_on=today_in("Europe/London")), now(), contact=True)
    case = ReasonCase(AttentionKind.CONTACT_WANTED, answer.id)
    acts.handle(people.actor(people.colleague), people.client.id, [case], None)
    assert marks(people)["Ada Northcote"] is None


def test_a_form_sent_twice_is_one_client_and_one_invitation(people: People) -> None:
    actor = people.actor(people.colleague)
    first = clients.add(actor, replace(CORA, email=None), key="k")
    second = clients.add(actor, replace(CORA, email=None), key="k")
    assert first.id == second.id
    clients.add(actor, replace(CORA, name="Cara"), invite=True, key="l")
    clients.add(actor, replace(CORA, name="Cara"), invite=True, key="l")
    assert names(people, ClientFilter("lind")) == ["Cora Lind"]
    assert len(db.session.scalars(select(OutboxMessage)).all()) == 1


def test_the_same_form_for_another_person_adds_another_client(people: People) -> None:
    actor = people.actor(people.colleague)
    clients.add(actor, replace(CORA, email=None), key="k")
    clients.add(actor, replace(CORA, email=None, name="Dora Lind"), key="k")
    assert names(people, ClientFilter("lind")) == ["Cora Lind", "Dora Lind"]


def test_twenty_presses_at_once_are_one_client(live_app: Flask) -> None:
    people = make_people()
    actor = people.actor(people.colleague)
    db.session.remove()

    def press(number: int) -> uuid.UUID:
        with live_app.app_context():
            return clients.add(actor, CORA, invite=True, key="k").id

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(press, range(20)))) == 1
    assert len(db.session.scalars(select(OutboxMessage)).all()) == 1
