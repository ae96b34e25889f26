"""A move of the practice's own, without a drawing, on every page and paper that a shipped one stands on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clinic.domain.own_moves import FaultWords
from clinic.models import Exercise, Program, Routine, RoutineVersion
from clinic.services.assessments import recording
from clinic.services.checkins import opening
from clinic.services.routines import own_moves, versions
from clinic.services.transaction import transaction
from tests.factories.checkins import sent_checkin
from tests.factories.moves import DOSE, make_move, publish_own
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.pdf_reader import words_in
from tests.visitor import Visitor
from tests.web.practitioner.test_batteries import text
from tests.web.practitioner.test_moves import typed

Visit = Callable[..., Visitor]


@pytest.fixture
def bridge(people: People) -> Exercise:
    """A move with a mistake, one other fault in a whole sentence, and nothing that may be left out."""
    bare = {"setup": (), "feet_words": "", "equipment": ("a mat", "a cushion"), "easier": ()}
    faults = (
        FaultWords(name="Toes light", see="Your toes lift off.", fix="Press the whole foot down."),
        FaultWords(name="Knees in", see="the knees fall in", fix="push them out"),
    )
    return make_move(people.actor(people.colleague), faults=faults, **bare)


@pytest.fixture
def version(people: People, bridge: Exercise) -> RoutineVersion:
    """A published routine of that move alone."""
    return publish_own(people.practice, people.owner, bridge)


@pytest.fixture
def program(people: People, version: RoutineVersion) -> Program:
    """It, assigned to a client."""
    return assign_program(people.owner, people.client, version)


def test_the_client_reads_it_practises_it_and_has_it_on_paper(
    people: People, program: Program, visit: Visit
) -> None:
    ada = visit(people.client_user)
    assert "Heel bridge" in text(ada.get("/my"))
    assert "Heel bridge" in text(ada.get("/my/program"))
    assert "Have ready: a mat, a cushion." in text(ada.get("/my/program"))
    page = text(ada.get("/my/program/1"))
    for said in (
        "The Rib Flare",
        "Have ready: a mat, a cushion.",
        "Your toes lift off. Instead: Press the whole foot down.",
        "The knees fall in. Instead: push them out.",
        "In bed Lift your hips to move over.",
    ):
        assert said in page
    for unsaid in ("Get ready", "Feet</dt>", "How far", "Show it moving"):
        assert unsaid not in page
    paper = words_in(ada.get("/my/handout.pdf").data)
    assert "Heel bridge" in paper
    assert "Rib Flare" in paper
    assert "Have ready: a mat, a cushion." in paper


def test_staff_see_it_where_it_is_assigned_shown_and_corrected(
    people: People, program: Program, version: RoutineVersion, visit: Visit
) -> None:
    robin, client = visit(people.colleague), people.client.id
    for page in (
        f"/routines/{version.routine_id}",
        f"/programs/{program.id}",
        f"/programs/{program.id}/doses",
        f"/clients/{client}/program",
        f"/clients/{client}/programs/new",
        f"/library/{version.items[0].exercise_id}",
    ):
        assert "Heel bridge" in text(robin.get(page)), page


def test_the_checkin_asks_for_its_mistake_by_name(people: People, program: Program) -> None:
    assert opening.named_mistake(sent_checkin(program)) == "Rib Flare"


def test_an_assessment_asks_for_the_mistake_of_the_shipped_move_alone(
    people: People, bridge: Exercise
) -> None:
    actor = people.actor(people.colleague)
    assert recording.named_mistake(actor) is None
    publish_routine(people.practice, people.owner)
    found = recording.named_mistake(actor)
    assert found is not None
    assert found.key == "named_mistake"
    assert found.exercise_id != bridge.id


def test_publishing_beside_the_shipped_moves_leaves_its_mistake_as_it_is(
    people: People, bridge: Exercise, visit: Visit
) -> None:
    published = publish_routine(people.practice, people.owner)
    with transaction() as session:
        draft = versions.add_version(session.get_one(Routine, published.routine_id), 2)
        for position, item in enumerate(published.items, 1):
            versions.add_item(draft, position, item.exercise_id, DOSE)
        versions.add_item(draft, 3, bridge.id, DOSE)
    page = f"/routines/{published.routine_id}/publish"
    browser = visit(people.colleague)
    shown = browser.get(page)
    assert shown.get_data(as_text=True).count('id="mistake"') == 1
    browser.post(page, data={**typed(shown), "act": "draft"}, status=303)
    words = own_moves.words_of(own_moves.whole(people.actor(people.colleague), bridge.id))
    assert (words.mistake_name, words.mistake_see) == (
        "Rib Flare",
        "Your ribs stick up and your back arches.",
    )
