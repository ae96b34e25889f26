"""Which release this is, and whether the tables of the database are those that its code was written for."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version as installed

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from clinic.extensions import MIGRATIONS, db, for_writing
from clinic.services.transaction import release


@cache
def version() -> str:
    """The version of the installed code, such as 0.2.0."""
    return installed("regroove")


@cache
def schema() -> str:
    """The revision of the tables that this code was written for, such as 0021."""
    (head,) = ScriptDirectory(str(MIGRATIONS)).get_heads()
    return head


def schema_of_database() -> str | None:
    """The revision of the tables that are there; None where there are none yet."""
    with for_writing(False):
        found = MigrationContext.configure(db.session.connection()).get_current_revision()
        release()
    return found


def why_not_to_start() -> str | None:
    """What is wrong with the tables of the database, and what to do; None where they are the code's own.

    Raises SQLAlchemy's OperationalError where the database cannot be asked.
    """
    there, here = schema_of_database(), f"this is release {version()}, with {schema()}"
    if there == schema():
        return None
    if there is None:
        return f"The database has no tables yet; {here}. Run `clinic db upgrade` first."
    if there in {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}:
        return f"The tables are an older release's ({there}); {here}. Run `clinic db upgrade` first."
    return f"The tables are a newer release's ({there}); {here}. Start the newer one."
