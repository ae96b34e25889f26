"""The form that assigns: doses of a routine's moves or of single ones, what is left out, days, check-ins."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectMultipleField

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.programs import LONGEST_REASON
from clinic.domain.types import StopReason
from clinic.models import Client
from clinic.services.actors import Actor
from clinic.services.assessments.retests import FindingCitation
from clinic.services.clock import today_in
from clinic.services.programs import assigning as programs
from clinic.services.programs.assigning import Assignment, EndWish
from clinic.services.programs.offering import Offer, OfferedMove
from clinic.services.programs.wished import LONGEST_NAME, MOST_MOVES
from clinic.services.routines.composing import name_problems
from clinic.web.forms import rhythms
from clinic.web.forms.base import OnceForm
from clinic.web.forms.doses import DoseForm, dose_data
from clinic.web.forms.fields import LineField, LongTextField, OneOfField
from clinic.web.forms.programs import (
    USUAL_WEEKS,
    Length,
    LengthFields,
    Running,
    StartFields,
)
from clinic.web.forms.rhythms import RhythmFields
from clinic.web.presenters.programs import STOPS

MOST_CITED = 100


class OfferedDoseForm(DoseForm):
    """How much of a move that is about to be given; `of` names the routine's item, or the move itself."""

    of = HiddenField()
    out = BooleanField("Leave out")

    def validate(self, extra_validators: Any = None) -> bool:
        """What is left out has nothing to be wrong with."""
        return bool(self.out.data) or super().validate(extra_validators)


class AssignForm(StartFields, LengthFields, RhythmFields, OnceForm):
    """One screen: doses, first day, length and check-ins."""

    doses = FieldList(FormField(OfferedDoseForm), max_entries=MOST_MOVES)
    running = OneOfField(
        "The program that runs now",
        Running,
        {Running.END: "End today", Running.KEEP: "Keep alongside"},
    )
    end_stop = OneOfField("Why it ends", StopReason, STOPS)
    end_reason = LongTextField("In words", longest=LONGEST_REASON)
    cited_from = HiddenField()
    cites = SelectMultipleField("What it answers", choices=[], validate_choice=False)
    save_as = LineField("Name of the new routine", longest=LONGEST_NAME)

    @classmethod
    def of(
        cls, actor: Actor, client: Client, offer: Offer, sent: MultiDict[str, str] | None = None
    ) -> AssignForm:
        """The form with the usual doses and a check-in in a week from now, or as it was sent."""
        today = today_in(client.time_zone)
        form = cls(
            formdata=sent,
            data={
                "doses": [
                    dose_data(move.dose) | {"of": move.of, "out": bool(move.problem) and not move.is_single}
                    for move in offer.moves
                ],
                "starts_on": today,
                "length": Length.WEEKS,
                "weeks": offer.weeks or USUAL_WEEKS,
                "end_stop": StopReason.OTHER,
                **rhythms.of_routine(offer.version, today),
            },
        )
        form.actor, form.client, form.offer = actor, client, offer
        return form

    def lines(self) -> list[tuple[OfferedMove, OfferedDoseForm]]:
        """The moves with their fields."""
        forms = [entry.form for entry in self.doses.entries]
        return list(zip(self.offer.moves, forms, strict=True))

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against assigning it."""
        if self.save_as.data:
            yield from name_problems(self.actor, self.save_as.data)
        yield from programs.problems(
            self.actor,
            self.client,
            self.offer.version,
            key=self.key.data or "",
            starts_on=self.starts_on.data,
            ends=self._ends(),
            left_out=self._left_out(),
            added=[move.of for move, form in self.lines() if move.is_single and not form.out.data],
        )

    def _left_out(self) -> frozenset[uuid.UUID]:
        return frozenset(move.of for move, form in self.lines() if form.out.data and not move.is_single)

    def _ends(self) -> EndWish | None:
        """How what runs already ends; None where it goes on."""
        if self.running.data is Running.KEEP:
            return None
        if self.running.data is None:
            return EndWish(None, "")
        return EndWish(self.end_stop.data, self.end_reason.data or "")

    def assignment(self) -> Assignment:
        """What was sent, by the routine's items and by single moves."""
        assert self.starts_on.data is not None
        ends = self._ends() or EndWish(None, "")
        given = [(move, form.dose()) for move, form in self.lines() if not form.out.data]
        version = self.offer.version
        return Assignment(
            key=self.key.data or "",
            version_id=version.id if version else None,
            doses={move.of: dose for move, dose in given if not move.is_single},
            starts_on=self.starts_on.data,
            weeks=self.length_in_weeks(),
            checkin=self.rhythm(),
            alongside=self.running.data is Running.KEEP,
            end_reason=ends.reason,
            end_stop=ends.stop,
            citation=self.citation(),
            left_out=self._left_out(),
            added={move.of: dose for move, dose in given if move.is_single},
            save_as=self.save_as.data or "",
        )

    def citation(self) -> FindingCitation | None:
        """The findings that were ticked, of the assessment that the page showed; forged ones cite nothing."""
        try:
            cited_from = uuid.UUID(self.cited_from.data or "")
        except ValueError:
            return None
        return FindingCitation(cited_from, [str(name)[:200] for name in (self.cites.data or ())[:MOST_CITED]])


def named_in(sent: MultiDict[str, str]) -> list[uuid.UUID]:
    """What each dose of a form is of, in the order of the form; NotFound for what no page of ours says."""
    found: list[uuid.UUID] = []
    for number in range(MOST_MOVES + 1):
        if (text := sent.get(f"doses-{number}-of")) is None:
            return found
        found.append(uuid_of(text))
    raise NotFound


def uuid_of(text: str) -> uuid.UUID:
    """An id that our own page wrote; NotFound for anything else."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None


def carried_over(
    sent: MultiDict[str, str],
    named: Sequence[uuid.UUID],
    before: Sequence[uuid.UUID],
    moves: Sequence[OfferedMove],
) -> MultiDict[str, str]:
    """What was typed, laid over these moves: a dose goes where its item is, else where its move is.

    `named` is what the doses of the form were of, `before` the moves behind it; what is new has its own dose.
    """
    kept = MultiDict([pair for pair in sent.items(multi=True) if not pair[0].startswith("doses-")])
    for number, move in enumerate(moves):
        if move.of in named:
            fields = _typed_dose(sent, named.index(move.of))
        elif move.exercise_id in before:
            fields = _typed_dose(sent, before.index(move.exercise_id))
        else:
            fields = _usual_dose(move)
        for name, value in {**fields, "of": str(move.of)}.items():
            kept.add(f"doses-{number}-{name}", value)
    return kept


def _typed_dose(sent: MultiDict[str, str], number: int) -> dict[str, str]:
    start = f"doses-{number}-"
    return {name.removeprefix(start): value for name, value in sent.items() if name.startswith(start)}


def _usual_dose(move: OfferedMove) -> dict[str, str]:
    return {name: str(value) for name, value in dose_data(move.dose).items()}
