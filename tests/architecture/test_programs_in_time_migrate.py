"""Days of pauses, kinds of ends and notes of doses come with a step of the migrations, and go again."""

from __future__ import annotations

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from clinic.domain.programs import ProgramChange
from clinic.domain.types import ProgramAction, ProgramStatus, StopReason
from clinic.extensions import db
from clinic.models import Program, ProgramEvent
from clinic.services.clock import today_in
from clinic.services.programs import changing, days
from tests.factories.people import People, make_people
from tests.factories.programs import assign_program, publish_routine

BEFORE = "0017"


def test_words_of_an_end_stay_beside_the_kind_other_and_a_pause_keeps_its_day(live_app: Flask) -> None:
    people = make_people()
    version = publish_routine(people.practice, people.owner)
    ended = assign_program(people.colleague, people.client, version)
    paused = assign_program(people.colleague, people.other_client, version)
    today = today_in(people.client.time_zone)
    actor = people.actor(people.colleague)
    days.move(actor, paused.id, paused.version, starts_on=paused.starts_on, ends_on=None)
    db.session.expire_all()
    take(people, ended, ProgramChange(ProgramAction.END, today, "Feels fine", stop=StopReason.BETTER))
    take(people, paused, ProgramChange(ProgramAction.PAUSE, today, "Holiday"))
    ids = ended.id, paused.id
    db.session.remove()

    downgrade(revision=BEFORE, x_arg="drop=yes")
    kinds = db.session.scalars(text("SELECT action FROM program_event ORDER BY action")).all()
    assert kinds == ["end", "pause"]  # the line of a moved day goes with the word for it
    db.session.remove()
    upgrade()

    first, second = (db.session.get_one(Program, each) for each in ids)
    assert (first.status, first.paused_from) == (ProgramStatus.ENDED, None)
    assert (second.status, second.paused_from, second.paused_until) == (ProgramStatus.PAUSED, today, None)
    end = db.session.scalars(select(ProgramEvent).where(ProgramEvent.action == ProgramAction.END)).one()
    assert (end.stop, end.reason) == (StopReason.OTHER, "Feels fine")


def take(people: People, program: Program, change: ProgramChange) -> None:
    """One step of a program's life."""
    changing.change(people.actor(people.colleague), program.id, program.version, change)
