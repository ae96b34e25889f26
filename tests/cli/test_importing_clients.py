"""Clients come in whole or not at all, and what is wrong is named by line and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from clinic.domain.errors import RuleBroken
from clinic.domain.types import ClientKind, Sex
from clinic.extensions import db
from clinic.models import Client, ClientGroup, GroupMember
from clinic.services.clients.importing import ImportOutcome, import_clients
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


@pytest.mark.parametrize("between", [",", ";", "\t", "|"], ids=ascii)
def test_what_parts_the_cells_is_seen_and_a_byte_order_mark_is_read(
    people: People, tmp_path: Path, between: str
) -> None:
    content = f"\ufeffname{between}email\nEdith Holm{between}e@clients.example\n"
    assert import_clients(file(tmp_path, content), dry_run=False).clients == 1
    assert db.session.scalars(select(Client).where(Client.email_key == "e@clients.example")).one()


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


PEOPLE = "name,email,phone,born_on,notes\n"


def outcome_of(folder: Path, content: str, **options: bool) -> ImportOutcome:
    return import_clients(file(folder, content), **{"dry_run": False, **options})


def said(outcome: ImportOutcome) -> str:
    return "; ".join(map(str, outcome.problems))


def added(email: str) -> Client:
    return db.session.scalars(select(Client).where(Client.email_key == email)).one()


def test_cells_are_cleaned_as_the_form_cleans_them(people: People, tmp_path: Path) -> None:
    phone = "\u202a+44 7912\u00a0345678\u202c"
    row = f"\u00a0Mu\u0308ller,\u200b e@clients.example\u00a0,{phone},1961-05-03,one\u00a0two\n"
    assert not outcome_of(tmp_path, PEOPLE + row).problems
    client = added("e@clients.example")
    assert (client.name, client.phone, client.born_on, client.notes) == (
        "Müller",
        "+44 7912 345678",
        date(1961, 5, 3),
        "one two",
    )


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("\u00a0,e@clients.example,,,", "line 2, name: is missing"),
        ("\u200b\u3164,e@clients.example,,,", "line 2, name: is missing"),
        ("Edith,,4.47912E+11,,", "line 2, phone: 4.47912E+11 was a phone number once"),
        ("Edith,,447912000000.0,,", "line 2, phone: 447912000000.0 was a phone number once"),
        ("Edith,e@clients.example", "line 2, row: has fewer cells than the first line"),
        ("Edith,,,2999-01-01,", "line 2, born_on: A date of birth cannot be in the future."),
        ("Edith,,,1066-10-14,", "line 2, born_on: Enter a year of birth from"),
        ("Edith,,,03/05/1961,", "line 2, born_on: '03/05/1961' is no date"),
        ("M\ufffdller,,,,", "line 2, name: holds \ufffd where a letter was"),
        (
            'Edith,,,,"sore\nAnna,a@clients.example,,,"\nBen,b@clients.example,,,',
            "line 2, notes: holds other lines",
        ),
    ],
)
def test_a_dry_run_finds_what_the_import_finds(
    people: People, tmp_path: Path, row: str, problem: str, dry_run: bool
) -> None:
    before = count()
    outcome = outcome_of(tmp_path, PEOPLE + row + "\n", dry_run=dry_run)
    assert problem in said(outcome)
    assert count() == before


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("zone", ["Factory", "EST", "localtime", "posixrules", "Etc/GMT+5"])
def test_a_zone_that_is_no_place_is_told(people: People, tmp_path: Path, zone: str, dry_run: bool) -> None:
    outcome = outcome_of(tmp_path, f"name,time_zone\nEdith,{zone}\n", dry_run=dry_run)
    assert "line 2, time_zone" in said(outcome)


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("day", ["2999-01-01", "1999-12-31"])
def test_a_day_of_consent_that_cannot_be_is_told(
    people: People, tmp_path: Path, day: str, dry_run: bool
) -> None:
    outcome = outcome_of(tmp_path, f"name,consented_on\nEdith,{day}\n", dry_run=dry_run)
    assert "line 2, consented_on" in said(outcome)


def test_a_quotation_mark_amid_a_cell_is_refused_with_its_line(people: People, tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match="line 3: a quotation mark"):
        outcome_of(tmp_path, PEOPLE + 'Anna,,,,\nAnn "Bo,,,,\nCara,,,,\n')


def test_a_stray_quotation_mark_is_refused_with_its_line(people: People, tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match="line 3: a quotation mark"):
        outcome_of(tmp_path, PEOPLE + 'Anna,,,,\nBen,,,,"sore\nCara,,,,\n')


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("Edith Holm,,,,", "name"),
        ("Edith Holm,,07912 345678,,", "phone"),
        ("Edith Holm,e@clients.example,07912 345678,,", "email"),
        ("Edith Holm,,,1961-05-03,", "born_on"),
    ],
)
def test_the_same_file_twice_adds_nobody(people: People, tmp_path: Path, row: str, column: str) -> None:
    assert not outcome_of(tmp_path, PEOPLE + row + "\n").problems
    before = count()
    second = outcome_of(tmp_path, PEOPLE + row + "\n")
    assert f"line 2, {column}: a client of the practice has this" in said(second)
    assert count() == before


@pytest.mark.parametrize(
    "rows",
    [
        "Edith Holm,,,,\nedith  HOLM,,,,\n",
        'Edith Holm,,,,\n"Holm, Edith",,,,\n',
        "Edith Holm,e@clients.example,07912 345678,,\nEdith Holm,other@clients.example,+44 7912 345678,,\n",
    ],
)
def test_one_person_on_two_lines_is_told(people: People, tmp_path: Path, rows: str) -> None:
    assert "stands on line 2 already" in said(outcome_of(tmp_path, PEOPLE + rows))


@pytest.mark.parametrize(
    "rows",
    [
        "Edith Holm,,,1961-05-03,\nEdith Holm,,,1984-01-09,\n",
        "Edith Holm,,07912 345678,,\nEdith Holm,,07912 999999,,\n",
        "Edith Holm,e@clients.example,,,\nEdith Holm,other@clients.example,,,\n",
    ],
)
def test_two_people_of_one_name_who_can_be_told_apart_are_added(
    people: People, tmp_path: Path, rows: str
) -> None:
    assert not outcome_of(tmp_path, PEOPLE + rows).problems


def test_who_insists_adds_another_of_the_same_name(people: People, tmp_path: Path) -> None:
    outcome_of(tmp_path, PEOPLE + "Edith Holm,,,,\n")
    before = count()
    assert not outcome_of(tmp_path, PEOPLE + "Edith Holm,,,,\n", again=True).problems
    assert count() == before + 1


def test_an_address_is_never_given_twice(people: People, tmp_path: Path) -> None:
    row = f"Edith,{people.client.email},,,\n"
    assert "line 2, email" in said(outcome_of(tmp_path, PEOPLE + row, again=True))


def test_who_is_in_a_group_is_a_student_where_nothing_else_is_said(people: People, tmp_path: Path) -> None:
    head = "name,email,kind,group_name\n"
    assert not outcome_of(tmp_path, head + "Edith,e@clients.example,,Autumn course\n").problems
    assert added("e@clients.example").group_name == "Autumn course"
    assert not outcome_of(tmp_path, head + "Cara,c@clients.example,private,Autumn course\n").problems
    assert added("c@clients.example").kind is ClientKind.PRIVATE
    assert db.session.scalars(select(ClientGroup.name)).all() == ["Autumn course"]
    assert db.session.scalar(select(func.count()).select_from(GroupMember)) == 2


def test_the_command_counts_in_words(people: People, tmp_path: Path, app: Flask) -> None:
    run = app.test_cli_runner().invoke
    one = str(file(tmp_path, "name\nEdith Holm\n"))
    assert run(args=["import", "clients", one, "--dry-run"]).output == "1 client can be added.\n"
    assert run(args=["import", "clients", one]).output == "1 client added.\n"
    again = run(args=["import", "clients", one])
    assert str(again.exception) == (
        "1 problem. Nothing was added. If they are other people, add them with --again."
    )
    assert run(args=["import", "clients", one, "--again"]).output == "1 client added.\n"


NUMBERED = "name,own_number,sex,address,town,emergency_name,emergency_phone\n"


def test_personal_details_come_along(people: People, tmp_path: Path) -> None:
    row = 'Edith Holm,17,Female,"4 Mill Lane\nTop flat",Bath,Per,020 7946 0999\n'
    assert not outcome_of(tmp_path, NUMBERED + row).problems
    edith = db.session.scalars(select(Client).where(Client.own_number == "17")).one()
    assert (edith.sex, edith.address, edith.town) == (Sex.FEMALE, "4 Mill Lane\nTop flat", "Bath")
    assert (edith.emergency_name, edith.emergency_phone) == ("Per", "020 7946 0999")


def test_what_is_wrong_with_personal_details_is_told_all_at_once(people: People, tmp_path: Path) -> None:
    people.client.own_number = "17"
    rows = "Edith,17,,,,,\nBen,18,x,,,,4.47912E+11\nCara,18,,,,,\n"
    told = said(outcome_of(tmp_path, NUMBERED + rows))
    assert "line 2, own_number: a client of the practice has this number already" in told
    assert "line 3, sex: 'x' is none of female, male, other, not_said" in told
    assert "line 3, emergency_phone: 4.47912E+11 was a phone number once" in told
    assert "line 4, own_number: stands on line 3 already" in told
