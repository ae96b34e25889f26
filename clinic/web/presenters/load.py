"""The load meter in words: what a day asks, and what of it is more than the practice wants."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.domain.load import DayLoad, load_in_words, load_warnings
from clinic.models import Practice, RoutineVersion
from clinic.services.routines import loads


@dataclass(frozen=True, slots=True)
class LoadLines:
    """What a routine or program asks, what with all that runs (empty without any), and the warnings."""

    own: str
    together: str
    warnings: tuple[str, ...]


def load_of_version(version: RoutineVersion, practice: Practice) -> LoadLines:
    """The load meter of one version of a routine, as it is kept."""
    return load_lines(loads.of_moves(version.items), practice.load_limit)


def load_lines(own: DayLoad, limit: DayLoad, together: DayLoad | None = None) -> LoadLines:
    """The load meter; `together` is what is asked with the client's other programs: of that is warned."""
    return LoadLines(
        own=load_in_words(own),
        together=load_in_words(together) if together else "",
        warnings=tuple(load_warnings(together or own, limit)),
    )
