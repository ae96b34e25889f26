"""Recording an assessment on its pages: typed values, all normal, two windows, saving as one types."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from types import FrameType
from typing import Any

import html5lib
import pytest
from sqlalchemy import select

from clinic.domain.findings import Place, read
from clinic.domain.types import Side
from clinic.extensions import db
from clinic.models import Assessment, AuditEvent, Finding
from clinic.services.actors import Actor
from clinic.services.assessments import recording as assessments
from clinic.services.routines import publishing as routines
from clinic.services.transaction import transaction
from tests.factories.assessments import INTERNAL_LEFT, POSITIVE, SETUP, draft, recorded, signed
from tests.factories.people import People
from tests.visitor import Visitor
from tests.web.practitioner.test_assessments import path_of, sent_back, stored, text, url

Visit = Callable[..., Visitor]
FIRST, LATER = date(2026, 3, 2), date(2026, 3, 30)
RESIDUAL = Place("thomas", "residual", Side.LEFT)


@pytest.fixture
def robin(people: People) -> Actor:
    """The practitioner."""
    return people.actor(people.colleague)


@pytest.fixture
def staff(people: People, visit: Visit) -> Visitor:
    """A practitioner's browser."""
    return visit(people.colleague)


@pytest.fixture
def assessment(people: People, robin: Actor) -> Assessment:
    """An empty draft."""
    return draft(robin, people.client)


def kept(staff: Visitor, at: str, values: dict[str, Any], status: int = 200) -> dict[str, Any]:
    """What the page is told when it saves while somebody types."""
    answer = staff.post(f"{at}/keep", values, status=status)
    told: dict[str, Any] = json.loads(answer.get_data(as_text=True))
    return told


def marked(assessment: Assessment) -> set[str]:
    """The fields that "all normal" set."""
    query = select(Finding).where(Finding.assessment_id == assessment.id, Finding.as_normal)
    return {"-".join((row.test_key, row.field_key, row.side)) for row in db.session.scalars(query)}


def test_begin_record_three_sections_read_and_sign(people: People, staff: Visitor) -> None:
    new = f"/clients/{people.client.id}/assessments/new"
    page = staff.get(new)
    answer = staff.post(new, sent_back(page), status=303)
    at = path_of(answer)
    assert at.endswith("/orthopedic")
    values = sent_back(staff.get(at)) | {
        "faber-result-right": "positive",
        "faber-pain-right": "6",
        "act": "next",
    }
    answer = staff.post(at, values, status=303)
    assert path_of(answer).endswith("/neurologic")
    answer = staff.post(path_of(answer), sent_back(staff.get(path_of(answer))) | {"act": "next"}, status=303)
    assert path_of(answer).endswith("/functional_movement")
    hinge = {"hinge_dowel-faults-none": ["tuck", "rounding"], "act": "next"}
    answer = staff.post(path_of(answer), sent_back(staff.get(path_of(answer))) | hinge, status=303)
    chart = text(staff.get(path_of(answer)))
    assert "FABER (Patrick) Right positive, pain 6/10" in chart
    assert "Low back rounds, Pelvis tucks under" in chart
    sign = path_of(answer) + "/sign"
    answer = staff.post(sign, sent_back(staff.get(sign)) | {"confirmed": "y"}, status=303)
    assert "Signed and locked." in text(staff.get(path_of(answer)))
    actions = db.session.scalars(select(AuditEvent.action).where(AuditEvent.client_id == people.client.id))
    assert {"assessment.begun", "assessment.signed"} <= set(actions)


def test_the_page_shows_what_was_saved_so_that_sending_it_back_changes_nothing(
    staff: Visitor, robin: Actor, assessment: Assessment
) -> None:
    values = {POSITIVE: "positive", INTERNAL_LEFT: -5.0, Place("faber", "where", Side.LEFT): "groin", **SETUP}
    recorded(robin, assessment, values)
    page = staff.get(url(assessment, "orthopedic"))
    staff.post(url(assessment, "orthopedic"), sent_back(page) | {"act": "stay"}, status=303)
    assert stored(assessment) == values


