"""Warning signs: which tier a set of answers reaches, what it locks, and what the client reads.

Any one sign is enough (so say the authors of the published warning card; one service asks for two). "No"
answers are no reassurance. Tiers and wording are authored until a practitioner signs them off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from clinic.domain.errors import RuleBroken
from clinic.domain.types import Tier
from clinic.domain.words import say

ONE_SITTING = timedelta(hours=1)  # signs ticked one after the other are one flag, and one alert


@dataclass(frozen=True, slots=True)
class Combination:
    """A sign that weighs more beside any one of some others."""

    sign: str
    with_any: frozenset[str]
    tier: Tier

    def applies(self, named: Collection[str]) -> bool:
        """Whether the sign and at least one companion were named."""
        return self.sign in named and not self.with_any.isdisjoint(named)


@dataclass(frozen=True, slots=True)
class SignVerdict:
    """The highest tier reached and the signs named, most urgent first."""

    tier: Tier
    signs: tuple[str, ...]


def evaluate(
    named: Collection[str], tiers: Mapping[str, Tier], combinations: Iterable[Combination]
) -> SignVerdict:
    """The verdict on the signs a client named; one the practice does not know is refused, never ignored."""
    if unknown := set(named) - tiers.keys():
        raise RuleBroken(say("Unknown warning sign: %(names)s.", names=", ".join(sorted(unknown))))
    reached = [tiers[sign] for sign in named]
    reached += [each.tier for each in combinations if each.applies(named)]
    order = list(tiers)
    signs = sorted(set(named), key=lambda sign: (-tiers[sign].rank, order.index(sign)))
    return SignVerdict(highest(reached), tuple(signs))


def highest(tiers: Iterable[Tier]) -> Tier:
    """The most urgent of some tiers; N when there are none."""
    return max(tiers, key=lambda tier: tier.rank, default=Tier.N)


def locks_program(tier: Tier) -> bool:
    """Emergency and same day: locked until a named practitioner clears it with a note."""
    return tier in (Tier.E, Tier.U)


def pauses_program(tier: Tier) -> bool:
    """Every sign holds program and check-in mail until a practitioner has reviewed it."""
    return tier is not Tier.N


def is_same_sitting(
    found: SignVerdict, standing: SignVerdict, since: timedelta, *, is_same_checkin: bool = False
) -> bool:
    """Whether signs named now belong to a flag that stands, and need no alert of their own.

    Those of one check-in do, and those that are known already; others if they follow soon and weigh no more.
    """
    if is_same_checkin or set(found.signs) <= set(standing.signs):
        return True
    return since < ONE_SITTING and found.tier.rank <= standing.tier.rank


def client_text(template: str, *, emergency_number: str, urgent_line: str) -> str:
    """What the client reads, with the practice's own numbers in it."""
    if not emergency_number.strip() or not urgent_line.strip():
        raise RuleBroken(say("The practice has not set its emergency and urgent numbers."))
    return template.format(emergency_number=emergency_number, urgent_line=urgent_line)
