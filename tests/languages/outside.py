"""What a template or a page says without the catalogue: the words that no other language could say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

from jinja2 import meta, nodes
from jinja2.ext import Extension

from clinic.languages import CLOSES, OPENS, language
from clinic.languages.jinja import Folded, Spoken
from clinic.reading import ReadAtStart, sources

FACING_CLIENTS = ("client/", "public/", "errors/", "questionnaires/", "mail/")
HEARD = frozenset({"alt", "title", "placeholder", "aria-label", "aria-description", "aria-roledescription"})
SHUT = frozenset({"script", "style"})
HOLE = "9"  # where something is filled in, be it the level of a heading
OWN_NAME = "Regroove"
_MARKED = re.compile(f"{OPENS}[^{OPENS}{CLOSES}]*{CLOSES}")
_LETTERS = re.compile(r"[A-Za-z]{2,}")
# what a macro or a block hands to a tag elsewhere
_OF_A_TAG = re.compile(r'[a-z-]+="[^"]*"|\broom-[a-z -]+')
_FOR_MACHINES = re.compile(r"[a-z0-9_./:#%@=;,()|\\-]*")


class Reader(HTMLParser):
    """Gathers what somebody sees or hears of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._shut = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._shut += tag in SHUT
        self.said += [value for name, value in attrs if name in HEARD and value]
        if tag == "meta" and ("name", "description") in attrs:
            self.said += [value or "" for name, value in attrs if name == "content"]

    def handle_endtag(self, tag: str) -> None:
        self._shut -= tag in SHUT

    def handle_data(self, data: str) -> None:
        if not self._shut:
            self.said.append(data)


def of_page(html: str) -> Iterator[str]:
    """Each text of a page or an attribute that holds letters outside the catalogue's brackets."""
    reader = Reader()
    reader.feed(html)
    for text in _joined(reader.said):
        left = _OF_A_TAG.sub("", _without_marked(text)).replace(OWN_NAME, "").strip()
        if _LETTERS.search(left):
            yield " ".join(left.split())


def _joined(said: list[str]) -> list[str]:
    # brackets may open in one text and close in another, where words hold a tag
    joined: list[str] = []
    depth = 0
    for text in said:
        if depth and joined:
            joined[-1] += text
        else:
            joined.append(text)
        depth += text.count(OPENS) - text.count(CLOSES)
    return joined


def _without_marked(text: str) -> str:
    while (fewer := _MARKED.sub("", text)) != text:
        text = fewer
    return text


def templates() -> list[str]:
    """Every template that a client, a stranger or a mailbox may be shown, with those it draws on."""
    wanted = [name for name in sources() if name.startswith(FACING_CLIENTS) and not name.endswith(".css")]
    seen: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        found = meta.find_referenced_templates(_environment().parse(sources()[name]))
        wanted += [each for each in found if each]
    return sorted(seen)


def of_template(name: str) -> list[str]:
    """What a template says by itself: text, attributes that are read out, words handed to a macro."""
    source = sources()[name]
    tree = Folded(language("en@pseudo")).visit(_environment().parse(source))
    text = "".join(_data(tree))
    if not name.endswith(".html"):
        left = _without_marked(text)
        return [line.strip() for line in left.splitlines() if _LETTERS.search(line)] + list(_handed_on(tree))
    return [*of_page(text), *_handed_on(tree)]


def _data(tree: nodes.Template) -> Iterator[str]:
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            yield node.data if isinstance(node, nodes.TemplateData) else HOLE


def _handed_on(tree: nodes.Template) -> Iterator[str]:
    calls = (each for each in tree.find_all(nodes.Call) if isinstance(each.node, nodes.Name))
    said = {id(words) for call in calls if call.node.name == "_" for words in call.args}  # on the page
    for const in tree.find_all(nodes.Const):
        value = const.value
        if id(const) in said:
            continue
        if not isinstance(value, str) or OPENS in value or value == OWN_NAME or not _LETTERS.search(value):
            continue
        words = value.split()
        if (value[:1].isupper() and not value.isupper()) or not all(map(_FOR_MACHINES.fullmatch, words)):
            yield value


@cache
def _environment() -> Spoken:
    class Whole(Extension):
        """Nothing of its own: an environment without a loader reads what it is given."""

    english = Spoken(loader=ReadAtStart(), trim_blocks=True, lstrip_blocks=True, extensions=[Whole])
    return english.in_language(language("en@pseudo"))
