"""The form of a client's own wish to be reminded."""

from __future__ import annotations

from wtforms import TimeField
from wtforms.validators import InputRequired

from clinic.domain.practice_reminders import ReminderWay
from clinic.models import PracticeReminder
from clinic.web.forms.base import Form
from clinic.web.forms.fields import OneOfField

WAYS = {
    ReminderWay.MAIL: "By mail",
    ReminderWay.CALENDAR: "In my own calendar",
}


class ReminderForm(Form):
    """When, and how."""

    at_time = TimeField("At what time", [InputRequired("Enter a time, like 18:30.")])
    way = OneOfField("How", ReminderWay, WAYS, required="Choose how.")

    def show(self, row: PracticeReminder | None) -> None:
        """What they wish for now; by mail where they wish for nothing yet."""
        way = row.way if row else ReminderWay.MAIL
        self.process(None, data={"at_time": row.at_time if row else None, "way": way.value})
