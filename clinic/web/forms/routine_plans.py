"""The form that puts a draft together: moves in order with doses and phases, arranged with every press."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from wtforms import FieldList, FormField, HiddenField, SelectField
from wtforms import Form as PlainForm
from wtforms.fields import SelectChoice

from clinic.domain.doses import Dose
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.phases import LONGEST_CRITERION, MOST_PHASES, Phase
from clinic.domain.routine_plans import (
    MOST_MOVES,
    PlanMerge,
    PlannedMove,
    RoutinePlan,
    Span,
    after_swap,
    merge_plans,
    without_phase,
)
from clinic.services.actors import Actor
from clinic.services.checkins import presets
from clinic.services.routines import drafting
from clinic.web.forms import rhythms
from clinic.web.forms.doses import DoseForm, WholeNumberField, dose_data
from clinic.web.forms.fields import LineField, OneOfField, VersionField
from clinic.web.forms.rhythms import PACE_WORDS, Pace, RhythmFields

TO_THE_END = 0
UP, DOWN, REMOVE, ADD = "up", "down", "remove", "add"
PHASE_UP, PHASE_DOWN, PHASE_REMOVE, PHASE_ADD = "phase-up", "phase-down", "phase-remove", "phase-add"
PRESET_WORDS = {**PACE_WORDS, Pace.OFF: "No preset: it is chosen when the routine is assigned"}


class PhaseField(SelectField):
    """One of the routine's phases by its number; what they are called is said when the page is made."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, coerce=int, choices=[], validate_choice=False, **options)


class PlannedMoveForm(PlainForm):
    """A move of the draft: its dose, and the phases in which it is asked."""

    place = VersionField(default=0)  # where it stood on the page, from 0
    exercise = HiddenField()
    dose = FormField(DoseForm)
    from_phase = PhaseField("Asked from", default=1)
    until_phase = PhaseField("Asked until", default=TO_THE_END)

    @property
    def exercise_id(self) -> uuid.UUID:
        """Which move it is; NotFound for what no page of ours sent."""
        try:
            return uuid.UUID(self.exercise.data or "")
        except ValueError:
            raise NotFound from None

    @property
    def span(self) -> Span:
        """The phases in which it is asked."""
        return self.from_phase.data or 1, self.until_phase.data or None


class PhaseForm(PlainForm):
    """A phase: what it is called, and what ends it."""

    name = LineField("Name", longest=120)
    weeks = WholeNumberField("Weeks", blank=0)
    criterion = LineField("Or until", longest=LONGEST_CRITERION)

    def phase(self) -> Phase:
        """The phase as it was typed."""
        return Phase(self.name.data or "", self.weeks.data or None, self.criterion.data or "")


