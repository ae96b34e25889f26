"""Templates in a language: their words are looked up once, when a template is read, and cost a page nothing.

`{% trans %}` holds a sentence with its tags and blanks, `_("…")` a few words handed on to a macro.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NoReturn, Self

from jinja2 import Environment, nodes
from jinja2.ext import InternationalizationExtension
from jinja2.visitor import NodeTransformer

from clinic.domain.words import Words, say, say_many
from clinic.languages import ENGLISH, Language, language

# Filters that make plain text of words: they are said first.
CUTTING = frozenset({"join", "lower", "replace", "sentence", "trim", "upper"})
_ENDS = re.compile(r"endtrans\s+%}")
_BLANK = re.compile(r"%\((\w+)\)s")


class Trans(InternationalizationExtension):
    """Jinja's own tag, with the words of the environment's language put in its place."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.policies["ext.i18n.trimmed"] = True
        environment.globals.update(_=say, ngettext=say_many)

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Words are text, not a block: the end of their line stays, which blocks swallow (`trim_blocks`)."""
        return _ENDS.sub("endtrans +%}", source)

    def _make_node(
        self,
        singular: str,
        plural: str | None,
        context: str | None,
        variables: dict[str, nodes.Expr],
        plural_expr: nodes.Expr | None,
        vars_referenced: bool,
        num_called_num: bool,
    ) -> nodes.Output:
        if context is not None:
            raise NotImplementedError("Words have no context: say them so that they need none.")
        spoken: Language = self.environment.language  # type: ignore[attr-defined]
        one, many = (singular, plural) if vars_referenced else (_plain(singular), plural and _plain(plural))
        if plural_expr is None or many is None:
            return self._written(spoken.phrase(one), variables, vars_referenced)
        forms = [self._written(each, variables, vars_referenced) for each in spoken.phrases(one, many)]
        *others, last = enumerate(forms)
        chosen: nodes.Node = last[1]
        asked = nodes.EnvironmentAttribute("form_of")
        for place, form in reversed(others):
            test = nodes.Compare(
                nodes.Call(asked, [plural_expr], [], None, None), [nodes.Operand("eq", nodes.Const(place))]
            )
            chosen = nodes.If(test, [form], [], [chosen])
        return chosen  # type: ignore[return-value]  # the parser takes any statement

    def _written(self, words: str, variables: dict[str, nodes.Expr], has_blanks: bool) -> nodes.Output:
        if not has_blanks:
            return nodes.Output([nodes.TemplateData(words)])
        return nodes.Output(list(_parts(words, variables)))


def _parts(words: str, variables: dict[str, nodes.Expr]) -> Iterator[nodes.Expr]:
    # text at even places, names of blanks at odd ones
    for place, part in enumerate(_BLANK.split(words)):
        if place % 2:
            yield variables[part]
        elif part:
            yield nodes.TemplateData(_plain(part))


def _plain(words: str) -> str:
    return words.replace("%%", "%")


class Folded(NodeTransformer):
    """Puts the words of the language where `_("…")` stands; what has blanks is said on the page."""

    def __init__(self, spoken: Language) -> None:
        self._spoken = spoken

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802
        self.generic_visit(node, *args, **kwargs)
        if not (isinstance(node.node, nodes.Name) and node.node.name == "_"):
            return node
        if len(node.args) != 1 or not isinstance(node.args[0], nodes.Const):
            _refuse(node)
        if node.kwargs:
            return node
        return nodes.Const(self._spoken.phrase(node.args[0].value), lineno=node.lineno)


def _refuse(node: nodes.Call) -> NoReturn:
    raise ValueError(f'Line {node.lineno}: what stands in _("…") is words, as they are in the catalogue.')


class Spoken(Environment):
    """What makes an environment of templates one of a language; it speaks English until told otherwise.

    Words that a template shows are said in that language; in English there is nothing to do for that.
    """

    language = language(ENGLISH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_extension(Trans)
        self._speak(self.language)

    def in_language(self, spoken: Language) -> Self:
        """The same environment in another language; what is added to this one afterwards is not in it."""
        other = self.overlay(finalize=_shown_by(spoken))
        other.filters, other.globals = {**self.filters}, {**self.globals}
        for name in CUTTING & other.filters.keys():
            other.filters[name] = _after_saying(other.filters[name], spoken)
        other._speak(spoken)
        return other

    def form_of(self, number: int) -> int:
        """Which of the language's forms a number takes."""
        return self.language.form_of(number)

    def _speak(self, spoken: Language) -> None:
        self.language = spoken
        self.filters.update(number=spoken.number)
        self.globals["language"] = spoken

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        return super()._generate(Folded(self.language).visit(source), name, filename, defer_init)


def _after_saying(filtered: Callable[..., Any], spoken: Language) -> Callable[..., Any]:
    said = _shown_by(spoken)

    @wraps(filtered)  # and what it wants handed in, an environment before its value
    def after(*args: Any, **kwargs: Any) -> Any:
        return filtered(*(list(map(said, each)) if _is_many(each) else said(each) for each in args), **kwargs)

    return after


def _is_many(value: object) -> bool:
    return isinstance(value, list | tuple)


def _shown_by(spoken: Language) -> Callable[[Any], Any]:
    def shown(value: Any) -> Any:
        return spoken.spoken(value) if isinstance(value, Words) else value

    return shown
