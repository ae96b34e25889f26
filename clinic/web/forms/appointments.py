"""Forms of an appointment."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import time
from zoneinfo import ZoneInfo

from wtforms import SelectField, TimeField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from clinic.domain.appointments import (
    LONGEST_BECAUSE,
    LONGEST_PLACE,
    OUTCOMES,
    USUAL_MINUTES,
    AppointmentState,
)
from clinic.domain.videos import LONGEST_LINK
from clinic.domain.words import say
from clinic.models import Appointment
from clinic.services.appointments.planning import AppointmentDetails
from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.doses import WholeNumberField
from clinic.web.forms.fields import DatePartsField, LineField, OneOfField, VersionField
from clinic.web.presenters.appointments import OUTCOME_WORDS


class AppointmentForm(Form):
    """When, how long, where and with whom."""

    day = DatePartsField("Day", required="Enter the day of the appointment.")
    at_time = TimeField("Time", [InputRequired("Enter a time, for example 14:30.")])
    minutes = WholeNumberField("How long", blank=USUAL_MINUTES, default=USUAL_MINUTES)
    place = LineField("Where", longest=LONGEST_PLACE)
    link = LineField("Video room", longest=LONGEST_LINK)
    with_id = SelectField("With", coerce=str, invalid_choice_message="Choose somebody of the practice.")

    def offer(self, staff: Mapping[uuid.UUID, str]) -> None:
        """Who it may be with: everybody of the practice whose account is open."""
        self.with_id.choices = [SelectChoice(str(user_id), name) for user_id, name in staff.items()]

    def details(self) -> AppointmentDetails:
        """The form's values in the service's shape."""
        return AppointmentDetails(
            day=self.day.data,
            at_time=self.at_time.data or time(),
            minutes=self.minutes.data or 0,
            place=self.place.data or "",
            with_id=uuid.UUID(self.with_id.data),
            link=self.link.data,
        )


class NewAppointmentForm(AppointmentForm, OnceForm):
    """A new appointment."""


class MoveAppointmentForm(AppointmentForm):
    """An appointment over the version that was seen."""

    version = VersionField()

    def show(self, row: Appointment, zone: str) -> None:
        """Fill the form with what is stored, by the practice's clock."""
        told = row.starts_at.astimezone(ZoneInfo(zone))
        when = {"day": told.date(), "at_time": told.time(), "with_id": str(row.with_id)}
        where = {"minutes": row.minutes, "place": row.place, "link": row.link}
        self.process(None, data={**when, **where, "version": row.version})


class CallOffAppointmentForm(Form):
    """Why an appointment is called off; both sides read it."""

    because = LineField(say("Why"), longest=LONGEST_BECAUSE)


class OutcomeForm(Form):
    """What became of an appointment whose time has come."""

    outcome = OneOfField(
        "What became of it",
        AppointmentState,
        {each: OUTCOME_WORDS[each] for each in OUTCOMES},
        required="Say whether it was held or missed.",
    )
    because = LineField("Why", longest=LONGEST_BECAUSE)
