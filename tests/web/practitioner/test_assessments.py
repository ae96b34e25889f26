"""The pages of assessments: a section as a sheet, collisions, signing, reading."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import html5lib
import pytest
from sqlalchemy import select

from clinic.domain.findings import Place, Value
from clinic.domain.types import AssessmentStatus, Side
from clinic.extensions import db
from clinic.models import Assessment, Finding
from clinic.services.actors import Actor
from clinic.services.assessments import reading
from clinic.services.assessments import recording as assessments
from clinic.services.routines import publishing as routines
from clinic.services.transaction import transaction
from tests.factories.assessments import INTERNAL_LEFT, POSITIVE, SETUP, draft, recorded, signed
from tests.factories.people import People
from tests.statements import statements
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
FIRST, LATER = date(2026, 3, 2), date(2026, 3, 30)


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


def url(assessment: Assessment, page: str = "") -> str:
    return f"/assessments/{assessment.id}" + (f"/{page}" if page else "")


def text(answer: Any) -> str:
    """A page's words, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def sent_back(answer: Any) -> dict[str, Any]:
    """What a browser would send from the form that fills the page, as it stands."""
    page = html5lib.parse(answer.get_data(as_text=True), namespaceHTMLElements=False)
    form = max(page.findall(".//form"), key=lambda each: len(list(each.iter())))
    sent: dict[str, Any] = {}
    for box in form.findall(".//input"):
        pressed = "checked" in box.attrib or box.get("type") not in ("radio", "checkbox")
        if pressed:
            sent.setdefault(box.get("name"), []).append(box.get("value", ""))
    for area in form.findall(".//textarea"):
        sent[area.get("name")] = (area.text or "").removeprefix("\n")
    for select_ in form.findall(".//select"):
        chosen = [each.get("value") for each in select_.findall("option") if "selected" in each.attrib]
        sent[select_.get("name")] = chosen[0] if chosen else ""
    return sent


def stored(assessment: Assessment) -> dict[Place, Value]:
    rows = db.session.scalars(select(Finding).where(Finding.assessment_id == assessment.id))
    return reading.values_of(rows)


def test_a_negative_beside_the_familiar_pain_is_asked_about_while_it_is_a_draft(
    staff: Visitor, robin: Actor, assessment: Assessment
) -> None:
    result = Place("faber", "result", Side.LEFT)
    recorded(robin, assessment, {result: "negative", Place("faber", "familiar", Side.LEFT): "yes"})
    for page in ("orthopedic", "", "sign"):
        shown = staff.get(url(assessment, page)).get_data(as_text=True)
        assert "Is the result right?" in shown, page
        assert f'href="{url(assessment, "orthopedic")}#{result.name}"' in shown, page
    assert "Is the result right?" not in text(staff.get(url(assessment, "neurologic")))
    recorded(robin, assessment, {result: "positive", Place("faber", "familiar", Side.LEFT): "yes"})
    assert "Is the result right?" not in text(staff.get(url(assessment, "sign")))


def test_a_phone_offers_a_minus_where_a_number_may_be_below_nought(
    staff: Visitor, robin: Actor, people: People, assessment: Assessment
) -> None:
    def offered(page: str, name: str) -> str:
        shown = staff.get(page).text
        found = re.search(rf'<input[^>]*\bid="{name}"[^>]*\binputmode="(\w+)"', shown)
        assert found, name
        return found[1]

    sheet = url(assessment, "orthopedic")
    angle = "hip_rotation-internal_passive-left"
    assert offered(sheet, angle) == "text"
    assert offered(sheet, "faber-pain-left") == "numeric"
    recorded(robin, assessment, SETUP | {INTERNAL_LEFT: 30.0})
    assessments.sign(robin, assessment.id, assessments.whole(robin, assessment.id).version)
    assert offered(url(assessment, f"amend?at={angle}"), "value") == "text"


