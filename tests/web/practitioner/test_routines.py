"""The pages of routines: reading a draft, publishing it under one's name, making a new version."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from clinic.catalogue import load_catalogue
from clinic.domain.moves import MoveContent
from clinic.domain.types import RoutineStatus
from clinic.extensions import db
from clinic.models import Routine, RoutineVersion
from clinic.services.clock import now
from clinic.services.routines import publishing as routines
from clinic.services.transaction import transaction
from clinic.web.filters import day_year, local_date
from tests.factories.people import People
from tests.factories.programs import publish_routine
from tests.statements import statements
from tests.visitor import Visitor

Visit = Callable[..., Visitor]


def text(answer: Any) -> str:
    """A page's words, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def typed(answer: Any) -> dict[str, Any]:
    """What a browser would send back from a page as it stands."""
    html = answer.get_data(as_text=True).split("<main", 1)[1]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input\s[^>]*>", html):
        fields = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if fields.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        sent[fields["name"]] = fields.get("value", "")
    for name, inside in re.findall(r'<textarea\s[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', html, re.S):
        sent[name] = inside
    for name, inside in re.findall(r'<select\s[^>]*name="([^"]*)"[^>]*>(.*?)</select>', html, re.S):
        sent[name] = re.findall(r'value="([^"]*)"[^>]* selected', inside)[0]
    return {name: unescape(value) for name, value in sent.items()}


def ticked(answer: Any) -> dict[str, Any]:
    """What a browser would send back with every text ticked."""
    names = re.findall(r'name="(ticks-\d+-taken)"', answer.get_data(as_text=True))
    return typed(answer) | dict.fromkeys(names, "y")


@pytest.fixture
def routine(people: People) -> Routine:
    """The hip routine as a draft."""
    with transaction():
        routines.begin_with_catalogue(people.practice)
    return routines.listed(people.actor(people.owner))[0]


def publish_url(routine: Routine) -> str:
    return f"/routines/{routine.id}/publish"


def newest(routine: Routine) -> RoutineVersion:
    query = (
        select(RoutineVersion).where(RoutineVersion.routine_id == routine.id).order_by(RoutineVersion.number)
    )
    return list(db.session.scalars(query))[-1]


def test_the_list_and_the_routine_say_that_it_waits_for_a_name(
    people: People, visit: Visit, routine: Routine
) -> None:
    staff = visit(people.colleague)
    assert "Hip routine" in text(staff.get("/routines"))
    page = text(staff.get(f"/routines/{routine.id}"))
    assert "Not published yet" in page
    assert "Read and publish" in page


def test_the_draft_shows_all_wording_and_chooses_nothing_beforehand(
    people: People, visit: Visit, routine: Routine
) -> None:
    answer = visit(people.colleague).get(publish_url(routine))
    page, catalogue = text(answer), load_catalogue()
    assert page.count("Authored, awaits your sign-off") == 7
    for sign in catalogue.warnings.signs.values():
        assert sign.text.split("'")[0] in page
    for question in catalogue.checkin.weekly:
        assert question.text.replace("{mistake}", "Butt Mistake") in page
    sent = typed(answer)
    assert "faults" not in sent
    assert "ticks-0-taken" not in sent
    assert sent["video_time"] == ""
    assert sent["moves-1-dose-tempo"] == "3-1-2-0"


def test_publishing_wants_the_tick_and_the_mistake_and_keeps_what_was_typed(
    people: People, visit: Visit, routine: Routine
) -> None:
    staff = visit(people.colleague)
    sent = typed(staff.get(publish_url(routine))) | {"act": "publish", "moves-0-cues": "Small\nSlow"}
    answer = staff.post(publish_url(routine), sent, status=422)
    assert text(answer).count("tick that you have read it and take it as your own") == 14, "summary and tick"
    assert typed(answer)["moves-0-cues"] == "Small\nSlow"
    answer = staff.post(publish_url(routine), sent | ticked(answer), status=422)
    assert "Say what the Butt Mistake is" in text(answer)
    assert newest(routine).status is RoutineStatus.DRAFT


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("moves-1-video", "https://videos.example/abc", "Use a link to YouTube or Vimeo."),
        (
            "moves-1-video",
            "https://youtube.com.evil.example/watch?v=abcdefghijk",
            "Use a link to YouTube or Vimeo.",
        ),
        ("moves-0-dose-sets", "11", "Rounds must be from 1 to 10."),
        ("moves-0-dose-reps", "eight", "Repetitions: enter a whole number."),
        ("moves-0-dose-tempo", "slow", "Write the tempo as four numbers"),
        ("moves-0-cues", "Only one", "Write 2 to 4 cues"),
        ("video_time", "4.30", "Write minutes and seconds"),
        ("own_see", "Your tail curls.", "say both what it looks like and the fix"),
    ],
)
def test_bad_input_is_said_at_its_field_and_nothing_is_saved(
    people: People, visit: Visit, routine: Routine, name: str, value: str, problem: str
) -> None:
    staff = visit(people.colleague)
    sent = ticked(staff.get(publish_url(routine))) | {
        "act": "publish",
        "faults": "tuck",
        name: value,
    }
    answer = staff.post(publish_url(routine), sent, status=422)
    html = answer.get_data(as_text=True)
    assert problem in text(answer)
    assert f'<a href="#{"own_fix" if name == "own_see" else name}">' in html
    assert newest(routine).status is RoutineStatus.DRAFT


