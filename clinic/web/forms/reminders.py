"""The form of a client's own wish to be reminded."""

from __future__ import annotations

from wtforms import TimeField
from wtforms.validators import InputRequired

from clinic.domain.practice_reminders import ReminderWay
from clinic.domain.words import say
from clinic.models import PracticeReminder
from clinic.web.forms.base import Form
from clinic.web.forms.fields import OneOfField

WAYS = {
    ReminderWay.MAIL: say("By mail"),
    ReminderWay.CALENDAR: say("In my own calendar"),
}


class ReminderForm(Form):
    """When, and how."""

    at_time = TimeField(say("At what time"), [InputRequired(say("Enter a time, like 18:30."))])
    way = OneOfField(say("How"), ReminderWay, WAYS, required=say("Choose how we remind you."))

    def show(self, row: PracticeReminder | None) -> None:
        """What they wish for now; by mail where they wish for nothing yet."""
        way = row.way if row else ReminderWay.MAIL
        self.process(None, data={"at_time": row.at_time if row else None, "way": way.value})
