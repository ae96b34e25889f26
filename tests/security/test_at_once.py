"""Twenty presses at once: one of them counts, and none meets a broken page."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select

from clinic.domain.types import AssessmentStatus
from clinic.extensions import db, limiter
from clinic.models import (
    Assessment,
    AuditEvent,
    Base,
    CheckinAnswer,
    Client,
    Invitation,
    OutboxMessage,
    Practice,
    PracticeLog,
    Program,
    RoutineVersion,
    User,
    WarningFlag,
)
from clinic.services.accounts import signing_in as accounts
from clinic.services.clients import invitations
from clinic.services.clock import today_in
from clinic.services.transaction import transaction
from tests.factories.assessments import POSITIVE, draft, recorded
from tests.factories.checkins import enrol, link_to, sent_checkin
from tests.factories.people import People, make_client, make_people
from tests.factories.programs import publish_routine
from tests.visitor import Visitor
from tests.web.practitioner.test_routines import typed

AT_ONCE = 20
GOOD = "seven grey herons over water"


@pytest.fixture
def everybody(live_app: Flask, monkeypatch: pytest.MonkeyPatch) -> People:
    limiter.reset()
    monkeypatch.setattr(limiter, "enabled", False)
    return make_people()


def at_once(
    app: Flask, user: User | None, path: str, form: dict[str, Any], times: int = AT_ONCE
) -> Counter[int]:
    """The statuses of one form sent many times in the same moment."""
    who = inspect(user).identity[0] if user else None  # it may be detached

    def press(_: int) -> int:
        with app.app_context():
            browser = Visitor(app, db.session.get(User, who) if who else None)
            values = form | {"csrf_token": browser.token()}
            db.session.remove()
        return browser.client.post(path, data=values).status_code

    db.session.remove()
    with ThreadPoolExecutor(times) as pool:
        answers = Counter(pool.map(press, range(times)))
    db.session.remove()
    return answers


def number(kind: type[Base], *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(kind).where(*where)) or 0


def events(action: str) -> int:
    return number(AuditEvent, AuditEvent.action == action)


def test_one_practice_is_begun(live_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "enabled", False)
    form = {
        "name": "Harbour", "time_zone": "Europe/London", "phone": "1", "emergency_number": "999",
        "urgent_number": "111", "waking_from": "08:00", "waking_until": "20:00", "owner_name": "Olive Hart",
        "owner_email": "olive@people.example", "password": GOOD,
    }  # fmt: skip
    answers = at_once(live_app, None, "/set-up", form, 8)
    assert (number(Practice), number(User)) == (1, 1)
    assert set(answers) <= {303, 422}


def test_asking_for_a_new_password_is_one_mail_and_tells_nothing(live_app: Flask, everybody: People) -> None:
    answers = at_once(live_app, None, "/forgotten-password", {"email": everybody.owner.email})
    assert answers == {200: AT_ONCE}
    assert number(OutboxMessage) <= 2  # a minute may have begun meanwhile


def test_a_preview_is_one_mail(live_app: Flask, everybody: People) -> None:
    assert at_once(live_app, everybody.owner, "/check-ins/preview/send", {}) == {303: AT_ONCE}
    assert number(OutboxMessage) <= 2


def test_an_invitation_makes_one_account(live_app: Flask, everybody: People) -> None:
    invited = make_client(everybody.practice, "Cora Lind", email="cora@clients.example")
    db.session.commit()
    secret = invitations.hand_over(everybody.actor(everybody.owner), invited.id)[1]
    answers = at_once(live_app, None, f"/invitation/{secret}", {"password": GOOD})
    assert answers == {303: 1, 410: AT_ONCE - 1}
    assert number(User, User.email_key == "cora@clients.example") == 1


def test_invitations_sent_again_leave_one_open(live_app: Flask, everybody: People) -> None:
    invited = make_client(everybody.practice, "Cora Lind", email="cora@clients.example")
    db.session.commit()
    answers = at_once(live_app, everybody.owner, f"/clients/{invited.id}/invitation", {})
    assert answers == {303: AT_ONCE}
    assert number(Invitation, Invitation.revoked_at.is_(None)) == 1


def test_a_checkin_is_answered_once(live_app: Flask, everybody: People) -> None:
    link = link_to(sent_checkin(enrol(everybody)))
    assert at_once(live_app, None, link, {"none": "y"}) == {303: AT_ONCE}
    answers = at_once(
        live_app, None, f"{link}/questions", {"days": "5", "pain": "3", "mistake": "no", "contact": "yes"}
    )
    assert answers == {303: AT_ONCE}
    assert (number(CheckinAnswer), events("checkin.answered"), events("checkin.corrected")) == (1, 1, 0)


def test_a_warning_sign_is_one_flag(live_app: Flask, everybody: People) -> None:
    link = link_to(sent_checkin(enrol(everybody)))
    assert at_once(live_app, None, link, {"signs": "bladder"}) == {303: AT_ONCE}
    assert at_once(live_app, everybody.client_user, "/warning-signs", {"signs": "bladder"}) == {303: AT_ONCE}
    assert number(WarningFlag) == 2  # one of each place
    assert number(OutboxMessage, OutboxMessage.kind == "warning_sign_alert") == 4


def test_a_day_is_logged_once(live_app: Flask, everybody: People) -> None:
    program = enrol(everybody)
    moves = len(program.prescriptions)
    day = today_in(everybody.client.time_zone).isoformat()
    form = {"day": day, "outcome": "done", "pain": "2", "note": "fine"}
    assert at_once(live_app, everybody.client_user, "/my/log", form) == {303: AT_ONCE}
    assert number(PracticeLog) == moves
    assert (events("practice.logged"), events("practice.corrected")) == (1, 0)
    assert number(PracticeLog, PracticeLog.corrected_at.is_not(None)) == 0


def test_an_assessment_is_signed_once(live_app: Flask, everybody: People) -> None:
    actor = everybody.actor(everybody.colleague)
    sheet = draft(actor, everybody.client)
    recorded(actor, sheet, {POSITIVE: "positive"})
    page = f"/assessments/{sheet.id}/sign"
    form = typed(Visitor(live_app, everybody.colleague).get(page)) | {"confirmed": "y"}
    form.pop("csrf_token")
    answers = at_once(live_app, everybody.colleague, page, form)
    assert set(answers) <= {303, 409}
    assert events("assessment.signed") == 1


def test_a_draft_is_discarded_once_and_nobody_meets_a_broken_page(live_app: Flask, everybody: People) -> None:
    sheet = draft(everybody.actor(everybody.colleague), everybody.client)
    answers = at_once(
        live_app, everybody.colleague, f"/assessments/{sheet.id}/discard", {"version": sheet.version}
    )
    assert set(answers) <= {303, 404, 409}
    assert (number(Assessment), events("assessment.discarded")) == (0, 1)


def test_signing_and_discarding_at_once_leave_a_signed_assessment_or_none(
    live_app: Flask, everybody: People
) -> None:
    actor = everybody.actor(everybody.colleague)
    for _ in range(5):
        sheet = draft(actor, everybody.client)
        recorded(actor, sheet, {POSITIVE: "positive"})
        sheet = db.session.get_one(Assessment, sheet.id, populate_existing=True)
        form = {"version": sheet.version, "confirmed": "y"}
        pages = [f"/assessments/{sheet.id}/{step}" for step in ("sign", "discard")]
        press = partial(_in_a_thread, live_app, everybody.colleague, form)
        db.session.remove()
        with ThreadPoolExecutor(2) as pool:
            answers = set(pool.map(press, pages))
        assert answers <= {303, 404, 409}
        left = db.session.get(Assessment, sheet.id)
        assert left is None or left.status is AssessmentStatus.SIGNED
        assert left is None or len(left.findings) == 1


def _in_a_thread(app: Flask, user: User, form: dict[str, Any], page: str) -> int:
    with app.app_context():
        (answer,) = at_once(app, user, page, form, 1)
    return answer


def test_a_client_is_added_once_from_one_form(live_app: Flask, everybody: People) -> None:
    form = {
        "name": "Cora Lind",
        "email": "cora@clients.example",
        "time_zone": "Europe/London",
        "kind": "private",
    }
    form |= {"key": "0" * 32, "consented": "y", "invite": "y"}
    answers = at_once(live_app, everybody.colleague, "/clients/new", form)
    assert answers == {303: AT_ONCE}
    assert number(Client, Client.name == "Cora Lind") == 1
    assert number(OutboxMessage, OutboxMessage.kind == "invitation") == 1


def test_a_program_is_assigned_once_from_one_form(live_app: Flask, everybody: People) -> None:
    publish_routine(everybody.practice, everybody.owner)
    page = f"/clients/{everybody.client.id}/programs/new"
    form = typed(Visitor(live_app, everybody.colleague).get(page))
    form.pop("csrf_token")
    assert at_once(live_app, everybody.colleague, page, form) == {303: AT_ONCE}
    assert (number(Program), events("program.assigned")) == (1, 1)


def test_a_program_is_paused_once(live_app: Flask, everybody: People) -> None:
    program = enrol(everybody)
    page = f"/programs/{program.id}/pause"
    form = typed(Visitor(live_app, everybody.colleague).get(page)) | {"reason": "Holiday"}
    form.pop("csrf_token")
    answers = at_once(live_app, everybody.colleague, page, form)
    assert set(answers) <= {303, 409}
    assert events("program.paused") == 1


def test_one_new_draft_of_a_routine_is_begun(live_app: Flask, everybody: People) -> None:
    version = publish_routine(everybody.practice, everybody.owner)
    answers = at_once(live_app, everybody.owner, f"/routines/{version.routine_id}/draft", {})
    assert answers == {303: AT_ONCE}
    assert number(RoutineVersion) == 2


def test_a_routine_is_published_once(live_app: Flask, everybody: People) -> None:
    version = publish_routine(everybody.practice, everybody.owner)
    browser = Visitor(live_app, everybody.owner)
    browser.post(f"/routines/{version.routine_id}/draft", status=303)
    page = f"/routines/{version.routine_id}/publish"
    form = typed(browser.get(page)) | {"accept": "y", "change_note": "Slower.", "act": "publish"}
    form.pop("csrf_token")
    answers = at_once(live_app, everybody.owner, page, form)
    assert set(answers) <= {303, 409}
    assert events("routine.published") == 2


def test_of_drafts_saved_at_once_one_is_kept_and_the_others_are_told(
    live_app: Flask, everybody: People
) -> None:
    version = publish_routine(everybody.practice, everybody.owner)
    browser = Visitor(live_app, everybody.owner)
    browser.post(f"/routines/{version.routine_id}/draft", status=303)
    page = f"/routines/{version.routine_id}/publish"
    form = typed(browser.get(page)) | {"act": "draft"}
    form.pop("csrf_token")
    notes = [form | {"change_note": f"Note {number}"} for number in range(8)]
    press = partial(_in_a_thread, live_app, everybody.owner, page=page)
    db.session.remove()
    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(press, notes))
    assert answers == {303: 1, 409: 7}


def test_a_client_is_archived_once(live_app: Flask, everybody: People) -> None:
    page = f"/clients/{everybody.client.id}/status"
    form = typed(Visitor(live_app, everybody.colleague).get(page)) | {"reason": "Moved away"}
    form.pop("csrf_token")
    answers = at_once(live_app, everybody.colleague, page, form)
    assert set(answers) <= {303, 409}
    assert (events("client.archived"), events("client.restored")) == (1, 0)


def test_a_password_is_reset_once(live_app: Flask, everybody: People) -> None:
    with transaction():
        secret = accounts.mint_reset(everybody.owner)
    answers = at_once(live_app, None, f"/new-password/{secret}", {"password": GOOD})
    assert answers == {303: 1, 410: AT_ONCE - 1}
