"""What was looked after before there was a table for it is carried over, and back again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from clinic.domain.attention import AttentionKind
from clinic.domain.reason_acts import ReasonAct
from clinic.extensions import db
from clinic.models import Practice, ReasonHandling
from clinic.services.attention import acts
from clinic.services.attention import today as attention
from clinic.services.attention.cases import ReasonCase
from clinic.services.clock import now, today_in
from clinic.services.reasons import rebuilding
from tests.factories.checkins import answered, enrol
from tests.factories.people import make_client, make_people

BEFORE = "0008"


def test_reasons_that_were_looked_after_stay_so_down_and_up_again(live_app: Flask) -> None:
    people = make_people()
    program = enrol(people)
    for days, contact in ((21, True), (14, False), (7, True)):
        answered(program, now() - timedelta(days=days), pain=3, contact=contact)
    make_client(people.practice, "Bounced", bounced_at=now())
    db.session.commit()
    rebuilding.rebuild_all()
    actor = people.actor(people.colleague)
    for each in attention.today(actor).listed:
        wanted = [case for case in each.cases if case.kind is AttentionKind.CONTACT_WANTED]
        acts.handle(actor, each.client_id, wanted[1:] or each.cases, "Called.")
    listed, handled = told(actor), kept()
    assert [kind for kind, _ in handled] == ["bounced", "contact_wanted"]

    db.session.remove()
    downgrade(revision=BEFORE, x_arg="drop=yes")
    closed = "SELECT handled_at IS NOT NULL, handled_by IS NOT NULL FROM checkin_answer ORDER BY answered_at"
    rows = [tuple(map(bool, row)) for row in db.session.execute(text(closed))]
    # open: nobody has called; closed as it came: it asked for nobody; closed by name
    assert rows == [(False, False), (True, False), (True, True)]
    db.session.remove()
    upgrade()

    assert not attention.today(actor).is_made
    rebuilding.build_missing()
    assert told(actor) == listed
    # an answer was closed as a whole: whoever looked after the wish has looked after its pain
    assert [row for row in kept() if row[0] != "pain_up"] == handled


def told(actor: Any) -> list[tuple[str, list[ReasonCase]]]:
    found = [(each.name, list(each.cases)) for each in attention.today(actor).listed]
    db.session.rollback()
    return found


def kept() -> list[tuple[str, Any]]:
    query = select(ReasonHandling.kind, ReasonHandling.subject_id)
    found = sorted((kind.value, subject) for kind, subject in db.session.execute(query))
    db.session.rollback()
    return found


def test_of_several_acts_only_what_was_done_and_stands_goes_down(live_app: Flask) -> None:
    people = make_people()
    clients = [make_client(people.practice, f"Bounced {number}", bounced_at=now()) for number in range(4)]
    db.session.commit()
    rebuilding.rebuild_all()
    actor = people.actor(people.colleague)
    done, put_off, handed, taken_back = (
        (client.id, [ReasonCase(AttentionKind.BOUNCED, client.id)]) for client in clients
    )
    acts.handle(actor, *done, "Called.")
    acts.snooze(actor, *put_off, today_in("Europe/London") + timedelta(days=3))
    acts.hand_over(actor, *handed, people.owner.id)
    press = acts.handle(actor, *taken_back, None)
    acts.undo(actor, taken_back[0], press.id)

    db.session.remove()
    downgrade(revision="0016", x_arg="drop=yes")
    rows = db.session.execute(text("SELECT kind, note FROM reason_handling")).all()
    assert [tuple(row) for row in rows] == [("bounced", "Called.")]
    db.session.remove()
    upgrade()

    rebuilding.build_missing()
    stored = db.session.scalars(select(ReasonHandling)).one()
    assert (stored.act, stored.press_id, stored.until) == (ReasonAct.DONE, stored.id, None)
    assert attention.today(actor).count == 3
    practice = db.session.get_one(Practice, people.practice.id)
    assert practice.heard_from is not None
    assert abs(now() - timedelta(days=14) - practice.heard_from) < timedelta(minutes=5)
