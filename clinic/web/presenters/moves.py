"""A client's moves in words: dose, minutes, video and mistakes, ready to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clinic.catalogue import load_catalogue
from clinic.catalogue.figures import has_figure
from clinic.domain.doses import dose_in_words, minutes_a_day, range_in_words, rest_in_words
from clinic.domain.load import moves_in_words
from clinic.domain.media import MoveSpot
from clinic.domain.moves import MistakeContent, MoveContent, PictureContent
from clinic.domain.side_by_side import AskedDose, MergedMove, minutes_together
from clinic.domain.videos import clock, watch_url
from clinic.domain.words import all_of, apart, in_a_row, one_after_another, say
from clinic.services.programs.own import OwnMove

MOST_OTHERS = 3  # few things to watch for are watched for


@dataclass(frozen=True, slots=True)
class DoseView:
    """How much of a move, and for which programs; those are named where another one asks for another dose."""

    programs: str
    words: str
    brief: str  # without its tempo, for a row
    rest: str

    @property
    def with_programs(self) -> str:
        """The words, after the programs they are for where those are named."""
        if not self.programs:
            return self.words
        return say("%(programs)s: %(words)s", programs=self.programs, words=self.words)


@dataclass(frozen=True, slots=True)
class MoveView:
    """One move of a client's. `fault` names the figure that stands beside the right one.

    It has a dose, or several where programs side by side ask for different ones.
    """

    number: int
    content: MoveContent
    doses: tuple[DoseView, ...]
    range_words: str
    minutes: int
    tempo: str
    video_url: str | None
    mistake: MistakeContent | None
    mistake_url: str | None
    mistake_time: str | None
    fault: str | None
    others: Sequence[MistakeContent]

    @property
    def has_pair(self) -> bool:
        """Whether the practice's own pictures stand in place of our drawing."""
        return any(self.content.picture(spot) for spot in (MoveSpot.START, MoveSpot.END))

    @property
    def mistake_pictures(self) -> list[tuple[PictureContent, str]]:
        """The named mistake and the right way, as far as there are pictures of them."""
        told = ((MoveSpot.WRONG, say("Not so")), (MoveSpot.RIGHT, say("But so")))
        found = ((self.content.picture(spot), words) for spot, words in told)
        return [(shown, words) for shown, words in found if shown is not None]

    @property
    def ready(self) -> str:
        """What somebody needs for it; empty where nothing."""
        return ready_in_words(self.content.equipment)

    @property
    def dose(self) -> str:
        """Everything that is asked of it, in one line."""
        return apart([each.with_programs for each in self.doses])

    @property
    def rest(self) -> str:
        """How long to rest between rounds, each different rest once."""
        return one_after_another([*dict.fromkeys(each.rest for each in self.doses if each.rest)])


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One move as a row of the program: what the rest of its wording says stands on its own page."""

    number: int
    name: str
    figure: str
    picture: PictureContent | None
    doses: tuple[DoseView, ...]
    minutes: int
    ready: str
    pain_rule: str


def move_rows(moves: Sequence[OwnMove]) -> list[MoveRow]:
    """A client's moves as rows, in their order."""
    return [_move_row(each) for each in moves]


def move_views(moves: Sequence[OwnMove]) -> list[MoveView]:
    """A client's moves in their order."""
    return [move_view(each) for each in moves]


def move_view(move: OwnMove) -> MoveView:
    """One move with everything its page says."""
    content, merged = MoveContent.from_json(move.prescription.content), move.merged
    named = content.named_mistake
    second = named.video_second if named else None
    return MoveView(
        number=move.number,
        content=content,
        doses=_doses(merged, content.tempo_words),
        range_words=range_in_words(merged.newest.dose.move_range),
        minutes=merged.minutes_per_day,
        tempo=merged.newest.dose.tempo,
        video_url=_video(content, 0),
        mistake=named,
        mistake_url=_video(content, second) if second else None,
        mistake_time=clock(second) if second else None,
        fault=_fault(content, named),
        others=_others(content, named),
    )


def amount_in_words(moves: Sequence[MergedMove]) -> str:
    """What all moves come to: "2 moves, 6 minutes a day"."""
    return in_a_row([moves_in_words(len(moves)), minutes_a_day(minutes_together(moves))])


def ready_in_words(equipment: Sequence[str]) -> str:
    """What is to be laid out before a move: "Have ready: a mat, a firm chair."; empty where nothing."""
    return say("Have ready: %(things)s.", things=in_a_row(equipment)) if equipment else ""


def _move_row(move: OwnMove) -> MoveRow:
    content = move.prescription.content
    shown = content.get("pictures", ())
    there, back = content["tempo_words"]
    return MoveRow(
        number=move.number,
        name=content["name"],
        figure=content["figure"],
        picture=next((PictureContent(**each) for each in shown if each["spot"] == MoveSpot.START), None),
        doses=_doses(move.merged, (there, back)),
        minutes=move.merged.minutes_per_day,
        ready=ready_in_words(content.get("equipment", ())),
        pain_rule=content["pain_rule"],
    )


def _doses(merged: MergedMove, tempo_words: tuple[str, str]) -> tuple[DoseView, ...]:
    """Each dose of a move; the programs are named where they ask for different ones."""
    doses = merged.doses
    return tuple(dose_view(each, tempo_words, named=len(doses) > 1) for each in doses)


def dose_view(asked: AskedDose, tempo_words: tuple[str, str], *, named: bool) -> DoseView:
    """One dose in words; `named`: its programs are told, because others ask for another one."""
    dose = asked.dose
    return DoseView(
        programs=all_of(asked.programs) if named else "",
        words=dose_in_words(dose, tempo_words),
        brief=dose_in_words(replace(dose, tempo="", hold_s=0)),
        rest=rest_in_words(dose),
    )


def _video(content: MoveContent, second: int) -> str | None:
    return watch_url(content.video.provider, content.video.id, second) if content.video else None


def _fault(content: MoveContent, named: MistakeContent | None) -> str | None:
    keys = named.fault_keys if named else ()
    return next((key for key in keys if _is_drawn(content, key)), None)


def _others(content: MoveContent, named: MistakeContent | None) -> list[MistakeContent]:
    told = named.fault_keys if named else ()
    others = [each for each in content.mistakes if not each.is_named and each.key not in told]
    return [each for each in others if _is_told(content, each.key)][:MOST_OTHERS]


def _is_told(content: MoveContent, fault: str) -> bool:
    """Of a drawn move the faults that are drawn with it, and those that the practice wrote itself."""
    own = fault not in load_catalogue().faults
    return own or not has_figure(content.figure) or _is_drawn(content, fault)


def _is_drawn(content: MoveContent, fault: str) -> bool:
    return has_figure(content.figure, f"fault:{fault}")
