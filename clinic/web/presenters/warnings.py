"""Warning signs in words, for those who name them and for those who look after them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from clinic.catalogue import load_catalogue
from clinic.catalogue.checkin import WarningSign
from clinic.domain.attention import SIGN_WORDS
from clinic.domain.types import Tier
from clinic.models import Practice, WarningFlag
from clinic.web.presenters.hold import Hold, hold_text

NUMBER = re.compile(r"\+?[\d][\d ()./-]*")
TITLES = {
    Tier.E: "Get help now",
    Tier.U: "Get advice today",
    Tier.S: "Contact your practitioner",
    Tier.N: "Thank you",
}
GROUPS = ((Tier.E, "Get help now"), (Tier.U, "Get medical advice today"), (Tier.S, "Tell your practitioner"))


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, in the catalogue's words, with the numbers to press."""

    tier: Tier
    title: str
    hold: Hold
    phones: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SignGroup:
    """Signs of one urgency, with what to do about them."""

    advice: Advice
    heading: str
    signs: tuple[WarningSign, ...]


def advice(tier: Tier, practice: Practice) -> Advice:
    """What somebody reads who has named a sign of this tier."""
    return Advice(tier, TITLES[tier], hold_text(tier, practice), tuple(_phones(tier, practice)))


def groups(practice: Practice) -> list[SignGroup]:
    """Every sign of the catalogue, by urgency."""
    signs = load_catalogue().warnings.signs.values()
    return [
        SignGroup(advice(tier, practice), heading, tuple(sign for sign in signs if sign.tier is tier))
        for tier, heading in GROUPS
    ]


def emergency_signs() -> tuple[WarningSign, ...]:
    """The signs every check-in asks first."""
    return load_catalogue().warnings.emergency


def all_signs() -> tuple[WarningSign, ...]:
    """Every sign, most urgent first."""
    signs = load_catalogue().warnings.signs.values()
    return tuple(sorted(signs, key=lambda sign: -sign.tier.rank))


def named(flag: WarningFlag) -> list[WarningSign]:
    """The signs of a flag, for the practitioner."""
    known = load_catalogue().warnings.signs
    return [known[key] for key in flag.question_keys if key in known]


def urgency(tier: Tier) -> str:
    """How urgent, in a practitioner's words."""
    return SIGN_WORDS.get(tier, "Warning sign")


def _phones(tier: Tier, practice: Practice) -> Iterable[tuple[str, str]]:
    """Words and number of each line that can be pressed on a phone."""
    lines = {"Emergency": practice.emergency_number, "Urgent advice": practice.urgent_number}
    # one line to press, not a choice
    lines.pop("Urgent advice" if tier is Tier.E else "Emergency")
    for words, number in (lines | {practice.name: practice.phone}).items():
        if number and NUMBER.fullmatch(number):
            yield words, number
