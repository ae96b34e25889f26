"""Forms that make a routine and that call it something else."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from wtforms import HiddenField, SelectField
from wtforms.fields import SelectChoice

from clinic.domain.errors import RuleBroken
from clinic.domain.routines import LONGEST_DESCRIPTION, LONGEST_NAME
from clinic.models import Routine
from clinic.services.actors import Actor
from clinic.services.routines import own_routines
from clinic.services.routines.own_routines import RoutineName
from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.fields import LineField, LongTextField


class NameFields(Form):
    """What a routine is called, and what it is for."""

    name = LineField("Name", longest=LONGEST_NAME, required="Give the routine a name.")
    description = LongTextField("What it is for", longest=LONGEST_DESCRIPTION)

    def be_asked_by(self, actor: Actor, routine_id: uuid.UUID | None = None) -> None:
        """Who names a new routine, or which one."""
        self._asked = actor, routine_id

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against the name."""
        actor, routine_id = self._asked
        return own_routines.problems(actor, self.name.data or "", routine_id)

    def said(self) -> RoutineName:
        """What was typed."""
        return RoutineName(self.name.data or "", self.description.data or "")


class NewRoutineForm(NameFields, OnceForm):
    """A new routine, empty or as a copy of another one."""

    copy_of = SelectField("Begin with", validate_choice=False)

    @classmethod
    def among(cls, routines: Iterable[Routine], pattern: Routine | None = None) -> NewRoutineForm:
        """The form, with the routines that can be copied; `pattern` is chosen beforehand."""
        form = cls(
            data={
                "copy_of": str(pattern.id) if pattern else "",
                "name": f"{pattern.name}, copy"[:LONGEST_NAME] if pattern else None,
                "description": pattern.description if pattern else None,
            }
        )
        form.copy_of.choices = [
            SelectChoice("", "Nothing: I put it together"),
            *(SelectChoice(str(routine.id), f"A copy of {routine.name}") for routine in routines),
        ]
        return form

    def pattern(self) -> uuid.UUID | None:
        """The routine to copy; None for an empty one."""
        return uuid.UUID(self.copy_of.data) if self.copy_of.data else None


class RenameForm(NameFields):
    """Another name for a routine; `seen` is what it was called when the page was opened."""

    seen_name = HiddenField()
    seen_description = HiddenField()

    @classmethod
    def of(cls, routine: Routine) -> RenameForm:
        """The form as the routine is called now, or as it was sent."""
        held = own_routines.name_of(routine)
        return cls(
            data={
                "name": held.name,
                "description": held.description,
                "seen_name": held.name,
                "seen_description": held.description,
            }
        )

    def seen(self) -> RoutineName:
        """What the routine was called when the page was opened."""
        lines = (self.seen_description.data or "").replace("\r\n", "\n")
        return RoutineName(self.seen_name.data or "", lines)

    def meet(self, routine: Routine) -> None:
        """Take what it is called now as seen: the next press means it."""
        held = own_routines.name_of(routine)
        self.seen_name.data, self.seen_description.data = held.name, held.description
