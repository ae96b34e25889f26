"""Warning signs in words, for those who name them and for those who look after them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from clinic.catalogue import load_catalogue
from clinic.catalogue.checkin import WarningSign
from clinic.domain.attention import SIGN_WORDS
from clinic.domain.types import Tier
from clinic.domain.words import say
from clinic.models import Practice, WarningFlag
from clinic.web.presenters.hold import Hold, hold_text

EMERGENCY, URGENT = say("Emergency"), say("Urgent advice")
NUMBER = re.compile(r"\+?[\d][\d ()./-]*")
TITLES = {
    Tier.E: say("Get help now"),
    Tier.U: say("Get advice today"),
    Tier.S: say("Contact your practitioner"),
    Tier.N: say("Thank you"),
}
GROUPS = (
    (Tier.E, say("Get help now")),
    (Tier.U, say("Get medical advice today")),
    (Tier.S, say("Tell your practitioner")),
)


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
    is_emergency = tier is Tier.E  # one line to press, not a choice
    first = (EMERGENCY, practice.emergency_number) if is_emergency else (URGENT, practice.urgent_number)
    for words, number in (first, (practice.name, practice.phone)):
        if number and NUMBER.fullmatch(number):
            yield words, number
