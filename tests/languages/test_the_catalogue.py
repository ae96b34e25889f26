"""The catalogue holds what the code says, and a language is one file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clinic.domain.words import again, say
from clinic.languages import FOLDER, language
from clinic.languages import jinja as templates

pytestmark = pytest.mark.sqlite_only  # asks no database: once is enough

ROOT = Path(__file__).resolve().parents[2]


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


def test_what_was_kept_with_its_blanks_filled_is_said_by_its_pattern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "de.po").write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "%(before)s %(each)s"\nmsgstr "%(before)s %(each)s"\n\n'
        'msgid "JPEG, PNG and WebP pictures are taken."\nmsgstr "JPEG, PNG und WebP gehen."\n\n'
        'msgid "This is a video, whatever its name ends in. %(wanted)s"\n'
        'msgstr "Das ist ein Film. %(wanted)s"\n\n'
        'msgid "The video is %(width)s by %(height)s pixels. Export it with fewer."\n'
        'msgstr "%(height)s mal %(width)s Punkte sind zu viele."\n'
    )
    monkeypatch.setattr("clinic.languages.FOLDER", tmp_path)
    try:
        german = language("de")
    finally:
        language.cache_clear()
    wanted = say("JPEG, PNG and WebP pictures are taken.")
    refusals = {
        say("This is a video, whatever its name ends in. %(wanted)s", wanted=wanted): (
            "Das ist ein Film. JPEG, PNG und WebP gehen."
        ),
        say("The video is %(width)s by %(height)s pixels. Export it with fewer.", width=9000, height=10): (
            "10 mal 9,000 Punkte sind zu viele."
        ),
        say(
            "Nobody has put this into German: %(what)s", what="100 %"
        ): "Nobody has put this into German: 100 %",
    }
    for kept, said in refusals.items():
        assert german.spoken(again(str(kept))) == said
        assert language("en").spoken(again(str(kept))) == kept


def test_the_catalogue_is_what_the_code_says(tmp_path: Path) -> None:
    """Written by `make words`, whose words these are."""
    told = next(line for line in (ROOT / "Makefile").read_text().splitlines() if "pybabel" in line)
    options = told.partition("extract ")[2].rstrip("\\").split()
    found = tmp_path / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract", *options]
    subprocess.run([*command, "-o", str(found), "clinic"], cwd=ROOT, check=True, timeout=120)
    assert found.read_text() == (FOLDER / "messages.pot").read_text(), "run `make words`"
