"""A client chooses how their pages look; it holds on every device of theirs, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable

from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
CHOSEN = {"text_size": "largest", "contrast": "strong", "hand": "left"}


def test_what_is_chosen_holds_on_every_page_and_device(people: People, visit: Visit) -> None:
    ada = visit(people.client_user)
    assert '<html lang="en" dir="ltr">' in ada.get("/my").text
    ada.post("/account/looks", CHOSEN, status=303)
    classes = 'class="has-largest-text has-strong-contrast is-left-handed"'
    assert classes in ada.get("/my").text
    assert classes in visit(people.client_user).get("/account").text, "on her other phone too"
    assert ada.get("/account/looks").text.count("checked") == 3
    assert classes not in visit(people.other_client_user).get("/my").text


def test_something_else_is_no_choice(people: People, visit: Visit) -> None:
    ada = visit(people.client_user)
    page = ada.post("/account/looks", {**CHOSEN, "text_size": "huge"}, status=422)
    assert "Choose one of these." in page.text
    assert '<html lang="en" dir="ltr">' in ada.get("/my").text
