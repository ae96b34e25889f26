"""How much of what was asked a client did, as figures with their denominator."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.domain.words import say
from clinic.services.programs.kept_days import KeptDays

WINDOWS = (7, 30, 90)
ONE, SEVERAL = say("The whole program"), say("All of them together")


@dataclass(frozen=True, slots=True)
class PractisedFigure:
    """Days practised of the days that were asked for, and how many of those nobody told of."""

    label: str
    days: int
    expected: int
    not_reported: int


def practised_figures(held: KeptDays) -> list[PractisedFigure]:
    """The last 7, 30 and 90 days, each if it asks more than the one before; of what has ended the whole."""
    windows = [(say("Last %(days)s days", days=days), held.practised(days)) for days in WINDOWS]
    if held.has_ended:
        windows = [(ONE if len(held.plans) == 1 else SEVERAL, held.practised_throughout)]
    figures: list[PractisedFigure] = []
    for label, found in windows:
        if found and found.expected > (figures[-1].expected if figures else 0):
            done = min(found.practised, found.expected)
            figures.append(PractisedFigure(label, done, found.expected, found.not_reported))
    return figures
