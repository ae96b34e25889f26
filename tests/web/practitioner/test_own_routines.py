"""The pages that make a routine, rename it, retire it and bring it back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Routine
from clinic.services.routines import own_routines
from clinic.services.routines.own_routines import RoutineName
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_beside, publish_routine
from tests.visitor import Visitor
from tests.web.practitioner.test_routines import text, typed

Visit = Callable[..., Visitor]


def named(name: str) -> Routine:
    return db.session.scalars(select(Routine).where(Routine.name == name)).one()


def test_a_routine_is_made_and_stands_on_the_list_as_a_draft(people: People, visit: Visit) -> None:
    publish_routine(people.practice, people.owner)
    staff = visit(people.colleague)
    sent = typed(staff.get("/routines/new")) | {"name": "Knees", "description": "For stairs."}
    made = staff.post("/routines/new", sent, status=303)
    assert staff.post("/routines/new", sent, status=303).location == made.location, "pressed twice"
    page = text(staff.get(made.location))
    assert "Nobody is offered it until you publish it" in page
    listed = text(staff.get("/routines"))
    assert "Knees For stairs. No client has it now Version 1, draft" in listed


def test_a_copy_begins_with_the_name_and_moves_of_its_pattern(people: People, visit: Visit) -> None:
    version = publish_routine(people.practice, people.owner)
    staff = visit(people.colleague)
    sent = typed(staff.get(f"/routines/new?from={version.routine_id}"))
    assert sent["name"] == "Hip routine, copy"
    made = staff.post("/routines/new", sent, status=303)
    assert "Hip hinge" in text(staff.get(made.location))


def test_a_name_that_is_taken_is_said_at_its_field(people: People, visit: Visit) -> None:
    version = publish_routine(people.practice, people.owner)
    staff = visit(people.colleague)
    sent = typed(staff.get("/routines/new")) | {"name": "hip routine"}
    assert "called “Hip routine” already" in text(staff.post("/routines/new", sent, status=422))
    here = f"/routines/{version.routine_id}/name"
    sent = typed(staff.get(here)) | {"name": " "}
    assert "Give the routine a name." in text(staff.post(here, sent, status=422))


def test_who_renames_what_somebody_renamed_meanwhile_sees_both(people: People, visit: Visit) -> None:
    version = publish_routine(people.practice, people.owner)
    here = f"/routines/{version.routine_id}/name"
    mine = visit(people.colleague)
    sent = typed(mine.get(here)) | {"name": "Hips, mine"}
    held = own_routines.name_of(named("Hip routine"))
    own_routines.rename(people.actor(people.owner), version.routine_id, RoutineName("Hips, theirs"), held)
    answer = mine.post(here, sent, status=409)
    assert "It is now called “Hips, theirs”" in text(answer)
    again = typed(answer)
    assert again["name"] == "Hips, mine"
    mine.post(here, again, status=303)
    assert named("Hips, mine")


def test_a_retired_routine_is_folded_away_and_comes_back(people: People, visit: Visit) -> None:
    version = publish_routine(people.practice, people.owner)
    assign_program(people.colleague, people.client, version)
    staff, here = visit(people.colleague), f"/routines/{version.routine_id}"
    assert "1 client has it now and keeps it as it is." in text(staff.get(f"{here}/retire"))
    staff.post(f"{here}/retire", status=303)
    listed = text(staff.get("/routines"))
    assert "No routine is offered" in listed
    assert "Retired: 1" in listed
    assert "Make a new version" not in text(staff.get(here))
    staff.post(f"{here}/bring-back", status=303)
    assert "1 client on version 1" in text(staff.get("/routines"))


def test_a_routine_that_cannot_come_back_says_why(people: People, visit: Visit) -> None:
    version = publish_routine(people.practice, people.owner)
    own_routines.retire(people.actor(people.owner), version.routine_id)
    own_routines.create(people.actor(people.owner), "a" * 32, RoutineName("Hip routine"))
    staff, here = visit(people.colleague), f"/routines/{version.routine_id}"
    staff.post(f"{here}/bring-back", status=303)
    assert "called “Hip routine” already" in text(staff.get(here))


def test_an_old_version_can_be_read(people: People, visit: Visit) -> None:
    version = publish_routine(people.practice, people.owner)
    staff, here = visit(people.colleague), f"/routines/{version.routine_id}"
    staff.post(f"{here}/draft", status=303)
    page = text(staff.get(f"{here}?version=2"))
    assert "Draft Version 2" in page
    assert "Version 1" in page
    staff.get(f"{here}?version=3", status=404)
    staff.get(f"{here}?version=x", status=404)


@pytest.mark.parametrize("path", ["/new", "/{id}/name", "/{id}/retire"])
def test_an_assistant_is_told_who_changes_routines(people: People, visit: Visit, path: str) -> None:
    version = publish_routine(people.practice, people.owner)
    staff = visit(people.assistant)
    answer = staff.get("/routines" + path.format(id=version.routine_id), status=303)
    assert "A practitioner or the owner" in text(staff.get(answer.location))


def test_the_list_asks_no_more_for_many_routines(people: People, visit: Visit) -> None:
    version = publish_routine(people.practice, people.owner)
    publish_beside(version)
    owner = people.actor(people.owner)
    for number in range(6):
        own_routines.create(owner, f"{number}" * 32, RoutineName(f"Copy {number}"), version.routine_id)
    page = text(visit(people.colleague).get("/routines"))
    assert page.count("Version 1, signed off") == 6
    assert "Version 1, published" in page
