"""A routine for its pages: what is signed, what waits for a name, and the moves as they stand."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic.catalogue import load_catalogue
from clinic.catalogue.moves import MoveFault
from clinic.domain import videos
from clinic.domain.dates import count
from clinic.domain.load import load_in_words
from clinic.domain.moves import MoveContent
from clinic.domain.routines import VersionState
from clinic.domain.types import RoutineStatus
from clinic.models import Routine, RoutineItem, RoutineVersion, User
from clinic.services.routines import drafting, loads
from clinic.services.routines.lives import VersionLife
from clinic.services.routines.publishing import asked_mistake
from clinic.services.routines.signoffs import TextStanding, Wording, WordingPart
from clinic.services.routines.wording import content_of, dose_lines, dose_of, move_wording
from clinic.web.filters import day_year, local_date
from clinic.web.presenters.routine_plans import phase_lines, span_in_words
from clinic.web.presenters.routine_texts import StateWord, TextPart, text_part

STATE_WORDS = {
    VersionState.DRAFT: "Draft",
    VersionState.SIGNED_OFF: "Signed off",
    VersionState.PUBLISHED: "Published",
    VersionState.REPLACED: "Replaced",
}


@dataclass(frozen=True, slots=True)
class RoutineRow:
    """A line of the list of routines."""

    routine: Routine
    states: tuple[StateWord, ...]
    running: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a routine, with what happened to it: who, and when."""

    number: int
    state: StateWord
    when: tuple[str, ...]
    clients: str
    note: str


@dataclass(frozen=True, slots=True)
class MovePart:
    """One move on a routine's page. `fixed` is what no field of the form holds."""

    number: int
    item: RoutineItem
    content: MoveContent
    fixed: tuple[WordingPart, ...]
    dose: tuple[str, ...]
    video: str | None
    words: TextPart | None = None
    dose_text: TextPart | None = None
    confirmed: str | None = None  # of the named mistake's meaning: when and by whom
    video_added: str | None = None
    asks_mistake: bool = False  # whether the page asks what this move's named mistake is
    asked: str = ""  # in which phases, where there are several


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Everything a version's page shows; `waiting` counts texts without a name under them."""

    moves: tuple[MovePart, ...]
    load: str
    shared: tuple[TextPart, ...] = ()
    waiting: int = 0
    phases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MistakeQuestion:
    """What the practitioner is asked about the named mistake."""

    label: str
    candidates: tuple[MoveFault, ...]
    hint_time: str


def draft_page(
    version: RoutineVersion, wordings: Sequence[Wording], standings: Mapping[str, TextStanding], zone: str
) -> VersionPage:
    """A draft with where each of its texts stands."""
    asked = asked_mistake(version)
    of_moves = {
        f"{kind}:{item.exercise.key}": item is asked for item in version.items for kind in ("move", "dose")
    }
    texts = {
        each.scope: text_part(
            each, standings[each.scope], zone, _fields(asked if of_moves.get(each.scope) else None)
        )
        for each in wordings
    }
    return VersionPage(
        moves=_moves(version, texts, zone),
        load=_load(version),
        shared=tuple(text for scope, text in texts.items() if scope not in of_moves),
        waiting=sum(not text.is_signed for text in texts.values()),
    )


def who_stays(clients: int) -> str:
    """What becomes of those who have an older version when a new one is published; empty for nobody."""
    if not clients:
        return ""
    stay = "stays" if clients == 1 else "stay"
    return f" {count(clients, 'client')} {stay} on the version they have until you offer them this one."


def version_page(version: RoutineVersion, zone: str) -> VersionPage:
    """A version as it is read; a published one in its frozen wording."""
    phases = phase_lines(drafting.plan_of(version).phases)
    return VersionPage(moves=_moves(version, {}, zone), load=_load(version), phases=phases)


def mistake_question() -> MistakeQuestion:
    """The named mistake of the catalogue, with its candidates."""
    catalogue = load_catalogue()
    named = catalogue.named_mistake
    return MistakeQuestion(named.label, catalogue.mistake_candidates, videos.clock(named.video_seconds))


def newest_published(routine: Routine) -> RoutineVersion | None:
    """The version that is assigned today."""
    return next((each for each in reversed(routine.versions) if each.status is RoutineStatus.PUBLISHED), None)


