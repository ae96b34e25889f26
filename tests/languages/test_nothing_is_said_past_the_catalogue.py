"""What clients, strangers and mailboxes read goes through the catalogue of words."""

from __future__ import annotations

import pytest

from tests.languages.outside import of_page, of_template, templates

pytestmark = pytest.mark.sqlite_only  # asks no database: once is enough


@pytest.mark.parametrize("name", templates())
def test_a_template_says_nothing_by_itself(name: str) -> None:
    assert of_template(name) == []


def test_words_outside_the_brackets_are_found() -> None:
    page = (
        '<p title="A title">Read it</p><img alt="⟦Á fígúré⟧" class="wide"><p>⟦Gó <a href="/x">thére⟧</a></p>'
    )
    assert list(of_page(page)) == ["A title", "Read it"]