def test_a_draft_goes_on_at_its_first_empty_field(
    people: People, staff: Visitor, robin: Actor, assessment: Assessment
) -> None:
    def goes_on() -> str:
        return str(staff.get(url(assessment, "go-on"), status=303).headers["Location"])

    assert url(assessment, "go-on") in staff.get(f"/clients/{people.client.id}/assessments").text
    first = goes_on()
    assert first.startswith(url(assessment, "orthopedic#"))
    sides = {side: Place("faber", "result", side) for side in (Side.LEFT, Side.RIGHT)}
    recorded(robin, assessment, SETUP | dict.fromkeys(sides.values(), "negative"))
    assert "#faber-" not in goes_on(), "a negative result asks for no more"
    assert goes_on() != first
    done = signed(robin, people.client, LATER)
    assert path_of(staff.get(url(done, "go-on"), status=303)) == url(done)


def test_a_draft_is_not_the_last_assessment(
    people: People, staff: Visitor, robin: Actor, assessment: Assessment
) -> None:
    signed(robin, people.client, FIRST)
    draft(robin, people.client, LATER)
    assert "Last assessment Mon 2 Mar 2026" in text(staff.get(f"/clients/{people.client.id}"))


def path_of(answer: Any) -> str:
    return urlsplit(answer.headers["Location"]).path


@pytest.mark.parametrize("page", ["orthopedic", "neurologic", "functional_movement", "sign", "discard"])
def test_no_page_opens_a_signed_one_for_changes(
    people: People, staff: Visitor, robin: Actor, page: str
) -> None:
    done = signed(robin, people.client, FIRST)
    assert path_of(staff.get(url(done, page), status=303)) == url(done)
    version = assessments.whole(robin, done.id).version
    staff.post(url(done, page), {"version": str(version), "confirmed": "y", "note": "x"})
    assert stored(done) == {POSITIVE: "positive"}
    again = assessments.whole(robin, done.id)
    assert (again.status, again.version, again.note) == (AssessmentStatus.SIGNED, version, None)


def test_signing_asks_for_the_tick_and_for_the_version_that_was_read(
    staff: Visitor, robin: Actor, assessment: Assessment
) -> None:
    recorded(robin, assessment, {POSITIVE: "positive"})
    at = url(assessment, "sign")
    page = sent_back(staff.get(at))
    assert "Tick the box" in text(staff.post(at, page, status=422))
    recorded(robin, assessment, {POSITIVE: "negative"})
    answer = staff.post(at, page | {"confirmed": "y"}, status=409)
    assert "It was changed while you were reading" in text(answer)
    assert "confirmed" not in sent_back(answer)
    staff.post(at, sent_back(answer) | {"confirmed": "y"}, status=303)
    assert assessments.whole(robin, assessment.id).status is AssessmentStatus.SIGNED


def test_an_assistant_records_and_does_not_sign(
    people: People, visit: Visit, robin: Actor, assessment: Assessment
) -> None:
    recorded(robin, assessment, {POSITIVE: "positive"})
    sam = visit(people.assistant)
    assert "Go on to sign" not in text(sam.get(url(assessment)))
    sam.get(url(assessment, "sign"), status=303)
    version = str(assessments.whole(robin, assessment.id).version)
    sam.post(url(assessment, "sign"), {"version": version, "confirmed": "y"}, status=303)
    assert assessments.whole(robin, assessment.id).status is AssessmentStatus.DRAFT


def test_the_same_items_are_repeated_in_one_press(people: People, staff: Visitor, robin: Actor) -> None:
    done = signed(robin, people.client, FIRST)
    assert "Re-test the same items" in text(staff.get(url(done)))
    answer = staff.post(url(done, "again"), status=303)
    begun = db.session.scalars(select(Assessment).where(Assessment.status == AssessmentStatus.DRAFT)).one()
    assert path_of(answer) == url(begun, "orthopedic")
    assert begun.items == done.items


