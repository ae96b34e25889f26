"""Where an error came from, without what it says: messages quote names, addresses and whole rows."""

from __future__ import annotations

from traceback import format_tb


def trace(error: BaseException) -> str:
    """The kinds of an error and of those behind it, each with the lines of code it went through."""
    told: list[str] = []
    one: BaseException | None = error
    while one is not None and len(told) < 10:
        told.append(
            f"{type(one).__module__}.{type(one).__qualname__}\n{''.join(format_tb(one.__traceback__))}"
        )
        one = one.__cause__ or one.__context__
    return "behind it: ".join(told)
