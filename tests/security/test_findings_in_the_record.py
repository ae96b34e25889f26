"""What was found by attacking check-ins, questionnaires and assessments: a test for each hole."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from clinic.domain.asking import AskChannel
from clinic.domain.errors import Conflict
from clinic.domain.findings import Place, Value
from clinic.domain.types import Side
from clinic.extensions import db
from clinic.mail.addresses import parse_address
from clinic.mail.reports import read_report
from clinic.models import Amendment, QuestionnaireResponse
from clinic.services import access
from clinic.services.assessments import amendments, retests
from clinic.services.assessments.amendments import AmendmentWish
from clinic.services.clients import records as clients
from clinic.services.transaction import transaction
from tests.factories import questionnaires
from tests.factories.assessments import INTERNAL_LEFT, POSITIVE, SETUP, draft, signed
from tests.factories.checkins import enrol
from tests.factories.people import People
from tests.security.test_findings import details_of
from tests.visitor import Visitor
from tests.web.practitioner.test_routines import typed

Visit = Callable[..., Visitor]
FIRST, LATER = date(2026, 3, 2), date(2026, 3, 30)
KEMP = Place("kemp", "result", Side.LEFT)
PAIN = {"now": "5", "average": "5", "worst": "5"}
NESTED = "[" * 200_000


def test_a_questionnaire_mailed_to_a_mistyped_address_ends_when_it_is_put_right(
    people: People, visit: Visit
) -> None:
    link = f"/q/{questionnaires.link_to(questionnaires.ask(people, 'nprs', channel=AskChannel.MAIL))}"
    tablet = f"/q/{questionnaires.link_to(questionnaires.ask(people, 'nprs', channel=AskChannel.CLINIC))}"
    visit().get(link)
    right = details_of(people.client, email=parse_address("right@clients.example"))
    clients.correct(people.actor(people.colleague), people.client.id, right, people.client.version)
    visit().get(link, status=410)
    visit().post(f"{link}/1", PAIN, status=410)
    visit().get(tablet)  # it is in the client's hands, not in a mail


def test_the_link_to_questions_ends_while_the_client_is_archived(people: People, visit: Visit) -> None:
    asked = questionnaires.ask(people, "nprs", channel=AskChannel.MAIL)
    link = f"/q/{questionnaires.link_to(asked)}"
    actor = people.actor(people.owner)
    clients.archive(actor, people.client.id, "Moved away")
    visit().get(link, status=410)
    visit().post(f"{link}/1", PAIN, status=410)
    assert not db.session.scalar(select(func.count()).select_from(QuestionnaireResponse))
    clients.restore(actor, people.client.id, "Back")
    visit().get(link)


def _amend(place: Place, value: Value, **more: Any) -> AmendmentWish:
    said = {"key": uuid.uuid4().hex, "note": "", "reason": "Typed wrong", **more}
    return AmendmentWish(place=place, value=value, **said)


def test_of_two_who_amend_one_value_the_second_is_told_first(people: People, visit: Visit) -> None:
    robin = people.actor(people.colleague)
    page = f"/assessments/{signed(robin, people.client, FIRST, {INTERNAL_LEFT: 35.0, **SETUP}).id}/amend"
    page += f"?at={'-'.join(INTERNAL_LEFT)}"
    one, two = visit(people.colleague), visit(people.owner)
    forms = [{**typed(browser.get(page)), "reason": "Typed wrong"} for browser in (one, two)]
    one.post(page, {**forms[0], "value": "25"}, status=303)
    again = two.post(page, {**forms[1], "value": "45"}, status=409)
    assert "Somebody amended this first" in again.get_data(as_text=True)
    assert [row.new_number for row in db.session.scalars(select(Amendment))] == [25]
    two.post(page, {**typed(again), "value": "45"}, status=303)
    assert sorted(row.new_number or 0 for row in db.session.scalars(select(Amendment))) == [25, 45]


def test_a_form_that_is_gone_back_to_and_changed_is_not_taken_for_the_one_sent_before(people: People) -> None:
    robin = people.actor(people.colleague)
    assessment = signed(robin, people.client, FIRST, {INTERNAL_LEFT: 35.0, **SETUP})
    sent = _amend(INTERNAL_LEFT, 25.0, key="one", seen="35")
    assert amendments.amend(robin, assessment.id, sent) == amendments.amend(robin, assessment.id, sent)
    with pytest.raises(Conflict):
        amendments.amend(robin, assessment.id, _amend(INTERNAL_LEFT, 45.0, key="one", seen="35"))


def test_a_program_may_cite_what_stands_in_an_amendment_alone(people: People, visit: Visit) -> None:
    robin = people.actor(people.colleague)
    assessment = signed(robin, people.client, FIRST, {POSITIVE: "positive"})
    amendments.amend(robin, assessment.id, _amend(KEMP, "positive"))
    program = enrol(people)
    with transaction():
        cited = retests.FindingCitation(assessment.id, ["-".join(KEMP)])
        retests.cite(robin, access.program_for(robin, program.id), cited)
    signed(robin, people.client, LATER, {KEMP: "negative"})
    (answered,) = retests.answered_by(robin, access.program_for(robin, program.id))
    assert (answered.cited, answered.latest) == ("positive", "negative")
    visit(people.colleague).get(f"/programs/{program.id}")


@pytest.mark.parametrize("tail", ["", "/keep"])
def test_what_a_page_showed_nested_without_end_breaks_no_page(
    people: People, visit: Visit, tail: str
) -> None:
    sheet = draft(people.actor(people.colleague), people.client)
    answer = visit(people.colleague).post(f"/assessments/{sheet.id}/orthopedic{tail}", {"seen": NESTED})
    assert answer.status_code < 500


@pytest.mark.parametrize(
    "mail",
    [
        b'Content-Type: multipart/mixed; x="' + b";" * 200_000 + b"\n\n--x\n",
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 50_000,
        b"Subject: " + b"=?a?q?" * 40_000 + b"\n\n",
    ],
    ids=["parameters", "parts", "subject"],
)
def test_a_mail_made_to_keep_the_parser_busy_does_not(mail: bytes) -> None:
    begun = time.perf_counter()
    read_report(mail)
    assert time.perf_counter() - begun < 1.0
