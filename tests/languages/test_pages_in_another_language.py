"""A client's page in a language that is made up: what stands outside its brackets went past the catalogue."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import clinic.catalogue
from clinic.domain import consents
from clinic.domain.types import Audience
from clinic.extensions import db
from clinic.languages import MADE_UP, language
from clinic.models import Practice
from tests.factories.records import make_world
from tests.languages.outside import of_page
from tests.policy.addresses import addresses
from tests.policy.requests import rules
from tests.visitor import Visitor

SIGNED = Path(clinic.catalogue.__file__).parent
NUMBER_OF_A_REQUEST = re.compile(r"\b[0-9a-f]{4}\b")
NO_WORDS = frozenset({"public.signin.sign_out"})  # leads on


@pytest.fixture
def in_pseudo(app: Flask) -> Iterator[None]:
    """The installation speaks the made-up language."""
    babel = app.extensions["babel"]
    before = babel.locale_selector
    babel.locale_selector = lambda: language(MADE_UP[1]).locale
    yield
    babel.locale_selector = before


def test_pages_say_nothing_past_the_catalogue(
    app: Flask, visit: Callable[..., Visitor], in_pseudo: None
) -> None:
    world = make_world()
    client, nobody = visit(world.people.client_user), visit(None)
    outside: dict[str, set[str]] = {}
    for name, rule in rules().items():
        if "GET" not in rule.methods or rule.audience not in (Audience.CLIENT, Audience.PUBLIC):
            continue
        if name in NO_WORDS:
            continue
        for address in addresses(rule, world):
            reader = client if rule.audience is Audience.CLIENT else nobody
            answer = reader.get(address.url, status=None)
            if answer.mimetype == "text/html" and answer.status_code in (200, 404, 410, 422):
                outside.setdefault(name, set()).update(of_page(answer.get_data(as_text=True)))
    known = _kept_words()
    left = {name: sorted(found) for name, said in outside.items() if (found := _unknown(said, known))}
    assert len(outside) > 50, "hardly a page was read"
    assert left == {}


def _unknown(said: set[str], known: re.Pattern[str]) -> set[str]:
    return {
        text for text in said if re.search(r"[A-Za-z]{2,}", NUMBER_OF_A_REQUEST.sub("", known.sub(" ", text)))
    }


def _kept_words() -> re.Pattern[str]:
    """What people and the signed catalogue wrote: no language of ours changes it."""
    kept: set[str] = {"Regroove", "UTC"}
    for table in Practice.metadata.sorted_tables:
        for row in db.session.execute(table.select()):
            kept.update(_texts(list(row)))
    for file in SIGNED.rglob("*.toml"):
        kept.update(_texts(tomllib.loads(file.read_text("utf-8"))))
    for source in (*(SIGNED / "figures").glob("*.py"), Path(consents.__file__)):
        kept.update(_strings(ast.parse(source.read_text("utf-8"))))
    # with the practice's name or a number in it
    kept |= {
        part.strip() for each in kept if "{" in each for part in re.split(r"\{\w*\}", each) if len(part) > 9
    }
    kept |= {each.lower() for each in kept}  # an end of a scale, within a line
    for name in list(kept):
        if len(name) < 60:
            kept.update(part for part in name.split() if len(part) > 2 and part[:1].isupper())
    ordered = sorted((" ".join(each.split()) for each in kept if len(each) > 1), key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in ordered if each))


def _strings(tree: ast.Module) -> Iterator[str]:
    return (
        each.value
        for each in ast.walk(tree)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
