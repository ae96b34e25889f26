"""Findings as a table: every value once, amended ones with what was signed, nothing a spreadsheet runs."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO

import pytest

from clinic.domain.errors import NotFound
from clinic.domain.findings import Place
from clinic.domain.types import Side
from clinic.services.actors import Actor
from clinic.services.assessments import amendments
from clinic.services.assessments.amendments import AmendmentWish
from clinic.services.files import findings as client_findings
from clinic.services.files.findings_csv import COLUMNS, findings_csv
from tests.factories.assessments import INTERNAL_LEFT, POSITIVE, SETUP, draft, recorded, signed
from tests.factories.people import People

NOTE = Place("faber", "note", Side.NONE)


@pytest.fixture
def robin(people: People) -> Actor:
    return people.actor(people.colleague)


def rows(content: bytes) -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline="")))


def one(found: list[dict[str, str]], place: Place) -> dict[str, str]:
    [row] = [row for row in found if (row["test"], row["field"], row["side"]) == tuple(place)]
    return row


def test_every_value_is_a_row_with_its_words(people: People, robin: Actor) -> None:
    signed(robin, people.client, date(2026, 3, 2), {POSITIVE: "positive", INTERNAL_LEFT: -5.0, **SETUP})
    found = rows(findings_csv(client_findings.of_client(robin, people.client.id)))
    assert len(found) == 4
    assert list(found[0]) == list(COLUMNS)
    angle = one(found, INTERNAL_LEFT)
    assert (angle["value"], angle["unit"], angle["taken_on"]) == ("-5", "°", "2026-03-02")
    assert (angle["status"], angle["signed_by"], angle["amended"]) == ("signed", people.colleague.name, "no")
    result = one(found, POSITIVE)
    assert (result["value"], result["value_in_words"]) == ("positive", "Positive")
    assert (result["section"], result["test_name"]) == ("orthopedic", "FABER (Patrick)")


def test_an_amended_value_tells_what_was_signed_and_why(people: People, robin: Actor) -> None:
    assessment = signed(
        robin, people.client, date(2026, 3, 2), {POSITIVE: "positive", INTERNAL_LEFT: 35.0, **SETUP}
    )
    for key, place, value in (("1", INTERNAL_LEFT, 25.0), ("2", POSITIVE, None)):
        wish = AmendmentWish(key=key, place=place, value=value, note="", reason="=Typed wrong")
        amendments.amend(robin, assessment.id, wish)
    found = rows(findings_csv(client_findings.of_assessment(robin, assessment.id)))
    angle, result = one(found, INTERNAL_LEFT), one(found, POSITIVE)
    assert (angle["value"], angle["value_as_signed"], angle["amended"]) == ("25", "35", "yes")
    assert (angle["amended_by"], angle["amendment_reason"]) == (people.colleague.name, "'=Typed wrong")
    assert (result["value"], result["value_as_signed"], result["amended"]) == ("", "positive", "withdrawn")


def test_a_draft_is_there_and_nobody_has_signed_it(people: People, robin: Actor) -> None:
    recorded(robin, draft(robin, people.client), {POSITIVE: "negative"})
    [row] = rows(findings_csv(client_findings.of_client(robin, people.client.id)))
    assert (row["status"], row["signed_by"], row["signed_at"]) == ("draft", "", "")


def test_a_note_cannot_run_and_comes_back_whole(people: People, robin: Actor) -> None:
    told = '=HYPERLINK("http://evil.example","x"), "quoted"; línea'
    signed(robin, people.client, date(2026, 3, 2), {POSITIVE: "positive", NOTE: told})
    found = rows(findings_csv(client_findings.of_client(robin, people.client.id)))
    assert one(found, NOTE)["value"] == f"'{told}"


def test_a_client_without_findings_has_the_head_alone(people: People, robin: Actor) -> None:
    content = findings_csv(client_findings.of_client(robin, people.client.id))
    assert content.startswith(b"\xef\xbb\xbfassessment_id,")
    assert rows(content) == []


def test_only_the_practices_own_staff_get_any(people: People) -> None:
    for nobody in (people.stranger, people.client_user):
        with pytest.raises(NotFound):
            client_findings.of_client(people.actor(nobody), people.client.id)
