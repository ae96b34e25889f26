"""Rows of a form that are added, moved and taken out by its buttons, without a script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

ADD = "add"


@dataclass(frozen=True, slots=True)
class RowList:
    """The rows of one list: how their fields' names begin, how many there may be, what a new one holds."""

    name: str
    most: int
    blank: Mapping[str, str] = field(default_factory=dict)

    def rearranged(self, sent: MultiDict[str, str], act: str) -> MultiDict[str, str]:
        """The form as it was sent, with a row added, taken out or moved; as it was for any other act."""
        pattern = re.compile(rf"{self.name}-(\d{{1,3}})-(\w+)")
        rows: dict[int, dict[str, list[str]]] = {}
        for name in sent:
            if found := pattern.fullmatch(name):
                rows.setdefault(int(found[1]), {})[found[2]] = sent.getlist(name)
        order = moved(sorted(rows), act)
        held = [(name, value) for name, value in sent.items(multi=True) if not pattern.fullmatch(name)]
        kept = MultiDict[str, str](held)
        for number, index in enumerate(order):
            for name, values in rows[index].items():
                kept.setlist(f"{self.name}-{number}-{name}", values)
        if act == ADD and len(order) < self.most:
            for name, value in self.blank.items():
                kept[f"{self.name}-{len(order)}-{name}"] = value
        return kept


def moved(order: Sequence[int], act: str) -> list[int]:
    """Rows in their new order, after "up:2", "down:0" or "remove:1"; the numbers count from 0."""
    verb, _, which = act.partition(":")
    rows = list(order)
    if not which.isdecimal() or int(which) >= len(rows):
        return rows
    place = int(which)
    if verb == "remove":
        del rows[place]
    elif verb == "up" and place:
        rows[place - 1 : place + 1] = reversed(rows[place - 1 : place + 1])
    elif verb == "down" and place + 1 < len(rows):
        rows[place : place + 2] = reversed(rows[place : place + 2])
    return rows
