"""Many clients at once: ticked in the list, looked at, done, read afterwards, undone."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from clinic.domain.bulk_acts import AT_ONCE, BulkActKind, BulkActState
from clinic.domain.types import ClientKind, ClientStatus
from clinic.extensions import db
from clinic.models import AuditEvent, BulkAct, Client, Invitation, Program
from clinic.services.bulk_acts import going_on
from clinic.services.clock import today_in
from clinic.services.routines import own_moves
from tests.factories.checkins import enrol
from tests.factories.people import People, make_client
from tests.factories.programs import assign_program, publish_beside, publish_routine
from tests.statements import statements
from tests.visitor import Visitor

CHOOSE = "/clients/many/new"


@pytest.fixture
def staff(people: People, visit: Callable[..., Visitor]) -> Visitor:
    return visit(people.colleague)


def students(people: People, number: int, **values: Any) -> list[Client]:
    values = {"kind": ClientKind.ONLINE, **values}
    made = [make_client(people.practice, f"Student {each:04}", **values) for each in range(number)]
    db.session.commit()
    return made


def choice(kind: str, *clients: Client, **more: str) -> dict[str, Any]:
    """The list's form with these ticked."""
    return {"key": uuid.uuid4().hex, "kind": kind, "client": [str(each.id) for each in clients], **more}


def chosen(staff: Visitor, kind: str, *clients: Client, **more: str) -> str:
    """The address of the page that says what will happen."""
    answer = staff.post(CHOOSE, choice(kind, *clients, **more), status=303)
    assert "/clients/many/" in answer.location
    return str(answer.location)


def lines(page: str) -> dict[str, str]:
    """What the table says of each client."""
    found = re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>.*?<td>.*?</svg>([^<]+)</span>', page, re.DOTALL)
    return {name: said.strip() for name, said in found}


def in_full(people: People, **more: str) -> dict[str, str]:
    """How a program is assigned to many, as the page offers it."""
    today: date = today_in(people.practice.time_zone)
    day = {
        "starts_on-day": str(today.day),
        "starts_on-month": str(today.month),
        "starts_on-year": str(today.year),
    }
    rhythm = {"pace": "1", "weekday": "0", "cadence": "", "at": "09:00"}
    return {**day, "length": "weeks", "weeks": "12", **rhythm, **more}


def queries_of(act: Callable[[], object]) -> int:
    """How often something asks the database."""
    with statements(db.engine) as asked:
        act()
    return sum(each.startswith("SELECT") for each in asked)


def test_the_list_has_a_box_for_each_and_a_bar_below(people: People, staff: Visitor) -> None:
    page = staff.get("/clients").text
    assert page.count('name="client"') == 2
    assert f'value="{people.client.id}" aria-labelledby="client-{people.client.id}"' in page
    assert "All 2 clients that this list finds" in page
    for act in ("Assign a program", "Invite by mail", "Send a check-in", "Put in a group", "Archive"):
        assert act in page


def test_before_it_is_done_the_page_says_what_will_become_of_each(people: People, staff: Visitor) -> None:
    publish_routine(people.practice, people.owner)
    fresh, silent = students(people, 2)
    silent.email = silent.email_key = None
    db.session.commit()
    enrol(people)
    at = chosen(staff, "assign", people.client, fresh, silent)
    page = staff.get(at).text
    assert lines(page) == {
        "Ada Northcote": "already has it",
        "Student 0000": "gets the program",
        "Student 0001": "gets the program",
    }
    assert "It will be done for 2 of 3 clients: 1 already so." in page
    assert "Assign to 2 clients" in page
    assert db.session.scalar(select(func.count()).select_from(Program)) == 1


