"""Templates have their words looked up when they are read, in the language of their environment."""

from __future__ import annotations

import pytest

from clinic.domain.words import say
from clinic.languages import MADE_UP, language
from clinic.languages.jinja import Spoken

ENGLISH = Spoken(autoescape=True, trim_blocks=True, lstrip_blocks=True)
LONG = ENGLISH.in_language(language(MADE_UP[0]))

SAID = [
    ("{% trans %}Read it{% endtrans %}", "Read it", "⟦Réádö ít⟧"),
    ("{{ _('Read it') }}", "Read it", "⟦Réádö ít⟧"),
    ("{% trans %}100 % of it{% endtrans %}", "100 % of it", "⟦100 % öf ít⟧"),
    ("{% trans n=1 + 1 %}100 % of {{ n }}{% endtrans %}", "100 % of 2", "⟦100 % öf 2⟧"),
    ("{% trans who='<b>' %}By {{ who }}{% endtrans %}", "By &lt;b&gt;", "⟦Bý &lt;b&gt;⟧"),
    ("{% trans %}\n  By <b>us</b>\n  alone\n{% endtrans %}", "By <b>us</b> alone", "⟦Bý <b>úš</b> álöñéö⟧"),
    (
        "{% trans %}One.{% endtrans %}\n  {% trans %}Two.{% endtrans %}\n!",
        "One.\nTwo.\n!",
        "⟦Öñé.⟧\n⟦Twö.⟧\n!",
    ),
    ("{% trans n=1 %}One{% pluralize %}{{ n }} of us{% endtrans %}", "One", "⟦Öñéö⟧"),
    ("{% trans n=3 %}One{% pluralize %}{{ n }} of us{% endtrans %}", "3 of us", "⟦3 öf úš⟧"),
    ("{{ words }}", "Ada &amp; us", "⟦Ada &amp; úš⟧"),
    ("{{ _('By %(who)s', who='<b>') }}", "By &lt;b&gt;", "⟦Bý &lt;b&gt;⟧"),
    ("{{ [words, 'Bo'] | join(', ') }}", "Ada &amp; us, Bo", "⟦Ada &amp; úš⟧, Bo"),
    ("{{ words | lower }}", "ada &amp; us", "⟦ada &amp; úš⟧"),
    ("{{ 1200 | number }}", "1,200", "1,200"),
]


@pytest.mark.parametrize("template, english, other", SAID)
def test_words_stand_where_they_are_said(template: str, english: str, other: str) -> None:
    words = say("%(who)s & us", who="Ada")
    assert ENGLISH.from_string(template).render(words=words) == english
    assert LONG.from_string(template).render(words=words) == other


def test_words_cost_nothing_when_a_page_is_made() -> None:
    code = ENGLISH.compile("{% trans %}Read it{% endtrans %}{{ _('Say so') }}", raw=True)
    assert "gettext" not in code
    assert "Read it" in code
    assert "Say so" in code


def test_what_is_no_words_is_refused() -> None:
    with pytest.raises(ValueError, match="as they are in the catalogue"):
        ENGLISH.from_string("{{ _(words) }}")
