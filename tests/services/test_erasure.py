"""Somebody is erased: nothing of them is left anywhere, by the schema itself, and the trail still holds."""

from __future__ import annotations

import json
import mailbox
import zipfile
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import SQLAlchemyError

from clinic.domain.erasure import GRACE, ErasureReason
from clinic.domain.errors import Forbidden, NotFound, RuleBroken
from clinic.domain.types import ClientKind, ClientStatus, OutboxState
from clinic.extensions import db
from clinic.models import Base, Client, Erasure, MessageFile, OutboxMessage
from clinic.services.audit.checking import verify
from clinic.services.clients import records
from clinic.services.clients.records import ClientDetails
from clinic.services.clock import now
from clinic.services.erasure import asking, closure, doing, kept, outside
from clinic.services.erasure.asking import KeepingByLaw
from clinic.services.erasure.doing import ErasureOutcome
from clinic.services.files.whole_record import NOT_OF_CLIENTS, THROUGH
from clinic.services.media.storage import store
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction
from tests.factories.assessments import POSITIVE, signed
from tests.factories.locks import as_owner, unlocked
from tests.factories.planting import Marks, plant
from tests.factories.records import World, make_world


@pytest.fixture
def world(app: Any) -> World:
    return make_world()


@pytest.fixture
def marks(world: World) -> Marks:
    return plant(world)


def everything() -> str:
    """Each row of each table, as text."""
    with across_practices("a test"):
        return "\n".join(
            f"{table.name} {json.dumps([str(value) for value in row], ensure_ascii=False)}"
            for table in Base.metadata.sorted_tables
            for row in db.session.execute(text(f'SELECT * FROM "{table.name}"'))
        )


def begin(world: World, **over: Any) -> Erasure:
    people = world.people
    known = {"reason": ErasureReason.WISH, "note": "By phone.", "keep": None, **over}
    return asking.begin(people.actor(people.owner), people.client.id, **known)


def let_it_be_due(erasure: Erasure) -> None:
    with transaction():
        erasure.erase_on = db.session.get_one(Client, erasure.client_id).erase_on = erasure.asked_at.date()


def test_every_table_that_is_exported_is_erased() -> None:
    """What is told of a client goes with them: the walk of the keys meets every table of the export."""
    told = {
        table.name
        for table in Base.metadata.sorted_tables
        if ("client_id" in table.c or table.name in THROUGH) and table.name not in NOT_OF_CLIENTS
    }
    # the trail forgets words, the erasure is the receipt
    assert told - closure.holds().keys() - closure.OF_FILES == {"audit_event", "erasure"}


def test_nothing_of_them_is_left_and_all_of_others_is(world: World, marks: Marks) -> None:
    before = marks.found_in(everything())
    faults = [report.faults for report in verify()]
    erasure = begin(world)
    let_it_be_due(erasure)
    assert doing.run() == 1
    left = marks.found_in(everything())
    staff = {"audit_event.actor_name"}  # of whoever of the practice did it; planted as if it were theirs
    assert left.get("ada", set()) - staff == set()
    assert "Erased client" in everything()
    for other in ("bela", "zofia", "there"):
        assert left[other] >= before[other] - {"mail_reply.from_address"}, other
    assert [report.faults for report in verify()] == faults


def test_the_trail_names_whoever_blanks_more_lines_than_were_forgotten(world: World) -> None:
    faults = [report.faults for report in verify()]
    let_it_be_due(begin(world))
    doing.run()
    with unlocked():
        blanked = text(
            "UPDATE audit_event SET salt = NULL, details = :told"
            " WHERE action IN ('erasure.done', 'erasure.begun')"
        )
        db.session.execute(blanked, {"told": '{"erased": true}'})
    db.session.commit()
    said = {fault.words for report in verify() for fault in report.faults}
    assert said - {fault.words for some in faults for fault in some} == {"what it tells was changed"}


def test_a_line_of_the_trail_loses_no_word_while_nobody_is_being_erased(world: World) -> None:
    begin(world)
    refused = pytest.raises(SQLAlchemyError, match="only added to")
    with as_owner(), refused, db.session.begin_nested():
        db.session.execute(text("UPDATE audit_event SET salt = NULL, details = '{\"erased\": true}'"))


def test_called_back_everything_is_as_it_was(world: World) -> None:
    people = world.people
    status, user = people.client.status, people.client_user
    begin(world)
    assert (people.client.status, people.client.erase_on is not None) == (ClientStatus.ARCHIVED, True)
    assert user.deactivated_at is not None
    asking.call_back(people.actor(people.colleague), people.client.id)
    db.session.refresh(user)
    assert (people.client.status, people.client.erase_on, user.deactivated_at) == (status, None, None)
    assert doing.run() == 0


def test_within_the_thirty_days_nobody_is_erased_and_after_them_nobody_called_back(world: World) -> None:
    people = world.people
    with time_machine.travel(now(), tick=False) as clock:
        erasure = begin(world)
        clock.shift(GRACE - timedelta(days=1, hours=14))
        assert doing.run() == 0
        clock.shift(timedelta(days=3))
        assert doing.run() == 1
        with pytest.raises(NotFound):
            asking.call_back(people.actor(people.owner), erasure.client_id)


