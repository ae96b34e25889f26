"""What goes out on paper or as a file: reports, the handout, findings and the record of one client."""

from __future__ import annotations

import uuid
from datetime import date

from flask import Response, request

from clinic.services import access, links, phases, warnings
from clinic.services.clock import now, today_in
from clinic.services.files import assessment_report
from clinic.services.files import findings as client_findings
from clinic.services.files import whole_record as client_record
from clinic.services.files.downloads import Download, note_download
from clinic.services.files.fhir import fhir_bundle
from clinic.services.files.findings_csv import findings_csv
from clinic.services.media.on_paper import small_pictures
from clinic.services.programs.changing import WHOLE
from clinic.services.questionnaires import results as questionnaire_results
from clinic.web.authz import current_actor
from clinic.web.downloads import CSV, FHIR, PDF, ZIP, file_answer, open_file_answer
from clinic.web.papers import paper, record_setter
from clinic.web.practitioner.assessment_frame import named_mistake
from clinic.web.presenters.assessments import mistake_name
from clinic.web.presenters.handout import handout as handout_words
from clinic.web.presenters.handout import shown_on_paper
from clinic.web.presenters.hold import hold_text
from clinic.web.presenters.report_for_client import NextForClient, client_page
from clinic.web.presenters.reports import ReportView
from clinic.web.presenters.reports import assessment_report as report_words


def assessment(assessment_id: uuid.UUID) -> Response:
    """The practitioner's report of an assessment."""
    seen = _seen(assessment_id, with_mistake=True)
    made = paper("assessment", report_words(seen), seen.practice, seen.at)
    taken, client_id = seen.assessment.taken_on, seen.assessment.client_id
    return _sent(made, PDF, "assessment.pdf", Download.REPORT, client_id, assessment_id, taken)


def for_client(assessment_id: uuid.UUID) -> Response:
    """The client's own page about an assessment, in plain words."""
    seen = _seen(assessment_id, with_mistake=False)
    client_id = seen.assessment.client_id
    found = assessment_report.following(current_actor(), client_id)
    hold = hold_text(found.tier, seen.practice) if found.tier else None
    words = client_page(seen, NextForClient(found.programs, hold, found.moves))
    made = paper("for_client", words, seen.practice, seen.at)
    taken = seen.assessment.taken_on
    return _sent(made, PDF, "what-we-measured.pdf", Download.CLIENT_PAGE, client_id, assessment_id, taken)


def handout(program_id: uuid.UUID) -> Response:
    """A program on one sheet for the client's wall."""
    actor = current_actor()
    access.staff_only(actor)
    program = access.program_for(actor, program_id, *WHOLE)
    practice, client = access.practice_of(actor), program.client
    flag = warnings.open_flag(client)
    hold = hold_text(flag.tier, practice) if flag else None
    link, today = links.address("client.program.show"), today_in(client.time_zone)
    pictures = small_pictures(shown_on_paper([program]))
    words = handout_words(
        [program], client, practice, link, today, hold, phases.of_phased([program]), pictures
    )
    made = paper("handout", words, practice, now())
    return _sent(made, PDF, "your-moves.pdf", Download.HANDOUT, client.id, program_id)


def assessment_findings(assessment_id: uuid.UUID) -> Response:
    """The findings of one assessment as a table."""
    found = client_findings.of_assessment(current_actor(), assessment_id)
    made = findings_csv(found)
    taken = found.records[0].taken_on
    return _sent(made, CSV, "findings.csv", Download.FINDINGS, found.client.id, assessment_id, taken)


def findings(client_id: uuid.UUID) -> Response:
    """All findings of a client as a table."""
    found = client_findings.of_client(current_actor(), client_id)
    return _sent(findings_csv(found), CSV, "findings.csv", Download.FINDINGS, client_id, client_id)


def fhir(client_id: uuid.UUID) -> Response:
    """All findings and questionnaires of a client as a FHIR bundle."""
    actor = current_actor()
    found = client_findings.of_client(actor, client_id)
    made = fhir_bundle(found, questionnaire_results.for_client(actor, client_id), now())
    return _sent(made, FHIR, "findings-fhir.json", Download.FHIR, client_id, client_id)


def record(client_id: uuid.UUID) -> Response:
    """All that is held about a client, as one file; asked for by a press, never by an address alone."""
    actor = current_actor()
    made = client_record.export(actor, client_id, record_setter(actor.name, now()))
    return open_file_answer(made, ZIP, "record.zip", today_in(access.practice_of(actor).time_zone))


def _seen(assessment_id: uuid.UUID, *, with_mistake: bool) -> ReportView:
    actor = current_actor()
    found = assessment_report.report_of(actor, assessment_id)
    return ReportView(
        record=found.record,
        before=found.before,
        practice=access.practice_of(actor),
        mistake=mistake_name(named_mistake(found.record.items)) if with_mistake else "",
        by=actor.name,
        at=now(),
    )


def _sent(
    made: bytes,
    media: str,
    name: str,
    kind: Download,
    client_id: uuid.UUID,
    subject_id: uuid.UUID,
    day: date | None = None,
) -> Response:
    """The file, named by its day or by today; noted first, so that nothing leaves unnoted."""
    actor = current_actor()
    if request.method == "GET":  # HEAD takes nothing away
        note_download(actor, kind, client_id, subject_id)
    return file_answer(made, media, name, day or today_in(access.practice_of(actor).time_zone))
