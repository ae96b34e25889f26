"""The page of one program, the same under the tab of its client and at its own address."""

from __future__ import annotations

from collections.abc import Sequence

from clinic.models import Client, Program
from clinic.services.access import practice_of
from clinic.services.actors import Actor
from clinic.services.assessments import retests
from clinic.services.clock import today_in
from clinic.services.programs import assigning as programs
from clinic.services.programs import noticed, tapering
from clinic.services.programs.assigning import ProgramWithSchedule
from clinic.web.filters import local_date
from clinic.web.practitioner.record_frame import record_section
from clinic.web.presenters import answers
from clinic.web.presenters import noticing as noticing_words
from clinic.web.presenters import programs as presenter
from clinic.web.presenters import tapering as offer_words
from clinic.web.presenters.phases import phases_to_go_on


def program_page(actor: Actor, client: Client, program: Program, found: Sequence[ProgramWithSchedule]) -> str:
    """A program with what happened to it and what can be done, and the client's other ones by name."""
    detail, today = programs.detail_of(actor, program), today_in(client.time_zone)
    offers = [each for each in tapering.open_for(actor, client.id) if each.program_id == program.id]
    assigned_on = local_date(program.assigned_at, client.time_zone)
    cards = {each.program.id: presenter.card(each, today, locked=detail.locked) for each in found}
    return record_section(
        "program",
        client,
        "practitioner/programs/show.html",
        program=program,
        card=cards[program.id],
        load=presenter.load_of(program, found, today, practice_of(actor).load_limit),
        others=[card for key, card in cards.items() if key != program.id],
        actions=presenter.actions(program, today),
        history=presenter.history(detail, today, assigned_on),
        locked=detail.locked,
        answers=answers.answered(retests.answered_by(actor, program), today),
        offers=offer_words.lines(offers, today),
        noticed=noticing_words.for_staff(noticed.of_rows(client, today, detail.noticed)),
        phases=phases_to_go_on(detail, today),
    )
