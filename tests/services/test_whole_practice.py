"""Everything of a practice as tables: complete, theirs alone, exactly as it was, and no key to a door."""

from __future__ import annotations

import csv
import zipfile
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import func, select, update

from clinic.domain.csv_text import as_meant
from clinic.domain.errors import Forbidden, NotFound
from clinic.extensions import db
from clinic.models import AuditEvent, Base, Client
from clinic.services.accounts.signing_in import actor_of
from clinic.services.actors import Actor
from clinic.services.files.whole_practice import (
    LOCKED_AWAY,
    MADE_OF_OTHERS,
    SECRET_TABLES,
    SECRETS,
    taken_out,
)
from clinic.services.files.whole_record import NOT_TOLD
from tests.factories.people import People
from tests.factories.planting import Marks, plant
from tests.factories.records import World, make_world


@pytest.fixture
def world(app: Any) -> World:
    return make_world()


@pytest.fixture
def marks(world: World) -> Marks:
    return plant(world)


def files(actor: Actor) -> dict[str, str]:
    with taken_out(actor) as made, zipfile.ZipFile(made) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def test_all_that_is_written_down_is_there_and_nothing_of_another_practice(
    world: World, marks: Marks
) -> None:
    found = marks.found_in("\n".join(files(actor_of(world.people.owner)).values()))
    assert set(found) == {"ada", "bela", "here"}
    left_out = SECRET_TABLES | MADE_OF_OTHERS | LOCKED_AWAY
    for whose in ("ada", "here"):
        missing = {
            column
            for column in marks.columns_of(whose) - found[whose]
            if (parts := column.split("."))[0] not in left_out and parts[1] not in NOT_TOLD | SECRETS
        }
        assert missing == set()


def test_each_table_has_a_row_for_each_of_the_practices_and_its_columns_names(world: World) -> None:
    people = world.people
    found = files(actor_of(people.owner))
    for name, text in found.items():
        if name.endswith(".csv") and name not in {"practice.csv", "audit_event.csv"}:
            table = Base.metadata.tables[name.removesuffix(".csv")]
            of_ours = select(func.count()).where(table.c.practice_id == people.practice.id)
            assert len(rows(text)) == db.session.scalar(of_ours), name
    assert f"{len(rows(found['client.csv'])):>10,}  client.csv" in found["read-me.txt"]


def test_no_key_to_a_door_is_in_it(world: World) -> None:
    found = files(actor_of(world.people.owner))
    assert {f"{name}.csv" for name in SECRET_TABLES} & set(found) == set()
    heads = {name: text.partition("\n")[0] for name, text in found.items()}
    assert [
        name for name, head in heads.items() if "hash" in head or "sealed" in head or "token" in head
    ] == []
    assert "join_code" not in heads["course.csv"]


def test_what_a_sheet_would_run_is_shown_and_comes_back_exactly(people: People) -> None:
    told = "=cmd|' /C calc'!A0\r\n\"quoted\"; línea, 'x'"
    db.session.execute(update(Client).where(Client.id == people.client.id).values(notes=told, history="'=1"))
    db.session.commit()
    (row,) = (
        each
        for each in rows(files(people.actor(people.owner))["client.csv"])
        if each["id"] == str(people.client.id)
    )
    assert row["notes"].startswith("'=")
    assert (as_meant(row["notes"]), as_meant(row["history"])) == (told, "'=1")


def test_who_took_it_stands_in_the_trail(people: People) -> None:
    with taken_out(people.actor(people.owner)):
        pass
    event = db.session.query(AuditEvent).filter_by(action="practice.taken_out").one()
    assert (event.actor_name, event.client_id) == (people.owner.name, None)


def test_nobody_but_the_owner_takes_it(people: People) -> None:
    for staff in (people.colleague, people.assistant):
        with pytest.raises(Forbidden):
            taken_out(people.actor(staff))
    with pytest.raises(NotFound):
        taken_out(people.actor(people.client_user))
