"""Pages that read assessments: amendments, comparison, trends, what a program answers, warning findings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

from clinic.domain.findings import Place
from clinic.domain.types import AssessmentStatus, Section, Sex, Side
from clinic.extensions import db
from clinic.models import Amendment, Assessment, Program, ProgramFinding, WarningFlag
from clinic.services.actors import Actor
from clinic.services.assessments import amendments
from clinic.services.assessments import recording as assessments
from clinic.services.assessments.amendments import AmendmentWish
from clinic.services.assessments.retests import FindingCitation
from clinic.services.batteries import offered as batteries
from clinic.services.programs import assigning as programs
from tests.factories.assessments import INTERNAL_LEFT, POSITIVE, SETUP, draft, recorded, signed
from tests.factories.people import People
from tests.factories.programs import publish_routine
from tests.pdf_reader import words_in
from tests.services.test_retests import assignment
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
KEY = "0" * 32  # as a form carries it
FIRST, LATER = date(2026, 3, 2), date(2026, 3, 30)
INTERNAL_RIGHT = INTERNAL_LEFT._replace(side=Side.RIGHT)
FOUND = {POSITIVE: "positive", INTERNAL_LEFT: 20.0, INTERNAL_RIGHT: 35.0, **SETUP}
DEVICE = Place("hip_rotation", "device", Side.NONE)


@pytest.fixture
def robin(people: People) -> Actor:
    """The practitioner."""
    return people.actor(people.colleague)


@pytest.fixture
def staff(people: People, visit: Visit) -> Visitor:
    """A practitioner's browser."""
    return visit(people.colleague)