@pytest.mark.parametrize(
    "field, typed, reason",
    [
        ("slr-angle-right", "140", "140 is too high: 120° is the most"),
        ("faber-pain-left", "-1", "−1 is too low: 0 is the least"),
        ("slr-angle-right", "about 40", "Enter a number, in figures."),
        ("faber-note-none", "x" * 501, "Use 500 characters or fewer."),
    ],
)
def test_what_cannot_be_read_is_kept_as_typed_with_the_reason_beside_it_and_the_rest_is_saved(
    staff: Visitor, assessment: Assessment, field: str, typed: str, reason: str
) -> None:
    at = url(assessment, "orthopedic")
    values = sent_back(staff.get(at)) | {"thomas-residual-left": "22", "note": "Came late.", field: typed}
    answer = staff.post(at, values | {"act": "next"}, status=422)
    html = answer.get_data(as_text=True)
    assert reason in text(answer)
    assert "<title>Error: " in html
    assert f'href="#{field}"' in html
    assert f'id="{field}-error"' in html
    assert stored(assessment) == {RESIDUAL: 22.0}
    later = staff.get(at)  # after a sign-out, a restart, an empty battery
    assert "Kept as typed, not read yet" in text(later)
    again = sent_back(later)
    assert (again[field], again["note"]) == ([typed], "Came late.")
    sign = url(assessment, "sign")
    words = text(staff.post(sign, sent_back(staff.get(sign)) | {"confirmed": "y"}, status=422))
    assert "1 entry cannot be read as typed" in words


@pytest.mark.parametrize(
    "field, typed, beside, reason",
    [
        ("faber-result-left", "certain", "faber-result-left", "Choose one of the answers offered here."),
        ("hip_rotation-device-left", "phone", "hip_rotation-device-none", "recorded once, without a side."),
        (
            "chair_stand_30s-stands-left",
            "12",
            "chair_stand_30s-stands-none",
            "recorded once, without a side.",
        ),
        ("faber-result-none", "positive", "faber-result-left", "Say which side: left or right."),
    ],
)
def test_what_no_hand_at_the_page_can_send_is_refused_whole_and_nothing_typed_is_lost_from_sight(
    staff: Visitor, assessment: Assessment, field: str, typed: str, beside: str, reason: str
) -> None:
    at = url(assessment, "functional_movement" if field.startswith("chair") else "orthopedic")
    values = sent_back(staff.get(at)) | {"note": "Came late.", field: typed}
    answer = staff.post(at, values, status=422)
    assert reason in text(answer)
    assert f'href="#{beside}"' in answer.get_data(as_text=True)
    assert sent_back(answer)["note"] == "Came late."
    assert stored(assessment) == {}
    assert kept(staff, at, values, 422) == {"state": "refused"}


def test_a_field_that_the_page_does_not_have_is_refused_by_its_name(
    staff: Visitor, assessment: Assessment
) -> None:
    at = url(assessment, "orthopedic")
    values = sent_back(staff.get(at)) | {"faber-result-left": "positive", "practice_id": "1"}
    assert "“practice_id” is not a field of this page." in text(staff.post(at, values, status=422))
    assert stored(assessment) == {}


def test_all_normal_fills_what_is_empty_says_so_and_is_undone_without_touching_the_rest(
    staff: Visitor, assessment: Assessment
) -> None:
    at = url(assessment, "neurologic")
    values = sent_back(staff.get(at)) | {"light_touch-l5-left": "reduced", "act": "normal:light_touch"}
    answer = staff.post(at, values, status=303)
    assert answer.headers["Location"].endswith("#light_touch")
    assert {(at.field, at.side.value): value for at, value in stored(assessment).items()} == {
        ("l4", "left"): "normal",
        ("l4", "right"): "normal",
        ("l5", "left"): "reduced",
        ("l5", "right"): "normal",
        ("s1", "left"): "normal",
        ("s1", "right"): "normal",
    }
    page = staff.get(at)
    assert "Light touch: 5 fields filled in as normal. Saved." in text(page)
    assert "5 set at once" in text(page)
    assert text(page).count("set by All normal") == 5
    assert len(marked(assessment)) == 5
    # one is changed by hand: it is not taken back with the others
    changed = sent_back(page) | {"light_touch-s1-left": "absent", "act": "undo:light_touch"}
    staff.post(at, changed, status=303)
    assert {(at.field, at.side.value): value for at, value in stored(assessment).items()} == {
        ("l5", "left"): "reduced",
        ("s1", "left"): "absent",
    }
    assert marked(assessment) == set()


