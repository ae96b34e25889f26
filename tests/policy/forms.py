"""Forms as they stand on a page, filled in the way somebody in a hurry would."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib

TYPED = {
    "email": "somebody.new@planted.example",
    "number": "2",
    "time": "09:00",
    "password": "four plain words together",
    "tel": "020 7946 0999",
}
UNTYPED = frozenset({"submit", "button", "reset", "image", "file"})
Filled = dict[str, list[str]]


def posting_forms(html: str, page: str) -> Iterator[tuple[str, Element]]:
    """Every form of a page that posts, with the path it posts to."""
    document = html5lib.parse(html, namespaceHTMLElements=False)
    for form in document.iter("form"):
        if (form.get("method") or "get").lower() == "post":
            yield urlsplit(form.get("action") or page).path or urlsplit(page).path, form


def filled(form: Element) -> Filled:
    """What sending this form would send, with something in every field that must not stay empty."""
    values: Filled = {}
    for element in form.iter():
        name = element.get("name")
        if name and name != "csrf_token" and element.tag in ("input", "select", "textarea"):
            _fill(values, element, name)
    return values


def _fill(values: Filled, element: Element, name: str) -> None:
    kind = (element.get("type") or "text").lower()
    if element.tag == "select":
        _select(values, element, name)
    elif element.tag == "textarea":
        values[name] = [(element.text or "").removeprefix("\n") or "Some words."]
    elif kind in ("radio", "checkbox"):
        _press(values, element, name, kind)
    elif kind not in UNTYPED:
        values[name] = [element.get("value") or _typed(element, kind)]


def _typed(element: Element, kind: str) -> str:
    # a figure that fits is for the caller to know
    figures = "figures" in (element.get("class") or "").split()
    return "" if kind == "hidden" or figures else TYPED.get(kind, "Some words")


def _select(values: Filled, element: Element, name: str) -> None:
    options = list(element.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None] or options[:1]
    values[name] = [option.get("value", option.text or "") for option in chosen]


def _press(values: Filled, element: Element, name: str, kind: str) -> None:
    value = element.get("value", "on")
    pressed = element.get("checked") is not None
    if pressed:
        values[name] = [value, *values.get(name, [])] if kind == "checkbox" else [value]
    elif kind == "radio":
        values.setdefault(name, [value])
