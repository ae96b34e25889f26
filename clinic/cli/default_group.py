"""A group of commands one of which needs no name."""

from __future__ import annotations

from typing import Any

import click


class DefaultGroup(click.Group):
    """`backup FILE` means `backup to FILE`: what is no command's name is the default's first word."""

    def __init__(self, *args: Any, default: str, **values: Any) -> None:
        super().__init__(*args, **values)
        self._default = default

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            args = [self._default, *args]
        return super().resolve_command(ctx, args)
