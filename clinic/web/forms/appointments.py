"""Forms of an appointment."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import time
from zoneinfo import ZoneInfo

from wtforms import SelectField, TimeField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from clinic.domain.appointments import LONGEST_PLACE, USUAL_MINUTES
from clinic.models import Appointment
from clinic.services.appointments.planning import AppointmentDetails
from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.doses import WholeNumberField
from clinic.web.forms.fields import DatePartsField, LineField, VersionField


class AppointmentForm(Form):
    """When, how long, where and with whom."""

    day = DatePartsField("Day", required="Enter the day of the appointment.")
    at_time = TimeField("Time", [InputRequired("Enter a time, for example 14:30.")])
    minutes = WholeNumberField("How long", blank=USUAL_MINUTES, default=USUAL_MINUTES)
    place = LineField("Where", longest=LONGEST_PLACE)
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
        self.process(None, data={**when, "minutes": row.minutes, "place": row.place, "version": row.version})
