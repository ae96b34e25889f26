"""Which names behind an address a view looks for: what it never asks about cannot change what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict


class LookedUp:
    """The names that were looked for; whoever goes through all that is there has looked for each."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._is_all = False

    def note(self, name: object) -> None:
        self._names.add(str(name))

    def note_all(self) -> None:
        self._is_all = True

    def any_of(self, names: Iterable[str]) -> bool:
        return self._is_all or not self._names.isdisjoint(names)


def watched(kind: type[Request], looked_up: LookedUp) -> type[Request]:
    """Requests that note which names they are asked for.

    Nothing of ours reads a query but by these; its bare text is only ever passed on.
    """

    class Watched(ImmutableMultiDict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            looked_up.note(name)
            return super().__getitem__(name)

        def __contains__(self, name: object) -> bool:
            looked_up.note(name)
            return super().__contains__(name)

        def getlist(self, name: str, *how: Any, **more: Any) -> list[Any]:
            looked_up.note(name)
            return super().getlist(name, *how, **more)

        def __iter__(self) -> Iterator[str]:
            looked_up.note_all()
            return super().__iter__()

        def keys(self) -> Any:
            looked_up.note_all()
            return super().keys()

        def values(self) -> Any:
            looked_up.note_all()
            return super().values()

        def items(self, *how: Any, **more: Any) -> Any:
            looked_up.note_all()
            return super().items(*how, **more)

        def lists(self) -> Any:
            looked_up.note_all()
            return super().lists()

        def listvalues(self) -> Any:
            looked_up.note_all()
            return super().listvalues()

    return type("WatchedRequest", (kind,), {"parameter_storage_class": Watched})
