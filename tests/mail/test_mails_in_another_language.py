"""Each mail in a made-up language: what stands outside its brackets went past the catalogue."""

from __future__ import annotations

import re
from itertools import product

import pytest
from jinja2 import meta

from clinic.languages import MADE_UP
from clinic.mail import compose
from clinic.reading import sources
from tests.languages.outside import of_page

KINDS = sorted(
    {name.split("/")[1] for name in sources() if name.startswith("mail/") and name.count("/") == 2}
)
LONG, MIRRORED = MADE_UP
GIVEN = "9"  # for whatever is filled in: no letter
LISTS = {"lines": [GIVEN, GIVEN]}


def _all_of_it(kind: str, code: str, news: str, told: str) -> compose.MailContent:
    head = compose.Letterhead(GIVEN, GIVEN, GIVEN, code)
    environment = compose._environment(code)
    names: set[str] = set()
    for part in ("subject.txt", "body.txt", "body.html"):
        names |= meta.find_undeclared_variables(environment.parse(sources()[f"mail/{kind}/{part}"]))
    given = {name: LISTS.get(name, told) for name in names - {"head", "subject", "language"}}
    return compose._mail(kind, head, **{**given, **({"news": news} if "news" in names else {})})


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_says_nothing_past_the_catalogue(kind: str) -> None:
    for news, told in product(("called_off", "changed", "made"), (GIVEN, "")):
        mail = _all_of_it(kind, LONG, news, told)
        assert list(of_page(mail.html)) == []
        for words in (mail.subject, mail.text):
            assert re.sub(r"⟦[^⟦⟧]*⟧", "", words).isascii()
            assert not re.search(r"[A-Za-z]{2,}", re.sub(r"⟦[^⟦⟧]*⟧", "", words)), words


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_tells_its_language_and_direction(kind: str) -> None:
    assert '<html lang="ar" dir="rtl">' in _all_of_it(kind, MIRRORED, "made", GIVEN).html
    assert '<html lang="en" dir="ltr">' in _all_of_it(kind, "en", "made", GIVEN).html
