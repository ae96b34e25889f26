"""A step of the migrations and back again keeps every row, whatever points at what, on both databases."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from clinic.domain.types import MailKind, OutboxState
from clinic.extensions import db
from clinic.models import Base, Checkin, CheckinEvent, Client, LinkToken, OutboxMessage
from clinic.services.checkins.answers import NO_SIGNS
from clinic.services.clients import identity
from clinic.services.clock import now
from tests.factories.records import make_world


def counts() -> dict[str, int]:
    """How many rows each table has."""
    tables = Base.metadata.sorted_tables
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_a_world_of_rows_goes_down_a_step_and_up_again(live_app: Flask) -> None:
    make_world()
    for client in db.session.scalars(select(Client)):
        client.own_number = None  # has no column below, and nobody is found by it when they come up again
        identity.be_found(client)  # by the texts that were put in behind the services' back
    checkin = db.session.scalars(select(Checkin).order_by(Checkin.id)).first()
    assert checkin is not None
    denied = [now() - timedelta(hours=hours) for hours in (30, 2)]
    for at in denied:
        about = {"practice_id": checkin.practice_id, "checkin_id": checkin.id, "state": checkin.state}
        db.session.add(CheckinEvent(**about, reason=NO_SIGNS, happened_at=at))
    for kind in MailKind:
        db.session.add(mail(checkin.practice_id, kind))
    db.session.commit()
    before = counts()
    below = (
        *("answer_wait", "reply_draft"),
        *("client_goal", "progress_report", "shared_finding"),
        "practice_reminder",
        *("message", "message_file", "thread", "thread_read"),
        *("course", "course_request", "group_message"),
        "mail_reply",
        *("pain_morning", "form_recheck", "practice_stop"),
        "bulk_act",
        "bulk_act_line",
        "practice_figures",
        *("client_import", "client_import_row", "import_layout"),
        *("consent", "consent_text"),
        *("erasure", "kept_record"),
        "document",
        "exercise_picture",
        "media_file",
        "program_phase",
        "routine_phase",
        "version_offer",
        "staff_invitation",
        *(
            "appointment",
            *("booking_request", "booking_offer", "booking_hours"),
            "calendar_address",
            "other_clinician",
            "phrase",
            *("own_answer", "own_answer_helped", "own_answer_move", "own_answer_source"),
            "staff_time",
            "visit_note",
            "visit_note_amendment",
        ),
    )
    of_places = (
        select(func.count())
        .select_from(LinkToken)
        .where(LinkToken.course_request_id.is_not(None) | LinkToken.staff_invitation_id.is_not(None))
    )
    before["link_token"] -= db.session.scalar(of_places) or 0  # they open what has no table below
    for gone in below:  # what has no table below
        before[gone] = 0
    consented = select(func.count()).select_from(Client).where(Client.consented_at.is_not(None))
    before["consent"] = 2 * (db.session.scalar(consented) or 0)  # made anew, of the one tick for both
    db.session.remove()

    downgrade(revision="0009", x_arg="drop=yes")
    keys = db.session.scalars(text("SELECT form_key FROM questionnaire_request")).all()
    assert len(set(keys)) == len(keys) == before["questionnaire_request"]
    assert all(len(key) == 32 for key in keys)
    db.session.remove()
    upgrade()

    assert counts() == before
    told = {row.id: row.signs_denied_at for row in db.session.scalars(select(Checkin)) if row.signs_denied_at}
    assert told == {checkin.id: denied[-1]}
    db.session.add(mail(checkin.practice_id, "postcard"))
    with pytest.raises(IntegrityError, match="ck_outbox_message_kind"):
        db.session.flush()


def mail(practice_id: uuid.UUID, kind: str) -> OutboxMessage:
    """A mail of this kind that was called back."""
    return OutboxMessage(
        practice_id=practice_id,
        kind=kind,
        dedupe_key=f"kept:{kind}",
        state=OutboxState.CANCELLED,
        due_at=now(),
        not_after=now(),
        created_at=now(),
    )
