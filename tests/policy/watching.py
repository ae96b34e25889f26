"""Which names behind an address a view looks for: what it never asks about cannot change what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict


def watched(kind: type[Request], looked_up: set[str], everything: Iterable[str]) -> type[Request]:
    """Requests that note in `looked_up` which names they are asked for, `everything` where it is all.

    Nothing of ours reads a query but by these; its bare text is only ever passed on.
    """

    class Watched(ImmutableMultiDict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            looked_up.add(name)
            return super().__getitem__(name)

        def __contains__(self, name: object) -> bool:
            looked_up.add(str(name))
            return super().__contains__(name)

        def getlist(self, name: str, *how: Any, **more: Any) -> list[Any]:
            looked_up.add(name)
            return super().getlist(name, *how, **more)

        def __iter__(self) -> Iterator[str]:
            looked_up.update(everything)
            return super().__iter__()

        def keys(self) -> Any:
            looked_up.update(everything)
            return super().keys()

        def values(self) -> Any:
            looked_up.update(everything)
            return super().values()

        def items(self, *how: Any, **more: Any) -> Any:
            looked_up.update(everything)
            return super().items(*how, **more)

        def lists(self) -> Any:
            looked_up.update(everything)
            return super().lists()

        def listvalues(self) -> Any:
            looked_up.update(everything)
            return super().listvalues()

    return type("WatchedRequest", (kind,), {"parameter_storage_class": Watched})
