"""What a client reads while a warning sign holds their program."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.catalogue import load_catalogue
from clinic.domain.types import Tier
from clinic.domain.warnings import client_text
from clinic.domain.words import say
from clinic.models import Practice


@dataclass(frozen=True, slots=True)
class Hold:
    """The sentence of the tier, and how strongly to show it."""

    text: str
    kind: str  # a kind of the notice component


def hold_text(tier: Tier, practice: Practice) -> Hold:
    """The catalogue's words for a tier, with the practice's numbers or, without them, words for those."""
    text = client_text(
        load_catalogue().warnings.tiers[tier].client_text,
        emergency_number=practice.emergency_number or say("your emergency number"),
        urgent_line=practice.urgent_number or say("an urgent medical advice line"),
    )
    return Hold(text, "emergency" if tier is Tier.E else "caution")
