"""Forms about sessions: a client's wish, the times that are offered for it, and somebody's hours."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from wtforms import SelectField, SelectMultipleField, TimeField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from clinic.domain.appointments import LONGEST_PLACE, USUAL_MINUTES
from clinic.domain.booking import (
    LONGEST_REASON,
    LONGEST_SUITS,
    LONGEST_WORDS,
    MOST_OFFERS,
    BookingWay,
    OpenHours,
)
from clinic.domain.dates import DAY_NAMES
from clinic.domain.errors import RuleBroken
from clinic.domain.videos import LONGEST_LINK
from clinic.domain.words import say
from clinic.models import Appointment, BookingRequest
from clinic.services.appointments.hours import HoursDetails
from clinic.services.appointments.planning import AppointmentDetails
from clinic.services.appointments.wishes import Wish
from clinic.web.forms.base import Form
from clinic.web.forms.doses import WholeNumberField
from clinic.web.forms.fields import (
    DatePartsField,
    LineField,
    LinesField,
    LongTextField,
    OneOfField,
    VersionField,
)
from clinic.web.presenters.appointments import WAYS, when

_HOURS = re.compile(r"([a-z]+)[ :]+(\d{1,2})[:.](\d{2})\s*(?:-|\u2013|to)\s*(\d{1,2})[:.](\d{2})")


class WishForm(Form):
    """What a client asks for."""

    way = OneOfField(say("Where"), BookingWay, WAYS, required=say("Choose where you want the session."))
    reason = LongTextField(
        say("What is it about?"), longest=LONGEST_REASON, required=say("Say what it is about.")
    )
    suits = LongTextField(
        say("Which times suit you?"), longest=LONGEST_SUITS, required=say("Say which times suit you.")
    )

    def show(self, row: BookingRequest) -> None:
        """Fill the form with a wish that is open."""
        self.process(None, data={"way": row.way.value, "reason": row.reason, "suits": row.suits})

    def wish(self) -> Wish:
        """The form's values in the service's shape."""
        return Wish(self.way.data, self.reason.data or "", self.suits.data or "")


class MoveWishForm(Form):
    """Which other times suit a client for an appointment of theirs; where it is stays as it is."""

    reason = LongTextField(say("Why"), longest=LONGEST_REASON)
    suits = LongTextField(
        say("Which times suit you?"), longest=LONGEST_SUITS, required=say("Say which times suit you.")
    )

    def show(self, row: BookingRequest) -> None:
        """Fill the form with a wish that is open."""
        self.process(None, data={"reason": row.reason, "suits": row.suits})

    def wish(self, row: Appointment) -> Wish:
        """The form's values in the service's shape."""
        way = BookingWay.VIDEO if row.link else BookingWay.PRACTICE
        return Wish(way, self.reason.data or "", self.suits.data or "", row.id)


class OfferForm(Form):
    """Up to three times: ticked among those that are free, or typed."""

    times = SelectMultipleField("Free in your hours", choices=[])
    day_1 = DatePartsField("Day")
    time_1 = TimeField("Time", [Optional()])
    day_2 = DatePartsField("Day of a second one")
    time_2 = TimeField("Time of a second one", [Optional()])
    day_3 = DatePartsField("Day of a third one")
    time_3 = TimeField("Time of a third one", [Optional()])
    minutes = WholeNumberField("How long", blank=USUAL_MINUTES, default=USUAL_MINUTES)
    with_id = SelectField("With", coerce=str, invalid_choice_message="Choose somebody of the practice.")
    place = LineField("Where", longest=LONGEST_PLACE)
    link = LineField("Video room", longest=LONGEST_LINK)
    words = LongTextField("A word to the client", longest=LONGEST_WORDS)
    version = VersionField()

    def offer(self, staff: Mapping[uuid.UUID, str], free: Sequence[datetime], zone: str) -> None:
        """With whom it may be, and which times are free."""
        self.with_id.choices = [SelectChoice(str(user_id), name) for user_id, name in staff.items()]
        self.times.choices = [SelectChoice(each.isoformat(), when(each, zone)) for each in free]

    def show(self, row: BookingRequest, held: HoursDetails) -> None:
        """What its writer said once of where and how long."""
        self.minutes.data, self.place.data, self.version.data = held.minutes, held.place, row.version
        self.link.data = held.room

    @property
    def typed(self) -> list[tuple[DatePartsField, TimeField]]:
        """The pairs of fields in which a time can be typed."""
        return [(self[f"day_{number}"], self[f"time_{number}"]) for number in range(1, MOST_OFFERS + 1)]

    @property
    def has_typed(self) -> bool:
        """Whether something stands in these fields."""
        return any(any(each.raw_data or ()) for pair in self.typed for each in pair)

    def details(self, zone: str) -> list[AppointmentDetails]:
        """Each time in the service's shape; RuleBroken where half of one is missing."""
        return [
            AppointmentDetails(
                day=told.date(),
                at_time=told.time(),
                minutes=self.minutes.data or 0,
                place=self.place.data or "",
                with_id=uuid.UUID(self.with_id.data),
                link=self.link.data,
            )
            for told in self._times(ZoneInfo(zone))
        ]

    def _times(self, zone: ZoneInfo) -> Iterator[datetime]:
        for each in self.times.data or ():
            yield datetime.fromisoformat(each).astimezone(zone).replace(tzinfo=None)
        for day, at in self.typed:
            if (day.data is None) != (at.data is None):
                if day.data:
                    raise RuleBroken(say("Enter a time too, or leave both empty."), at.name)
                raise RuleBroken(say("Enter a day too, or leave both empty."), day.name)
            if day.data is not None and at.data is not None:
                yield datetime.combine(day.data, at.data)


class DeclineForm(Form):
    """An answer in words alone."""

    words = LongTextField("Your answer", longest=LONGEST_WORDS, required="Write an answer to the client.")
    version = VersionField()


class BookingHoursForm(Form):
    """When, how long and where somebody sees clients."""

    weekly = LinesField("Hours of each week", longest=1000)
    minutes = WholeNumberField("How long", blank=USUAL_MINUTES, default=USUAL_MINUTES)
    place = LineField("Where", longest=LONGEST_PLACE)
    room = LineField("Video room", longest=LONGEST_LINK)

    def show(self, held: HoursDetails) -> None:
        """What is kept."""
        lines = [
            f"{DAY_NAMES[each.weekday][:3]} {each.opens:%H:%M}-{each.closes:%H:%M}" for each in held.weekly
        ]
        kept = {"minutes": held.minutes, "place": held.place, "room": held.room}
        self.process(None, data={"weekly": "\n".join(lines), **kept})

    def details(self) -> HoursDetails:
        """The form's values in the service's shape; RuleBroken where a line cannot be read."""
        weekly = [_hours(line) for line in self.weekly.lines]
        return HoursDetails(weekly, self.minutes.data or 0, self.place.data or "", self.room.data)


def _hours(line: str) -> OpenHours:
    found = _HOURS.fullmatch(line.lower())
    days = [
        number
        for number, name in enumerate(DAY_NAMES)
        if found and len(found[1]) > 1 and name.lower().startswith(found[1])
    ]
    if found is None or len(days) != 1:
        raise RuleBroken(
            say("“%(line)s” cannot be read. Write each line like this: Mon 9:00-12:30.", line=line),
            "weekly",
        )
    try:
        opens, closes = time(int(found[2]), int(found[3])), time(int(found[4]), int(found[5]))
    except ValueError:
        raise RuleBroken(say("“%(line)s” is no time of day.", line=line), "weekly") from None
    return OpenHours(days[0], opens, closes)
