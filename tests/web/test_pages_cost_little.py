"""What makes pages quicker changes nothing that they say."""

from __future__ import annotations

import gc
import uuid
import weakref
from typing import Any

import pytest
from flask import Flask, url_for
from flask.templating import Environment
from jinja2 import DictLoader, StrictUndefined, UndefinedError
from markupsafe import Markup, escape
from sqlalchemy import select
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Map, Rule, UUIDConverter

from clinic.extensions import db
from clinic.models import Client
from clinic.services import rows
from clinic.web.templating import PageEnvironment, written
from tests.factories.people import People


class _Drawn:
    def __html__(self) -> str:
        return "<b>drawn</b>"

    def __str__(self) -> str:
        return "<i>said</i>"


TEMPLATES = {
    "parts.html": (
        "{% macro mark(word, strong=False) %}{% if strong %}<b>{{ word }}</b>{% else %}{{ word }}{% endif %}"
        '{% endmacro %}{% macro frame(title) %}<p title="{{ title }}">{{ caller() }}</p>{% endmacro %}'
        "{% macro all() %}{{ varargs | join('&') }}{{ kwargs.last }}{% endmacro %}"
    ),
    "base.html": "<title>{% block title %}{{ name }}{% endblock %}</title>{% block body %}{% endblock %}",
    "page.html": (
        "{% extends 'base.html' %}{% from 'parts.html' import mark, frame, all %}"
        "{% block title %}{{ super() }} & {{ name | upper }}{% endblock %}"
        "{% block body %}{% set kept %}{{ mark(name, strong=True) }}{% endset %}{{ kept }}"
        "{% for each in values %}{{ loop.index }}{{ each }}{{ mark(each) }}{{ each ~ '<' }}{% endfor %}"
        "{% call frame(name) %}{{ name }}{{ mark('\"') }}{% endcall %}{{ all('<', '>', last='\"') }}"
        "{% filter lower %}{{ name }}<I>{% endfilter %}{{ name | safe }}{{ none }}{{ 1.5 }}"
        "{% endblock %}"
    ),
}
VALUES = ["<a href='x'>", Markup("<em>as it is</em>"), _Drawn(), 7, None, "plain", "é & ü"]


@pytest.mark.parametrize("value", VALUES, ids=map(repr, VALUES))
def test_a_value_is_written_as_it_would_be_escaped(value: object) -> None:
    assert str(written(value)) == str(escape(value))


def test_a_page_becomes_what_flask_makes_of_it(app: Flask) -> None:
    def rendered(kind: type[Environment]) -> str:
        environment = kind(
            app, loader=DictLoader(TEMPLATES), undefined=StrictUndefined, autoescape=lambda name: True
        )
        return environment.get_template("page.html").render(name="<Ada's>", values=VALUES)

    assert rendered(PageEnvironment) == rendered(Environment)


def test_a_macro_called_wrongly_is_refused_as_ever(app: Flask) -> None:
    loader = DictLoader({**TEMPLATES, "wrong.html": "{% from 'parts.html' import mark %}{{ mark(1, 2, 3) }}"})
    with pytest.raises(TypeError, match="takes not more than 2"):
        PageEnvironment(app, loader=loader).get_template("wrong.html").render()
    loader = DictLoader({"wrong.html": "{{ nothing.of_it }}"})
    with pytest.raises(UndefinedError):
        PageEnvironment(app, loader=loader, undefined=StrictUndefined).get_template("wrong.html").render()


def test_a_page_lets_go_of_what_it_was_made_of_as_soon_as_it_is_made(app: Flask) -> None:
    macros = (
        "{% macro mark(each) %}{{ each }}{% endmacro %}"
        "{% macro marked(each) %}{{ mark(each) }}{% endmacro %}{{ marked(value) }}"
    )
    made_of = _Drawn()
    kept = weakref.ref(made_of)
    gc.disable()
    try:
        page = PageEnvironment(app, loader=DictLoader({"page.html": macros})).get_template("page.html")
        page.render(value=made_of)
        del made_of
        assert kept() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "endpoint, values",
    [
        ("client.today.index", {}),
        ("client.today.index", {"change": 1}),
        ("client.today.index", {"change": True}),
        ("client.today.index", {"change": None}),
        ("client.today.index", {"change": ["a", "b"]}),
        ("client.today.index", {"_anchor": "outcome"}),
        ("client.today.index", {"_external": True}),
        ("client.program.move", {"position": 2}),
        ("practitioner.clients.show", {"client_id": uuid.UUID(int=7)}),
        ("practitioner.clients.show", {"client_id": str(uuid.UUID(int=7)), "q": "a b&c"}),
    ],
)
def test_an_address_is_the_same_the_second_time(app: Flask, endpoint: str, values: dict[str, Any]) -> None:
    for root in ("", "/below", ""):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            assert url_for(endpoint, **values) == Flask.url_for(app, endpoint, **values)


def test_a_rule_builds_what_one_of_werkzeugs_own_builds(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        own = Rule(rule.rule, methods=rule.methods, endpoint=rule.endpoint)
        own.bind(Map(converters=app.url_map.converters))
        fitting = {name: _fitting(of) for name, of in rule._converters.items()}
        for values in (fitting, {**fitting, "rule": "a b"}):
            for unknown in (True, False):
                assert rule.build(values, unknown) == own.build(values, unknown)


def _fitting(converter: BaseConverter) -> Any:
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return {UUIDConverter: uuid.UUID(int=7), IntegerConverter: 7}.get(type(converter), "a/b c")


def test_rows_are_read_with_what_the_session_holds(people: People) -> None:
    people.client.name = "Ada Newname"
    query = select(Client.name).where(Client.id == people.client.id)
    assert rows.read(query, {}) == [("Ada Newname",)]
    db.session.rollback()
    assert rows.read(query, {}) == [("Ada Northcote",)]
