"""A move in the wording its reader got it in: what a published routine and a client's program keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import reduce
from typing import Any, Self

from clinic.domain.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class MistakeContent:
    """Something to watch for. `is_named` marks the practice's own; `fault_keys` name the figures of it."""

    key: str
    name: str
    see: str
    fix: str
    self_test: str = ""
    is_named: bool = False
    fault_keys: tuple[str, ...] = ()
    video_second: int | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `MoveContent.to_json` wrote."""
        return cls(**{**data, "fault_keys": tuple(data["fault_keys"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoContent:
    """The practice's own video, as provider and id; `clinic.domain.videos` makes an address of them."""

    provider: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureContent:
    """A picture of the practice's own, by the id of its file, and what it shows in words."""

    spot: str
    id: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmContent:
    """The practice's own video in its own storage; poster and captions are ids of files, or empty.

    The move is seen from `part_from` to `part_until`, in seconds; 0: to the end.
    """

    id: str
    alt: str = ""
    poster: str = ""
    captions: str = ""
    width: int
    height: int
    part_from: int = 0
    part_until: int = 0

    @property
    def fragment(self) -> str:
        """What makes an address of the video begin, and end, at the part; empty where it is all of it."""
        ends = f",{self.part_until}" if self.part_until else ""
        return f"#t={self.part_from}{ends}" if self.part_from or ends else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferContent:
    """Where a move serves in daily life."""

    key: str
    name: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveContent:
    """A move's whole wording. `tempo_words` name the way out and the way back ("down", "up")."""

    name: str
    purpose: str
    setup: tuple[str, ...]
    steps: tuple[str, ...]
    cues: tuple[str, ...]
    range_words: str
    feet_words: str
    knees_words: str
    tempo_words: tuple[str, str]
    stop_if: tuple[str, ...]
    pain_rule: str
    figure: str
    mistakes: tuple[MistakeContent, ...]
    video: VideoContent | None = None
    transfers: tuple[TransferContent, ...] = ()
    easier: tuple[str, ...] = ()  # other ways to do it, for a day on which it hurts
    harder: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    body_position: str = ""
    pictures: tuple[PictureContent, ...] = ()
    film: FilmContent | None = None

    @property
    def named_mistake(self) -> MistakeContent | None:
        """The mistake the practice has a name for, if this is its move."""
        return next((mistake for mistake in self.mistakes if mistake.is_named), None)

    def picture(self, spot: str) -> PictureContent | None:
        """What is shown of the move at this place, if there is a picture of it."""
        return next((each for each in self.pictures if each.spot == spot), None)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote, before or after it went through a JSON column."""
        there, back = data["tempo_words"]
        lists = {key: tuple(data[key]) for key in ("setup", "steps", "cues", "stop_if")}
        lists |= {key: tuple(data.get(key, ())) for key in ("easier", "harder", "equipment")}  # since then
        return cls(
            **{
                **data,
                **lists,
                "tempo_words": (there, back),
                "mistakes": tuple(MistakeContent.from_json(each) for each in data["mistakes"]),
                "video": VideoContent(**data["video"]) if data["video"] else None,
                "transfers": tuple(TransferContent(**each) for each in data["transfers"]),
                "pictures": tuple(PictureContent(**each) for each in data.get("pictures", ())),
                "film": FilmContent(**data["film"]) if data.get("film") else None,
            }
        )


def media_in(content: Mapping[str, Any]) -> frozenset[str]:
    """The ids of all files that a move's stored wording names."""
    film = content.get("film") or {}
    named = (each["id"] for each in content.get("pictures", ()))
    return frozenset(filter(None, (*named, *(film.get(name) for name in ("id", "poster", "captions")))))


def named_mistake_in(contents: Iterable[Mapping[str, Any]]) -> str | None:
    """What the practice calls its mistake, in the stored wording of some moves; None where none has it.

    Of several programs each may have a name of its own: "Butt Mistake or the Knee Dive".
    """
    mistakes = (mistake for content in contents for mistake in content.get("mistakes", ()))
    names = dict.fromkeys(mistake["name"] for mistake in mistakes if mistake.get("is_named"))
    return reduce(_or_the, names) if names else None


def _or_the(first: str, second: str) -> str:
    return say("%(first)s or the %(second)s", first=first, second=second)
