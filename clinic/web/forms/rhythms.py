"""How often a program's check-ins come: the same fields where it is assigned and where it is changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from enum import StrEnum
from typing import Any

from wtforms import SelectField, TimeField
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation

from clinic.domain.dates import DAY_NAMES
from clinic.domain.errors import RuleBroken
from clinic.domain.scheduling import parse_cadence
from clinic.domain.types import ScheduleKind
from clinic.models import CheckinSchedule, RoutineVersion
from clinic.services.checkins.presets import preset_of
from clinic.services.checkins.rhythms import CadenceCheckin, Rhythm, WeeklyCheckin
from clinic.web.forms.base import Form
from clinic.web.forms.fields import LineField, OneOfField

USUAL_TIME = time(9)
USUAL_CADENCE = "1, 3, 7, 14, 28"


class Pace(StrEnum):
    """How often a check-in is mailed."""

    WEEKLY = "1"
    TWO_WEEKLY = "2"
    MONTHLY = "4"
    CADENCE = "cadence"
    OFF = "off"


PACE_WORDS = {
    Pace.WEEKLY: "Every week",
    Pace.TWO_WEEKLY: "Every 2 weeks",
    Pace.MONTHLY: "Every 4 weeks",
    Pace.CADENCE: "On certain days after the first day",
    Pace.OFF: "No check-ins by mail",
}


class WeekdayField(SelectField):
    """A day of the week; 0 is Monday."""

    def __init__(self, label: str = "Day", **options: Any) -> None:
        choices = [SelectChoice(number, name) for number, name in enumerate(DAY_NAMES)]
        super().__init__(label, choices=choices, coerce=int, **options)


class ClockTimeField(TimeField):
    """A time of day; browsers without help of their own send what was typed."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        try:
            self.data = time.fromisoformat(valuelist[0].strip()[:5].zfill(5)) if any(valuelist) else None
        except ValueError:
            raise ValueError("Enter a time like 09:00.") from None


class RhythmFields(Form):
    """How often, on which day or days, and at what time of the client's clock."""

    pace = OneOfField("How often", Pace, PACE_WORDS, required="Choose how often.")
    weekday = WeekdayField()
    cadence = LineField("Days after the first day", longest=120)
    at = ClockTimeField("Time")

    def rhythm(self) -> Rhythm | None:
        """The rhythm wished for; None where no check-ins are mailed. Only on a valid form."""
        pace = self.pace.data
        if pace is Pace.OFF:
            return None
        assert self.at.data is not None
        if pace is Pace.CADENCE:
            return CadenceCheckin(parse_cadence(self.cadence.data or ""), self.at.data)
        return WeeklyCheckin(self.weekday.data, self.at.data, int(pace))

    def validate_at(self, field: ClockTimeField) -> None:
        if self.pace.data is not Pace.OFF and field.data is None and not field.process_errors:
            raise StopValidation("Enter a time like 09:00.")

    def validate_cadence(self, field: LineField) -> None:
        if self.pace.data is not Pace.CADENCE:
            return
        try:
            parse_cadence(field.data or "")
        except RuleBroken as problem:
            raise StopValidation(problem.message) from None


def usual(first_day: date) -> dict[str, Any]:
    """A check-in every week on the weekday of a program's first day."""
    return {
        "pace": Pace.WEEKLY,
        "weekday": first_day.weekday(),
        "cadence": USUAL_CADENCE,
        "at": USUAL_TIME,
    }


def of_routine(version: RoutineVersion | None, first_day: date) -> dict[str, Any]:
    """The rhythm that a routine brings along, for the form that assigns it, else the usual one."""
    brought = preset_of(version) if version else None
    return preset(brought) if brought else usual(first_day)


def standing(row: CheckinSchedule | None, first_day: date) -> dict[str, Any]:
    """What stands, for a form; the usual one switched off where there is none."""
    if row is None:
        return usual(first_day) | {"pace": Pace.OFF}
    told = usual(first_day) | {"weekday": row.weekday, "at": row.at_time}
    if row.kind is ScheduleKind.CADENCE:
        days = (row.cadence_days or "").replace(",", ", ")
        return told | {"pace": Pace.CADENCE, "cadence": days, "weekday": first_day.weekday()}
    return told | {"pace": Pace(str(row.every_weeks))}


def preset(rhythm: Rhythm | None) -> dict[str, Any]:
    """A rhythm that a routine brings along, for a form; switched off where there is none."""
    told: dict[str, Any] = {"pace": Pace.OFF, "weekday": 0, "cadence": USUAL_CADENCE, "at": USUAL_TIME}
    if isinstance(rhythm, CadenceCheckin):
        return told | {"pace": Pace.CADENCE, "cadence": ", ".join(map(str, rhythm.days)), "at": rhythm.at}
    if rhythm is not None:
        return told | {"pace": Pace(str(rhythm.every_weeks)), "weekday": rhythm.weekday, "at": rhythm.at}
    return told
