"""What is typed: `clinic` and its commands, one module a feature."""

from __future__ import annotations

from flask import Flask

from clinic.starting import made_to_stay


def main() -> None:
    """Entry point of the `clinic` script."""
    with made_to_stay():
        from clinic.cli.command import run
    run()


def init_cli(app: Flask) -> None:
    """Add our commands to the app; each module holds one feature's."""
    from clinic.cli import (
        audit,
        backup,
        checkins,
        demo,
        erasures,
        imports,
        mail,
        outbox,
        policy,
        practice,
        serve,
        walls,
    )

    for command in (
        serve.serve,
        practice.init,
        practice.user,
        policy.policy,
        backup.backup,
        backup.restore,
        demo.demo,
        erasures.erasure,
        imports.imports,
        outbox.outbox,
        checkins.checkins,
        mail.mail,
        walls.walls,
        audit.audit,
    ):
        app.cli.add_command(command)
