"""Fields that several forms share: each turns what was typed into a value of the domain, or says why not.

`required` is the sentence to show when nothing was given; without it the field may stay empty and is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from wtforms import Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation

from clinic.domain.cleaning import has_private_signs, many_lines, one_line, printable
from clinic.domain.pain_rule import HIGHEST_CEILING, LOWEST_CEILING
from clinic.domain.words import say
from clinic.mail.addresses import LONGEST, Address, AddressRefused, parse_address
from clinic.web.forms.at_most import AtMost
from clinic.web.forms.zones import zone_choices

EMAIL, TIME_ZONE = say("Email"), say("Time zone")
# What a date lacks, by which of day, month and year were given.
MISSING = {
    (False, True, True): say("The date must have a day."),
    (True, False, True): say("The date must have a month."),
    (True, True, False): say("The date must have a year."),
    (False, False, True): say("The date must have a day and a month."),
    (False, True, False): say("The date must have a day and a year."),
    (True, False, False): say("The date must have a month and a year."),
}


class _MayBeRequired(Field):
    """Says `required` where nothing was given, without hiding what was wrong with something that was."""

    data: Any

    def __init__(self, label: str, *, required: str | None = None, **options: Any) -> None:
        super().__init__(label, **options)
        self.required = required
        if required:
            self.flags.required = True

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation
        if self.data is None:
            raise StopValidation(self.required or "")
        super().pre_validate(form)


class LineField(_MayBeRequired, StringField):
    """One line of text; None when it is blank."""

    def __init__(self, label: str, *, longest: int, required: str | None = None, **options: Any) -> None:
        super().__init__(label, required=required, validators=[AtMost(longest)], **options)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        _refuse_private_signs(valuelist)
        self.data = one_line(valuelist[0]) or None if valuelist else None


class LongTextField(_MayBeRequired, TextAreaField):
    """Text of several lines; None when it is blank."""

    def __init__(
        self, label: str, *, longest: int = 5000, required: str | None = None, **options: Any
    ) -> None:
        super().__init__(label, required=required, validators=[AtMost(longest)], **options)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        _refuse_private_signs(valuelist)
        self.data = many_lines(valuelist[0]) or None if valuelist else None


class LinesField(LongTextField):
    """Several short texts, one on each line; `lines` are those that say something."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines, without blank ones."""
        return tuple(line.strip() for line in (self.data or "").splitlines() if line.strip())


class AddressField(_MayBeRequired, StringField):
    """A mail address; `data` is an Address or None."""

    def __init__(self, label: str = EMAIL, *, required: str | None = None, **options: Any) -> None:
        options.setdefault(
            "render_kw",
            {"type": "email", "autocomplete": "off", "spellcheck": "false", "maxlength": LONGEST},
        )
        super().__init__(label, required=required, **options)

    def process_data(self, value: Address | str | None) -> None:
        self.data = value or None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = one_line(valuelist[0]) if valuelist else ""
        self.data = None
        if typed:
            try:
                self.data = parse_address(typed)
            except AddressRefused as refused:
                raise ValueError(*refused.args) from None

    def _value(self) -> str:
        if self.raw_data:
            return printable(self.raw_data[0]).strip()
        return self.data.typed if isinstance(self.data, Address) else self.data or ""


class ZoneField(SelectField):
    """A time zone; `first` puts the practice's own at the top of the list."""

    def __init__(self, label: str = TIME_ZONE, *, first: Iterable[str] = (), **options: Any) -> None:
        super().__init__(
            label, choices=zone_choices(*first), invalid_choice_message=say("Choose a time zone."), **options
        )

    def put_first(self, *zones: str) -> None:
        """Offer these zones at the top, even one that is no longer in use."""
        self.choices = zone_choices(*zones)