def text(answer: Any) -> str:
    """A page's words, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def amend(robin: Actor, assessment: Assessment, place: Place, value: float | str) -> None:
    """An amendment of one value."""
    wish = AmendmentWish(key="1", place=place, value=value, note="", reason="Read from the wrong row")
    amendments.amend(robin, assessment.id, wish)


# ---------------------------------------------------------------- reading


def test_the_chart_tells_positives_first_then_negatives_and_draws_the_motions(
    people: People, staff: Visitor, robin: Actor
) -> None:
    left = POSITIVE._replace(side=Side.LEFT)
    done = signed(robin, people.client, FIRST, {**FOUND, left: "negative"})
    words = text(staff.get(f"/assessments/{done.id}"))
    assert "FABER (Patrick) Right positive" in words
    assert "Negative: FABER (Patrick), left only." in words
    assert "L 20° R 35° Sides differ by 15° usual 30–40°" in words


@pytest.mark.parametrize(
    "right, words",
    [
        (20.0, "Sides equal"),
        (24.0, "4° apart"),
        (25.0, "5° apart, within measurement error"),
        (29.0, "9° apart, within measurement error"),
        (30.0, "Sides differ by 10°"),
    ],
)
def test_five_to_nine_degrees_are_within_error_and_ten_are_flagged(
    people: People, staff: Visitor, robin: Actor, right: float, words: str
) -> None:
    done = signed(robin, people.client, FIRST, {**FOUND, INTERNAL_RIGHT: right})
    page = text(staff.get(f"/assessments/{done.id}"))
    assert f"R {right:g}° {words} " in page


# ---------------------------------------------------------------- amendments


def test_an_amendment_is_chosen_filled_in_and_stands_beside_what_was_signed(
    people: People, staff: Visitor, robin: Actor
) -> None:
    done = signed(robin, people.client, FIRST, FOUND)
    at = f"/assessments/{done.id}/amend"
    assert "hip_rotation-internal_passive-left" in staff.get(at).get_data(as_text=True)
    place = f"{at}?at=hip_rotation-internal_passive-left"
    assert "It says now 20°" in text(staff.get(place))
    sent = {"key": KEY, "value": "25", "reason": "Read from the wrong row", "note": ""}
    staff.post(place, sent, status=303)
    staff.post(place, sent, status=303)
    assert db.session.scalar(select(func.count()).select_from(Amendment)) == 1
    words = text(staff.get(f"/assessments/{done.id}"))
    assert "signed as 20° 25°" in words
    assert "Why: Read from the wrong row Robin Vale" in words


@pytest.mark.parametrize(
    "at, sent, message",
    [
        ("hip_rotation-internal_passive-left", {"value": "25", "reason": ""}, "Say why, in a few words."),
        ("hip_rotation-internal_passive-left", {"value": "400", "reason": "x"}, "400 is too high"),
        ("hip_rotation-internal_passive-left", {"value": "", "reason": "x"}, "Give the correct value"),
        (
            "hip_rotation-internal_passive-left",
            {"value": "20", "reason": "x"},
            "That is what it says already.",
        ),
        ("faber-result-right", {"value": "maybe", "reason": "x"}, "Choose one of the answers offered here."),
        ("hinge_dowel-faults-none", {"value": ["none", "tuck"], "reason": "x"}, "not both"),
        ("note", {"reason": "x", "note": ""}, "Write the note."),
    ],
)
def test_what_is_wrong_with_an_amendment_is_said_and_nothing_is_lost(
    people: People, staff: Visitor, robin: Actor, at: str, sent: dict[str, Any], message: str
) -> None:
    done = signed(robin, people.client, FIRST, FOUND)
    answer = staff.post(f"/assessments/{done.id}/amend?at={at}", {"key": KEY, "note": "", **sent}, status=422)
    assert message in text(answer)
    assert db.session.scalar(select(func.count()).select_from(Amendment)) == 0


def test_a_draft_an_assistant_and_an_unknown_place_are_turned_away(
    people: People, staff: Visitor, visit: Visit, robin: Actor
) -> None:
    open_one, done = draft(robin, people.client, LATER), signed(robin, people.client, FIRST, FOUND)
    staff.get(f"/assessments/{open_one.id}/amend", status=303)
    staff.get(f"/assessments/{done.id}/amend?at=faber-result-none", status=404)
    visit(people.assistant).get(f"/assessments/{done.id}/amend", status=303)
    visit(people.stranger).get(f"/assessments/{done.id}/amend", status=404)


# ---------------------------------------------------------------- comparison and trends


def test_the_comparison_says_what_changed_by_how_much_and_against_what(
    people: People, staff: Visitor, robin: Actor
) -> None:
    at = f"/clients/{people.client.id}/assessments/compare"
    assert "There are not two signed assessments yet" in text(staff.get(at))
    signed(robin, people.client, FIRST, FOUND)
    signed(robin, people.client, LATER, {**FOUND, POSITIVE: "negative", INTERNAL_LEFT: 31.0})
    words = text(staff.get(at))
    assert "2 better" in words
    assert "Hip rotation, internal, passive Left 20° 31° +11° Better held against 1" in words
    assert "FABER (Patrick) Right Positive Negative – Better" in words
    assert "Hip rotation: A change of 10 degrees is shown as a change" in words


def test_the_comparison_uses_the_amended_value_and_says_so(
    people: People, staff: Visitor, robin: Actor
) -> None:
    first = signed(robin, people.client, FIRST, FOUND)
    signed(robin, people.client, LATER, {**FOUND, INTERNAL_LEFT: 31.0})
    amend(robin, first, INTERNAL_LEFT, 25.0)
    words = text(staff.get(f"/clients/{people.client.id}/assessments/compare"))
    assert "signed as 20° 25° Amended: Read from the wrong row 31° +6° Within error" in words


def test_another_device_is_not_compared_nor_drawn_in_one_trend(
    people: People, staff: Visitor, robin: Actor
) -> None:
    signed(robin, people.client, FIRST, FOUND)
    signed(robin, people.client, LATER, {**FOUND, INTERNAL_LEFT: 40.0, DEVICE: "inclinometer"})
    at = f"/clients/{people.client.id}/assessments"
    assert "Not comparable: another device" in text(staff.get(f"{at}/compare"))
    assert "Nothing was measured twice yet" in text(staff.get(f"{at}/trends"))


def test_those_between_are_shown_on_demand_and_any_two_can_be_chosen(
    people: People, staff: Visitor, robin: Actor
) -> None:
    days = [date(2026, 3, day) for day in (2, 9, 16)]
    made = [
        signed(robin, people.client, day, {**FOUND, INTERNAL_LEFT: 20.0 + n}) for n, day in enumerate(days)
    ]
    at = f"/clients/{people.client.id}/assessments/compare"
    assert "21°" not in text(staff.get(at))
    assert "20° 21° 22°" in text(staff.get(f"{at}?between=1"))
    assert "21° 22°" in text(staff.get(f"{at}?first={made[2].id}&latest={made[1].id}"))
    staff.get(f"{at}?first=nonsense", status=404)


def test_a_trend_is_drawn_with_its_gaps_and_the_numbers_under_it(
    people: People, staff: Visitor, robin: Actor
) -> None:
    for day, values in (
        (date(2026, 3, 2), FOUND),
        (date(2026, 3, 9), {POSITIVE: "negative"}),
        (date(2026, 3, 16), {**FOUND, INTERNAL_LEFT: 31.0}),
        (date(2026, 3, 23), {**FOUND, INTERNAL_LEFT: 33.0}),
    ):
        signed(robin, people.client, day, values)
    page = staff.get(f"/clients/{people.client.id}/assessments/trends").get_data(as_text=True)
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Hip rotation, internal, passive: left from 20° to 33°, right 35° throughout" in words
    assert "Mon 9 Mar – –" in words
    (left, right) = re.findall(r'class="chart-line"\s+d="([^"]+)"', page)
    assert (left.count("M"), left.count("L")) == (2, 1)  # the pen is lifted over the gap
    assert right.count("M") == 2


# ---------------------------------------------------------------- warning findings


def test_a_warning_finding_is_shown_at_once_with_what_followed_and_stays_when_corrected(
    people: People, staff: Visitor, robin: Actor
) -> None:
    assessment = draft(robin, people.client)
    toe = Place("myotomes", "l5", Side.LEFT)
    recorded(robin, assessment, {toe: 2.0}, Section.NEUROLOGIC)
    at = f"/assessments/{assessment.id}/neurologic"
    words = text(staff.get(at))
    assert "Same-day flag: Strength (myotomes), L5 big toe up, left: 2" in words
    assert "program is locked, check-in mail is stopped, and every practitioner is alerted: by mail" in words
    recorded(robin, assessment, {toe: 5.0}, Section.NEUROLOGIC)
    words = text(staff.get(at))
    assert "Same-day flag" not in words
    assert "Open the warning sign: Strength (myotomes), L5 big toe up, left: 2" in words
    flag = db.session.scalars(select(WarningFlag)).one()
    page = text(staff.get(f"/flags/{flag.id}"))
    assert "What was found" in page
    assert "Found in an assessment" in page
    staff.post(f"/flags/{flag.id}", {"note": "Known since 2019."}, status=303)
    assert "The warning sign of this assessment was cleared" in text(staff.get(at))


# ---------------------------------------------------------------- finding, move, re-test


def test_findings_are_cited_at_assigning_and_the_program_shows_what_it_answers(
    people: People, staff: Visitor, visit: Visit, robin: Actor
) -> None:
    done = signed(robin, people.client, FIRST, FOUND)
    wish = assignment(people)
    at = f"/clients/{people.client.id}/programs/new"
    page = staff.get(at)
    assert "FABER (Patrick), right: Positive" in text(page)
    sent = dict(re.findall(r'name="(key|routine|cited_from)" value="([^"]+)"', page.get_data(as_text=True)))
    assert sent["cited_from"] == str(done.id)
    citation = FindingCitation(done.id, ["faber-result-right"])
    program = programs.assign(robin, people.client.id, replace(wish, citation=citation))
    words = text(staff.get(f"/programs/{program.id}"))
    assert "What it answers" in words
    assert "FABER (Patrick), right Positive" in words
    assert "Not taken again yet" in words
    mine = text(visit(people.client_user).get("/my/program"))
    assert "What this is for" in mine
    assert "how your knee drops out to the side, on the right" in mine
    assert "FABER" not in mine


def assigned_wish(people: People) -> programs.Assignment:
    """A program to be, of a routine that is published already."""
    return assignment(people)


def test_a_re_test_from_the_program_asks_for_what_it_cites_and_tells_the_change(
    people: People, staff: Visitor, robin: Actor
) -> None:
    done = signed(robin, people.client, FIRST, FOUND)
    wish = replace(assignment(people), citation=FindingCitation(done.id, ["faber-result-right"]))
    program = programs.assign(robin, people.client.id, wish)
    answer = staff.post(f"/programs/{program.id}/re-test", status=303)
    begun = db.session.scalars(select(Assessment).where(Assessment.status == AssessmentStatus.DRAFT)).one()
    assert answer.headers["Location"].partition("#")[0].endswith(f"/assessments/{begun.id}/orthopedic")
    assert [item.test.id for item in batteries.items_of(begun)] == ["faber"]
    assert "before: Pos" in text(staff.get(f"/assessments/{begun.id}/orthopedic"))
    recorded(robin, begun, {POSITIVE: "negative"})
    assessments.sign(robin, begun.id, assessments.whole(robin, begun.id).version)
    words = text(staff.get(f"/programs/{program.id}"))
    assert "Negative" in words
    assert "Better" in words


def test_forged_citations_assign_nothing(people: People, staff: Visitor, robin: Actor) -> None:
    signed(robin, people.client, FIRST, FOUND)
    theirs = signed(robin, people.other_client, FIRST, FOUND)
    publish_routine(people.practice, people.owner)
    at = f"/clients/{people.client.id}/programs/new"
    page = staff.get(at).get_data(as_text=True)
    sent: dict[str, Any] = {}
    for name, value in re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', page):
        sent.setdefault(name, value)
    sent |= {"cited_from": str(theirs.id), "cites": ["faber-result-right"]}
    staff.post(at, sent)
    assert db.session.scalar(select(func.count()).select_from(ProgramFinding)) == 0
    assert db.session.scalar(select(func.count()).select_from(Program)) == 0


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ((date(1961, 2, 1), Sex.FEMALE), "Women of 65–69: below average under 11 stands"),
        ((date(1961, 2, 1), Sex.MALE), "Men of 65–69: below average under 12 stands"),
        ((date(1961, 2, 1), None), "the record has no sex"),
        ((None, None), "the record has neither"),
    ],
)
def test_what_is_usual_stands_beside_field_and_finding(
    people: People, staff: Visitor, robin: Actor, known: tuple[date | None, Sex | None], said: str
) -> None:
    people.client.born_on, people.client.sex = known
    assessment = draft(robin, people.client)
    stands = Place("chair_stand_30s", "stands", Side.NONE)
    recorded(robin, assessment, {stands: 10.0}, Section.FUNCTIONAL_MOVEMENT)
    here = f"/assessments/{assessment.id}"
    for page in (here, f"{here}/functional_movement"):
        assert said in text(staff.get(page))
    assert said in words_in(staff.get(f"{here}/report.pdf").data)
    with ZipFile(BytesIO(staff.post(f"/clients/{people.client.id}/record.zip").data)) as record:
        assert said in words_in(record.read("record.pdf"))
