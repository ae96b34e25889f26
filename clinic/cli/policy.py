"""Commands that show who may open what."""

from __future__ import annotations

import json
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext


@click.group()
def policy() -> None:
    """Who may open which page."""


@policy.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@with_appcontext
def list_rules(as_json: bool) -> None:
    """List every rule with its methods, audience and the record its id names."""
    rows = [_row(rule) for rule in current_app.extensions["policy"].values()]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(
            f"{row['audience']:<13} {'|'.join(row['methods']):<9} {row['rule']}  {row['record'] or ''}"
        )


def _row(rule: Any) -> dict[str, Any]:
    return {
        "rule": rule.path,
        "endpoint": rule.endpoint,
        "methods": list(rule.methods),
        "audience": rule.audience.value,
        "record": rule.record,
    }
