"""What follows a press is in its reader's language: a refused form, words of the next page, an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from clinic.domain.types import Audience
from tests.factories.records import World, make_world
from tests.languages import test_pages_in_another_language as pages
from tests.languages.outside import of_page
from tests.policy.addresses import Address, addresses
from tests.policy.bodies import arrange
from tests.policy.requests import rules
from tests.visitor import Visitor

in_pseudo = pages.in_pseudo
JSON = "application/json"


@pytest.mark.usefixtures("in_pseudo")
def test_what_follows_a_press_says_nothing_past_the_catalogue(
    app: Flask, visit: Callable[..., Visitor]
) -> None:
    world = make_world()
    client = visit(world.people.client_user)
    outside: dict[str, set[str]] = {}
    for address in _pressed(world):
        answer = client.post(address.url, status=None)
        if 300 <= answer.status_code < 400:
            answer = client.get(answer.location, status=None)
        if answer.status_code in (200, 410, 422):
            outside.setdefault(address.rule.endpoint, set()).update(_said(answer))
    known = pages._kept_words()
    left = {name: sorted(found) for name, said in outside.items() if (found := pages._unknown(said, known))}
    assert len(outside) > 25, "hardly anything was pressed"
    assert left == {}


def _pressed(world: World) -> Iterator[Address]:
    for rule in rules().values():
        if "POST" not in rule.methods or rule.audience is not Audience.CLIENT:
            continue
        for address in addresses(rule, world):
            arrange(world, address)
            yield address


def _said(answer: TestResponse) -> Iterator[str]:
    if answer.mimetype == JSON:
        told = answer.get_json()
        return of_page(str(told.get("said", "")) if isinstance(told, dict) else "")
    return of_page(answer.get_data(as_text=True)) if answer.mimetype == "text/html" else iter(())
