"""Whoever hears a form's problems one by one hears which field each is about."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, Form, FormField, IntegerField, StringField
from wtforms.validators import InputRequired

from clinic.domain.words import Words, say
from clinic.web import forms
from clinic.web.forms.at_most import AtMost
from clinic.web.forms.base import Form as OwnForm
from clinic.web.presenters.problems import OF_ANY_FIELD, problems
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def summary(page: str) -> list[str]:
    (box,) = re.findall(r'class="error-summary".*?</ul>', page, re.DOTALL)
    return [unescape(each).strip() for each in re.findall(r"<a [^>]*>([^<]*)</a>", box)]


def test_a_form_recheck_names_each_of_its_items(people: People, visit: Visit) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        assign_program(people.colleague, people.client, publish_routine(people.practice, people.owner))
        visit(people.client_user).post("/my/log", {"day": "2026-11-20", "outcome": "done"}, status=303)
        clock.move_to(NOON + timedelta(days=7))
        ada = visit(people.client_user)
        (move, *_) = re.findall(r'name="move" value="([^"]+)"', ada.get("/my/re-check").text)
        told = summary(ada.post("/my/re-check", {"move": move}, status=422).text)
    assert len(told) == len(set(told)) == 3
    assert all(re.fullmatch(rf"{place}\. \w.+: Say how it was\.", each) for place, each in enumerate(told, 1))


NAMED = {  # short, or of several forms, and yet it says of what
    *("Enter your name.", "Enter your email address.", "Enter your password.", "Enter the code."),
    *("Choose a password.", "Choose a hand.", "Choose a size."),
}


class Row(Form):
    rounds = StringField("Rounds", [InputRequired(say("Enter a number."))])


class Several(Form):
    first = StringField(say("First"), [InputRequired(say("Enter it."))])
    second = StringField(say("How is the second?"), [InputRequired(say("Enter it."))])
    long = StringField(say("Note"), [AtMost(2)])
    number = IntegerField(say("Number"))
    alone = StringField(say("Name"), [InputRequired(say("Enter your name."))])
    rows = FieldList(FormField(Row))


def test_what_is_said_alike_of_two_fields_or_of_any_is_led_by_the_field() -> None:
    sent = MultiDict({"long": "abc", "number": "x", "rows-0-rounds": "", "rows-1-rounds": ""})
    form = Several(sent)
    form.validate()
    assert problems(form) == [
        ("first", "First: Enter it."),
        ("second", "How is the second? Enter it."),
        ("long", "Note: Use 2 characters or fewer."),
        ("number", "Number: Not a valid integer value."),
        ("alone", "Enter your name."),
        ("rows-0-rounds", "1. Rounds: Enter a number."),
        ("rows-1-rounds", "2. Rounds: Enter a number."),
    ]


def of_clients(app: Flask) -> Iterator[tuple[str, str]]:
    """The name of each field that clients and strangers may read, with each sentence that it has."""
    modules = pkgutil.iter_modules(forms.__path__, f"{forms.__name__}.")
    for module in [importlib.import_module(each.name) for each in modules]:
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, OwnForm) and kind.__module__ == module.__name__:
                yield from sentences(kind)


def sentences(kind: type[Any]) -> Iterator[tuple[str, str]]:
    for name in dir(kind):
        unbound = getattr(kind, name)
        if getattr(unbound, "field_class", None) is None:
            continue
        options = unbound.kwargs
        said = [options.get("required"), options.get("invalid_choice_message")]
        rules = [
            *options.get("validators", ()),
            *(each for each in unbound.args[1:2] if isinstance(each, list)),
        ]
        for rule in rules:
            for each in rule if isinstance(rule, (list, tuple)) else [rule]:
                said.append(getattr(each, "message", None))
        for sentence in said:
            if isinstance(sentence, Words):
                yield f"{unbound.args[0] if unbound.args else name}", sentence


def test_a_sentence_that_several_fields_have_is_known_to_name_none(app: Flask) -> None:
    names = defaultdict(set)
    for name, sentence in of_clients(app):
        names[sentence].add(name)
    assert len(names) > 20
    shared = {sentence for sentence, fields in names.items() if len(fields) > 1 or len(sentence.split()) < 4}
    assert shared - OF_ANY_FIELD - NAMED == set()


@pytest.mark.parametrize("sentence", sorted(OF_ANY_FIELD))
def test_no_sentence_that_names_no_field_is_said_without_one(sentence: str) -> None:
    class One(Form):
        field = StringField("What it is")

    form = One()
    form.field.errors = [Words.made(sentence, {"longest": "9"} if "%(" in sentence else {})]
    ((_, said),) = problems(form)
    assert said.startswith("What it is: ")
