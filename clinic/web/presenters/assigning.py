"""The page that assigns, in words: each move with its dose as a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.domain.doses import Dose
from clinic.domain.moves import MoveContent
from clinic.domain.phases import Spanned
from clinic.services.programs.offering import OfferedMove
from clinic.services.routines.wording import dose_sentences

OUT = "Left out: this client is not given it."


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """A move of the page that assigns; `dose` is empty while its fields are not right."""

    name: str
    figure: str
    dose: str
    asked: str
    problem: str
    is_single: bool


def offered_line(move: OfferedMove, dose: Dose | None, *, is_out: bool) -> OfferedLine:
    """One move with its dose as a sentence."""
    content = MoveContent.from_json(move.content)
    return OfferedLine(
        name=content.name,
        figure=content.figure,
        dose=OUT if is_out else dose_sentences(dose, content) if dose else "",
        asked=asked_words(move),
        problem=move.problem,
        is_single=move.is_single,
    )


def asked_words(move: Spanned) -> str:
    """In which phases a move is asked: "Phase 1 only", "From phase 2 on"; empty where it is throughout."""
    first, last = move.from_phase, move.until_phase
    if last is None:
        return f"From phase {first} on" if first > 1 else ""
    return f"Phase {first} only" if first == last else f"Phases {first} to {last}"
