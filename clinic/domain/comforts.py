"""How somebody's pages look: as large, as dark and for the hand that they choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class TextSize(StrEnum):
    """How large text is, beside what the browser says."""

    NORMAL = "normal"
    LARGE = "large"
    LARGEST = "largest"


class ColourContrast(StrEnum):
    """How far text and lines stand out from their ground."""

    NORMAL = "normal"
    STRONG = "strong"


class Hand(StrEnum):
    """The hand that holds the phone, whose thumb presses."""

    RIGHT = "right"
    LEFT = "left"


# what the sheets call each; what is usual has no name there
_CLASSES: Mapping[StrEnum, str] = MappingProxyType(
    {
        TextSize.LARGE: "has-large-text",
        TextSize.LARGEST: "has-largest-text",
        ColourContrast.STRONG: "has-strong-contrast",
        Hand.LEFT: "is-left-handed",
    }
)


@dataclass(frozen=True, slots=True)
class Comforts:
    """What somebody chose for all pages they open."""

    text_size: TextSize = TextSize.NORMAL
    contrast: ColourContrast = ColourContrast.NORMAL
    hand: Hand = Hand.RIGHT

    @property
    def classes(self) -> str:
        """The classes of the document: "has-large-text is-left-handed"; empty where all is as usual."""
        chosen = (self.text_size, self.contrast, self.hand)
        return " ".join(_CLASSES[each] for each in chosen if each in _CLASSES)


AS_USUAL = Comforts()
