"""Regroove: the web app, its background worker and its commands, over one database."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Flask

from clinic.own_files import keep_to_ourselves
from clinic.starting import import_the_rest, made_to_stay
from config import Settings, SettingsError

if TYPE_CHECKING:
    from celery import Celery


def create_app(settings: Settings) -> Flask:
    """Build the app from settings; nothing outside this process is touched."""
    from clinic import catalogue, cli, extensions, queue, web
    from clinic.services.sending import delivery
    from clinic.services.watching import watchman
    from clinic.web.app import ClinicApp

    app = ClinicApp(__name__)
    app.config["SETTINGS"] = settings
    app.config["SECRET_KEY"] = settings.secret_key
    app.config["TESTING"] = settings.env == "test"
    extensions.init_database(app, settings)
    catalogue.load_catalogue()  # wrong data stops the start, not a page
    queue.init_queue(app, settings)
    delivery.init_delivery(app, settings)
    watchman.init_watching(app)
    web.init_web(app, settings)
    cli.init_cli(app)
    return app


@made_to_stay()
def create_app_from_env(process: str = "cli") -> Flask:
    """The app for servers; a bad setting ends the start with one line and exit code 2.

    Somebody waits for a page; what a worker or a command asks of the database may take its time.
    """
    from clinic import logs
    from clinic.serving import counts

    keep_to_ourselves()
    try:
        settings = Settings.from_env()
        logs.configure(settings, process)
        if process == "web":
            counts.prepare()
        app = create_app(settings if process == "web" else replace(settings, statement_seconds=0))
    except SettingsError as error:
        print(f"Regroove cannot start. {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    return app


@made_to_stay()
def serve_from_env() -> Flask:
    """The same for web servers: the static files are packed before the first one is asked for."""
    app = work_from_env("web")
    # not before: what counts requests looks at its import where to
    from clinic.services.watching import watchman
    from clinic.web import assets

    assets.pack_all()
    import_the_rest()
    # with one of its own in each process, whether anybody opens a page or not; this one only forks
    os.register_at_fork(after_in_child=watchman.of(app).begin)
    return app


@made_to_stay()
def celery_from_env(process: str) -> Celery:
    """The same for the background worker and its clock: with the tasks."""
    from clinic.tasks import init_tasks

    return init_tasks(work_from_env(process))


@made_to_stay()
def work_from_env(process: str = "worker") -> Flask:
    """The same for what runs on: another release's tables end the start with one line and exit code 2."""
    from clinic.services.upkeep import role

    app = create_app_from_env(process)
    problem = _why_not_to_start(app)
    if problem is not None:
        print(f"Regroove cannot start. {problem}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    role.warn(app)
    return app


def _why_not_to_start(app: Flask) -> str | None:
    from sqlalchemy.exc import DBAPIError

    from clinic.extensions import db
    from clinic.services.upkeep import release

    with app.app_context():
        try:
            return release.why_not_to_start()
        except DBAPIError:
            return None  # it is away: pages and /healthz say so until it is back
        finally:
            db.engine.dispose()  # what is forked off this process must not share a connection
