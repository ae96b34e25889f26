"""What goes out: reports and the handout on paper, findings as files, each only to whom it belongs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest

from clinic.catalogue import load_catalogue
from clinic.catalogue.plain_words import plain_words
from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.findings import Place, Value
from clinic.domain.notes import NoteEdit, NoteShape
from clinic.domain.types import LogOutcome, Section, Side
from clinic.extensions import db
from clinic.models import Assessment, AuditEvent, Program
from clinic.reports import pdf
from clinic.services import warnings
from clinic.services.actors import Actor
from clinic.services.assessments import amendments
from clinic.services.assessments import recording as assessments
from clinic.services.assessments.amendments import AmendmentWish
from clinic.services.clock import today_in
from clinic.services.notes import writing
from clinic.services.programs import diary
from clinic.services.transaction import transaction
from tests.factories.assessments import INTERNAL_LEFT, POSITIVE, SETUP, draft, recorded, signed
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.pdf_reader import reader, tags_in, words_in
from tests.readability import grade, words_of
from tests.visitor import Visitor

RIGHT = INTERNAL_LEFT._replace(side=Side.RIGHT)
NOTE = Place("faber", "note", Side.NONE)
FIRST = date(2026, 3, 2)
LATER = date(2026, 3, 30)
AT = datetime(2026, 3, 31, tzinfo=UTC)
FOUND: dict[Place, Value] = {POSITIVE: "positive", INTERNAL_LEFT: 20.0, RIGHT: 35.0, **SETUP}
BETTER: dict[Place, Value] = {POSITIVE: "negative", INTERNAL_LEFT: 34.0, RIGHT: 37.0, **SETUP}

Visit = Callable[..., Visitor]


@pytest.fixture
def robin(people: People) -> Actor:
    return people.actor(people.colleague)


@pytest.fixture
def staff(people: People, visit: Visit) -> Visitor:
    return visit(people.colleague)


@pytest.fixture
def program(people: People) -> Program:
    """The hip routine, assigned to the client."""
    version = publish_routine(people.practice, people.owner)
    return assign_program(people.colleague, people.client, version)


def pdf_of(visitor: Visitor, url: str) -> bytes:
    answer = visitor.get(url)
    assert answer.mimetype == "application/pdf"
    return bytes(answer.data)


def report_url(assessment: Assessment) -> str:
    return f"/assessments/{assessment.id}/report.pdf"


def client_url(assessment: Assessment) -> str:
    return f"/assessments/{assessment.id}/client.pdf"


def test_a_report_holds_what_was_found_and_who_signed_it(
    people: People, robin: Actor, staff: Visitor
) -> None:
    made = pdf_of(staff, report_url(signed(robin, people.client, FIRST, FOUND)))
    words = words_in(made)
    for told in ("FABER (Patrick)", "Positive", "20°", "35°", "Sides differ by 15°", "Seated", "Goniometer"):
        assert told in words
    assert f"Signed by {people.colleague.name}" in words
    assert people.practice.name in words
    assert "DRAFT" not in words
    assert "Hip rotation: Sides are called equal within 10 degrees." in words, "the source of the limit"


def test_a_report_is_tagged_and_its_picture_has_words(people: People, robin: Actor, staff: Visitor) -> None:
    made = pdf_of(staff, report_url(signed(robin, people.client, FIRST, FOUND)))
    tags = tags_in(made)
    kinds = [kind for kind, _ in tags]
    assert kinds.count("H1") == 1
    assert {"H2", "H3", "Table", "TH", "TD", "L"} <= set(kinds)
    [picture] = [alt for kind, alt in tags if kind == "Figure"]
    assert "Hip rotation, Internal, passive: left 20°, right 35°, usual 30° to 40°" in picture
    assert b"pdfuaid" in made
    assert reader(made).metadata.title.endswith(people.client.name)


def test_every_paper_and_file_tells_when_the_client_was_born(
    people: People, robin: Actor, staff: Visitor, program: Program
) -> None:
    people.client.born_on = date(1961, 5, 3)
    assessment = signed(robin, people.client, FIRST, FOUND)
    for url in (report_url(assessment), client_url(assessment), f"/programs/{program.id}/handout.pdf"):
        assert "born 3 May 1961" in words_in(pdf_of(staff, url)), url
    here = f"/clients/{people.client.id}"
    bundle = json.loads(staff.get(f"{here}/assessments/fhir.json").data)
    assert bundle["entry"][0]["resource"]["birthDate"] == "1961-05-03"
    with ZipFile(BytesIO(staff.post(f"{here}/record.zip").data)) as record:
        assert "born 3 May 1961" in record.read("read-me.txt").decode()
        [row] = json.loads(record.read("record.json"))["client"]
    assert row["born_on"] == "1961-05-03"


def test_the_whole_record_can_be_read_on_paper_by_whoever_takes_it_out(
    people: People, robin: Actor, staff: Visitor, visit: Visit, program: Program
) -> None:
    people.client.notes, people.client.history = "Ask about her sister", "Swam twice a week"
    signed(robin, people.client, FIRST, FOUND)
    recorded(robin, draft(robin, people.client), BETTER)
    entry = DiaryEntry(LogOutcome.PARTLY, pain=4, note="Stiff on the stairs")
    diary.log_day(people.actor(people.client_user), today_in(people.client.time_zone), entry)
    with ZipFile(BytesIO(staff.post(f"/clients/{people.client.id}/record.zip").data)) as record:
        made = record.read("record.pdf")
    words = words_in(made)
    for told in (people.client.name, "Swam twice a week", "Ask about her sister", "Stiff on the stairs"):
        assert told in words
    for told in (
        program.name,
        "4 of 10",
        "FABER (Patrick)",
        "20°",
        "Draft, not signed",
        "None was answered.",
    ):
        assert told in words
    kinds = [kind for kind, _ in tags_in(made)]
    assert kinds.count("H1") == 1
    assert {"H2", "H3", "Table", "TH", "TD"} <= set(kinds)
    with ZipFile(BytesIO(visit(people.client_user).post("/account/record.zip").data)) as record:
        own = words_in(record.read("record.pdf"))
    assert "Stiff on the stairs" in own
    assert "Signed by" in own
    assert "Ask about her sister" not in own
    assert "Draft" not in own


def test_the_record_holds_the_notes_and_a_clients_own_copy_those_that_are_signed(
    people: People, robin: Actor, staff: Visitor, visit: Visit
) -> None:
    for number, text in enumerate(("Signed words", "Half-typed words")):
        note = writing.begin(robin, people.client.id, str(number) * 32, NoteShape.FREE)
        writing.keep(robin, note.id, {"text": NoteEdit("", text)})
        if number == 0:
            writing.sign(robin, note.id, note.version)
            writing.amend(robin, note.id, "2" * 32, "One word more", "Left out")
    whole, own = (
        ZipFile(BytesIO(visit(user).post(url).data))
        for user, url in (
            (people.colleague, f"/clients/{people.client.id}/record.zip"),
            (people.client_user, "/account/record.zip"),
        )
    )
    for file in (whole, own):
        told, rows = words_in(file.read("record.pdf")), file.read("record.json").decode()
        for text in ("Signed words", "One word more", "Left out"):
            assert text in told
            assert text in rows
        assert ("Half-typed words" in told) is ("Half-typed words" in rows) is (file is whole)


def test_a_name_with_a_letter_in_no_font_is_told_beside_the_button_and_on_the_paper(
    people: People, robin: Actor, staff: Visitor, visit: Visit, program: Program
) -> None:
    people.client.name = "ᚠᚢᚦ Northcote"
    assessment = signed(robin, people.client, FIRST, FOUND)
    told = "On paper □ stands for ᚠ ᚢ ᚦ"
    for user, page in (
        (people.colleague, f"/programs/{program.id}"),
        (people.colleague, f"/assessments/{assessment.id}"),
        (people.client_user, "/my/program"),
    ):
        assert told in visit(user).get(page).get_data(as_text=True), page
    for url in (report_url(assessment), client_url(assessment), f"/programs/{program.id}/handout.pdf"):
        made = pdf_of(staff, url)
        assert "□ stands for a letter that we cannot print" in words_in(made)
        assert ("H1", "") in tags_in(made)
    people.client.name = "王小明"
    assert "On paper □" not in staff.get(f"/programs/{program.id}").get_data(as_text=True)


def test_a_draft_says_so_on_every_page(people: People, robin: Actor, staff: Visitor) -> None:
    assessment = draft(robin, people.client)
    recorded(robin, assessment, FOUND)
    for url in (report_url(assessment), client_url(assessment)):
        for page in reader(pdf_of(staff, url)).pages:
            assert "DRAFT, not signed" in page.extract_text()


def test_an_empty_draft_can_be_printed_all_the_same(people: People, robin: Actor, staff: Visitor) -> None:
    assessment = draft(robin, people.client)
    assert "Nothing is recorded yet." in words_in(pdf_of(staff, report_url(assessment)))
    assert "Nothing is written down yet." in words_in(pdf_of(staff, client_url(assessment)))


def test_a_report_holds_the_one_before_against_it(people: People, robin: Actor, staff: Visitor) -> None:
    signed(robin, people.client, FIRST, FOUND)
    words = words_in(pdf_of(staff, report_url(signed(robin, people.client, LATER, BETTER))))
    assert "Since Mon 2 Mar 2026" in words
    assert "Hip rotation, internal, passive Left 20° 34° +14°" in words
    assert "Within error" in words


def test_an_amendment_stands_in_the_report_with_its_reason(
    people: People, robin: Actor, staff: Visitor
) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    wish = AmendmentWish(key="1", place=INTERNAL_LEFT, value=30.0, note="", reason="Read upside down")
    amendments.amend(robin, assessment.id, wish)
    words = words_in(pdf_of(staff, report_url(assessment)))
    assert "Signed and amended" in words
    assert "Hip rotation, internal, passive, left: 30°, was 20°" in words
    assert "Reason: Read upside down" in words
    assert "signed as 20°" in words


def test_a_flag_of_the_same_day_stands_above_everything(people: People, robin: Actor, staff: Visitor) -> None:
    weak = Place("myotomes", "l5", Side.LEFT)
    assessment = draft(robin, people.client)
    recorded(robin, assessment, {weak: 2.0}, Section.NEUROLOGIC)
    words = words_in(pdf_of(staff, report_url(assessment)))
    assert 0 < words.index("Same-day flag: Strength (myotomes)") < words.index("What stands out")


def test_the_clients_page_says_numbers_and_no_findings(people: People, robin: Actor, staff: Visitor) -> None:
    assessment = signed(robin, people.client, FIRST, {**FOUND, NOTE: "Labral tear suspected"})
    made = pdf_of(staff, client_url(assessment))
    words = words_in(made)
    assert len(reader(made).pages) == 1
    assert "Your hip turned in, when we move it 20° 35°" in words
    for never in ("Positive", "positive", "FABER", "Labral", "Goniometer", "abnormal", "safe", "normal"):
        assert never not in words


def test_the_clients_page_says_which_way_a_number_went_and_not_whether_that_is_good(
    people: People, robin: Actor, staff: Visitor
) -> None:
    signed(robin, people.client, FIRST, FOUND)
    words = words_in(pdf_of(staff, client_url(signed(robin, people.client, LATER, BETTER))))
    assert "Left 20° 34° Farther than before" in words
    assert "Right 35° 37° About the same" in words
    assert "better" not in words.lower()


def test_the_clients_page_tells_what_is_next(
    people: People, robin: Actor, staff: Visitor, program: Program
) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    words = words_in(pdf_of(staff, client_url(assessment)))
    assert f"Your program is called {program.name}." in words
    assert "Hip hinge." in words


def test_while_a_warning_sign_is_open_no_moves_are_printed_for_the_client(
    people: People, robin: Actor, staff: Visitor, program: Program, visit: Visit
) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    with transaction():
        warnings.raise_flag(people.client, ["fever"])
    words = words_in(pdf_of(staff, client_url(assessment)))
    assert "stop the exercises" in words
    assert "Hip hinge." not in words
    assert "stop the exercises" in words_in(pdf_of(staff, f"/programs/{program.id}/handout.pdf"))
    answer = visit(people.client_user).get("/my/handout.pdf", status=303)
    assert answer.location == "/my/program"


def test_a_handout_is_one_page_with_figures_and_a_code(staff: Visitor, program: Program) -> None:
    made = pdf_of(staff, f"/programs/{program.id}/handout.pdf")
    words = words_in(made)
    assert len(reader(made).pages) == 1
    for told in (
        "Small standing hip turns",
        "Hip hinge",
        "Hips back, not down",
        "Instead:",
        "Tick what you did",
    ):
        assert told in words
    pictures = [alt for kind, alt in tags_in(made) if kind == "Figure"]
    assert len(pictures) == 5
    assert all(pictures)
    assert "Code for a phone's camera: it opens http://localhost/my/program" in pictures


def test_a_handout_says_a_limit_of_the_clients_own(people: People, staff: Visitor, program: Program) -> None:
    address = f"/programs/{program.id}/handout.pdf"
    assert "another limit" not in words_in(pdf_of(staff, address))
    people.client.pain_ceiling = 4
    db.session.commit()
    made = pdf_of(staff, address)
    assert "another limit holds: from 4 out of 10 on" in words_in(made)
    assert len(reader(made).pages) == 1


def test_a_client_has_their_own_handout(people: People, visit: Visit, program: Program) -> None:
    mine = visit(people.client_user).get("/my/handout.pdf")
    assert people.client.name in words_in(mine.data)
    visit(people.other_client_user).get("/my/handout.pdf", status=404)


@pytest.mark.parametrize("what", ["report.pdf", "client.pdf", "findings.csv"])
def test_strangers_and_clients_get_none_of_an_assessment(
    people: People, robin: Actor, visit: Visit, what: str
) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    for nobody in (people.stranger, people.client_user):
        visit(nobody).get(f"/assessments/{assessment.id}/{what}", status=404)


def test_a_file_names_nobody_and_is_kept_nowhere(people: People, robin: Actor, staff: Visitor) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    for url in (
        report_url(assessment),
        client_url(assessment),
        f"/assessments/{assessment.id}/findings.csv",
        f"/clients/{people.client.id}/findings.csv",
        f"/clients/{people.client.id}/assessments/fhir.json",
    ):
        headers = staff.get(url).headers
        assert re.fullmatch(
            r'(inline|attachment); filename="[a-z-]+-\d{4}-\d\d-\d\d\.(pdf|csv|json)"',
            headers["Content-Disposition"],
        )
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("what", ["report.pdf", "client.pdf", "findings.csv"])
def test_what_is_of_one_assessment_is_named_by_its_day(
    people: People, robin: Actor, staff: Visitor, what: str
) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    named = staff.get(f"/assessments/{assessment.id}/{what}").headers["Content-Disposition"]
    assert f"-{FIRST.isoformat()}." in named


def test_what_left_is_told_on_the_timeline_and_a_look_is_not(
    people: People, robin: Actor, staff: Visitor
) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    staff.client.head(report_url(assessment))
    noted = db.session.query(AuditEvent).filter_by(action="report.downloaded")
    assert noted.count() == 0
    staff.get(report_url(assessment))
    [event] = noted.all()
    assert (event.client_id, event.subject_id) == (people.client.id, assessment.id)
    assert event.actor_id == people.colleague.id
    timeline = staff.get(f"/clients/{people.client.id}/timeline").get_data(as_text=True)
    assert "Taken out as a file" in timeline
    assert "Assessment report" in timeline


def test_the_bundle_comes_as_fhir(people: People, robin: Actor, staff: Visitor) -> None:
    signed(robin, people.client, FIRST, FOUND)
    answer = staff.get(f"/clients/{people.client.id}/assessments/fhir.json")
    assert answer.mimetype == "application/fhir+json"
    assert json.loads(answer.data)["resourceType"] == "Bundle"


def test_the_pages_lead_to_the_files(people: People, robin: Actor, staff: Visitor, program: Program) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    shown = staff.get(f"/assessments/{assessment.id}").get_data(as_text=True)
    assert report_url(assessment) in shown
    assert client_url(assessment) in shown
    listed = staff.get(f"/clients/{people.client.id}/assessments").get_data(as_text=True)
    assert f"/clients/{people.client.id}/findings.csv" in listed
    assert f"/programs/{program.id}/handout.pdf" in staff.get(f"/programs/{program.id}").get_data(
        as_text=True
    )


def sentences() -> list[str]:
    """Every sentence of ours that a client's page can hold: of the tests, and of the page itself."""
    told = [line.removeprefix("To clients: ") for test in plain_words().values() for line in test.lines()]
    empty = {"title": "x", "description": "x", "practice": {"name": "x", "reached": []}, "client": "x"}
    rest = {"taken": "x", "before": "x", "draft": "", "parts": [], "pain": "", "ask": "Robin", "phone": "1"}
    lines = [{"side": "Left", "before": "1", "now": "2", "words": words} for words in ("About the same", "")]
    rows = {"rows": [{"label": "x", "lines": lines}], "emergency": "999"}
    lead = {"next": {"hold": "", "moves": [], "lead": "We will talk with you about what comes next."}}
    page = words_in(pdf("for_client", {**empty, **rest, **rows, **lead}, AT))
    told.append(page[page.index("Before means") :].partition("Page 1")[0])
    return [part for each in told for part in re.split(r"(?<=[.!?:])\s+|•", each) if part]


def test_a_clients_page_reads_at_nine_to_eleven() -> None:
    """Measured over all of it; and no sentence is long."""
    said = sentences()
    assert grade(said) <= 5
    assert max(len(words_of(each)) for each in said) <= 24


def test_every_test_of_the_catalogue_has_plain_words() -> None:
    tests = load_catalogue().tests
    assert tests.keys() == plain_words().keys()
    for key, plain in plain_words().items():
        assert plain.measures.keys() <= {field.id for field in tests[key].fields}


def test_a_battery_of_everything_with_long_words_still_prints(
    people: People, robin: Actor, staff: Visitor
) -> None:
    people.client.name = "Aleksandra-Wilhelmina " + "Przybyszewska" * 6 + " שלום محمد"
    people.practice.name = "The Practice of " + "Lengthy " * 10
    db.session.commit()
    assessment = draft(robin, people.client)
    recorded(robin, assessment, {**FOUND, NOTE: "word " * 90})
    assessments.whole(robin, assessment.id)
    for url in (report_url(assessment), client_url(assessment)):
        assert "Przybyszewska" in words_in(pdf_of(staff, url)).replace("\u200b", "")
