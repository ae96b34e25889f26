"""What left the practice as a file, and who took it: a read that is told on the client's timeline."""

from __future__ import annotations

import uuid
from enum import StrEnum

from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.transaction import transaction


class Download(StrEnum):
    """The kinds of file that somebody's record leaves in."""

    REPORT = "assessment_report"
    CLIENT_PAGE = "client_page"
    PROGRESS = "progress_report"
    HANDOUT = "handout"
    FINDINGS = "findings_csv"
    FHIR = "fhir_bundle"
    RECORD = "whole_record"
    OWN_RECORD = "own_record"
    DOCUMENT = "document"


def note_download(
    actor: Actor, kind: Download, client_id: uuid.UUID, subject_id: uuid.UUID | None = None
) -> None:
    """Note that a member of staff took a file of a client they have been let through to.

    Their practice is in the row, and its key refuses a client of another one.
    """
    access.staff_only(actor)
    with transaction():
        audit.record(actor, "report.downloaded", client_id=client_id, subject_id=subject_id, kind=kind.value)
