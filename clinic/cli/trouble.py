"""What keeps a command from starting: one clear line, exit code 2."""

from __future__ import annotations

import click


class CannotStart(click.ClickException):
    """Shown as one line, without a traceback."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        click.echo(f"Regroove cannot start. {self.message}", err=True)
