"""Clients come in whole or not at all, and what is wrong is named by line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from clinic.domain.errors import RuleBroken
from clinic.extensions import db
from clinic.models import Client
from clinic.services.clients.importing import import_clients
from tests.factories.people import People

HEAD = "name,email,time_zone,kind,consented_on,notes\n"
GOOD = (
    HEAD
    + '"Łukasz Żak",lukasz@clients.example,Europe/Warsaw,online,2026-10-01,"=SUM(1)\nsecond line"\n'
    + "Edith Holm,,,,,\n"
)


@pytest.fixture(autouse=True)
def _one_practice(people: People) -> None:
    from clinic.models import User

    db.session.query(User).filter(User.practice_id == people.elsewhere.id, User.role == "owner").delete()


def file(folder: Path, content: str | bytes) -> Path:
    path = folder / "clients.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Client)) or 0


def test_a_good_file_is_added_as_it_is_written(people: People, tmp_path: Path) -> None:
    outcome = import_clients(file(tmp_path, GOOD), dry_run=False)
    assert (outcome.clients, outcome.problems) == (2, ())
    client = db.session.scalars(select(Client).where(Client.email_key == "lukasz@clients.example")).one()
    assert (client.name, client.time_zone, client.notes) == (
        "Łukasz Żak",
        "Europe/Warsaw",
        "=SUM(1)\nsecond line",
    )
    assert client.search_key.startswith("lukasz zak")
    assert client.consented_at is not None


def test_a_dry_run_changes_nothing(people: People, tmp_path: Path) -> None:
    before = count()
    assert import_clients(file(tmp_path, GOOD), dry_run=True).clients == 2
    assert count() == before


def test_semicolons_and_a_byte_order_mark_are_read(people: People, tmp_path: Path) -> None:
    assert (
        import_clients(
            file(tmp_path, "\ufeffname;email\nEdith Holm;e@clients.example\n"), dry_run=False
        ).clients
        == 1
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",x@clients.example,,,,", "line 3, name: is missing"),
        ("Edith,not an address,,,,", "line 3, email"),
        ("Edith,,Mars/Base,,,", "line 3, time_zone"),
        ("Edith,,,friend,,", "line 3, kind"),
        ("Edith,,,,01.10.2026,", "line 3, consented_on"),
        ("Edith,ok@clients.example,,,,", "line 3, email: stands on line 2 already"),
        ("Edith,ADA,,,,", "line 3, email: a client of the practice has this address already"),
        ("E" * 200 + ",,,,,", "line 3, name: is longer"),
    ],
)
def test_one_wrong_line_keeps_the_whole_file_out(people: People, tmp_path: Path, row: str, said: str) -> None:
    before = count()
    row = row.replace("ADA", str(people.client.email).upper())
    outcome = import_clients(
        file(tmp_path, HEAD + "Anna,ok@clients.example,,,,\n" + row + "\n"), dry_run=False
    )
    assert said in "; ".join(map(str, outcome.problems))
    assert count() == before


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"name,shoe size\nEdith,40\n", b"email\nx@y.example\n", b"name,name\na,b\n"],
    ids=repr,
)
def test_a_file_that_is_no_list_of_clients_is_refused(people: People, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(RuleBroken):
        import_clients(file(tmp_path, content), dry_run=False)
