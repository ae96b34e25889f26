"""Somebody answers a client and makes a session with them: `python -m tests.faults.answering [STEP]`.

With a step the process ends there as a kill -9 ends it. The forms are the same each time.
"""

from __future__ import annotations

import sys
from datetime import time, timedelta

from sqlalchemy import select

from clinic import create_app_from_env, queue
from clinic.domain.types import Role
from clinic.extensions import db
from clinic.models import Client, User
from clinic.services.accounts.signing_in import actor_of
from clinic.services.appointments import planning
from clinic.services.appointments import telling as appointments_told
from clinic.services.appointments.planning import AppointmentDetails
from clinic.services.clock import now
from clinic.services.messages import telling, writing
from clinic.services.reach import across_practices
from tests.faults.dying import Step, die_at

STEPS: dict[str, Step] = {
    "word of the message promised, nothing committed": (telling, "tell", False),
    "the message committed, nobody nudged": (queue, "nudge", True),
    "the session made, its mail not promised": (appointments_told, "tell", True),
    "its mail promised, nothing committed": (appointments_told, "tell", False),
}


def answer_everybody() -> None:
    """An answer and a session for each client who has an account."""
    with across_practices("the people of this test"):
        colleague = db.session.scalars(select(User).where(User.role == Role.PRACTITIONER)).one()
        actor, day = actor_of(colleague), now().date() + timedelta(days=2)
        clients = db.session.scalars(select(Client.id).where(Client.user_id.is_not(None))).all()
        for number, client_id in enumerate(clients):
            writing.answer(actor, client_id, "a" * 32, "They turn with you.")
            at = time(8 + number // 2, 30 * (number % 2))
            details = AppointmentDetails(day, at, 30, "Room 1", colleague.id)
            planning.make(actor, client_id, details, "b" * 32)


def main(step: str = "") -> None:
    """Answer everybody, and die at this step."""
    if step:
        die_at(STEPS[step])
    with create_app_from_env().app_context():
        answer_everybody()


if __name__ == "__main__":
    main(*sys.argv[1:])
