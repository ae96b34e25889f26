"""What is wrong with a page: structure, labels, ids, nonces, form actions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

# what html5lib calls an error though the standard allows it
ALLOWED = frozenset({"unknown-namespace"})
FIELDS = frozenset({"input", "select", "textarea"})


def lint(html: str, policy: str) -> list[str]:
    """Problems of a whole page, each in a few words; none on a good one."""
    return problems_of(*parsed(html), policy)


def parsed(html: str) -> tuple[Element, list[str]]:
    """A page as a browser would read it, and what is wrong with how it is written."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(html)
    return document, [f"{code} at line {where[0]}" for where, code, _ in parser.errors if code not in ALLOWED]


def problems_of(document: Element, written: list[str], policy: str) -> list[str]:
    """All problems of a page that has been read."""
    elements = list(document.iter())
    return [
        *written,
        *_structure(document, elements),
        *_scripts(elements, policy),
        *_fields(elements),
        *_forms(elements),
    ]


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _structure(document: Element, elements: list[Element]) -> Iterator[str]:
    titles = document.findall("head/title")
    if len(titles) != 1 or not (titles[0].text or "").strip():
        yield "the page has no title"
    headings = [e for e in elements if _tag(e) == "h1"]
    if len(headings) != 1:
        yield f"{len(headings)} h1"
    for id_, count in Counter(e.get("id") for e in elements if e.get("id")).items():
        if count > 1:
            yield f"id {id_!r} stands {count} times"
    if not document.get("lang"):
        yield "no language"
    ids = {e.get("id") for e in elements}
    for element in elements:
        for name in ("aria-describedby", "aria-labelledby", "for"):
            for target in (element.get(name) or "").split():
                if target not in ids:
                    yield f"{name} points at {target!r}, which is not there"
        if _tag(element) == "img" and element.get("alt") is None:
            yield "an image without alt"


def _scripts(elements: list[Element], policy: str) -> Iterator[str]:
    nonce = re.search(r"'nonce-([^']+)'", policy)
    for element in elements:
        if _tag(element) == "script" and (nonce is None or element.get("nonce") != nonce.group(1)):
            yield "a script without this answer's nonce"
        for name in element.attrib:
            if name.startswith("on") or name == "style":
                yield f"{_tag(element)} has {name}="
        for name in ("href", "src", "action"):
            if (element.get(name) or "").lower().startswith(("javascript:", "data:text")):
                yield f"{name} runs a script"


def _fields(elements: list[Element]) -> Iterator[str]:
    labelled = {e.get("for") for e in elements if _tag(e) == "label"}
    inside = {child for e in elements if _tag(e) == "label" for child in e.iter()}
    for element in elements:
        if _tag(element) not in FIELDS or element.get("type") in ("hidden", "submit"):
            continue
        if element.get("id") not in labelled and element not in inside and not element.get("aria-label"):
            yield f"field {element.get('name')!r} has no label"


def _forms(elements: list[Element]) -> Iterator[str]:
    for form in (e for e in elements if _tag(e) == "form"):
        action = form.get("action") or ""
        if (action and not action.startswith("/")) or action.startswith("//"):
            yield f"a form goes to {action!r}"
        names = {e.get("name") for e in form.iter()}
        if (form.get("method") or "get").lower() == "post" and "csrf_token" not in names:
            yield f"the form to {action or 'this page'} has no token"
