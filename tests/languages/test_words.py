"""What the domain says is said in the language of whoever reads it."""

from __future__ import annotations

from datetime import date

import pytest

from clinic.domain.dates import born, day_in_words
from clinic.domain.words import again, in_a_row, say, say_many
from clinic.languages import ENGLISH, MADE_UP, language, offered
from clinic.web.presenters.zones import zone_words

pytestmark = pytest.mark.sqlite_only  # asks no database: once is enough

LONG, MIRRORED = (language(code) for code in MADE_UP)


def test_a_percent_is_one_where_nothing_is_filled_in() -> None:
    assert language(ENGLISH).spoken(say("100 % of it")) == "100 % of it"


def test_another_language_says_all_of_it_anew() -> None:
    inner = say_many("One day", "%(number)s days", 3)
    assert LONG.spoken(say("%(days)s, %(name)s", days=inner, name="Ada")) == "⟦⟦3 dáýšö⟧, Ada⟧"
    assert LONG.spoken("what somebody typed") == "what somebody typed"


def test_what_joins_words_makes_plain_english_of_them() -> None:
    assert LONG.spoken(say("Done") + "!") == "Done!"


def test_words_that_were_kept_as_text_are_said_again() -> None:
    assert LONG.spoken(again("Read it")) == "⟦Réádö ít⟧"


def test_what_stands_in_a_row_is_said_one_by_one() -> None:
    row = in_a_row([say_many("One day", "%(number)s days", 3), "Ada", "Bo"])
    assert row == "3 days, Ada, Bo"
    assert LONG.spoken(row) == "⟦⟦⟦3 dáýšö⟧, Ada⟧, Bo⟧"


def test_days_are_written_as_each_language_writes_them() -> None:
    day = date(2026, 11, 24)
    assert language(ENGLISH).spoken(day_in_words(day)) == "Tue 24 Nov"
    assert MIRRORED.spoken(day_in_words(day)) == "الثلاثاء، 24 نوفمبر"
    assert MIRRORED.spoken(born(date(1961, 5, 3))).startswith("⟦")
    assert "1961" in MIRRORED.spoken(born(date(1961, 5, 3)))


def test_zones_are_named_as_each_language_names_them() -> None:
    london = zone_words("Europe/London")
    assert language(ENGLISH).spoken(london) == "London (Europe)"
    assert "لندن" in MIRRORED.spoken(london)


def test_only_languages_that_there_are_are_spoken() -> None:
    assert offered()[0] == ENGLISH
    with pytest.raises(LookupError):
        language("tlh")
    assert (MIRRORED.direction, LONG.direction, language(ENGLISH).tag) == ("rtl", "ltr", "en")
