"""What a client reads about a pain they named, in the catalogue's words."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clinic.catalogue import load_catalogue
from clinic.catalogue.dosing import AdviceText
from clinic.domain.pain_rule import MorningAnswer, PainAnswer, PainRuling, ceiling_of
from clinic.models import Client, Practice
from clinic.services.programs.pain import AskedMorning, DayPain, MovePain

KINDS = {PainAnswer.FINE: "info", PainAnswer.SMALLER: "caution", PainAnswer.STOP: "caution"}


@dataclass(frozen=True, slots=True)
class PainAdvice:
    """One answer: what it is about, if it is about some moves only, and what to do."""

    kind: str  # a kind of the notice component
    title: str
    text: str
    moves: str = ""


@dataclass(frozen=True, slots=True)
class PainView:
    """The answers, the most careful first; `calls` where the practice's number belongs beside them."""

    advice: Sequence[PainAdvice]
    rise: str = ""
    calls: bool = False
    asks_signs: bool = False

    @property
    def title(self) -> str:
        """What the page is called."""
        return self.advice[0].title


@dataclass(frozen=True, slots=True)
class EasierMove:
    """A move with other ways to do it, and the one taken for today; without one it is done smaller."""

    id: str  # as the client has it
    name: str
    ways: Sequence[str]
    taken: str = ""


@dataclass(frozen=True, slots=True)
class MorningView:
    """The question of the morning, what was said, and what to do about it."""

    question: str
    settled_text: str
    still_up_text: str
    said: str = ""
    advice: PainAdvice | None = None
    calls: bool = False
    asks_signs: bool = False
    easier: Sequence[EasierMove] = ()
    easier_text: str = ""
    fewer_text: str = ""


def day_view(told: DayPain) -> PainView:
    """The answers of a day, each with the moves it is about."""
    return _view(told.ruling, tuple(_by_answer(told)))


def week_view(ruling: PainRuling | None) -> PainView | None:
    """The answer to a pain that no move was named for; None for one that needs no care, or was not said."""
    if ruling is None or not ruling.needs_care:
        return None
    return _view(ruling, (_advice(ruling.answer),))


def morning_view(asked: AskedMorning) -> MorningView:
    """What is asked this morning, and, once it is said, what follows."""
    rule = load_catalogue().dosing.pain_rule
    if asked.answer is None:
        return MorningView(rule.morning_question, rule.settled_text, rule.still_up_text)
    told, eases = rule.mornings[asked.answer], asked.answer is MorningAnswer.EASIER
    is_calm = asked.answer is MorningAnswer.GO_ON
    return MorningView(
        rule.morning_question,
        rule.settled_text,
        rule.still_up_text,
        said=rule.settled_text if asked.settled else rule.still_up_text,
        advice=PainAdvice("info" if is_calm else "caution", told.title, told.text),
        calls=not is_calm,
        asks_signs=asked.answer is MorningAnswer.STOP,
        easier=[_easier(each, asked.taken) for each in asked.affected] if eases else (),
        easier_text=rule.easier_text,
        fewer_text=rule.fewer_text,
    )


def _easier(each: MovePain, taken: Mapping[uuid.UUID, str]) -> EasierMove:
    row, move = each.prescription, each.move
    return EasierMove(str(row.id), move.name, move.easier, taken.get(row.exercise_id, ""))


def signs_title() -> str:
    """What stands over the warning signs that follow an answer."""
    return load_catalogue().dosing.pain_rule.signs_title


def own_limit(client: Client, practice: Practice) -> str:
    """The sentence for a client whose limit is not the one that the pain rule names; empty for others."""
    ceiling = ceiling_of(client.pain_ceiling, practice.pain_ceiling)
    return load_catalogue().dosing.pain_rule.own_limit(ceiling)


def _view(ruling: PainRuling, advice: Sequence[PainAdvice]) -> PainView:
    rise = load_catalogue().dosing.pain_rule.rise_text if ruling.rise else ""
    return PainView(advice, rise, ruling.answer is not PainAnswer.FINE, ruling.asks_signs)


def _by_answer(told: DayPain) -> Iterator[PainAdvice]:
    for answer in reversed(PainAnswer):
        names = [each.move.name for each in told.moves if each.ruling.answer is answer]
        if names:
            yield _advice(answer, " · ".join(names))


def _advice(answer: PainAnswer, moves: str = "") -> PainAdvice:
    words: AdviceText = load_catalogue().dosing.pain_rule.answers[answer]
    return PainAdvice(KINDS[answer], words.title, words.text, moves)