class PlanForm(RhythmFields):
    """A whole draft. `base` is the plan that the page was opened with, as JSON."""

    pace = OneOfField("Check-ins begin with", Pace, PRESET_WORDS, required="Choose how often.")
    base = HiddenField()
    moves = FieldList(FormField(PlannedMoveForm), max_entries=MOST_MOVES)
    phases = FieldList(FormField(PhaseForm), max_entries=MOST_PHASES)
    q = LineField("Find a move", longest=60)

    @classmethod
    def of(cls, plan: RoutinePlan, base: RoutinePlan) -> PlanForm:
        """The form with a plan, whatever was sent."""
        return cls(formdata=None, data={**_plan_data(plan), "base": json.dumps(base.to_json())})

    @classmethod
    def sent(cls) -> PlanForm:
        """The form as it was sent, its moves in the order in which they stood on the page."""
        form = cls()
        form.moves.entries.sort(key=lambda entry: entry.form.place.data)
        return form

    def be_asked_by(self, actor: Actor) -> None:
        """Who puts it together."""
        self._actor = actor

    def seen(self) -> RoutinePlan:
        """The plan that the page was opened with; NotFound for what no page of ours sent."""
        try:
            return RoutinePlan.from_json(json.loads(self.base.data or ""))
        except (ValueError, KeyError, TypeError):
            raise NotFound from None

    def plan(self) -> RoutinePlan:
        """What was sent; only after every field was read."""
        return RoutinePlan(
            tuple(_move(entry.form) for entry in self.moves.entries),
            tuple(entry.form.phase() for entry in self.phases.entries),
            presets.to_json(self.rhythm()),
        )

    def rules(self) -> Iterator[RuleBroken]:
        """What is wrong with the plan, where its fields could be read."""
        if not (self.moves.errors or self.phases.errors or self.at.errors or self.cadence.errors):
            yield from drafting.problems(self._actor, self.plan(), self.seen())

    def _also_refuse(self, problem: RuleBroken) -> None:
        """All that is wrong with the phases is about one field, and each of it is said."""
        self._refuse(problem)

    def order(self) -> tuple[uuid.UUID, ...]:
        """The moves as they stand in the form."""
        return tuple(entry.form.exercise_id for entry in self.moves.entries)

    def add(self, exercise_id: uuid.UUID, dose: Dose) -> None:
        """Put a move at the end; one that stands in it already stays where it is."""
        if exercise_id not in self.order() and len(self.moves) < MOST_MOVES:
            self.moves.append_entry({"exercise": str(exercise_id), "dose": dose_data(dose)})

    def arrange(self, act: str) -> None:
        """Do what a button says to the moves and phases as they were sent, whatever else was typed."""
        kind, _, number = act.partition(":")
        entries = self.phases.entries if kind.startswith("phase-") else self.moves.entries
        names = [entry.name.rpartition("-")[2] for entry in entries]
        place = names.index(number) if number in names else None
        if kind == PHASE_ADD and len(self.phases) < MOST_PHASES:
            self.phases.append_entry({})
        elif place is not None and kind in _ACTS:
            _ACTS[kind](self, place)

    def dress(self) -> None:
        """Say in each move's choices what the phases are called."""
        names = [
            f"Phase {number}{f': {entry.form.name.data}' if entry.form.name.data else ''}"
            for number, entry in enumerate(self.phases.entries, 1)
        ]
        choices = [SelectChoice(number, name) for number, name in enumerate(names, 1)]
        for entry in self.moves.entries:
            entry.form.from_phase.choices = choices or [SelectChoice(1, "The first day")]
            entry.form.until_phase.choices = [SelectChoice(TO_THE_END, "The end"), *choices]

    def meet(self, theirs: RoutinePlan) -> tuple[PlanForm, PlanMerge]:
        """What was sent put together with what stands now, and what two people changed differently."""
        merge = merge_plans(self.seen(), self.plan(), theirs)
        return PlanForm.of(merge.plan, theirs), merge

    def _move_by(self, place: int, step: int) -> None:
        _swap(self.moves.entries, place, step)

    def _swap_phases(self, place: int, step: int) -> None:
        first = min(place, place + step)
        if _swap(self.phases.entries, place, step):
            number = len(self.phases)
            self._follow(lambda span: after_swap(span, first + 1, number))

    def _drop_phase(self, place: int) -> None:
        del self.phases.entries[place]
        self._follow(lambda span: without_phase(span, place + 1))

    def _follow(self, change: Callable[[Span], Span]) -> None:
        for form in (entry.form for entry in self.moves.entries):
            first, last = change(form.span)
            for field, value in ((form.from_phase, first), (form.until_phase, last or TO_THE_END)):
                field.data, field.raw_data = value, None


def _drop_move(form: PlanForm, place: int) -> None:
    del form.moves.entries[place]


_ACTS: dict[str, Callable[[PlanForm, int], None]] = {
    UP: lambda form, place: form._move_by(place, -1),
    DOWN: lambda form, place: form._move_by(place, 1),
    REMOVE: _drop_move,
    PHASE_UP: lambda form, place: form._swap_phases(place, -1),
    PHASE_DOWN: lambda form, place: form._swap_phases(place, 1),
    PHASE_REMOVE: lambda form, place: form._drop_phase(place),
}


def _swap(entries: list[Any], place: int, step: int) -> bool:
    there = place + step
    if not 0 <= there < len(entries):
        return False
    entries[place], entries[there] = entries[there], entries[place]
    return True


def _move(form: PlannedMoveForm) -> PlannedMove:
    first, last = form.span
    dose = form.dose.form.dose()
    return PlannedMove(exercise_id=form.exercise_id, dose=dose, from_phase=first, until_phase=last)


def _plan_data(plan: RoutinePlan) -> dict[str, Any]:
    return {
        "moves": [
            {
                "exercise": str(move.exercise_id),
                "dose": dose_data(move.dose),
                "from_phase": move.from_phase,
                "until_phase": move.until_phase or TO_THE_END,
            }
            for move in plan.moves
        ],
        "phases": [
            {"name": phase.name, "weeks": phase.weeks, "criterion": phase.criterion} for phase in plan.phases
        ],
        **rhythms.preset(presets.from_json(plan.checkin)),
    }
