"""Forms of a course: what makes it, and why it is called off."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation

from clinic.domain.courses import (
    LONGEST_WELCOME,
    MOST_PLACES,
    MOST_WEEKS,
    CourseDays,
    CourseState,
    LateStart,
)
from clinic.domain.errors import RuleBroken
from clinic.models import Course, Practice, RoutineVersion
from clinic.services.actors import Actor
from clinic.services.checkins.rhythms import CadenceCheckin
from clinic.services.clock import today_in
from clinic.services.groups import courses
from clinic.services.groups.courses import CourseWish
from clinic.web.forms import rhythms
from clinic.web.forms.base import Form
from clinic.web.forms.doses import WholeNumberField
from clinic.web.forms.fields import DatePartsField, LongTextField, OneOfField, VersionField
from clinic.web.forms.rhythms import Pace, RhythmFields
from clinic.web.presenters.courses import LATE_WORDS

USUAL_WEEKS = 8


class CourseForm(RhythmFields, Form):
    """Days, routine, check-ins, places, and how somebody gets in."""

    starts_on = DatePartsField("First day", required="Enter the first day.")
    weeks = WholeNumberField("Weeks", blank=0)
    routine = SelectField("Routine", coerce=str, invalid_choice_message="Choose a routine that is published.")
    places = WholeNumberField("Places", blank=0)
    late = OneOfField("Whoever joins late begins", LateStart, LATE_WORDS, required="Choose where they begin.")
    needs_approval = BooleanField("Somebody of the practice looks at each who asks for a place by the link")
    welcome = LongTextField("Welcome", longest=LONGEST_WELCOME)
    version = VersionField()
    _about: tuple[Actor, Course | None]
    _kept: tuple[CourseDays, uuid.UUID] | None = None
    kept_routine = ""  # the name of the one that stays

    @classmethod
    def of(cls, actor: Actor, practice: Practice, course: Course | None) -> CourseForm:
        """The form as it stands, or as it is usual where there is no course yet."""
        today = today_in(practice.time_zone)
        if course is None:
            usual = {"starts_on": today, "weeks": USUAL_WEEKS, "late": LateStart.GROUP_WEEK, "version": 0}
            form = cls(data=usual | {"needs_approval": True} | rhythms.usual(today))
        else:
            form = cls(obj=course, data={"routine": str(course.version_id)} | _rhythm_of(course))
        form._about = actor, course
        if course is not None and course.state is not CourseState.DRAFT:
            form._keep(course)
        return form

    def _keep(self, course: Course) -> None:
        """One that is open keeps its days and its routine: nobody is asked for them."""
        self._kept = CourseDays(course.starts_on, course.weeks), course.version_id
        for name in ("starts_on", "weeks", "routine"):
            del self[name]

    def offer(self, choices: Iterable[RoutineVersion], course: Course | None) -> None:
        """Which routines may be chosen; the course's own stays on offer."""
        found = {str(each.id): each.routine.name for each in choices}
        if course is not None:
            found.setdefault(str(course.version_id), "The routine it has")
        if self._kept is not None:
            self.kept_routine = found[str(self._kept[1])]
        else:
            self.routine.choices = [SelectChoice(key, name) for key, name in found.items()]

    def validate_weeks(self, field: WholeNumberField) -> None:
        """A course has an end."""
        if not 1 <= (field.data or 0) <= MOST_WEEKS:
            raise StopValidation(f"Weeks must be from 1 to {MOST_WEEKS}.")

    def validate_places(self, field: WholeNumberField) -> None:
        """None is as many as come."""
        if not 0 <= (field.data or 0) <= MOST_PLACES:
            raise StopValidation(f"Places must be from 1 to {MOST_PLACES:,}.")

    def rules(self) -> Iterator[RuleBroken]:
        """What the rules say against the days, where they could be read."""
        if self.places.errors:
            return
        if self._kept is None and (self.starts_on.data is None or self.weeks.errors or self.routine.errors):
            return
        if not (self.pace.errors or self.cadence.errors or self.at.errors):
            actor, course = self._about
            yield from courses.wish_problems(actor, course, self.wish())

    def wish(self) -> CourseWish:
        """The course that is wished for."""
        days, version_id = self._kept or (
            CourseDays(self.starts_on.data, self.weeks.data or 0),
            uuid.UUID(self.routine.data),
        )
        return CourseWish(
            days=days,
            version_id=version_id,
            checkin=self.rhythm(),
            places=self.places.data or None,
            late=self.late.data,
            needs_approval=bool(self.needs_approval.data),
            welcome=self.welcome.data,
        )


class CallOffForm(Form):
    """Why a course is called off."""

    reason = LongTextField("Reason", longest=500, required="Give a reason, in a few words.")


def _rhythm_of(course: Course) -> dict[str, object]:
    usual, rhythm = rhythms.usual(course.starts_on), courses.rhythm(course)
    if rhythm is None:
        return usual | {"pace": Pace.OFF}
    if isinstance(rhythm, CadenceCheckin):
        days = ", ".join(map(str, rhythm.days))
        return usual | {"pace": Pace.CADENCE, "cadence": days, "at": rhythm.at}
    pace = Pace(str(rhythm.every_weeks))
    return usual | {"pace": pace, "weekday": rhythm.weekday, "at": rhythm.at}
