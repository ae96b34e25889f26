"""A list of clients is imported on a page: sent, matched, looked at, added, invited, undone."""

from __future__ import annotations

import gzip
import re
import uuid
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select

from clinic.extensions import db
from clinic.models import Base, BulkAct, Client, ClientImport, Invitation
from clinic.services.imports import going_on
from tests.factories.people import People, make_client
from tests.visitor import Visitor

INDEX = "/clients/import"
JANE = "Patient Number,First Name,Last Name,Email,Birth Date,Postal,Hair\n"


@pytest.fixture
def staff(people: People, visit: Callable[..., Visitor]) -> Visitor:
    db.session.commit()
    return visit(people.colleague)


def send(staff: Visitor, content: str | bytes, status: int = 303, key: str = "") -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    fields = {"key": key or uuid.uuid4().hex, "file": (BytesIO(data), "list.csv")}
    return staff.post(INDEX, fields, status=status, content_type="multipart/form-data")


def seen(page: str) -> dict[str, str]:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert found is not None
    return {"seen": found[1]}


def persons(number: int) -> str:
    rows = (f"{each},Nell,Ash{each},nell{each}@clients.example,1961-05-03,N1,red\n" for each in range(number))
    return JANE + "".join(rows)


def number_of(kind: type[Base]) -> int:
    found = db.session.scalar(select(func.count()).select_from(kind)) or 0
    db.session.commit()  # else what requests do later hangs on this look
    return found


def test_thirty_come_in_are_invited_at_one_press_and_go_again(people: People, staff: Visitor) -> None:
    assert INDEX in staff.get("/clients").text
    before = number_of(Client)
    at = send(staff, persons(30)).location
    page = staff.get(at).text
    assert "Jane" in page
    assert "Hair" in page  # is named as left out
    assert "Add 30 clients" in page
    assert staff.post(at, {**seen(page), "is_consented": "y"}, status=303).location == at
    assert "0 of 30 rows read" in staff.get(at).text
    going_on.go_on_with_all()
    page = staff.get(at).text
    assert "Invite these 30" in page
    assert number_of(Client) == before + 30
    acts = [staff.post(f"{at}/invite", status=303).location for _ in range(2)]
    assert acts[0] == acts[1]
    assert number_of(BulkAct) == 1
    assert "30 done" in staff.get(acts[0]).text
    assert number_of(Invitation) == 30
    staff.post(f"{at}/undo", status=303)
    going_on.go_on_with_all()
    assert staff.get(f"{at}?fate=stays").text.count("worked with this record") == 30
    assert number_of(Client) == before + 30


def test_columns_that_nobody_knows_are_matched_by_hand(people: People, staff: Visitor) -> None:
    at = send(staff, "Wer,Wann\nEdith Holm,03/05/1961\n").location
    assert at.endswith("/columns")
    page = staff.get(at).text
    assert "For example Edith Holm" in page
    said = {"first_line": "names", "column_0": "", "column_1": "born_on"}
    assert "Say which column holds the name" in staff.post(at, said, status=422).text
    said["column_0"] = "name"
    assert "Say whether the day or the month comes first" in staff.post(at, said, status=422).text
    staff.post(at, {**said, "column_0": "password_hash"}, status=422)
    shown = staff.post(at, {**said, "day_order": "month_first"}, status=303).location
    assert "will be added" in staff.get(shown).text
    again = send(staff, "Wer,Wann\nTom Reed,03/05/1962\n").location
    assert not again.endswith("/columns")


def test_what_somebody_saw_is_what_they_begin(people: People, staff: Visitor) -> None:
    at = send(staff, "name,email\nEdith Holm,edith@clients.example\n").location
    old = seen(staff.get(at).text)
    staff.post(f"{at}/columns", {"first_line": "names", "column_0": "name", "column_1": ""}, status=303)
    assert "in another way" in staff.post(at, old, status=422).text
    assert going_on.go_on_with_all() == 0


def test_rows_are_shown_fifty_at_a_time_and_by_their_fate(people: People, staff: Visitor) -> None:
    make_client(people.practice, "Nell Ash3", email="nell3@clients.example")
    db.session.commit()
    at = send(staff, persons(120) + "x,,,,,,\n").location
    page = staff.get(at).text
    assert page.count('<th scope="row">') == 50
    assert "Next" in page
    assert staff.get(f"{at}?page=3").text.count('<th scope="row">') == 21
    here = staff.get(f"{at}?fate=here").text
    assert here.count('<th scope="row">') == 1
    assert "has this address" in here
    assert "Name, whole: is missing" in staff.get(f"{at}?fate=unreadable").text
    staff.get(f"{at}?fate=nonsense&page=99999999999")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "nothing in this file"),
        (b"PK\x03\x04", "CSV UTF-8"),
        (gzip.compress(b"name,email\n" + b"x" * 50_000_000, 1), "larger than 10 MB"),
        (gzip.compress(b"name,email\n" + b"x" * 9_000_000, 1), "line 2: a cell holds more than"),
        (gzip.compress(b"name," * 1_000_000 + b"\nx\n", 1), "250 columns"),
    ],
    ids=["empty", "workbook", "a line of 50 MB", "a cell of 9 MB", "a million columns"],
)
def test_what_is_no_list_is_refused(people: People, staff: Visitor, content: bytes, said: str) -> None:
    assert said in send(staff, content, 422).text
    assert number_of(ClientImport) == 0


def test_without_a_file_it_is_asked_for(people: People, staff: Visitor) -> None:
    assert "Choose a file" in staff.post(INDEX, {"key": uuid.uuid4().hex}, status=422).text


def test_assistants_are_told_who_imports(people: People, visit: Callable[..., Visitor]) -> None:
    assistant = visit(people.assistant)
    assert INDEX not in assistant.get("/clients").text
    assistant.get(INDEX, status=303)
    assert "A practitioner or the owner imports" in assistant.get("/clients").text
