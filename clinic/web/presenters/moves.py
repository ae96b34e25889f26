"""A client's moves in words: dose, minutes, video and mistakes, ready to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clinic.catalogue.figures import has_figure
from clinic.domain.doses import Dose, dose_in_words, minutes_of, range_in_words, rest_in_words
from clinic.domain.moves import MistakeContent, MoveContent
from clinic.domain.videos import clock, watch_url
from clinic.models import Prescription
from clinic.services.routines.wording import dose_of

MOST_OTHERS = 3  # few things to watch for are watched for


@dataclass(frozen=True, slots=True)
class MoveView:
    """One move of a program. `fault` names the figure that stands beside the right one."""

    position: int
    content: MoveContent
    dose: str
    brief: str
    rest: str
    range_words: str
    minutes: int
    tempo: str
    video_url: str | None
    mistake: MistakeContent | None
    mistake_url: str | None
    mistake_time: str | None
    fault: str | None
    others: Sequence[MistakeContent]


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One move as a row of the program: what the rest of its wording says stands on its own page."""

    position: int
    name: str
    figure: str
    brief: str
    minutes: int
    pain_rule: str


def move_rows(prescriptions: Sequence[Prescription]) -> list[MoveRow]:
    """The moves of a program as rows, in their order."""
    return [_move_row(each) for each in prescriptions]


def move_views(prescriptions: Sequence[Prescription]) -> list[MoveView]:
    """The moves of a program in their order."""
    return [move_view(each) for each in prescriptions]


def move_view(prescription: Prescription) -> MoveView:
    """One move with everything its page says."""
    content = MoveContent.from_json(prescription.content)
    dose = dose_of(prescription)
    named = content.named_mistake
    second = named.video_second if named else None
    return MoveView(
        position=prescription.position,
        content=content,
        dose=dose_in_words(dose, content.tempo_words),
        brief=_brief(dose),
        rest=rest_in_words(dose),
        range_words=range_in_words(dose.move_range),
        minutes=minutes_of(dose),
        tempo=prescription.tempo,
        video_url=_video(content, 0),
        mistake=named,
        mistake_url=_video(content, second) if second else None,
        mistake_time=clock(second) if second else None,
        fault=_fault(content, named),
        others=_others(content, named),
    )


def _move_row(prescription: Prescription) -> MoveRow:
    content, dose = prescription.content, dose_of(prescription)
    return MoveRow(
        position=prescription.position,
        name=content["name"],
        figure=content["figure"],
        brief=_brief(dose),
        minutes=minutes_of(dose),
        pain_rule=content["pain_rule"],
    )


def _brief(dose: Dose) -> str:
    """The dose without its tempo."""
    return dose_in_words(replace(dose, tempo="", hold_s=0))


def _video(content: MoveContent, second: int) -> str | None:
    return watch_url(content.video.provider, content.video.id, second) if content.video else None


def _fault(content: MoveContent, named: MistakeContent | None) -> str | None:
    keys = named.fault_keys if named else ()
    return next((key for key in keys if _is_drawn(content, key)), None)


def _others(content: MoveContent, named: MistakeContent | None) -> list[MistakeContent]:
    told = named.fault_keys if named else ()
    others = [each for each in content.mistakes if not each.is_named and each.key not in told]
    return [each for each in others if _is_drawn(content, each.key)][:MOST_OTHERS]


def _is_drawn(content: MoveContent, fault: str) -> bool:
    return has_figure(content.figure, f"fault:{fault}")
