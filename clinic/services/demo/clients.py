"""Every row of one demo client, and the trail of it all."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from clinic.models import (
    Invitation,
)
from clinic.services.demo.asking import asking_rows
from clinic.services.demo.assessments import assessment_rows
from clinic.services.demo.checkins import checkin_rows
from clinic.services.demo.logs import log_rows
from clinic.services.demo.people import (
    Desk,
    Rows,
    audit,
    created,
    make_person,
)
from clinic.services.demo.program import program_rows
from clinic.services.demo.questionnaires import questionnaire_rows
from clinic.services.demo.record import invitation_row, record_rows


def client_rows(desk: Desk, number: int, random: Random) -> Rows:
    """Every row of the client with this number, parents before children within each table."""
    person = make_person(desk, number, random)
    yield from record_rows(person)
    if person.story.invited_days:
        yield Invitation, invitation_row(person)
        yield audit(person, "invitation.sent", created(person) + timedelta(minutes=5), to=person.email)
        return
    yield from program_rows(person)
    yield from log_rows(person)
    yield from checkin_rows(person)
    yield from assessment_rows(person)
    yield from questionnaire_rows(person)
    yield from asking_rows(person)
