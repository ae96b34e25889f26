"""Questionnaires as data: whose words they are, what they ask, how they are scored, and what a change is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from clinic.domain.provenance import Fact, Provenance
from clinic.domain.scoring import ScoreAnswers, ScoreRule, Yardstick, score, screens_positive


class QuestionnaireKind(StrEnum):
    """What sort of answers a questionnaire takes."""

    SCALE = "scale"
    CHOICE = "choice"
    TICKS = "ticks"
    ACTIVITIES = "activities"


class MeasureRole(StrEnum):
    """What a score is for: how somebody is, how they have changed, or whether to talk."""

    STATE = "state"
    CHANGE = "change"
    SCREEN = "screen"


class WordingSource(StrEnum):
    """Whose words are shown."""

    OWN = "own"
    EXACT = "exact"
    METHOD = "method"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireItem:
    """One question. `options` are scores with their words; on a scale only its ends and middle have words."""

    id: str
    text: str
    options: tuple[tuple[int, str], ...]
    low: str = ""
    middle: str = ""
    high: str = ""
    loinc: str = ""

    @property
    def scores(self) -> frozenset[int]:
        """The answers it takes."""
        return frozenset(value for value, _ in self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedActivities:
    """Things the client names, each rated with a number; `error` is that of one activity."""

    most: int
    ask: str
    hint: str
    rate: QuestionnaireItem
    error: float

    @property
    def ids(self) -> tuple[str, ...]:
        """The names under which their ratings are kept, in order."""
        return tuple(f"a{number}" for number in range(1, self.most + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One score of a questionnaire with its rule and its threshold; None where nobody has published one."""

    id: str
    name: str
    rule: ScoreRule
    yardstick: Yardstick
    threshold: Provenance | None
    loinc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """What its owner allows, whose words are shown, and what has to stand beside them."""

    text: str
    provenance: Provenance
    wording: WordingSource
    citation: str
    notice: str


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """One version of a questionnaire. Instead of `items` it may have `activities` that the client names."""

    id: str
    version: int
    name: str
    full_name: str
    client_title: str
    intro: str
    follow_up_intro: str
    kind: QuestionnaireKind
    role: MeasureRole
    minutes: int
    licence: Licence
    items: tuple[QuestionnaireItem, ...]
    activities: NamedActivities | None
    measures: tuple[Measure, ...]
    facts: tuple[Fact, ...]
    provenance: Provenance
    loinc_provenance: Provenance | None
    positive_from: float | None
    better_from: float | None
    worse_from: float | None
    confirm: str
    advice: str
    closing: str

    @property
    def needs_since(self) -> bool:
        """Whether it asks for the change since a day that has to be named."""
        return self.role is MeasureRole.CHANGE

    @property
    def is_screen(self) -> bool:
        """Whether it asks if somebody should be talked to; its words and answers are not ours to add to."""
        return self.role is MeasureRole.SCREEN

    @property
    def may_be_declined(self) -> bool:
        """Whether each question has "I would rather not say" beside its own answers."""
        return self.role is MeasureRole.STATE

    @cached_property
    def allowed(self) -> Mapping[str, frozenset[int]]:
        """Which answers each question takes; an activity's rating under the name it is kept by."""
        if self.activities:
            return dict.fromkeys(self.activities.ids, self.activities.rate.scores)
        return {item.id: item.scores for item in self.items}

    def scores(self, answers: ScoreAnswers) -> dict[str, float | None]:
        """Each score; None where its rule allows none, or the whole page was left out."""
        if is_left_out(answers):
            return dict.fromkeys((measure.id for measure in self.measures), None)
        return {measure.id: score(measure.rule, answers) for measure in self.measures}

    def is_positive(self, answers: ScoreAnswers) -> bool:
        """Whether a screen asks for a conversation, if only by what was answered; False where it is none."""
        if self.positive_from is None or is_left_out(answers):
            return False
        rules = (measure.rule for measure in self.measures)
        return any(screens_positive(rule, self.positive_from, answers, self.allowed) for rule in rules)


def is_left_out(answers: ScoreAnswers) -> bool:
    """Whether a whole page was left out."""
    return all(value is None for value in answers.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualSet:
    """What is usually asked together; authored."""

    id: str
    name: str
    asks: tuple[str, ...]
    optional: tuple[str, ...]
    weeks: tuple[int, ...]
    provenance: Provenance


@dataclass(frozen=True, kw_only=True)
class Questionnaires:
    """All questionnaires by id, newest version first asked for, and the usual sets."""

    versions: Mapping[tuple[str, int], Questionnaire]
    sets: Mapping[str, UsualSet]

    @cached_property
    def newest(self) -> Mapping[str, Questionnaire]:
        """The newest version of each, in the order of the file."""
        found: dict[str, Questionnaire] = {}
        for each in self.versions.values():
            if each.id not in found or found[each.id].version < each.version:
                found[each.id] = each
        return MappingProxyType(found)

    def get(self, key: str, version: int) -> Questionnaire:
        """The version somebody answered; an answer never loses its questions."""
        return self.versions[key, version]