def test_before_it_is_done_what_runs_already_counts_along(people: People, staff: Visitor) -> None:
    version = publish_routine(people.practice, people.owner)
    (fresh,) = students(people, 1)
    enrol(people)
    beside = publish_beside(version)
    people.practice.load_minutes = 1
    db.session.commit()
    at = chosen(staff, "assign", people.client, fresh)
    said = lines(staff.get(f"{at}?routine={beside.id}").text)
    assert said["Student 0000"] == "gets the program"
    assert said["Ada Northcote"].startswith("gets the program. With what runs already: ")
    assert said["Ada Northcote"].endswith(" a day: more than the practice’s limit of 1.")


def test_before_it_is_done_a_retired_move_is_told_of(people: People, staff: Visitor) -> None:
    version = publish_routine(people.practice, people.owner)
    (fresh,) = students(people, 1)
    move = version.items[0].exercise
    at = chosen(staff, "assign", fresh)
    own_moves.retire(people.actor(people.owner), move.id)
    page = staff.get(at).text
    told = f"{move.name} is retired. Bring it back in the library, or leave it out."
    assert lines(page) == {"Student 0000": told}
    assert "It will be done for 0 of 1 client" in page
    assert "Assign to" not in page


def test_afterwards_the_page_says_what_has_and_can_undo_it(people: People, staff: Visitor) -> None:
    version = publish_routine(people.practice, people.owner)
    fresh, silent = students(people, 2)
    silent.email = silent.email_key = None
    db.session.commit()
    at = chosen(staff, "assign", fresh, silent)
    answer = staff.post(at, in_full(people, routine=str(version.id)), status=303)
    assert answer.location == at
    page = staff.get(at).text
    assert lines(page) == {
        "Student 0000": "assigned",
        "Student 0001": "assigned; no check-ins by mail: no address",
    }
    assert "Robin Vale" in page
    assert "2 done" in page
    assert staff.post(f"{at}/undo", status=303).location == at
    page = staff.get(at).text
    assert set(lines(page).values()) == {"taken back, as if never assigned"}
    assert "Undo all of it" not in page
    listed = staff.get("/clients/many").text
    assert "Undone: 2 undone" in listed
    assert at in listed


def test_another_routine_is_one_press_away(people: People, staff: Visitor) -> None:
    version = publish_routine(people.practice, people.owner)
    beside = publish_beside(version)
    assign_program(people.colleague, people.client, version)
    at = chosen(staff, "assign", people.client)
    assert lines(staff.get(at).text) == {"Ada Northcote": "already has it"}
    assert lines(staff.get(f"{at}?routine={beside.id}").text) == {"Ada Northcote": "gets the program"}
    staff.get(f"{at}?routine={uuid.uuid4()}", status=404)


def test_what_is_wrong_with_the_program_is_said_and_nothing_is_done(people: People, staff: Visitor) -> None:
    version = publish_routine(people.practice, people.owner)
    at = chosen(staff, "assign", people.other_client)
    wrong = in_full(people, routine=str(version.id)) | {"weeks": "0", "starts_on-year": "2090"}
    page = staff.post(at, wrong, status=422).text
    assert "Weeks must be from 1 to 104." in page
    assert "Choose a first day within a year of today." in page
    wrong = in_full(people, routine=str(version.id)) | {"starts_on-year": "2090"}
    assert "Choose a first day within a year of today." in staff.post(at, wrong, status=422).text
    assert db.session.scalars(select(BulkAct.state)).all() == [BulkActState.CHOSEN]


def test_without_a_published_routine_the_way_to_one_is_shown(people: People, staff: Visitor) -> None:
    assert "No routine is published yet" in staff.get(chosen(staff, "assign", people.client)).text


def test_a_foreign_id_refuses_the_whole_request(people: People, staff: Visitor) -> None:
    wanted = choice("archive", people.client, people.foreign_client)
    staff.post(CHOOSE, wanted, status=404)
    staff.post(CHOOSE, wanted | {"client": [str(people.client.id), "1 OR 1"]}, status=404)
    assert db.session.scalar(select(func.count()).select_from(BulkAct)) == 0
    told = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "bulk_act.refused")
    assert db.session.scalar(told) == 1


