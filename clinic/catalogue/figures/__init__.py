"""The drawn person: every move, fault and daily task as a small SVG, built from joint angles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from clinic.catalogue.figures import hinge, moving, posed_pictures, transfers, turns
from clinic.catalogue.figures.paper import OWN, DrawingSheet
from clinic.catalogue.figures.posed_moves import POSED_MOVES
from clinic.catalogue.figures.poses import HINGE_FAULTS, TURN_FAULTS
from clinic.catalogue.figures.tasks import TASKS
from clinic.catalogue.figures.words import words_for

__all__ = ["FAULTS", "MOVES", "TRANSFER_KEYS", "Drawing", "figure", "has_figure"]

MOVES = ("hip_turns_standing", "hip_hinge", *POSED_MOVES)
FAULTS = {
    "hip_turns_standing": tuple(TURN_FAULTS),
    "hip_hinge": tuple(HINGE_FAULTS),
    **{key: tuple(move.faults) for key, move in POSED_MOVES.items()},
}
TRANSFER_KEYS = tuple(TASKS)
POSED_SIZES = {"large": posed_pictures.whole, "row": posed_pictures.row, "steps": posed_pictures.steps}


class Svg(str):
    """Markup a template may print as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        """Tell Jinja that nothing here needs escaping: it is drawn from numbers and our own words."""
        return str(self)


@dataclass(frozen=True)
class Drawing:
    """The inside of one picture, its size, and the words for those who do not see it."""

    width: int
    height: int
    body: Svg
    title: str
    description: str


@lru_cache(maxsize=512)
def figure(key: str, variant: str = "large", own: str = "figure", tempo: str = "") -> Drawing:
    """Draw a move ("large", "row", "steps", "moving"), a fault ("fault:rounding") or a daily task.

    `own` starts the ids inside the picture and must differ between pictures of one page.
    KeyError: no such picture. ValueError: a moving one without a tempo like "3-1-2-0".
    """
    drawn = _drawn(key, variant, tempo)
    return replace(drawn, body=Svg(drawn.body.replace(OWN, own)))


def has_figure(key: str, variant: str = "large") -> bool:
    """Say whether there is such a picture."""
    return (key, variant) in _PICTURES or (variant == "moving" and key in MOVES)


@lru_cache(maxsize=512)
def _drawn(key: str, variant: str, tempo: str) -> Drawing:
    """Draw a picture once for all pages; what starts its ids is still to be put in."""
    words = words_for(key, variant)
    sheet = moving.PICTURES[key](moving.beats(tempo)) if variant == "moving" else _PICTURES[key, variant]()
    return Drawing(sheet.width, sheet.height, Svg(sheet.drawn()), words.title, words.description)


def _pictures() -> dict[tuple[str, str], Callable[[], DrawingSheet]]:
    pictures: dict[tuple[str, str], Callable[[], DrawingSheet]] = {}
    for key, module in (("hip_hinge", hinge), ("hip_turns_standing", turns)):
        pictures |= {(key, "large"): module.whole, (key, "row"): module.row, (key, "steps"): module.steps}
        pictures |= {(key, f"fault:{fault}"): partial(module.fault, fault) for fault in FAULTS[key]}
    for key, move in POSED_MOVES.items():
        pictures |= {(key, size): partial(draw, key) for size, draw in POSED_SIZES.items()}
        pictures |= {
            (key, f"fault:{fault}"): partial(posed_pictures.fault, key, fault) for fault in move.faults
        }
    for key in TRANSFER_KEYS:
        pictures |= {(key, "large"): partial(transfers.whole, key), (key, "row"): partial(transfers.row, key)}
    return pictures


_PICTURES = _pictures()
