"""As which role the app connects to PostgreSQL, and whether the walls between practices hold for it."""

from __future__ import annotations

import logging

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from clinic.domain.roles import DatabaseRole, role_problem
from clinic.extensions import db, for_writing
from clinic.services.transaction import release

log = logging.getLogger(__name__)

_ROLE = text(
    """
    SELECT r.rolsuper, r.rolbypassrls,
      EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relowner = r.oid),
      EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname = current_schema() AND c.relname = 'practice'
                AND NOT (c.relrowsecurity AND c.relforcerowsecurity))
    FROM pg_roles r WHERE r.rolname = current_user
    """
)


def problem() -> str | None:
    """What is wrong with the app's role at the database, in words; None where nothing is, and on SQLite."""
    with for_writing(False):
        try:
            if db.session.connection().dialect.name != "postgresql":
                return None
            return role_problem(DatabaseRole(*db.session.execute(_ROLE).one()))
        finally:
            release()


def warn(app: Flask) -> None:
    """Say it in the log of a server that starts in production; a database that is away says it later."""
    if not app.config["SETTINGS"].production:
        return
    with app.app_context():
        try:
            found = problem()
        except SQLAlchemyError:
            return
        finally:
            db.session.remove()
            db.engine.dispose()  # what is forked from here must not share a connection
    if found:
        log.warning("The walls between practices do not hold: %s", found)
