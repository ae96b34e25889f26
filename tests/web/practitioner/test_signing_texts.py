"""Signing a routine text by text: one tick each, what changed marked by word, what is signed folded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from clinic.domain.own_moves import marks_of
from clinic.domain.routine_plans import PlannedMove, RoutinePlan
from clinic.extensions import db
from clinic.models import AuditEvent, Exercise, Routine, SignOff
from clinic.services.routines import choosing, drafting, own_moves, own_routines
from clinic.services.routines import publishing as routines
from clinic.services.routines.own_routines import RoutineName
from clinic.services.transaction import transaction
from tests.factories.moves import make_move
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.visitor import Visitor
from tests.web.practitioner.test_routines import publish_url, text, ticked, typed

Visit = Callable[..., Visitor]


@pytest.fixture
def routine(people: People) -> Routine:
    """The hip routine as a draft."""
    with transaction():
        routines.begin_with_catalogue(people.practice)
    return routines.listed(people.actor(people.owner))[0]


def scopes() -> set[str]:
    return set(db.session.scalars(select(SignOff.scope)))


def tick(answer: Any, *names: str) -> dict[str, Any]:
    """A page as it would be sent with the ticks of these texts."""
    sent = typed(answer)
    fields = {value: name for name, value in sent.items() if name.endswith("-scope")}
    return sent | {fields[name].replace("scope", "taken"): "y" for name in names}


def next_draft(people: People) -> Routine:
    """The published routine with its next version begun."""
    version = publish_routine(people.practice, people.owner)
    routines.begin_draft(people.actor(people.owner), version.routine_id)
    return db.session.get_one(Routine, version.routine_id)


def test_texts_are_signed_one_by_one_until_the_draft_is_signed_off(
    people: People, visit: Visit, routine: Routine
) -> None:
    staff = visit(people.colleague)
    sent = tick(staff.get(publish_url(routine)), "pain_rule", "dose:hip_hinge") | {"act": "draft"}
    staff.post(publish_url(routine), sent, status=303)
    assert scopes() == {"pain_rule", "dose:hip_hinge"}
    page = staff.get(publish_url(routine))
    assert "2 texts signed by you" in text(page)
    assert "5 texts await your sign-off" in text(page)
    assert "2 of 7 texts signed off" in text(staff.get(f"/routines/{routine.id}"))
    sent = ticked(page) | {"act": "draft", "faults": "tuck"}
    staff.post(publish_url(routine), sent, status=303)
    assert "Version 1, signed off" in text(staff.get("/routines"))
    sent = typed(staff.get(publish_url(routine))) | {"act": "publish"}
    staff.post(publish_url(routine), sent, status=303)
    signed = select(SignOff.user_id).distinct()
    assert db.session.scalars(signed).all() == [people.colleague.id]
    saved = AuditEvent.action == "routine.draft_saved"
    told = db.session.scalars(select(AuditEvent.details).where(saved).order_by(AuditEvent.seq))
    assert [len(details["signed"]) for details in told] == [2, 5]


def test_publishing_names_each_text_that_was_not_ticked(
    people: People, visit: Visit, routine: Routine
) -> None:
    staff = visit(people.colleague)
    page = staff.get(publish_url(routine))
    sent = ticked(page) | {"act": "publish", "faults": "tuck"}
    warning = next(name for name, value in sent.items() if value == "warning_signs").replace("scope", "taken")
    del sent[warning]
    refused = staff.post(publish_url(routine), sent, status=422)
    assert "Warning signs: tick that you have read it" in text(refused)
    assert f'<a href="#{warning}">' in refused.get_data(as_text=True)
    assert scopes() == set()


def test_what_changed_since_it_was_signed_is_marked_by_word_and_asked_for_alone(
    people: People, visit: Visit
) -> None:
    routine = next_draft(people)
    hinge = db.session.scalars(select(Exercise).where(Exercise.key == "hip_hinge")).one()
    owner = people.actor(people.owner)
    words = own_moves.words_of(hinge)
    own_moves.revise(owner, hinge.id, replace(words, range_words="As far as it is calm."), marks_of(words))
    staff = visit(people.colleague)
    page = staff.get(publish_url(routine))
    html = page.get_data(as_text=True)
    assert "1 text awaits your sign-off" in text(page)
    assert "Changed, awaits your sign-off" in text(page)
    assert "What changed since Olive Hart" in text(page)
    assert "calm." in html.split("<ins>", 1)[1].split("</ins>")[0]
    assert "<del>" in html
    sent = tick(page, "move:hip_hinge") | {"act": "publish", "change_note": "Calmer."}
    staff.post(publish_url(routine), sent, status=303)


def test_a_signed_text_that_is_changed_on_the_page_wants_its_tick_again(people: People, visit: Visit) -> None:
    routine = next_draft(people)
    staff = visit(people.colleague)
    page = staff.get(publish_url(routine))
    sent = typed(page) | {"act": "publish", "change_note": "More.", "moves-1-dose-sets": "3"}
    refused = staff.post(publish_url(routine), sent, status=422)
    assert "Dose of Hip hinge: tick that you have read it" in text(refused)
    assert "Dose of Hip turns" not in text(refused)
    again = tick(refused, "dose:hip_hinge") | {"act": "publish"}
    staff.post(publish_url(routine), again, status=303)


def test_a_routine_that_shares_a_move_with_a_signed_one_asks_for_what_is_new(
    people: People, visit: Visit
) -> None:
    version = publish_routine(people.practice, people.owner)
    owner = people.actor(people.owner)
    other = own_routines.create(owner, "a" * 32, RoutineName("Legs"), version.routine_id)
    move = make_move(owner)
    held = drafting.plan_of(drafting.newest_version(owner, other.id))
    added = PlannedMove(exercise_id=move.id, dose=choosing.USUAL_DOSE)
    drafting.save_plan(owner, other.id, RoutinePlan((*held.moves, added)), held)
    page = visit(people.colleague).get(publish_url(other))
    assert "2 texts await your sign-off" in text(page)
    assert "Rib Flare" in text(page), "what its mistake is stands on its own page, and is read here"
    assert text(page).count("What is the Butt Mistake?") == 1


def test_publishing_says_who_stays_on_the_version_they_have(people: People, visit: Visit) -> None:
    version = publish_routine(people.practice, people.owner)
    assign_program(people.colleague, people.client, version)
    staff, here = visit(people.colleague), publish_url(version.routine)
    staff.post(f"/routines/{version.routine_id}/draft", status=303)
    page = staff.get(here)
    assert "1 client stays on the version they have until you offer them this one." in text(page)
    sent = typed(page) | {"act": "publish", "change_note": "Nothing much."}
    told = text(staff.get(staff.post(here, sent, status=303).location))
    assert "version 2, is published. It can be assigned now. 1 client stays on the version they have" in told


def test_an_empty_routine_and_a_retired_move_are_not_published(people: People, visit: Visit) -> None:
    publish_routine(people.practice, people.owner)
    owner = people.actor(people.owner)
    empty = own_routines.create(owner, "b" * 32, RoutineName("Empty"))
    staff = visit(people.colleague)
    sent = ticked(staff.get(publish_url(empty))) | {"act": "publish"}
    assert "at least one move" in text(staff.post(publish_url(empty), sent, status=422))
    move = make_move(owner)
    added = PlannedMove(exercise_id=move.id, dose=choosing.USUAL_DOSE)
    drafting.save_plan(owner, empty.id, RoutinePlan((added,)), RoutinePlan())
    own_moves.retire(owner, move.id)
    sent = ticked(staff.get(publish_url(empty))) | {"act": "publish"}
    assert "Heel bridge is retired" in text(staff.post(publish_url(empty), sent, status=422))


def test_what_was_typed_survives_a_draft_that_was_put_together_anew_meanwhile(
    people: People, visit: Visit, routine: Routine
) -> None:
    staff, owner = visit(people.colleague), people.actor(people.owner)
    sent = ticked(staff.get(publish_url(routine)))
    sent |= {"act": "publish", "faults": "tuck", "moves-0-cues": "Mine one\nMine two", "moves-1-cues": "A\nB"}
    held = drafting.plan_of(drafting.newest_version(owner, routine.id))
    drafting.save_plan(owner, routine.id, RoutinePlan(held.moves[:1]), held)
    met = staff.post(publish_url(routine), sent, status=409)
    assert "You had typed its cues: A / B" in text(met)
    assert typed(met)["moves-0-cues"] == "Mine one\nMine two"
    assert not [name for name in typed(met) if name.endswith("-taken")]


def test_the_other_words_of_a_move_are_changed_on_its_page_and_the_way_leads_back(
    people: People, visit: Visit, routine: Routine
) -> None:
    staff, here = visit(people.colleague), publish_url(routine)
    page = staff.get(here).get_data(as_text=True)
    way = next(each for each in re.findall(r'href="(/library/[^"]*/edit[^"]*)"', page))
    answer = staff.get(way)
    assert "The draft you were reading" in text(answer)
    saved = staff.post(way, typed(answer) | {"act": "save", "purpose": "For calm hips."}, status=303)
    assert saved.location == here
    assert "For calm hips." in text(staff.get(here))


def test_saving_a_draft_as_it_stands_changes_no_text(people: People, visit: Visit) -> None:
    routine = next_draft(
        people
    )  # its mistake has a test of the practice's own, in the catalogue's words else
    staff = visit(people.colleague)
    staff.post(publish_url(routine), typed(staff.get(publish_url(routine))) | {"act": "draft"}, status=303)
    assert "All wording is signed off" in text(staff.get(publish_url(routine)))