class OneOfField(RadioField):
    """Radios over a closed set of words, none pressed beforehand; `data` is a member of `kind` or None."""

    data: Any

    def __init__(
        self,
        label: str,
        kind: type[StrEnum],
        words: Mapping[Any, str],
        *,
        required: str | None = None,
        **options: Any,
    ) -> None:
        choices = [SelectChoice(member.value, text) for member, text in words.items()]
        super().__init__(
            label, choices=choices, coerce=kind, invalid_value_message=say("Choose one of these."), **options
        )
        self.required = required
        if required:
            self.flags.required = True

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        if any(valuelist):
            super().process_formdata(valuelist)

    def pre_validate(self, form: Any) -> None:
        if self.data is None and not self.process_errors:
            raise StopValidation(self.required or "")
        super().pre_validate(form)


class PainField(RadioField):
    """Pain from 0 to 10, or "I would rather not say": for that, and for nothing given, `points` is None."""

    DECLINED = "declined"

    def __init__(self, label: str = "", **options: Any) -> None:
        points = [SelectChoice(str(number), str(number)) for number in range(11)]
        declined = SelectChoice(self.DECLINED, say("I would rather not say"))
        super().__init__(label, choices=[*points, declined], **options)

    @property
    def points(self) -> int | None:
        return int(self.data) if self.data and self.data != self.DECLINED else None


class CeilingField(SelectField):
    """The pain, of 10, from which somebody stops; with `otherwise` there is a choice that is none, None."""

    data: Any

    def __init__(self, label: str, *, otherwise: str = "", **options: Any) -> None:
        points = [
            SelectChoice(str(n), say("%(points)s of 10", points=n))
            for n in range(LOWEST_CEILING, HIGHEST_CEILING + 1)
        ]
        none = [SelectChoice("", otherwise)] if otherwise else []
        super().__init__(
            label,
            choices=[*none, *points],
            coerce=_points,
            invalid_choice_message=say(
                "Choose a number from %(lowest)s to %(highest)s.",
                lowest=LOWEST_CEILING,
                highest=HIGHEST_CEILING,
            ),
            **options,
        )


class VersionField(HiddenField):
    """The version of the record that the page showed; 0 where it came back unreadable: it never matches."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0] if valuelist else ""
        self.data = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class DatePartsField(_MayBeRequired):
    """A date in three inputs, `<name>-day`, `<name>-month`, `<name>-year`; `data` is a date or None."""

    PARTS = ("day", "month", "year")

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        self.raw_data = None
        self.object_data = self.data = data or (self.default() if callable(self.default) else self.default)
        if formdata is not None:
            self.raw_data = [
                printable(formdata.get(f"{self.name}-{key}", "")).strip()[:8] for key in self.PARTS
            ]
            self._read(*self.raw_data)

    def _read(self, day: str, month: str, year: str) -> None:
        self.data = None
        if not (day or month or year):
            return
        try:
            self.data = _date(day, month, year)
        except ValueError as problem:
            self.process_errors.append(problem.args[0])

    @property
    def parts(self) -> dict[str, str]:
        """What stands in the three inputs: as it was typed, else of the date."""
        if self.raw_data:
            return dict(zip(self.PARTS, self.raw_data, strict=True))
        return {part: str(getattr(self.data, part)) if self.data else "" for part in self.PARTS}


def _refuse_private_signs(typed: Sequence[str]) -> None:
    if any(map(has_private_signs, typed)):
        raise ValueError(say("A sign in here exists in one typeface only. Leave it out."))


def _points(value: Any) -> int | None:
    if value in (None, ""):
        return None
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0  # 0 is never on offer


def _date(day: str, month: str, year: str) -> date:
    if not (day and month and year):
        raise ValueError(MISSING[bool(day), bool(month), bool(year)])
    if not all(part.isascii() and part.isdigit() for part in (day, month, year)) or len(year) != 4:
        raise ValueError(say("Enter the date in figures, like 24 11 2026."))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(say("This day does not exist in the calendar.")) from None