def test_the_clients_page_lists_them_and_compares_first_and_latest(
    people: People, staff: Visitor, robin: Actor
) -> None:
    at = f"/clients/{people.client.id}/assessments"
    assert "No assessment yet" in text(staff.get(at))
    signed(robin, people.client, FIRST, {INTERNAL_LEFT: 20.0, **SETUP})
    signed(robin, people.client, LATER, {INTERNAL_LEFT: 32.0, **SETUP})
    words = text(staff.get(at))
    assert "signed by Robin Vale" in words
    assert "Hip rotation, internal, passive Left 20° 32° +12° Better" in words


def test_a_same_day_flag_says_what_was_found_and_what_to_do(staff: Visitor, assessment: Assessment) -> None:
    at = url(assessment, "neurologic")
    values = sent_back(staff.get(at)) | {"plantar_response-response-right": "up", "act": "stay"}
    staff.post(at, values, status=303)
    for page in (at, url(assessment), url(assessment, "sign")):
        words = text(staff.get(page))
        assert "Same-day flag: Plantar response (Babinski), big toe, right: Up" in words
        assert "Have the client seen by a doctor today" in words


def test_no_page_diagnoses_or_adds_up(people: People, staff: Visitor, robin: Actor) -> None:
    done = signed(robin, people.client, FIRST)
    words = text(staff.get(url(done))).casefold()
    for never in ("radiculopathy", "herniat", "risk", "score of", "total"):
        assert never not in words


def test_wording_is_marked_until_it_is_signed_off_on_the_page(staff: Visitor, assessment: Assessment) -> None:
    at = url(assessment, "orthopedic")
    assert "Wording authored, not signed off yet." in text(staff.get(at))
    wording = assessments.wording_of(assessment)
    assert wording is not None
    staff.post(url(assessment, "sign"), {"act": "wording", "seen": wording.digest}, status=303)
    assert "Wording signed off by Robin Vale" in text(staff.get(at))


@pytest.mark.parametrize("page", ["", "orthopedic", "sign", "discard"])
def test_strangers_find_nothing_and_change_nothing(
    people: People, visit: Visit, assessment: Assessment, page: str
) -> None:
    for user in (people.stranger, people.client_user, people.foreign_client_user):
        visitor = visit(user)
        visitor.get(url(assessment, page), status=404)
        if page:
            visitor.post(url(assessment, page), {"faber-result-left": "positive", "version": "1"}, status=404)
    assert stored(assessment) == {}
    assert path_of(visit().get(url(assessment, page), status=303)) == "/sign-in"


@pytest.mark.parametrize("page", ["", "orthopedic", "neurologic", "functional_movement", "sign", "discard"])
def test_each_page_asks_the_database_at_most_eight_times(
    people: People, robin: Actor, visit: Visit, page: str
) -> None:
    with transaction():
        routines.begin_with_catalogue(people.practice)
    signed(robin, people.client, FIRST, {INTERNAL_LEFT: 20.0, **SETUP})
    now = draft(robin, people.client, LATER)
    recorded(robin, now, {INTERNAL_LEFT: 30.0, POSITIVE: "positive"})
    assert selects(visit(people.colleague), url(now, page)) <= 8


def test_the_clients_page_asks_at_most_eight_times(people: People, robin: Actor, visit: Visit) -> None:
    for month in (1, 2, 3, 4):
        signed(robin, people.client, date(2026, month, 5), {INTERNAL_LEFT: 20.0 + month, **SETUP})
    assert selects(visit(people.colleague), f"/clients/{people.client.id}/assessments") <= 8


def selects(visitor: Visitor, path: str) -> int:
    """How many questions a page asks."""
    visitor.get(path)  # the first look of the hour is noted in the trail
    db.session.expunge_all()
    with statements() as said:
        visitor.get(path)
    asked = [each for each in said if each.lstrip().upper().startswith("SELECT") and "set_config" not in each]
    return len(asked)
