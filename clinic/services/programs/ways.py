"""Which ways of a program's moves its client may choose: easier ones always, harder ones if allowed."""

from __future__ import annotations

import uuid

from clinic.domain.errors import RuleBroken
from clinic.domain.programs import may_be_changed
from clinic.domain.words import say
from clinic.models import Program
from clinic.services import audit
from clinic.services.actors import Actor
from clinic.services.clock import today_in
from clinic.services.programs.changing import taken
from clinic.services.transaction import transaction


def allow_harder(actor: Actor, program_id: uuid.UUID, *, allowed: bool) -> Program:
    """Let a client choose harder ways in a program, or no longer; a second press changes nothing."""
    with transaction():
        program = taken(actor, program_id)
        if not may_be_changed(program.on(today_in(program.client.time_zone))):
            raise RuleBroken(say("This program has ended."))
        if program.allows_harder != allowed:
            program.allows_harder = allowed
            audit.record(
                actor,
                "program.harder_allowed" if allowed else "program.harder_not_allowed",
                client_id=program.client_id,
                subject_id=program.id,
                program=program.name,
            )
    return program
