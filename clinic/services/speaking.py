"""In which language the installation speaks where there is no page: in mails, calendars and papers."""

from __future__ import annotations

from flask import current_app

from clinic.languages import Language, language
from config import Settings


def spoken_here() -> Language:
    """The installation's language; one of a practice or a person would be chosen here (ADR 41)."""
    settings: Settings = current_app.config["SETTINGS"]
    return language(settings.language)