def test_two_windows_that_changed_different_fields_are_put_together(
    staff: Visitor, robin: Actor, assessment: Assessment
) -> None:
    at = url(assessment, "orthopedic")
    mine = sent_back(staff.get(at)) | {"thomas-residual-left": "22"}
    recorded(robin, assessment, {POSITIVE: "positive", INTERNAL_LEFT: 35.0})
    staff.post(at, mine | {"act": "stay"}, status=303)
    assert stored(assessment) == {POSITIVE: "positive", INTERNAL_LEFT: 35.0, RESIDUAL: 22.0}


def test_the_same_field_twice_comes_to_a_page_with_both_and_is_chosen_field_by_field(
    people: People, staff: Visitor, assessment: Assessment
) -> None:
    at = url(assessment, "orthopedic")
    mine = sent_back(staff.get(at)) | {
        "thomas-residual-left": "22",
        "faber-result-right": "negative",
        "slr-angle-left": "50",
    }
    theirs = {POSITIVE: "positive", Place("slr", "angle", Side.LEFT): 60.0}
    recorded(people.actor(people.assistant), assessment, theirs)
    answer = staff.post(at, mine | {"act": "next"}, status=409)
    words = text(answer)
    assert f"{people.assistant.name} saved this section on" in words
    assert "2 fields were changed here and there" in words
    assert "FABER (Patrick), right Saved now Positive Yours Negative" in words
    assert "Saved now 60° Yours 50°" in words
    assert stored(assessment) == {**theirs, RESIDUAL: 22.0}  # the rest is kept, these two wait
    both = sent_back(answer) | {"pick-faber-result-right": "mine", "act": "choose"}
    again = staff.post(at, both, status=422)
    assert "first symptom at, left: choose one of the two." in text(again)
    staff.post(at, sent_back(again) | {"pick-slr-angle-left": "theirs", "act": "choose"}, status=303)
    assert stored(assessment) == {**theirs, POSITIVE: "negative", RESIDUAL: 22.0}


def test_choosing_collides_again_if_a_third_value_came_meanwhile(
    staff: Visitor, robin: Actor, assessment: Assessment
) -> None:
    at = url(assessment, "orthopedic")
    mine = sent_back(staff.get(at)) | {"faber-result-right": "negative"}
    recorded(robin, assessment, {POSITIVE: "positive"})
    both = sent_back(staff.post(at, mine | {"act": "stay"}, status=409))
    recorded(robin, assessment, {POSITIVE: "equivocal"})
    answer = staff.post(at, both | {"pick-faber-result-right": "mine", "act": "choose"}, status=409)
    assert "Saved now Equivocal Yours Negative" in text(answer)
    assert stored(assessment) == {POSITIVE: "equivocal"}


def test_a_form_that_forgot_what_it_showed_overwrites_nothing(
    staff: Visitor, robin: Actor, assessment: Assessment
) -> None:
    at = url(assessment, "orthopedic")
    page = sent_back(staff.get(at))
    recorded(robin, assessment, {POSITIVE: "positive"})
    for seen in ("", "[1]", "{", '{"faber-result-right": 3}'):
        staff.post(at, page | {"seen": seen, "faber-result-right": "negative", "act": "stay"}, status=409)
    assert stored(assessment) == {POSITIVE: "positive"}


