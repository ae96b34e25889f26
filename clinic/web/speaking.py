"""In which language a page is: the installation's, which Flask-Babel is told."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel import Locale
from flask import Flask
from flask import flash as _flash
from flask_babel import Babel, get_locale

from clinic.domain.words import Words
from clinic.languages import ENGLISH, Language, language, offered
from config import Settings, SettingsError


def init_speaking(app: Flask, settings: Settings) -> None:
    """Pages speak the language of the installation; a person's or a practice's own would be chosen here.

    Raises SettingsError for a language that nobody has written.
    """
    try:
        spoken = language(settings.language)
    except LookupError:
        raise SettingsError("CLINIC_LANGUAGE", f"must be one of {', '.join(offered())}") from None
    app.config["WTF_I18N_ENABLED"] = False  # fields say our words, not WTForms' own
    Babel(app, configure_jinja=False, locale_selector=lambda: spoken.locale)


def here() -> Language:
    """The language of this page; English where there is no page."""
    locale = get_locale()
    return language(ENGLISH) if locale is None else _of(locale)


@cache
def _of(locale: Locale) -> Language:
    return language(str(locale))


def flash(words: str | Mapping[str, object], category: str = "message") -> None:
    """Words for the next page, or of "undo" a mapping with them, said in the language of this one.

    A cookie knows nothing but text.
    """
    spoken = here()
    if isinstance(words, str):
        _flash(spoken.spoken(words), category)
    else:
        told = {name: spoken.spoken(each) if type(each) is Words else each for name, each in words.items()}
        _flash(told, category)  # type: ignore[arg-type]
