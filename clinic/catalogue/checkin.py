"""What a check-in asks: the warning signs that come first, and the questions after them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from clinic.catalogue.provenance import read_provenance
from clinic.catalogue.reader import DataEntry, by_id
from clinic.domain.provenance import Provenance
from clinic.domain.types import Tier
from clinic.domain.warnings import Combination, SignVerdict, evaluate

PLACEHOLDER = re.compile(r"\{(\w*)\}")


class QuestionKind(StrEnum):
    """What sort of answer a question takes."""

    WARNING_SIGNS = "warning_signs"
    NUMBER = "number"
    SCALE = "scale"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class TierText:
    """A tier of urgency: what the client reads, and what the system does."""

    id: Tier
    name: str
    client_text: str
    system: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningSign:
    """One warning sign. `fact` is how sure we are that it is one; tier and wording are authored."""

    id: str
    tier: Tier
    text: str
    tick: str
    topic: str
    fact: Provenance


@dataclass(frozen=True, slots=True)
class CombinationRule:
    """A combination of signs, and how sure we are of it."""

    combination: Combination
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of the check-in; `low` and `high` are the words at the ends of a scale."""

    id: str
    kind: QuestionKind
    text: str
    hint: str
    minimum: int | None
    maximum: int | None
    low: str
    high: str
    options: tuple[tuple[str, str], ...]
    in_weekly: bool
    every_weeks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningSigns:
    """The warning-sign file as a whole; `provenance` is that of tiers and wording."""

    tiers: Mapping[Tier, TierText]
    signs: Mapping[str, WarningSign]
    combinations: tuple[CombinationRule, ...]
    provenance: Provenance

    @property
    def sign_tiers(self) -> dict[str, Tier]:
        """The shipped tier of every sign."""
        return {sign.id: sign.tier for sign in self.signs.values()}

    @property
    def emergency(self) -> tuple[WarningSign, ...]:
        """The signs every check-in asks first."""
        return tuple(sign for sign in self.signs.values() if sign.tier is Tier.E)

    def verdict(self, named: Collection[str], tiers: Mapping[str, Tier] | None = None) -> SignVerdict:
        """The verdict on the signs a client named, by the shipped tiers or by the practice's own."""
        return evaluate(named, tiers or self.sign_tiers, [rule.combination for rule in self.combinations])


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckinCatalogue:
    """The questions of a check-in, in order; all of them in our own words."""

    questions: Mapping[str, Question]
    provenance: Provenance

    @property
    def weekly(self) -> tuple[Question, ...]:
        """The short set of the weekly check-in."""
        return tuple(question for question in self.questions.values() if question.in_weekly)


def read_warning_signs(file: DataEntry) -> WarningSigns:
    """The warning-sign file, read whole; all four tiers must be there."""
    tiers = {tier.id: tier for tier in file.each("tiers", read_tier)}
    if missing := [tier for tier in Tier if tier not in tiers]:
        raise file.error("tiers", f"{', '.join(missing)} is missing")
    return WarningSigns(
        tiers=MappingProxyType(tiers),
        signs=by_id(file, "questions", read_warning_sign),
        combinations=file.each("combinations", read_combination),
        provenance=read_provenance(file),
    )


def read_checkin(file: DataEntry) -> CheckinCatalogue:
    """The question file, read whole."""
    return CheckinCatalogue(
        questions=by_id(file, "questions", read_question), provenance=read_provenance(file)
    )


def read_tier(entry: DataEntry) -> TierText:
    """A tier out of its table; its text may hold the practice's two numbers and nothing else."""
    text = entry.text("client_text")
    for name in PLACEHOLDER.findall(text):
        if name not in ("emergency_number", "urgent_line"):
            raise entry.error("client_text", f"has a placeholder nobody fills: {{{name}}}")
    return TierText(
        id=entry.member("id", Tier), name=entry.text("name"), client_text=text, system=entry.text("system")
    )


def read_warning_sign(entry: DataEntry) -> WarningSign:
    """A warning sign out of its table."""
    return WarningSign(
        id=entry.text("id"),
        tier=entry.member("tier", Tier),
        text=entry.text("text"),
        tick=entry.text("tick"),
        topic=entry.text("topic"),
        fact=read_provenance(entry, "fact_status"),
    )


def read_combination(entry: DataEntry) -> CombinationRule:
    """A combination rule out of its table."""
    with_any = frozenset(entry.texts("with_any", least=1))
    rule = Combination(entry.text("sign"), with_any, entry.member("tier", Tier))
    return CombinationRule(rule, read_provenance(entry))


def read_question(entry: DataEntry) -> Question:
    """A question out of its table; numbers and scales have both ends, choices have options."""
    kind = entry.member("kind", QuestionKind)
    numeric = kind in (QuestionKind.NUMBER, QuestionKind.SCALE)
    return Question(
        id=entry.text("id"),
        kind=kind,
        text=entry.text("text"),
        hint=entry.text("hint", ""),
        minimum=entry.integer("min") if numeric else None,
        maximum=entry.integer("max") if numeric else None,
        low=entry.text("low") if kind is QuestionKind.SCALE else "",
        high=entry.text("high") if kind is QuestionKind.SCALE else "",
        options=read_options(entry) if kind in (QuestionKind.CHOICE, QuestionKind.CHOICES) else (),
        in_weekly=entry.flag("in_weekly"),
        every_weeks=entry.integer("every_weeks", 1),
    )


def read_options(entry: DataEntry) -> tuple[tuple[str, str], ...]:
    """Options written as pairs of code and label, each code once."""
    options = []
    for pair in entry.items("options"):
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(each, str) for each in pair)):
            raise entry.error("options", "must be pairs of code and label")
        options.append((pair[0], pair[1]))
    if len(options) < 2 or len({code for code, _ in options}) < len(options):
        raise entry.error("options", "must hold at least 2, each code once")
    return tuple(options)
