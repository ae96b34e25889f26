"""The places of a move where something can be shown, and what is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clinic.domain.media import (
    KIND_OF_SPOT,
    LARGEST,
    WITHOUT_SCRIPT,
    MediaKind,
    MediaState,
    MoveSpot,
    in_words,
)
from clinic.models import Exercise, ExercisePicture

NAMES = {
    MoveSpot.START: "Start",
    MoveSpot.END: "End",
    MoveSpot.RIGHT: "{mistake}: the right way",
    MoveSpot.WRONG: "{mistake}: the mistake",
}
TAKES = {MediaKind.PICTURE: "image/jpeg,image/png,image/webp"}
HINTS = {
    MediaKind.PICTURE: "JPEG, PNG or WebP. Where it was taken is left out of it, and so is everything else."
}


@dataclass(frozen=True, slots=True)
class PlaceView:
    """One place of a move."""

    spot: str
    kind: str
    name: str
    takes: str
    hint: str
    largest: int  # bytes
    largest_words: str
    without_script: str
    shown: ExercisePicture | None
    state: str  # what is to be said of it while it is not ready
    removed: ExercisePicture | None


def places(move: Exercise, at_move: Sequence[ExercisePicture]) -> list[PlaceView]:
    """Where the move can show something; right and wrong only where it has a named mistake."""
    return [_place(move, spot, at_move) for spot in _spots(move)]


def _spots(move: Exercise) -> Iterator[MoveSpot]:
    yield from (MoveSpot.START, MoveSpot.END)
    if move.named_mistake is not None:
        yield from (MoveSpot.RIGHT, MoveSpot.WRONG)


def _place(move: Exercise, spot: MoveSpot, at_move: Sequence[ExercisePicture]) -> PlaceView:
    here, kind = [each for each in at_move if each.spot is spot], KIND_OF_SPOT[spot]
    shown = next((each for each in here if each.removed_at is None), None)
    mistake = move.named_mistake.name if move.named_mistake else ""
    return PlaceView(
        spot=spot.value,
        kind=kind.value,
        name=NAMES[spot].format(mistake=mistake),
        takes=TAKES[kind],
        hint=HINTS[kind],
        largest=LARGEST[kind],
        largest_words=in_words(LARGEST[kind]),
        without_script=in_words(WITHOUT_SCRIPT),
        shown=shown,
        state=_state(shown),
        removed=next((each for each in here if each.removed_at is not None), None),
    )


def _state(shown: ExercisePicture | None) -> str:
    if shown is None or shown.media.state is MediaState.READY:
        return ""
    return shown.media.said or "It is being made ready. This takes some minutes; you can leave this page."
