"""A program on one sheet of paper: figures, cues, the mistake beside the right way, dose, a grid to tick."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from io import BytesIO
from types import MappingProxyType
from typing import Any

import segno

from clinic.catalogue.figures import figure, has_figure
from clinic.domain.dates import born, day_of_month, week_start
from clinic.domain.doses import minutes_a_day
from clinic.domain.media import MoveSpot
from clinic.domain.moves import MistakeContent, MoveContent
from clinic.domain.phases import phase_on, span_in_words
from clinic.domain.side_by_side import minutes_together
from clinic.domain.words import all_of, apart_by_a_dot, one_after_another, say
from clinic.models import Client, Practice, Prescription, Program
from clinic.services.programs.own import OwnMove, Phases, is_asked_on, numbered
from clinic.web.presenters.hold import Hold
from clinic.web.presenters.moves import MoveView, move_views
from clinic.web.presenters.pain_answers import own_limit
from clinic.web.presenters.programs import standing
from clinic.web.presenters.reach import reach
from clinic.web.presenters.reports import letterhead

WEEKS = 4
MOST_CUES = 4
ON_PAPER = (MoveSpot.START, MoveSpot.END)
HIGH, BETWEEN = 400, 16  # of pictures, in units of their drawing
NO_PICTURES: Mapping[str, bytes] = MappingProxyType({})
QUIET_ZONE = 4  # modules; ISO/IEC 18004 asks for four


def handout(
    programs: Sequence[Program],
    client: Client,
    practice: Practice,
    link: str,
    today: date,
    hold: Hold | None = None,
    phases: Phases | None = None,
    pictures: Mapping[str, bytes] = NO_PICTURES,
) -> dict[str, Any]:
    """The sheet as JSON values: the moves of some programs, each once, with the days of those that have any.

    `link` is where the client reads and logs them, `hold` what comes first: a sheet that is held asks for
    nothing. What a phase that is over asked is left out. `pictures` are JPEGs by the id of their file.
    """
    days = phases or {}

    def asked_now(row: Prescription) -> bool:
        return is_asked_on(row, today, days)

    own = [] if hold else numbered(programs, of=lambda row: not _is_past(row, days, today))
    moves, name = move_views(own), all_of([program.name for program in programs])
    return {
        "title": say("%(programs)s: %(client)s", programs=name, client=client.name),
        "description": say("Your moves on one page"),
        "practice": letterhead(practice),
        "name": name,
        "client": client.name,
        "born": born(client.born_on) if client.born_on else "",
        "when": _when(programs, [] if hold else numbered(programs, of=asked_now), today),
        "hold": hold.text if hold else "",
        "moves": [
            _move(number, move, _days(each, days, today), pictures)
            for number, (move, each) in enumerate(zip(moves, own, strict=True), 1)
        ],
        "weeks": [] if hold else _weeks(max(today, *(program.starts_on for program in programs))),
        "stop": _stop(moves),
        "pain_rule": " ".join(filter(None, (moves[0].content.pain_rule, own_limit(client, practice))))
        if moves
        else "",
        "phone": practice.phone or "",
        "emergency": practice.emergency_number or "",
        "code": _code(link),
        "link": link.partition("://")[2],
        "reach": reach(),
    }


def _when(programs: Sequence[Program], moves: Sequence[OwnMove], today: date) -> str:
    several = len(programs) > 1
    spans = [
        say("%(program)s: %(days)s", program=each.name, days=standing(each, today))
        if several
        else standing(each, today)
        for each in programs
    ]
    minutes = minutes_together(move.merged for move in moves)
    return apart_by_a_dot([*spans, *([minutes_a_day(minutes)] if moves else [])])


def _is_past(row: Prescription, days: Phases, today: date) -> bool:
    of_program = days.get(row.program_id, ())
    return row.until_phase is not None and row.until_phase < phase_on(today, of_program)


def _days(move: OwnMove, days: Phases, today: date) -> str:
    """In which days a move is asked; empty where throughout."""
    row = move.prescription
    return span_in_words(row, days.get(row.program_id, ()), today)


def _move(number: int, move: MoveView, days: str, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    content = move.content
    return {
        "number": number,
        "name": content.name,
        "dose": with_a_capital(move.dose),
        "days": days,
        "rest": one_after_another([each for each in (move.rest, move.ready) if each]),
        "cues": content.cues[:MOST_CUES],
        "figure": _photos(content, pictures) or _drawing(content.figure, "steps"),
        "mistake": _mistake(move),
    }


def _mistake(move: MoveView) -> dict[str, Any] | None:
    """The named mistake of the move; without one, the first of the others that is drawn."""
    told: MistakeContent | None = move.mistake or next(iter(move.others), None)
    if told is None:
        return None
    fault = move.fault if move.mistake else told.key
    picture = _drawing(move.content.figure, f"fault:{fault}") if fault else None
    return {
        "name": told.name,
        "see": with_a_capital(told.see),
        "fix": with_a_capital(told.fix),
        "figure": picture,
    }


def shown_on_paper(programs: Iterable[Program]) -> list[str]:
    """The ids of the pictures of moves that stand on the sheet, in hex."""
    rows = (row for program in programs for row in program.prescriptions)
    shown = (each for row in rows for each in row.content.get("pictures", ()))
    return [each["id"] for each in shown if each["spot"] in ON_PAPER]


def _photos(content: MoveContent, pictures: Mapping[str, bytes]) -> dict[str, str] | None:
    """The practice's own pictures of a move side by side, as one drawing."""
    found = [each for each in map(content.picture, ON_PAPER) if each is not None and each.id in pictures]
    images, left = [], 0.0
    for each in found:
        width = HIGH * each.width / each.height
        data = b64encode(pictures[each.id]).decode()
        place = f'x="{left:.0f}" y="0" width="{width:.0f}" height="{HIGH}"'
        images.append(f'<image {place} href="data:image/jpeg;base64,{data}"/>')
        left += width + BETWEEN
    if not images:
        return None
    size = f'viewBox="0 0 {left - BETWEEN:.0f} {HIGH}" width="{left - BETWEEN:.0f}" height="{HIGH}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(images)}</svg>'
    return {"svg": svg, "alt": ". ".join(each.alt for each in found)}


def _drawing(key: str, variant: str) -> dict[str, str] | None:
    if not has_figure(key, variant):
        return None
    drawn = figure(key, variant, "paper")
    size = f'viewBox="0 0 {drawn.width} {drawn.height}" width="{drawn.width}" height="{drawn.height}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{drawn.body}</svg>'
    return {"svg": svg, "alt": f"{drawn.title}. {drawn.description}"}


def _weeks(first: date) -> Sequence[str]:
    """The Mondays of the weeks to tick."""
    monday = week_start(first + timedelta(days=2))  # of a weekend, the week to come
    days = (monday + timedelta(weeks=number) for number in range(WEEKS))
    return [day_of_month(day) for day in days]


def _stop(moves: Iterable[MoveView]) -> list[str]:
    return list(dict.fromkeys(with_a_capital(line) for move in moves for line in move.content.stop_if))


def _code(link: str) -> dict[str, str]:
    drawn = BytesIO()
    segno.make(link, error="m", micro=False).save(
        drawn, kind="svg", border=QUIET_ZONE, dark="#000", light="#fff", xmldecl=False
    )
    return {
        "svg": drawn.getvalue().decode(),
        "alt": say("Code for a phone's camera: it opens %(link)s", link=link),
    }


def with_a_capital(words: str) -> str:
    """What begins a line; words that begin with a figure stay as they are, to be said."""
    first = words[:1]
    return words if first == first.upper() else first.upper() + words[1:]