def test_published_it_is_frozen_with_video_mistake_and_time(
    people: People, visit: Visit, routine: Routine
) -> None:
    staff = visit(people.colleague)
    sent = ticked(staff.get(publish_url(routine))) | {
        "act": "publish",
        "faults": ["tuck", "rounding"],
        "moves-1-video": "https://youtu.be/abcdefghijk?t=3",
        "video_time": "4:30",
    }
    answer = staff.post(publish_url(routine), sent, status=303)
    page = text(staff.get(answer.location))
    assert "can be assigned now" in page
    assert "What clients get now" in page
    version = routines.whole_version(people.actor(people.owner), newest(routine).id)
    hinge = MoveContent.from_json(version.items[1].content or {})
    assert hinge.video is not None
    assert (hinge.video.provider, hinge.video.id) == ("youtube", "abcdefghijk")
    assert hinge.named_mistake is not None
    assert hinge.named_mistake.video_second == 270
    again = staff.post(publish_url(routine), sent, status=303)
    assert again.location == answer.location
    assert newest(routine).number == 1


def test_a_draft_can_be_kept_without_a_tick(people: People, visit: Visit, routine: Routine) -> None:
    staff = visit(people.colleague)
    sent = typed(staff.get(publish_url(routine))) | {
        "act": "draft",
        "moves-0-cues": "Small\nSlow",
        "faults": "tuck",
    }
    staff.post(publish_url(routine), sent, status=303)
    kept = typed(staff.get(publish_url(routine)))
    assert kept["moves-0-cues"] == "Small\nSlow"
    assert kept["faults"] == "tuck"
    assert newest(routine).status is RoutineStatus.DRAFT


def test_a_draft_somebody_changed_is_shown_again_with_both_texts(
    people: People, visit: Visit, routine: Routine
) -> None:
    mine, theirs = visit(people.owner), visit(people.colleague)
    sent = ticked(mine.get(publish_url(routine))) | {"act": "publish", "faults": "tuck"}
    other = typed(theirs.get(publish_url(routine))) | {
        "act": "draft",
        "moves-1-cues": "Theirs one\nTheirs two",
    }
    theirs.post(publish_url(routine), other, status=303)
    answer = mine.post(publish_url(routine), sent | {"moves-1-cues": "Mine one\nMine two"}, status=409)
    page = text(answer)
    assert "Theirs one / Theirs two" in page
    shown = typed(answer)
    assert shown["moves-1-cues"] == "Mine one\nMine two"
    assert "ticks-0-taken" not in shown
    mine.post(publish_url(routine), ticked(answer) | {"act": "publish"}, status=303)
    assert newest(routine).status is RoutineStatus.PUBLISHED


def test_without_the_numbers_there_is_a_way_to_them_and_no_publishing(
    people: People, visit: Visit, routine: Routine
) -> None:
    people.practice.emergency_number = None
    db.session.commit()
    answer = visit(people.colleague).get(publish_url(routine))
    assert "Set your emergency numbers first" in text(answer)
    assert 'value="publish"' not in answer.get_data(as_text=True)


def test_an_assistant_reads_but_does_not_publish(people: People, visit: Visit, routine: Routine) -> None:
    staff = visit(people.assistant)
    page = text(staff.get(f"/routines/{routine.id}"))
    assert "Ask a practitioner or the owner" in page
    assert staff.get(publish_url(routine), status=303).location == f"/routines/{routine.id}"
    staff.post(publish_url(routine), {"act": "publish"}, status=303)
    assert newest(routine).status is RoutineStatus.DRAFT


def test_an_assistant_begins_no_new_version(people: People, visit: Visit) -> None:
    first = publish_routine(people.practice, people.owner)
    visit(people.assistant).post(f"/routines/{first.routine_id}/draft", status=403)
    assert newest(first.routine).number == 1


def test_a_form_with_other_moves_was_not_made_by_us(people: People, visit: Visit, routine: Routine) -> None:
    staff = visit(people.colleague)
    sent = {
        name: value for name, value in typed(staff.get(publish_url(routine))).items() if "moves-1" not in name
    }
    staff.post(publish_url(routine), sent | {"act": "publish"}, status=400)


def test_a_new_version_is_begun_and_published_with_its_note(people: People, visit: Visit) -> None:
    first = publish_routine(people.practice, people.owner)
    staff, here = visit(people.colleague), f"/routines/{first.routine_id}"
    answer = staff.post(f"{here}/draft", status=303)
    page = staff.get(answer.location)
    assert text(page).count("Signed off by Olive Hart") == 7
    sent = ticked(page) | {"act": "publish", "moves-1-cues": "Hips back\nLong back"}
    assert sent["faults"] == "tuck", "what was confirmed stands in the form again"
    refused = staff.post(answer.location, sent, status=422)
    assert "Say in a sentence what is new" in text(refused)
    staff.post(answer.location, sent | {"change_note": "Two cues are enough."}, status=303)
    page_now = text(staff.get(here))
    assert "Version 2" in page_now
    today = day_year(local_date(now(), people.practice.time_zone))
    assert f"{today} by {people.colleague.name}" in page_now, "who published it"
    assert f"Confirmed on {today} by {people.colleague.name}." in page_now, "who said what the mistake is"
    assert "Two cues are enough." in page_now


@pytest.mark.parametrize("path", ["", "/publish"])
def test_strangers_find_nothing(people: People, visit: Visit, routine: Routine, path: str) -> None:
    visit(people.stranger).get(f"/routines/{routine.id}{path}", status=404)
    visit(people.client_user).get(f"/routines/{routine.id}{path}", status=404)


@pytest.mark.parametrize("path", ["/routines", "/routines/{id}", "/routines/{id}/publish"])
def test_each_page_asks_the_database_at_most_eight_times(
    people: People, visit: Visit, routine: Routine, path: str
) -> None:
    staff = visit(people.colleague)
    with statements() as said:
        staff.get(path.format(id=routine.id))
    queries = [statement for statement in said if statement.lstrip().upper().startswith("SELECT")]
    assert len(queries) <= 8, "\n\n".join(queries)
