"""The phases of a program in words, for its client, for the practice and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic.domain.dates import day_in_words
from clinic.domain.phases import (
    PhaseDays,
    begins_in_words,
    goes_on_in_words,
    length_in_words,
    listed,
    next_phase,
    phase_on,
)
from clinic.domain.programs import may_be_changed
from clinic.domain.words import in_a_row, say
from clinic.models import Program
from clinic.services.programs.assigning import ProgramDetail
from clinic.services.programs.own import names_in
from clinic.services.programs.passing import may_be_taken_back


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """A phase with its moves: "Now, until Sun 6 Dec", "From Mon 7 Dec"; one that is over is past."""

    position: int
    name: str
    when: str
    moves: str
    is_now: bool
    is_past: bool


@dataclass(frozen=True, slots=True)
class PhaseToGoOn:
    """A phase as the practice sees it: how long it lasts, who went on from it, and what can be done."""

    line: PhaseLine
    length: str
    passed: str
    button: str  # that goes on from it; empty where nobody can
    may_undo: bool


def phase_lines(program: Program, days: Sequence[PhaseDays], today: date) -> list[PhaseLine]:
    """The phases that have a day in a program, or may yet have one."""
    ends_on = program.ends_on
    had = [each for each in days if not each.is_skipped]
    return _lines(
        [each for each in had if each.first is None or ends_on is None or each.first <= ends_on],
        program,
        days,
        today,
    )


def _lines(
    which: Sequence[PhaseDays], program: Program, days: Sequence[PhaseDays], today: date
) -> list[PhaseLine]:
    now = phase_on(today, days)
    return [
        PhaseLine(
            each.position,
            each.phase.name,
            _when(each, days, today, program),
            listed(names_in(program, each.position)),
            is_now=each.position == now,
            is_past=each.position < now,
        )
        for each in which
    ]


def coming_in_words(program: Program, days: Sequence[PhaseDays], today: date) -> str:
    """What comes next: "From Mon 7 Dec: The turn and The lean."; empty in the last phase."""
    coming = next_phase(days, today, program.ends_on)
    if coming is None:
        return ""
    begins = begins_in_words(coming, days[coming.position - 2].phase, today)
    moves = listed(names_in(program, coming.position))
    return say("%(begins)s: %(moves)s.", begins=begins, moves=moves)


def phases_to_go_on(found: ProgramDetail, today: date) -> list[PhaseToGoOn]:
    """The phases of a program for the practice, with what can be done about each."""
    lines = _lines(found.phases, found.program, found.phases, today)
    return [_to_go_on(each, line, found, today) for each, line in zip(found.phases, lines, strict=True)]


def _to_go_on(each: PhaseDays, line: PhaseLine, found: ProgramDetail, today: date) -> PhaseToGoOn:
    is_open = may_be_changed(found.program.on(today))
    passed_on, is_last = each.phase.passed_on, each.position == len(found.phases)
    by = found.passed_by.get(each.position)
    may_pass = is_open and line.is_now and not is_last and passed_on is None
    return PhaseToGoOn(
        line,
        length=length_in_words(each.phase, is_last=is_last),
        passed=f"{by} went on, from {day_in_words(passed_on, today)}" if passed_on and by else "",
        button=("The criterion is met" if each.phase.criterion else "Go on to the next phase") * may_pass,
        may_undo=is_open and passed_on is not None and may_be_taken_back(passed_on, today),
    )


def _when(each: PhaseDays, days: Sequence[PhaseDays], today: date, program: Program) -> str:
    now = phase_on(today, days)
    if each.is_skipped:
        return say("No day")
    if each.position == now:
        until = goes_on_in_words(each, today, program.ends_on)
        return in_a_row([say("Now"), until]) if until else say("Now")
    if each.position > now:
        return begins_in_words(each, days[each.position - 2].phase, today)
    assert each.first is not None
    assert each.last is not None
    first, last = day_in_words(each.first, today), day_in_words(each.last, today)
    return say("%(first)s to %(last)s", first=first, last=last)