def test_the_owner_alone_erases_and_whoever_assists_calls_nothing_back(world: World) -> None:
    people = world.people
    for nobody in (people.colleague, people.assistant):
        with pytest.raises(Forbidden):
            asking.begin(people.actor(nobody), people.client.id, ErasureReason.WISH, "", None)
    with pytest.raises(NotFound):
        asking.begin(people.actor(people.stranger), people.client.id, ErasureReason.WISH, "", None)
    begin(world)
    with pytest.raises(Forbidden):
        asking.call_back(people.actor(people.assistant), people.client.id)


def test_a_mail_in_a_senders_hands_is_waited_for(world: World) -> None:
    mail = world.records["ada"].mail
    erasure = begin(world)
    let_it_be_due(erasure)
    with transaction() as session:
        session.execute(
            update(OutboxMessage).where(OutboxMessage.id == mail.id).values(state=OutboxState.LEASED)
        )
    assert doing.erase(erasure.id) is ErasureOutcome.MAIL_IN_FLIGHT
    assert db.session.get(Client, erasure.client_id) is not None
    with transaction() as session:
        session.execute(
            update(OutboxMessage).where(OutboxMessage.id == mail.id).values(state=OutboxState.SENT)
        )
    assert doing.run() == 1
    assert db.session.get_one(Erasure, erasure.id).counts["outbox_message"] >= 1


def test_what_the_law_keeps_is_locked_away_and_goes_when_its_time_is_over(world: World, marks: Marks) -> None:
    people = world.people
    signed(people.actor(people.colleague), people.client, date(2026, 3, 2), {POSITIVE: "positive"})
    name = people.client.name
    erasure = begin(world, keep=KeepingByLaw(10, "Health Records Act 9"))
    let_it_be_due(erasure)
    doing.run()
    files = zipfile.ZipFile(BytesIO(kept.take_out(people.actor(people.owner), erasure.id)))
    assert name in files.read("read-me.txt").decode()
    assert "positive" in files.read("findings.csv").decode()
    with pytest.raises(Forbidden):
        kept.take_out(people.actor(people.colleague), erasure.id)
    with time_machine.travel(datetime(2037, 3, 4, tzinfo=UTC)):
        doing.run()
    assert marks.found_in(everything()).get("ada", set()) <= {"audit_event.actor_name"}
    with pytest.raises(NotFound):
        kept.take_out(people.actor(people.owner), erasure.id)


def test_a_wish_of_the_client_waits_for_the_owner(world: World) -> None:
    people = world.people
    for _ in range(2):
        asking.ask_as_client(people.actor(people.client_user))
    assert people.practice.erasure_wishes == 1
    asking.decline(people.actor(people.owner), people.client.id)
    assert people.practice.erasure_wishes == 0
    asked = asking.ask_as_client(people.actor(people.client_user))
    assert begin(world).id == asked.id
    assert people.practice.erasure_wishes == 0


def test_a_record_added_by_mistake_goes_at_once_and_no_other(world: World) -> None:
    people = world.people
    owner = people.actor(people.owner)
    with pytest.raises(RuleBroken, match="30 days"):
        asking.begin_mistake(owner, people.client.id)
    details = ClientDetails("Twice Added", None, None, "Europe/London", ClientKind.PRIVATE)
    twice = records.add(owner, details)
    erasure = asking.begin_mistake(owner, twice.id)
    assert doing.erase(erasure.id) is ErasureOutcome.DONE
    assert "Twice Added" not in everything()


def _sent_with_a_message(client: Client) -> str:
    query = select(MessageFile.media_id).where(MessageFile.client_id == client.id)
    return db.session.scalars(query).one().hex


def test_bytes_and_mails_that_were_kept_here_go_too(app: Flask, world: World) -> None:
    people = world.people
    theirs, others = (_sent_with_a_message(world.records[name].client) for name in ("ada", "bela"))
    for name in (theirs, others):
        store().put(name, [b"what a camera saw"])
    folder = app.config["SETTINGS"].data_dir / "mail"
    mailbox.Maildir(folder)  # whole, as a mail would make it: half of one would keep later tests from sending
    mails = folder / "new"
    for name, to in (("one", people.client.email), ("two", people.other_client.email)):
        (mails / name).write_text(f"To: {to}\nSubject: Your check-in\n\nHow was it?\n")
    erasure = begin(world)
    let_it_be_due(erasure)
    doing.run()
    assert {theirs, others} & {name for name, _ in store().names()} == {others}
    assert {"one", "two"} & {path.name for path in mails.iterdir()} == {"two"}
    (mails / "two").unlink()
    db.session.refresh(erasure)
    assert (erasure.counts["media_file"] >= 1, erasure.files) == (True, [])


def test_what_goes_wrong_half_way_leaves_everything_and_is_done_the_next_time(
    app: Flask, world: World
) -> None:
    erasure = begin(world)
    let_it_be_due(erasure)
    in_the_way = app.config["SETTINGS"].data_dir / "mail" / "new" / "a folder where a mail should be"
    in_the_way.mkdir(parents=True)
    assert doing.run() == 0
    assert db.session.get(Client, erasure.client_id) is not None
    assert erasure.client_id in {each.client_id for each in outside.here().values()}
    with pytest.raises(RuleBroken, match="has begun"):
        asking.call_back(world.people.actor(world.people.owner), erasure.client_id)
    in_the_way.rmdir()
    assert doing.run() == 1
    assert db.session.get(Client, erasure.client_id) is None