def test_signed_in_another_tab_shows_what_was_typed_and_saves_nothing(
    staff: Visitor, robin: Actor, assessment: Assessment
) -> None:
    recorded(robin, assessment, {POSITIVE: "positive"})
    at = url(assessment, "orthopedic")
    mine = sent_back(staff.get(at)) | {"faber-result-right": "negative", "note": "My words."}
    assessments.sign(robin, assessment.id, assessments.whole(robin, assessment.id).version)
    words = text(staff.post(at, mine, status=409))
    assert "This assessment was signed meanwhile" in words
    assert "FABER (Patrick), right Positive Negative" in words
    assert "My words." in words
    assert kept(staff, at, mine, 409) == {"state": "signed"}
    staff.get(url(assessment, "date"), status=303)
    assert stored(assessment) == {POSITIVE: "positive"}


def test_saving_as_one_types_keeps_each_field_and_tells_what_was_refused(
    staff: Visitor, assessment: Assessment
) -> None:
    at = url(assessment, "orthopedic")
    page = sent_back(staff.get(at))
    told = kept(staff, at, page | {"faber-result-right": "positive", "slr-angle-left": "4"})
    assert (told["state"], told["refused"], told["theirs"]) == ("saved", {}, {})
    assert told["seen"] == {"faber-result-right": "positive", "slr-angle-left": "4"}
    told = kept(staff, at, page | {"seen": json.dumps(told["seen"]), "slr-angle-left": "450"})
    assert told["refused"] == {
        "slr-angle-left": "450 is too high: 120° is the most that can be recorded here."
    }
    assert stored(assessment) == {}  # the second page had no result any more
    assert sent_back(staff.get(at))["slr-angle-left"] == ["450"]


def test_saving_as_one_types_brings_in_what_others_filled_in_and_never_passes_over_it(
    people: People, staff: Visitor, robin: Actor, assessment: Assessment
) -> None:
    at = url(assessment, "orthopedic")
    page = sent_back(staff.get(at))
    recorded(robin, assessment, {POSITIVE: "positive", INTERNAL_LEFT: 30.0})
    mine = page | {"thomas-residual-left": "22", "faber-result-right": "negative"}
    told = kept(staff, at, mine)
    assert (told["state"], told["collided"]) == ("collided", ["faber-result-right"])
    assert told["theirs"] == {"hip_rotation-internal_passive-left": "30"}
    assert "faber-result-right" not in {key: text for key, text in told["seen"].items() if text}
    again = mine | {"seen": json.dumps(told["seen"]), "hip_rotation-internal_passive-left": "30"}
    assert kept(staff, at, again)["state"] == "collided"
    assert stored(assessment) == {POSITIVE: "positive", INTERNAL_LEFT: 30.0, RESIDUAL: 22.0}


def test_saving_as_one_types_raises_the_same_day_flag_at_once(staff: Visitor, assessment: Assessment) -> None:
    at = url(assessment, "neurologic")
    told = kept(staff, at, sent_back(staff.get(at)) | {"plantar_response-response-right": "up"})
    assert "Have the client seen by a doctor today" in told["flags"]


def test_the_value_before_stands_beside_each_field(people: People, staff: Visitor, robin: Actor) -> None:
    signed(robin, people.client, FIRST, {INTERNAL_LEFT: 30.0, POSITIVE: "positive"})
    page = staff.get(url(draft(robin, people.client, LATER), "orthopedic"))
    assert "before: 30°" in text(page).replace("before: </span>", "before: ")
    assert "before: Pos" in text(page)
    assert "Mon 2 Mar 2026" in text(page)


