"""Forms of an act for many: who and what, then how, where the act needs to be told."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice

from clinic.domain.bulk_acts import LONGEST_GROUP, BulkActKind
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.programs import first_day_problems
from clinic.models import Practice, RoutineVersion, User
from clinic.services.bulk_acts.wishes import BulkWish
from clinic.services.clock import today_in
from clinic.web.forms import rhythms
from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.fields import LineField, LongTextField
from clinic.web.forms.programs import USUAL_WEEKS, Length, LengthFields, StartFields
from clinic.web.forms.rhythms import RhythmFields
from clinic.web.presenters.bulk_acts import CHOICES

CHOOSE = "Choose who takes over."


class ChooseForm(OnceForm):
    """What is done for those that are ticked in the list, or for all that its filter finds."""

    kind = SelectField(
        "For those that are ticked",
        choices=[SelectChoice(*each) for each in CHOICES],
        coerce=BulkActKind,
    )
    client = SelectMultipleField("Clients", choices=[], validate_choice=False)
    everybody = BooleanField("All that this list finds")

    def clients(self) -> list[uuid.UUID]:
        """The ids that were ticked; NotFound for one that is none."""
        try:
            return [uuid.UUID(each) for each in self.client.data or ()]
        except ValueError:
            raise NotFound from None


class BeginActForm(Form):
    """The button that begins it; an act that needs to be told something has a form of its own."""

    def wish(self) -> BulkWish:
        """What is to be done."""
        return BulkWish()


class BeginGroupActForm(BeginActForm):
    """Which group they are put in."""

    group = LineField("Group", longest=LONGEST_GROUP, required="Enter the group’s name.")

    def wish(self) -> BulkWish:
        """What is to be done."""
        return BulkWish(group=self.group.data)


class BeginArchiveActForm(BeginActForm):
    """Why they are archived."""

    reason = LongTextField("Reason", longest=500, required="Give a reason, in a few words.")

    def wish(self) -> BulkWish:
        """What is to be done."""
        return BulkWish(reason=self.reason.data or "")


class BeginHandOverActForm(BeginActForm):
    """Who takes them over."""

    taker = SelectField("Who takes over", coerce=str, invalid_choice_message=CHOOSE)

    def offer(self, people: Sequence[User]) -> None:
        """Those who may be responsible for clients; nobody is chosen beforehand."""
        named = [SelectChoice(str(user.id), user.name) for user in people]
        self.taker.choices = [SelectChoice("", CHOOSE), *named]

    def validate_taker(self, field: SelectField) -> None:
        """Somebody has to be chosen."""
        if not field.data and not field.errors:
            field.errors = [*field.errors, CHOOSE]

    def wish(self) -> BulkWish:
        """What is to be done."""
        names = {choice.value: choice.label for choice in self.taker.choices}
        return BulkWish(taker_id=uuid.UUID(self.taker.data), name=names[self.taker.data])


class BeginAssignActForm(StartFields, LengthFields, RhythmFields, BeginActForm):
    """From when, for how long, and how often a check-in comes; the doses are the routine's own."""

    @classmethod
    def of(cls, practice: Practice, version: RoutineVersion) -> BeginAssignActForm:
        """The form for one routine, as it is usual."""
        today = today_in(practice.time_zone)
        form = cls(
            data={
                "starts_on": today,
                "length": Length.WEEKS,
                "weeks": USUAL_WEEKS,
                **rhythms.of_routine(version, today),
            }
        )
        form.version, form.today = version, today
        return form

    def rules(self) -> Iterator[RuleBroken]:
        """What is wrong with the first day."""
        if self.starts_on.data is not None:
            yield from first_day_problems(self.starts_on.data, None, self.today)

    def wish(self) -> BulkWish:
        """What is to be done."""
        return BulkWish(
            version_id=self.version.id,
            name=self.version.routine.name,
            starts_on=self.starts_on.data,
            weeks=self.length_in_weeks(),
            checkin=self.rhythm(),
        )


FORMS: dict[BulkActKind, type[BeginActForm]] = {
    BulkActKind.INVITE: BeginActForm,
    BulkActKind.CHECKIN: BeginActForm,
    BulkActKind.GROUP: BeginGroupActForm,
    BulkActKind.ARCHIVE: BeginArchiveActForm,
    BulkActKind.HAND_OVER: BeginHandOverActForm,
}
