"""Two people at one sheet: what becomes of a field, or a dose, that was changed since the page was opened."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

Sheet = TypeVar("Sheet")


class FieldFate(StrEnum):
    """What is done with one field of a sheet that comes back."""

    NOTHING = "nothing"
    KEEP = "keep"
    COLLIDES = "collides"


def fate(base: Sheet, mine: Sheet, theirs: Sheet) -> FieldFate:
    """Keep what was changed here alone; two different changes of one field are for a person to settle.

    `base` is what the page showed when it was opened, `mine` what came back, `theirs` what is stored now.
    """
    if mine in (base, theirs):
        return FieldFate.NOTHING
    return FieldFate.KEEP if theirs == base else FieldFate.COLLIDES
