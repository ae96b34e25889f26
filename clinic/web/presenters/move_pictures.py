"""The places of a move where something can be shown, and what is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clinic.domain.media import (
    KIND_OF_SPOT,
    LARGEST,
    LARGEST_AS_IT_IS,
    WITHOUT_SCRIPT,
    MediaKind,
    MediaState,
    MoveSpot,
    in_words,
)
from clinic.domain.moves import FilmContent
from clinic.domain.videos import clock
from clinic.domain.words import again
from clinic.models import Exercise, ExercisePicture
from clinic.services.media.videos import has_ffmpeg
from clinic.services.routines.wording import film_of

NAMES = {
    MoveSpot.START: "Start",
    MoveSpot.END: "End",
    MoveSpot.RIGHT: "{mistake}: the right way",
    MoveSpot.WRONG: "{mistake}: the mistake",
    MoveSpot.VIDEO: "Video",
    MoveSpot.CAPTIONS: "Captions of the video",
}
TAKES = {
    MediaKind.PICTURE: "image/jpeg,image/png,image/webp",
    MediaKind.VIDEO: "video/mp4,video/quicktime,video/webm",
    MediaKind.CAPTIONS: ".vtt,text/vtt",
}
HINTS = {
    MediaKind.PICTURE: "JPEG, PNG or WebP. Where it was taken is left out of it, and so is everything else.",
    MediaKind.VIDEO: "MP4, MOV or WebM of at most 15 minutes. Where it was filmed is left out of it.",
    MediaKind.CAPTIONS: "A WebVTT file (.vtt) with what is said, for whoever cannot hear it.",
}
ALT_HINTS = {
    MediaKind.PICTURE: "In a sentence, such as “Standing tall, hands on the hips”. "
    "It is read to people who cannot see it.",
    MediaKind.VIDEO: "In a sentence, such as “Ten hip turns from the side”. "
    "It is read to people who cannot see it.",
}
AS_IT_IS = (
    "This server has no ffmpeg, so a video is shown as it comes: only MP4 with H.264, at most 15 minutes. "
    "Where it was filmed is left out of it."
)
MADE_READY = "It is being made ready. This takes some minutes; you can leave this page."


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
    film: FilmContent | None
    alt_hint: str
    part: tuple[str, str]  # from and until, as it is typed


def places(move: Exercise, at_move: Sequence[ExercisePicture]) -> list[PlaceView]:
    """Where it can show something: right and wrong where it has a named mistake, captions of a video."""
    return [_place(move, spot, at_move) for spot in _spots(move, at_move)]


def _spots(move: Exercise, at_move: Sequence[ExercisePicture]) -> Iterator[MoveSpot]:
    yield from (MoveSpot.START, MoveSpot.END)
    if move.named_mistake is not None:
        yield from (MoveSpot.RIGHT, MoveSpot.WRONG)
    yield MoveSpot.VIDEO
    if any(each.spot is MoveSpot.VIDEO and each.removed_at is None for each in at_move):
        yield MoveSpot.CAPTIONS


def _place(move: Exercise, spot: MoveSpot, at_move: Sequence[ExercisePicture]) -> PlaceView:
    here, kind = [each for each in at_move if each.spot is spot], KIND_OF_SPOT[spot]
    shown = next((each for each in here if each.removed_at is None), None)
    mistake = move.named_mistake.name if move.named_mistake else ""
    is_bare = kind is MediaKind.VIDEO and not has_ffmpeg()
    return PlaceView(
        spot=spot.value,
        kind=kind.value,
        name=NAMES[spot].format(mistake=mistake),
        takes=TAKES[kind],
        hint=AS_IT_IS if is_bare else HINTS[kind],
        largest=LARGEST_AS_IT_IS if is_bare else LARGEST[kind],
        largest_words=in_words(LARGEST_AS_IT_IS if is_bare else LARGEST[kind]),
        without_script=in_words(WITHOUT_SCRIPT),
        shown=shown,
        state=_state(shown),
        film=film_of(at_move) if spot is MoveSpot.VIDEO else None,
        alt_hint=ALT_HINTS.get(kind, ""),
        part=_part(shown),
        removed=next((each for each in here if each.removed_at is not None), None),
    )


def _part(shown: ExercisePicture | None) -> tuple[str, str]:
    begins, until = (shown.part_from, shown.part_until) if shown else (None, None)
    return clock(begins) if begins else "", clock(until) if until else ""


def _state(shown: ExercisePicture | None) -> str:
    if shown is None or shown.media.state is MediaState.READY:
        return ""
    return again(shown.media.said) if shown.media.said else MADE_READY
