"""Commands that begin a practice and help its people back in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from clinic import create_app
from clinic.cli import demo as _demo_command  # noqa: F401 - its import must have no side effect
from clinic.domain.errors import RuleBroken
from clinic.extensions import db
from clinic.models import (
    AuditEvent,
    CheckinSchedule,
    Client,
    ExerciseMedia,
    ExerciseMistake,
    OutboxMessage,
    Practice,
    PracticeLog,
    User,
    WarningFlag,
)
from clinic.services import demo
from clinic.services.clock import now
from tests.conftest import settings_for
from tests.factories.people import People
from tests.factories.second_step import set_up_app
from tests.visitor import Visitor

INIT = [
    *("init", "--name", "Quay Spine", "--zone", "Europe/Warsaw", "--phone", "1", "--emergency-number", "112"),
    *("--urgent-number", "116 117", "--owner", "Nina Quay", "--email", "nina@quay.example"),
    *("--password", "seven herons on a jetty"),
]


def run(app: Flask, *args: str):
    return app.test_cli_runner().invoke(args=list(args))


def test_init_begins_a_practice(app: Flask) -> None:
    assert "Nina Quay signs in as nina@quay.example" in run(app, *INIT).output
    assert db.session.scalars(select(Practice.name)).all() == ["Quay Spine"]


def test_init_refuses_a_zone_that_does_not_exist(app: Flask) -> None:
    answer = run(app, *[word.replace("Europe/Warsaw", "Nowhere") for word in INIT])
    assert isinstance(answer.exception, RuleBroken)
    assert db.session.scalars(select(Practice)).all() == []


def test_a_locked_out_owner_gets_a_link_that_works_once(app: Flask) -> None:
    run(app, *INIT)
    output = run(app, "user", "reset-password", "nina@quay.example").output
    path = re.search(r"http://localhost(/new-password/\S+)", output)
    assert path
    browser = Visitor(app)
    browser.post(path[1], {"password": "eight herons on a jetty"}, status=303)
    browser.get(path[1], status=410)


def test_the_last_owner_whose_phone_is_gone_gets_in_again(app: Flask) -> None:
    run(app, *INIT)
    owner = db.session.scalars(select(User)).one()
    set_up_app(owner)
    browser, form = Visitor(app), {"email": "nina@quay.example", "password": INIT[-1]}
    assert browser.post("/sign-in", form, status=303).location == "/sign-in/second-step"
    assert "signs in with the password alone" in run(app, "user", "reset-second-step", owner.email).output
    assert browser.post("/sign-in", form, status=303).location == "/today"
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "second_step.reset")).one()
    assert (event.actor_name, event.subject_id) == ("Command line", owner.id)
    # whoever has none is told so, and that is no success
    refused = run(app, "user", "reset-second-step", owner.email).exception
    assert isinstance(refused, RuleBroken)


def test_an_unknown_address_is_said(app: Flask) -> None:
    run(app, *INIT)
    assert isinstance(run(app, "user", "reset-password", "x@y.example").exception, RuleBroken)


def test_adding_a_colleague(app: Flask) -> None:
    run(app, *INIT)
    run(
        app,
        "user",
        "add",
        "--email",
        "sam@quay.example",
        "--name",
        "Sam",
        "--role",
        "assistant",
        "--password",
        "nine herons on a jetty",
    )
    assert db.session.scalars(select(User.email).order_by(User.created_at)).all() == [
        "nina@quay.example",
        "sam@quay.example",
    ]


@pytest.fixture(scope="module")
def demo_counts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    from flask_migrate import upgrade

    from tests.backends import database_urls

    with database_urls() as new:
        app = create_app(settings_for(new(), tmp_path_factory.mktemp("demo")))
        with app.app_context():
            upgrade()
            demo.seed_practice()
            count = {
                "clients": db.session.scalar(select(func.count()).select_from(Client)),
                "flags": db.session.scalar(select(func.count()).select_from(WarningFlag)),
                "waiting": db.session.scalar(select(func.count()).select_from(OutboxMessage)),
                "overdue": db.session.scalar(
                    select(func.count()).where(CheckinSchedule.next_due_at <= now())
                ),
                "real": db.session.scalar(select(func.count()).where(Client.email.not_like("%.example"))),
                "clinicians_words": db.session.scalar(
                    select(func.count())
                    .select_from(ExerciseMistake)
                    .where(ExerciseMistake.is_named, ExerciseMistake.see.contains("dowel"))
                ),
                "videos": db.session.scalar(select(func.count()).select_from(ExerciseMedia)),
                "pain_nine": db.session.scalar(
                    select(func.count(PracticeLog.client_id.distinct())).where(
                        PracticeLog.pain == 9, PracticeLog.note.is_not(None)
                    )
                ),
                "users": db.session.scalar(select(func.count()).where(User.email.not_like("%.example"))),
            }
            db.session.remove()
            db.engine.dispose()
    return {name: value or 0 for name, value in count.items()}


def test_the_demo_has_forty_clients_one_warning_sign_and_sends_no_burst(demo_counts: dict[str, int]) -> None:
    expected = {"clients": 40, "flags": 1, "waiting": 0, "overdue": 0, "real": 0, "users": 0}
    assert {name: demo_counts[name] for name in expected} == expected


def test_the_demo_is_a_practice_that_was_set_up_well(demo_counts: dict[str, int]) -> None:
    """The mistake is in a client's words, each move has a video, and one client asks to be rung."""
    assert (demo_counts["clinicians_words"], demo_counts["videos"], demo_counts["pain_nine"]) == (0, 2, 1)


@pytest.mark.parametrize(
    "changes",
    [{"env": "production"}, {"smtp_url": "smtp://mail.example:25"}],
    ids=["production", "a mail server"],
)
def test_the_demo_is_refused_in(changes: dict[str, str], database_url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(database_url, tmp_path, **changes))
    with app.app_context(), pytest.raises(RuleBroken, match="demo"):
        demo.seed_practice()


def test_the_demo_never_joins_real_records(people: People) -> None:
    with pytest.raises(RuleBroken, match="empty"):
        demo.seed_practice()
