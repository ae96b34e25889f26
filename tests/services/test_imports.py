"""A list of clients from elsewhere comes in as a whole, doubles nobody, and goes again as a whole."""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from clinic.domain.errors import Forbidden, NotFound, RuleBroken
from clinic.domain.foreign_dates import DayOrder
from clinic.domain.imports import (
    KEPT_UNBEGUN,
    MOST_TRIES,
    UNDONE_WITHIN,
    ImportFate,
    ImportField,
    ImportState,
)
from clinic.domain.types import Sex
from clinic.extensions import db
from clinic.models import AuditEvent, Client, ClientImport, ClientImportRow
from clinic.services.actors import Actor
from clinic.services.clients import records
from clinic.services.clock import now
from clinic.services.imports import going_on, pages, tidying, uploading
from clinic.services.imports.uploading import Matching
from tests.factories.people import People, make_client

CLINIKO = (
    "First name,Last name,Date of birth,Sex,Email,Phone number 1,Address line 1,Address line 2,City,State,"
    "Post code,Country,Medicare number,Notes\n"
    "Edith,Holm,03/05/1961,Female,edith@clients.example,0412 345 678,Flat 2,1 Smith Street,Melbourne,VIC,"
    "3000,Australia,2950,Sore neck\n"
    "Tom,Reed,25/12/1980,M,,,,,,,,,,\n"
)
PLAIN = "name,email,born_on\nEdith Holm,edith@clients.example,1961-05-03\nTom Reed,tom@clients.example,\n"


@pytest.fixture
def actor(people: People) -> Actor:
    return people.actor(people.colleague)


def uploaded(actor: Actor, text: str | bytes, key: str = "") -> ClientImport:
    db.session.commit()
    data = text if isinstance(text, bytes) else text.encode()
    return uploading.take(actor, "clients.csv", data, key or uuid.uuid4().hex)


def imported(actor: Actor, text: str | bytes, **wish: bool) -> ClientImport:
    about = uploaded(actor, text)
    begin(actor, about, **wish)
    assert going_on.go_on_with_all() == 1
    db.session.refresh(about)
    return about


def begin(actor: Actor, about: ClientImport, **wish: bool) -> None:
    wanted = {"fills": False, "adds_namesakes": False, "is_consented": False}
    going_on.begin(actor, about.id, seen=uploading.mark_of(about), **{**wanted, **wish})


def fates(actor: Actor, about: ClientImport) -> Mapping[ImportFate, int]:
    return pages.counts(actor, about)


def said(actor: Actor, about: ClientImport) -> list[str | None]:
    return [each.row.said for each in pages.rows_of(actor, about, None, 1).rows]


def named(name: str) -> Client:
    return db.session.scalars(select(Client).where(Client.name == name)).one()


def number() -> int:
    return db.session.scalar(select(func.count()).select_from(Client)) or 0


def test_an_export_is_recognised_and_comes_in_with_all_it_says(people: People, actor: Actor) -> None:
    about = uploaded(actor, CLINIKO)
    assert (about.system, about.is_looked_at, about.day_order) == ("Cliniko", True, DayOrder.DAY_FIRST)
    assert fates(actor, about) == {ImportFate.ADDED: 2}
    before = number()
    begin(actor, about, is_consented=True)
    going_on.go_on_with_all()
    assert number() == before + 2
    edith = named("Edith Holm")
    assert (edith.email, edith.phone, edith.born_on, edith.sex) == (
        "edith@clients.example",
        "0412 345 678",
        date(1961, 5, 3),
        Sex.FEMALE,
    )
    assert (edith.address, edith.postcode, edith.town) == ("Flat 2\n1 Smith Street", "3000", "Melbourne, VIC")
    assert edith.notes == "Sore neck"
    assert edith.consent_recorded_by == people.colleague.name
    db.session.refresh(about)
    assert (about.state, about.content) == (ImportState.DONE, None)
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "client_import.done")).one()
    assert (told.actor_id, told.details) == (people.colleague.id, {"added": 2, "filled": 0, "left_out": 0})


