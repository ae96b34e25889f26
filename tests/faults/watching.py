"""The web app with a watchman who looks each second: `tests.faults.watching:app()` for gunicorn."""

from __future__ import annotations

from flask import Flask

from clinic import serve_from_env
from clinic.services.watching import alarms, watchman

LOOKS_EVERY = 1.0  # seconds
SEEN_FOR = 0.05  # of the patience; of a minute that is three looks


def app() -> Flask:
    """Sooner alarmed than the product, and otherwise the same."""
    watchman.EVERY, alarms.LOOK_FOR = LOOKS_EVERY, SEEN_FOR
    return serve_from_env()