def draft(routine: Routine) -> RoutineVersion | None:
    """The version that is being worked on."""
    return next((each for each in routine.versions if each.status is RoutineStatus.DRAFT), None)


def routine_rows(
    routines: Iterable[Routine], lives: Mapping[uuid.UUID, Sequence[VersionLife]]
) -> list[RoutineRow]:
    """The routines of a list, each with where its versions stand and how many clients run which."""
    return [_routine_row(routine, lives[routine.id]) for routine in routines]


def version_rows(lives: Sequence[VersionLife], zone: str) -> list[VersionRow]:
    """The versions of a routine, newest first."""
    return [
        VersionRow(
            number=each.version.number,
            state=StateWord(each.state.value, STATE_WORDS[each.state]),
            when=tuple(_steps(each, zone)),
            clients=_clients(each.clients) if each.clients else "",
            note=each.version.change_note or ("The first version" if each.version.number == 1 else ""),
        )
        for each in reversed(lives)
    ]


def _routine_row(routine: Routine, lives: Sequence[VersionLife]) -> RoutineRow:
    shown = [each for each in lives if each.state is not VersionState.REPLACED]
    states = [
        StateWord(each.state.value, f"Version {each.version.number}, {STATE_WORDS[each.state].lower()}")
        for each in shown
    ]
    if routine.retired_at is not None:
        states = [StateWord("retired", "Retired")]
    running = [
        f"{_clients(each.clients)} on version {each.version.number}"
        for each in reversed(lives)
        if each.clients
    ]
    return RoutineRow(routine, tuple(states), tuple(running or ["No client has it now"]))


def _steps(life: VersionLife, zone: str) -> Iterator[str]:
    """What happened to a version so far: who, and when."""
    version = life.version
    if version.published_at is not None:
        yield f"Published {_by(version.publisher, version.published_at, zone)}"
    elif life.last is not None and life.state is VersionState.SIGNED_OFF:
        yield f"Signed off {day_year(local_date(life.last.at, zone))} by {life.last.name}"
    elif life.texts:
        yield f"{life.signed} of {count(life.texts, 'text')} signed off"
    if life.replaced_at is not None:
        yield f"Replaced {day_year(local_date(life.replaced_at, zone))}"


def _clients(number: int) -> str:
    return count(number, "client")


def _by(who: User | None, at: datetime | None, zone: str) -> str | None:
    """A day with its name: "24 Nov 2026 by Olive Hart"; None for what has not happened."""
    if at is None:
        return None
    return day_year(local_date(at, zone)) + (f" by {who.name}" if who else "")


def _fields(asked: RoutineItem | None) -> set[str]:
    """The labels of what stands in fields: the cues, the dose and, of one move, its named mistake."""
    named = asked.exercise.named_mistake if asked else None
    return {"Cues", "Usual dose", *([f"Watch for: {named.name}"] if named else [])}


def _load(version: RoutineVersion) -> str:
    return load_in_words(loads.of_moves(version.items))


def _moves(version: RoutineVersion, texts: Mapping[str, TextPart], zone: str = "UTC") -> tuple[MovePart, ...]:
    return tuple(_move(number, item, version, texts, zone) for number, item in enumerate(version.items, 1))


def _move(
    number: int,
    item: RoutineItem,
    version: RoutineVersion,
    texts: Mapping[str, TextPart],
    zone: str,
) -> MovePart:
    named, video = item.exercise.named_mistake, next(iter(item.exercise.media), None)
    content = content_of(item.exercise) if item.content is None else MoveContent.from_json(item.content)
    wording = move_wording(item.exercise.key, content)
    return MovePart(
        number=number,
        item=item,
        content=content,
        fixed=tuple(part for part in wording.parts if not part.editable),
        dose=dose_lines(dose_of(item), content),
        video=videos.watch_url(content.video.provider, content.video.id) if content.video else None,
        words=texts.get(wording.scope),
        dose_text=texts.get(f"dose:{item.exercise.key}"),
        confirmed=_by(named.confirmer, named.confirmed_at, zone) if named else None,
        asks_mistake=item is asked_mistake(version),
        asked=span_in_words((item.from_phase, item.until_phase), len(version.phases)),
        video_added=day_year(local_date(video.added_at, zone)) if video else None,
    )
