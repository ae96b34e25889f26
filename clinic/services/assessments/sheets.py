"""A section's sheet as it lies on the table: texts by field, and "all normal" for one test and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from clinic.domain.findings import written
from clinic.domain.spots import Spot
from clinic.domain.standing_out import normal_value
from clinic.services.assessments.drafts import Edit, Standing
from clinic.services.assessments.layout import Layout


@dataclass(frozen=True, slots=True)
class Sheet:
    """The fields of a section by name: as typed, what is wrong with them, which "all normal" set.

    `strangers` are names of fields that the page does not have; `is_forged` says that no hand at this page
    can have sent it, so that nothing of it is kept.
    """

    texts: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    as_normal: frozenset[str] = frozenset()
    strangers: tuple[str, ...] = ()
    is_forged: bool = False

    def edits(self, base: Mapping[str, str], names: Iterable[str]) -> dict[str, Edit]:
        """What was changed since the page showed `base`."""
        return {
            name: Edit(base.get(name, ""), self.texts.get(name, ""), name in self.as_normal)
            for name in names
            if self.texts.get(name, "") != base.get(name, "")
        }


def stored_sheet(now: Standing) -> Sheet:
    """A sheet that shows what is stored."""
    return Sheet(now.texts, now.refused, now.as_normal)


def fill_normal(sheet: Sheet, laid: Layout, test: str) -> tuple[Sheet, int]:
    """The sheet with what is empty in one test filled as normal; and how many fields that were."""
    added = {
        name: text
        for name, spot in laid.spots.items()
        if spot.place.test == test and not sheet.texts.get(name) and (text := normal_text(spot))
    }
    filled = replace(sheet, texts={**sheet.texts, **added}, as_normal=sheet.as_normal | added.keys())
    return filled, len(added)


def undo_normal(sheet: Sheet, laid: Layout, test: str) -> tuple[Sheet, int]:
    """The sheet without what "all normal" set in one test and nobody changed since."""
    taken = {name for name in sheet.as_normal if laid.spots[name].place.test == test}
    texts = {name: text for name, text in sheet.texts.items() if name not in taken}
    return replace(sheet, texts=texts, as_normal=sheet.as_normal - taken), len(taken)


def normal_text(spot: Spot) -> str:
    """What "all normal" writes into a field; nothing where that cannot be said for somebody."""
    value = normal_value(spot.field)
    return "" if value is None else " ".join(written(spot.field, value))