def test_nobody_ticked_is_told_on_the_same_page_of_the_list(people: People, staff: Visitor) -> None:
    answer = staff.post(CHOOSE, choice("invite", q="ad", invitation="has_account"), status=303)
    assert answer.location == "/clients?q=ad&invitation=has_account"
    assert "Tick at least one client." in staff.get(answer.location).text


def test_a_form_that_is_not_ours_is_out_of_date(people: People, staff: Visitor) -> None:
    for wrong in ({"key": "x"}, {"kind": "erase"}):
        answer = staff.post(CHOOSE, choice("invite", people.client) | wrong, status=303)
        assert "This page is out of date." in staff.get(answer.location).text


def test_all_that_the_filter_finds_are_meant_beyond_the_page(people: People, staff: Visitor) -> None:
    students(people, 60)
    at = chosen(staff, "invite", people.client, everybody="y", q="student", after=str(people.client.id))
    page = staff.get(at).text
    assert len(lines(page)) == 60
    assert "Invite 60 clients" in page


def test_many_go_on_in_the_background_and_the_page_says_how_far(people: People, staff: Visitor) -> None:
    students(people, AT_ONCE + 2)
    at = chosen(staff, "group", everybody="y", q="student")
    assert "Enter the group’s name." in staff.post(at, {"group": ""}, status=422).text
    staff.post(at, {"group": "Tuesdays"}, status=303)
    page = staff.get(at).text
    assert f"0 of {AT_ONCE + 2} clients" in page
    assert '<meta http-equiv="refresh" content="3">' in page
    assert 'hx-trigger="every 2s"' in page
    assert "Undo all of it" not in page
    going_on.go_on_with_all()
    page = staff.get(at).text
    assert f"{AT_ONCE + 2} done" in page
    assert "every 2s" not in page
    assert "refresh" not in page.partition("</head>")[0]
    assert "Put in Tuesdays" in page
    assert '<option value="Tuesdays">' in staff.get(chosen(staff, "group", people.client)).text


def test_archived_and_restored_as_one(people: People, staff: Visitor) -> None:
    (one,) = students(people, 1)
    at = chosen(staff, "archive", one)
    assert "Archive 1 client" in staff.get(at).text
    staff.post(at, {"reason": "The course is over."}, status=303)
    assert db.session.get_one(Client, one.id).status is ClientStatus.ARCHIVED
    assert lines(staff.get(at).text) == {"Student 0000": "archived"}
    at_again = chosen(staff, "archive", one)
    again = staff.get(at_again).text
    assert lines(again) == {"Student 0000": "archived already"}
    assert "Archive 0" not in again
    staff.post(f"{at}/undo", status=303)
    assert db.session.get_one(Client, one.id).status is ClientStatus.ACTIVE


def test_begun_twice_from_two_pages_it_is_once(people: People, staff: Visitor) -> None:
    (one,) = students(people, 1)
    at = chosen(staff, "invite", one)
    for _ in range(2):
        assert staff.post(at, status=303).location == at
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 1


def test_undone_too_late_says_what_to_do(people: People, staff: Visitor) -> None:
    at = chosen(staff, "archive", people.client)
    staff.post(f"{at}/undo", status=303)
    assert "An hour is over" in staff.get(at).text


def test_before_anything_was_done_the_list_of_it_says_how(staff: Visitor) -> None:
    assert "Tick clients in the list" in staff.get("/clients/many").text


@pytest.mark.parametrize("kind", BulkActKind)
def test_what_will_become_of_many_costs_as_few_queries_as_of_few(
    people: People, staff: Visitor, kind: BulkActKind
) -> None:
    publish_routine(people.practice, people.owner)
    enrol(people)
    more = students(people, 40)
    few, many = chosen(staff, kind, people.client), chosen(staff, kind, people.client, *more)
    asked = [queries_of(partial(staff.get, at)) for at in (few, many)]
    assert 3 < asked[0] == asked[1] <= 13, asked
