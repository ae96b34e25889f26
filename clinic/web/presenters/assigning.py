"""The page that assigns, in words: each move with its dose as a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.domain.doses import Dose
from clinic.domain.media import MoveSpot
from clinic.domain.moves import MoveContent, PictureContent
from clinic.domain.phases import Spanned
from clinic.services.programs.offering import OfferedMove
from clinic.services.routines.wording import dose_sentences

OUT = "Left out: this client is not given it."


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """A move of the page that assigns; `dose` is empty while its fields are not right."""

    content: MoveContent
    dose: str
    asked: str
    problem: str

    @property
    def picture(self) -> PictureContent | None:
        """The practice's own picture of it."""
        return self.content.picture(MoveSpot.END) or self.content.picture(MoveSpot.START)


def offered_line(move: OfferedMove, dose: Dose | None, *, is_out: bool) -> OfferedLine:
    """One move with its dose as a sentence."""
    content = MoveContent.from_json(move.content)
    return OfferedLine(
        content=content,
        dose=OUT if is_out else dose_sentences(dose, content) if dose else "",
        asked=asked_words(move),
        problem=move.problem,
    )


def asked_words(move: Spanned) -> str:
    """In which phases a move is asked: "Phase 1 only", "From phase 2 on"; empty where it is throughout."""
    first, last = move.from_phase, move.until_phase
    if last is None:
        return f"From phase {first} on" if first > 1 else ""
    return f"Phase {first} only" if first == last else f"Phases {first} to {last}"
