"""A section's sheet as it lies on the table: what each field holds, "all normal" for one test and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from clinic.domain.findings import Entry, Unread, spelled
from clinic.domain.spots import Spot
from clinic.domain.standing_out import normal_value
from clinic.services.assessments.drafts import FieldEdit, SectionStanding
from clinic.services.assessments.layout import Layout


@dataclass(frozen=True)
class SectionSheet:
    """The fields of a section by name: what each holds, and which of them "all normal" set.

    `misplaced` says what is wrong with fields that came without their side, `strangers` are names that the
    page does not have; `is_forged` says that no hand at this page can have sent it, so that nothing of it is
    kept.
    """

    entries: Mapping[str, Entry]
    as_normal: frozenset[str] = frozenset()
    misplaced: Mapping[str, str] = field(default_factory=dict)
    strangers: tuple[str, ...] = ()
    is_forged: bool = False

    @cached_property
    def texts(self) -> dict[str, str]:
        """What each field holds, as a form spells it."""
        return {name: spelled(entry) for name, entry in self.entries.items()}

    @cached_property
    def problems(self) -> dict[str, str]:
        """What is wrong, by field."""
        unread = {name: each.problem for name, each in self.entries.items() if isinstance(each, Unread)}
        return {**self.misplaced, **unread}

    def edits(self, base: Mapping[str, str], names: Iterable[str]) -> dict[str, FieldEdit]:
        """What was changed since the page showed `base`."""
        return {
            name: FieldEdit(base.get(name, ""), self.entries.get(name), name in self.as_normal)
            for name in names
            if self.texts.get(name, "") != base.get(name, "")
        }


def stored_sheet(now: SectionStanding) -> SectionSheet:
    """A sheet that shows what is stored."""
    return SectionSheet(now.entries, now.as_normal)


def fill_normal(sheet: SectionSheet, laid: Layout, test: str) -> tuple[SectionSheet, int]:
    """The sheet with what is empty in one test filled as normal; and how many fields that were."""
    empty = {
        name: normal_value(spot.field)
        for name, spot in laid.spots.items()
        if spot.place.test == test and name not in sheet.entries
    }
    added = {name: value for name, value in empty.items() if value is not None}
    entries = {**sheet.entries, **added}
    return replace(sheet, entries=entries, as_normal=sheet.as_normal | added.keys()), len(added)


def undo_normal(sheet: SectionSheet, laid: Layout, test: str) -> tuple[SectionSheet, int]:
    """The sheet without what "all normal" set in one test and nobody changed since."""
    taken = {name for name in sheet.as_normal if laid.spots[name].place.test == test}
    entries = {name: entry for name, entry in sheet.entries.items() if name not in taken}
    return replace(sheet, entries=entries, as_normal=sheet.as_normal - taken), len(taken)


def normal_text(spot: Spot) -> str:
    """What "all normal" writes into a field; nothing where that cannot be said for somebody."""
    return spelled(normal_value(spot.field))
