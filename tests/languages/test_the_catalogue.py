"""The catalogue holds what the code says, and a language is one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from clinic.languages import jinja as templates
from clinic.languages import language


def test_a_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "de.po").write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Read it"\nmsgstr "Lies es"\n\n'
        'msgid "One day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "Ein Tag"\nmsgstr[1] "%(n)s Tage"\n'
    )
    monkeypatch.setattr("clinic.languages.FOLDER", tmp_path)
    try:
        german = templates.Spoken().in_language(language("de"))
    finally:
        language.cache_clear()
    page = german.from_string(
        "{% trans %}Read it{% endtrans %}, {% trans n=n %}One day{% pluralize %}{{ n }} days{% endtrans %}, "
        "{{ 1200 | number }}, {{ _('not said yet') }}"
    )
    assert page.render(n=1) == "Lies es, Ein Tag, 1.200, not said yet"
    assert page.render(n=2) == "Lies es, 2 Tage, 1.200, not said yet"