def test_the_device_is_asked_once_for_the_section_with_what_it_was_before(
    people: People, staff: Visitor, robin: Actor
) -> None:
    assessment = assessments.begin(robin, people.client.id, "hip_range_of_motion", LATER)
    at = url(assessment, "orthopedic")
    page = staff.get(at)
    html = html5lib.parse(page.get_data(as_text=True), namespaceHTMLElements=False)
    own = [box for box in html.iter("select") if str(box.get("name")).endswith("-device-none")]
    assert len(own) > 3
    assert {(box.findtext("option") or "").strip() for box in own} == {"As for the section"}
    values = sent_back(page) | {"section-device-none": "goniometer", "hip_flexion-passive-left": "110"}
    staff.post(at, values | {"act": "stay"}, status=303)
    assert stored(assessment) == {
        Place("hip_flexion", "passive", Side.LEFT): 110.0,
        Place("hip_flexion", "device", Side.NONE): "goniometer",
    }


def test_the_date_of_a_draft_is_put_right(staff: Visitor, robin: Actor, assessment: Assessment) -> None:
    at = url(assessment, "date")
    parts = {"taken_on-day": "30", "taken_on-month": "3", "taken_on-year": "2026"}
    page = sent_back(staff.get(at))
    assert path_of(staff.post(at, page | parts, status=303)) == url(assessment)
    assert assessments.whole(robin, assessment.id).taken_on == LATER
    words = text(staff.post(at, page | parts | {"taken_on-day": "29"}, status=409))
    assert "Somebody changed it meanwhile" in words
    assert "a day to come" in text(staff.post(at, page | parts | {"taken_on-year": "2999"}, status=422))


def test_the_body_is_pressed_where_touch_is_asked_and_its_parts_are_the_rows_fields(
    staff: Visitor, assessment: Assessment
) -> None:
    html = html5lib.parse(
        staff.get(url(assessment, "neurologic")).get_data(as_text=True), namespaceHTMLElements=False
    )
    rows = {box.get("name") for box in html.iter("input") if box.get("type") == "radio"}
    parts = [each for each in html.iter() if each.get("data-target")]
    assert {each.get("data-target") for each in parts} == {
        f"light_touch-{level}-{side}" for level in ("l4", "l5", "s1") for side in ("left", "right")
    }
    assert {each.get("data-target") for each in parts} <= rows
    assert all(each.get("aria-label") and each.get("role") == "button" for each in parts)


def test_a_draft_is_discarded_only_by_posting(people: People, staff: Visitor, assessment: Assessment) -> None:
    at = url(assessment)
    page = staff.get(f"{at}/discard")
    staff.get(at)
    answer = staff.post(f"{at}/discard", sent_back(page), status=303)
    assert path_of(answer) == f"/clients/{people.client.id}/assessments"
    staff.get(at, status=404)


def test_the_practices_own_name_for_its_mistake_stands_among_the_faults(
    people: People, staff: Visitor, assessment: Assessment
) -> None:
    with transaction():
        routines.begin_with_catalogue(people.practice)
    named = assessments.named_mistake(people.actor(people.owner))
    assert named is not None
    with transaction():
        db.session.merge(named).see = "The seat tucks <under> at the bottom."
    words = staff.get(url(assessment, "functional_movement")).get_data(as_text=True)
    assert "The seat tucks &lt;under&gt; at the bottom." in words


@pytest.mark.parametrize("page", ["orthopedic/keep", "date"])
def test_strangers_find_nothing(people: People, visit: Visit, assessment: Assessment, page: str) -> None:
    for user in (people.stranger, people.client_user):
        visit(user).post(url(assessment, page), {"faber-result-right": "positive"}, status=404)
    assert stored(assessment) == {}


@pytest.mark.parametrize("how", ["save", "keep", "refused"])
def test_what_is_typed_is_read_once_a_save(staff: Visitor, assessment: Assessment, how: str) -> None:
    at = url(assessment, "orthopedic")
    typed = "451" if how == "refused" else "47"
    values = sent_back(staff.get(at)) | {"slr-angle-right": typed, "act": "stay"}
    reads = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal reads
        reads += event == "call" and frame.f_code is read.__code__ and typed in frame.f_locals["typed"]

    sys.setprofile(count)
    try:
        if how == "keep":
            kept(staff, at, values)
        else:
            staff.post(at, values, status=422 if how == "refused" else 303)
    finally:
        sys.setprofile(None)
    assert reads == 1