def test_who_is_here_is_met_and_not_doubled(people: People, actor: Actor) -> None:
    make_client(people.practice, "Edith Holm", email="edith@clients.example", phone=None)
    make_client(people.practice, "Reed, Tom", email=None, born_on=date(1980, 12, 25))
    make_client(people.practice, "Una Vale", email="una@clients.example", born_on=date(1990, 1, 1))
    make_client(people.practice, "Ida Marsh", email=None)
    rows = (
        "name,email,born_on,phone\n"
        "Holm Edith,EDITH@clients.example,,0412 345 678\n"  # by the address
        "Tom Reed,,1980-12-25,0412 345 679\n"  # by name and birthday
        "Kid Vale,una@clients.example,2019-01-01,\n"  # a child with a mother's address
        "Ida Marsh,,,\n"  # by the name alone
        "Nell Ash,nell@clients.example,,\n"
        "Nell Ash,nell@clients.example,,\n"  # twice in the file
        "Bad,no address,,\n"
    )
    before = number()
    about = imported(actor, rows, fills=True)
    assert fates(actor, about) == {
        ImportFate.HERE: 3,
        ImportFate.UNREADABLE: 2,
        ImportFate.NAMESAKE: 1,
        ImportFate.ADDED: 1,
    }
    assert number() == before + 1
    assert (named("Edith Holm").phone, named("Reed, Tom").phone) == ("0412 345 678", "0412 345 679")
    words = said(actor, about)
    assert words[0] == "has this address"
    assert words[2] == "email: Una Vale, born 1 Jan 1990 has this address; it belongs to one client alone"
    assert words[5] == "line 6 has this address"
    assert str(words[6]).startswith("email: ")


def test_nothing_that_stands_in_a_record_is_overwritten(people: People, actor: Actor) -> None:
    own = {"phone": "0412 000 000", "town": "Leeds"}
    client = make_client(people.practice, "Edith Holm", email="edith@clients.example", **own)
    head = "name,email,phone,address,town,notes\n"
    rows = f"{head}Edith Holm,edith@clients.example,0499 999 999,1 Road,York,Sore\n"
    about = imported(actor, rows, fills=True)
    db.session.refresh(client)
    assert (client.phone, client.town, client.address, client.notes) == (
        "0412 000 000",
        "Leeds",
        None,
        "Sore",
    )
    going_on.undo(actor, about.id)
    going_on.go_on_with_all()
    db.session.refresh(client)
    assert client.notes is None


def test_undone_it_leaves_what_somebody_has_worked_with(people: People, actor: Actor) -> None:
    before = number()
    about = imported(actor, PLAIN + "Una Vale,una@clients.example,\n")
    edith, tom = named("Edith Holm"), named("Tom Reed")
    details = records.ClientDetails("Edith Holmes", None, None, "Europe/London", edith.kind)
    records.correct(actor, edith.id, details, edith.version)
    records.archive(actor, tom.id, "Moved away.")
    going_on.undo(actor, about.id)
    going_on.go_on_with_all()
    assert fates(actor, about) == {ImportFate.STAYS: 2, ImportFate.UNDONE: 1}
    assert number() == before + 2
    unbegun = uploaded(actor, PLAIN)
    with pytest.raises(RuleBroken, match="cannot be undone"):
        going_on.undo(actor, unbegun.id)


def test_the_file_is_gone_as_soon_as_it_may_be(people: People, actor: Actor) -> None:
    left, done = uploaded(actor, PLAIN).id, imported(actor, "name\nNell Ash\n")
    tidying.tidy(now() + KEPT_UNBEGUN + timedelta(minutes=1))
    assert db.session.get(ClientImport, left) is None
    assert fates(actor, done) == {ImportFate.ADDED: 1}
    tidying.tidy(now() + UNDONE_WITHIN + timedelta(minutes=1))
    assert db.session.scalar(select(func.count()).select_from(ClientImportRow)) == 0
    db.session.refresh(done)
    assert done.file_name is None


def test_sent_twice_begun_twice_and_gone_on_with_twice_it_is_once(people: People, actor: Actor) -> None:
    before, key = number(), uuid.uuid4().hex
    about = uploaded(actor, PLAIN, key)
    assert uploaded(actor, PLAIN, key).id == about.id
    begin(actor, about)
    begin(actor, about, fills=True)
    assert [going_on.go_on_with_all() for _ in range(2)] == [1, 0]
    assert number() == before + 2
    begun = select(func.count()).where(AuditEvent.action == "client_import.begun")
    assert db.session.scalar(begun) == 1


def test_a_worker_that_dies_leaves_nothing_and_at_last_it_is_said(people: People, actor: Actor) -> None:
    before, about = number(), uploaded(actor, PLAIN)
    begin(actor, about)
    for _ in range(MOST_TRIES):
        assert going_on._take(about.id)  # and is heard of no more
        assert going_on._take(about.id) is None
        assert not going_on.go_on(about.id)
        about.lease_until = now() - timedelta(seconds=1)
        db.session.commit()
    going_on.go_on_with_all()
    db.session.refresh(about)
    assert (about.state, about.said, number()) == (ImportState.FAILED, going_on.DIED, before)


