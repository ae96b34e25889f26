"""The `clinic` command: Flask's own command line under the project's name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from click.core import ParameterSource
from flask.cli import FlaskGroup
from sqlalchemy.exc import DBAPIError

from clinic import create_app_from_env
from clinic.cli.settings import refuse_without_settings
from clinic.cli.trouble import CannotStart
from clinic.domain import roles
from clinic.domain.causes import cause_of
from clinic.domain.errors import ClinicError
from clinic.services.reach import across_practices
from clinic.services.upkeep import release

NOT_ALLOWED = "42501"  # as PostgreSQL says it
OF_LIBRARIES = frozenset({"limiter"})  # commands that Flask's extensions bring


def _is_for_development(command: str) -> bool:
    return command == "run" and os.environ.get("CLINIC_ENV") == "production"


def _tell_version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"Regroove {release.version()}, tables {release.schema()}")
        context.exit()


class ClinicGroup(FlaskGroup):
    """Flask's group of commands; which settings it goes by is sure before it touches anything.

    Flask's own server is for development: it has no limits, and shows what it should not.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._loaded_plugin_commands = False
        return [name for name in super().list_commands(ctx) if not _is_for_development(name)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        # Flask would load what libraries bring to find any command of ours
        self._loaded_plugin_commands = name not in OF_LIBRARIES
        return super().get_command(ctx, name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if _is_for_development(args[0]):
            raise CannotStart(
                f"clinic {args[0]} is for development. In production: clinic serve, or gunicorn."
            )
        if "--help" not in args:
            refuse_without_settings(
                args[0],
                os.environ,
                Path.cwd(),
                is_root=os.geteuid() == 0,
                has_file=ctx.get_parameter_source("env_file") is not ParameterSource.DEFAULT,
            )
        return super().resolve_command(ctx, args)


@click.group(cls=ClinicGroup, create_app=create_app_from_env, add_version_option=False, load_dotenv=False)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Say which release.",
)
@click.pass_context
def cli(context: click.Context) -> None:
    """Regroove: run a practice's clients, programs, assessments and check-ins."""
    context.with_resource(across_practices("whoever runs the machine"))


def run() -> None:
    """Do what was typed; what the rules refuse is one line, not a traceback."""
    try:
        cli(standalone_mode=True)
    except ClinicError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except DBAPIError as error:
        click.echo(_told(error), err=True)
        sys.exit(2)


def _told(error: DBAPIError) -> str:
    cause = cause_of(error)
    if cause.code == NOT_ALLOWED:
        return (
            "The database does not allow it to this role. Tables are made and changed by the role that owns "
            f"them, which CLINIC_MIGRATION_URL names. {roles.HOW}"
        )
    told = cause.words or type(error.orig).__name__
    return f"The database is away, locked, or not set up yet: {told}."
