"""The faults of a module: mutmut's operators, on every line that decides something.

mutmut alone leaves out properties, constants and the fields of dataclasses, where much of the domain stands.
Left out here are annotations, decorators, imports, and texts: another wording is no fault of a rule.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from mutmut.mutation.mutators import mutation_operators, operator_string

OPERATORS = [pair for pair in mutation_operators if pair[1] is not operator_string]
NOT_A_RULE = cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom
TEXT = cst.BaseString | cst.FormattedString
TYPING = frozenset({"TypeVar", "NewType", "ParamSpec"})
COUNTED = "RULES_VERSION"  # any other number says the same: that the rules have changed


@dataclass(frozen=True, slots=True)
class Fault:
    """One change to a module: the function it stands in, the line before and after, and the whole source."""

    module: str
    place: str
    line: str
    becomes: str
    code: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is known by in the list of those that change nothing."""
        return self.module, self.place, self.line, self.becomes


def faults_of(module: str, path: Path) -> list[Fault]:
    """Every fault of a module, in the order of its lines."""
    source = path.read_text()
    tree = cst.MetadataWrapper(cst.parse_module(source)).module  # a copy in which no node stands twice
    finder = _Finder()
    tree.visit(finder)
    made = []
    for place, node, changed in finder.found:
        code = tree.deep_replace(node, changed).code  # type: ignore[arg-type]
        if _compiles(code):
            made.append(Fault(module, place, *_changed_lines(source, code), code))
    return made


class _Finder(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, cst.CSTNode, cst.CSTNode]] = []
        self._path: list[str] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _decides_nothing(node):
            return False
        if isinstance(node, cst.ClassDef | cst.FunctionDef):
            self._path.append(node.name.value)
        self.found += [(".".join(self._path), node, changed) for changed in _changes(node)]
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.ClassDef | cst.FunctionDef):
            self._path.pop()


def _changes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in OPERATORS:
        if isinstance(node, kind):
            yield from (each for each in operator(node) if not _is_noise(node, each))


def _decides_nothing(node: cst.CSTNode) -> bool:
    """An annotation, a decorator, an import, a docstring, a type or a version named, `strict` of a zip."""
    if isinstance(node, cst.Arg):
        return _is_strict(node)
    if isinstance(node, cst.Assign) and _code(node.targets[0].target) == COUNTED:
        return True
    if isinstance(node, cst.Assign) and isinstance(node.value, cst.Call):
        return isinstance(node.value.func, cst.Name) and node.value.func.value in TYPING
    return isinstance(node, NOT_A_RULE) or (isinstance(node, cst.Expr) and isinstance(node.value, TEXT))


def _is_noise(node: cst.CSTNode, changed: cst.CSTNode) -> bool:
    """Whether the change is none of a rule's.

    It drops a text, or a sentence that a call was given, such as an error's; or `strict` of a zip, which only
    tells a programmer's mistake; or it gives a field what its type refuses, and mypy says so before any test.
    """
    if isinstance(node, cst.Assign | cst.AnnAssign) and isinstance(node.value, TEXT):
        return True
    if isinstance(node, cst.AnnAssign) and isinstance(changed, cst.AnnAssign):
        needs = {"None": "None", '""': "str"}.get(_code(changed.value), "")
        return needs not in _code(node.annotation.annotation)
    if isinstance(node, cst.Call) and isinstance(changed, cst.Call):
        kept = {id(each) for each in changed.args}
        lost = [each for each in node.args if id(each) not in kept]
        return any(_is_sentence(each.value) or _is_strict(each) for each in lost)
    return False


def _is_sentence(value: cst.BaseExpression) -> bool:
    return isinstance(value, TEXT) and " " in _code(value)


def _is_strict(argument: cst.Arg) -> bool:
    return argument.keyword is not None and argument.keyword.value == "strict"


def _code(node: cst.CSTNode | None) -> str:
    return cst.Module([]).code_for_node(node) if node else ""


def _compiles(code: str) -> bool:
    try:
        compile(code, "fault", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _changed_lines(before: str, after: str) -> tuple[str, str]:
    old, new = before.splitlines(), after.splitlines()
    for tag, first, last, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            return _one_line(old[first:last]), _one_line(new[start:end])
    raise AssertionError("a fault that changes nothing")


def _one_line(lines: Sequence[str]) -> str:
    return " ".join(line.strip() for line in lines)