def test_whoever_lost_the_right_to_it_imports_nothing_more(people: People, actor: Actor) -> None:
    before, about = number(), uploaded(actor, PLAIN)
    begin(actor, about)
    people.colleague.deactivated_at = now()
    db.session.commit()
    going_on.go_on_with_all()
    db.session.refresh(about)
    assert (about.state, about.said, number()) == (ImportState.FAILED, going_on.ACCOUNT_CLOSED, before)


def test_columns_are_matched_once_and_remembered_for_the_practice(people: People, actor: Actor) -> None:
    text = "Kunde;Geburtstag;Mobil;Schuhe\nEdith Holm;03.05.1961;0412 345 678;40\n"
    about = uploaded(actor, text)
    assert not about.is_looked_at
    columns = [ImportField.NAME, ImportField.BORN_ON, ImportField.PHONE, None]
    uploading.match(actor, about.id, Matching(columns, True, None))
    db.session.refresh(about)
    assert (about.is_looked_at, about.day_order) == (True, DayOrder.DAY_FIRST)
    again = uploaded(actor, text.replace("Edith Holm", "Tom Reed"))
    assert (again.is_looked_at, again.columns) == (True, ["name", "born_on", "phone", ""])
    assert not uploaded(people.actor(people.stranger), text).is_looked_at


def test_which_number_is_the_day_is_asked_where_the_file_does_not_tell(people: People, actor: Actor) -> None:
    about = uploaded(actor, "name,dob\nEdith Holm,03/05/1961\n")
    assert (about.is_looked_at, about.day_order) == (False, None)
    columns = [ImportField.NAME, ImportField.BORN_ON]
    with pytest.raises(RuleBroken) as asked:
        uploading.match(actor, about.id, Matching(columns, True, None))
    assert asked.value.field == "day_order"
    uploading.match(actor, about.id, Matching(columns, True, DayOrder.MONTH_FIRST))
    begin(actor, about)
    going_on.go_on_with_all()
    assert named("Edith Holm").born_on == date(1961, 3, 5)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_whatever_it_is_written_in_names_are_read(people: People, actor: Actor, encoding: str) -> None:
    text = "First Name\tLast Name\tE-mail Address\tMobile Phone\r\nZoë\tMüller\tzoe@clients.example\t\r\n"
    about = uploaded(actor, gzip.compress(text.encode(encoding)))
    assert about.system == "Outlook"
    assert pages.rows_of(actor, about, None, 1).rows[0].row.name == "Zoë Müller"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "nothing in this file"),
        (b"PK\x03\x04rest", "save it as “CSV UTF-8”"),
        (b"name\nEdi\x00th\n", "no text"),
        (b"name,email\n", "nobody in this file"),
        (b"," * 300_000 + b"\nEdith\n", "more than 250 columns"),
        (b"name\n" + b"Edith\n" * 20_001, "more than 20,000 rows"),
        (b'name\n"Edith\n', "line 2"),
        (b"name\n" + b"x" * 200_000 + b"\n", "line 2: a cell holds more than 131,072 characters"),
        (gzip.compress(b"name\n" + b"x" * 11_000_000), "larger than 10 MB"),
        (b"\x1f\x8bno", "no text"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_what_is_no_list_is_refused_in_words(people: People, actor: Actor, content: bytes, told: str) -> None:
    with pytest.raises(RuleBroken, match=told):
        uploaded(actor, content)
    assert db.session.scalar(select(func.count()).select_from(ClientImport)) == 0


def test_formulas_stay_text_and_a_file_of_data_alone_loses_nobody(people: People, actor: Actor) -> None:
    about = imported(actor, 'name,notes,notes\nEdith Holm,"=HYPERLINK(""x"")",\'=1+1\n')
    assert fates(actor, about) == {ImportFate.ADDED: 1}
    assert named("Edith Holm").notes == '=HYPERLINK("x")\n=1+1'
    bare = uploaded(actor, "Tom Reed,tom@clients.example\nUna Vale,una@clients.example\n")
    assert (bare.has_header, bare.total, bare.is_looked_at) == (False, 2, False)


def test_only_those_who_may_import_and_only_their_own(people: People, actor: Actor) -> None:
    with pytest.raises(Forbidden):
        uploaded(people.actor(people.assistant), PLAIN)
    with pytest.raises(NotFound):
        uploaded(people.actor(people.client_user), PLAIN)
    about = uploaded(actor, PLAIN)
    with pytest.raises(NotFound):
        begin(people.actor(people.stranger), about)
