"""Forms about the practice itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any

from wtforms import PasswordField, SelectMultipleField, TimeField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from clinic.domain.answer_promise import USUAL_DAYS, promise_problems
from clinic.domain.attention import ASSESS_EVERY, assess_every_problems
from clinic.domain.dates import DAY_NAMES
from clinic.domain.errors import RuleBroken
from clinic.domain.load import USUAL_LIMIT, DayLoad, load_limit_problems
from clinic.domain.own_answers import LONGEST_WORD, word_problems
from clinic.domain.pain_rule import CEILING
from clinic.domain.words import say
from clinic.mail.addresses import Address
from clinic.services import practices
from clinic.services.accounts import signing_in as accounts
from clinic.services.mail_setup import MailServerDetails
from clinic.services.practices import LONGEST_ADDRESS, PracticeDetails
from clinic.web.forms.accounts import NewPasswordForm
from clinic.web.forms.base import Form
from clinic.web.forms.doses import WholeNumberField
from clinic.web.forms.fields import (
    AddressField,
    CeilingField,
    DatePartsField,
    LineField,
    LongTextField,
    ZoneField,
)
from clinic.web.forms.mail_settings import MailServerForm


class LetterheadForm(Form):
    """What stands at the top of mails and papers."""

    name = LineField(
        say("Name of the practice"), longest=120, required=say("Enter the name of your practice.")
    )
    address = LongTextField(say("Address"), longest=LONGEST_ADDRESS)
    phone = LineField(say("Phone"), longest=40, required=say("Enter the phone number clients can call."))
    email = AddressField(say("Email for answers to our mails"))

    def validate_name(self, field: LineField) -> None:
        """The practice's own rule, asked with all the others: every problem is named at once."""
        if field.data and (problem := practices.name_problem(field.data)):
            raise ValidationError(problem)

    def values(self) -> dict[str, Any]:
        """What was typed, in the service's words."""
        address = self.email.data
        return {
            "name": self.name.data,
            "address": self.address.data,
            "phone": self.phone.data,
            "email": address.typed if isinstance(address, Address) else None,
        }


class HoursForm(Form):
    """Where the practice is, and when mail may arrive."""

    time_zone = ZoneField(say("Time zone"))
    waking_from = TimeField(
        say("Not before"), [InputRequired(say("Enter a time, for example 08:00."))], default=time(8)
    )
    waking_until = TimeField(
        say("Not after"), [InputRequired(say("Enter a time, for example 20:00."))], default=time(20)
    )

    def validate_waking_until(self, field: TimeField) -> None:
        """The practice's own rule, asked with all the others."""
        first, last = self.waking_from.data, field.data
        if first and last and (problem := practices.hours_problem(first, last)):
            raise ValidationError(problem)

    def values(self) -> dict[str, Any]:
        """What was typed, in the service's words."""
        return {
            "time_zone": self.time_zone.data,
            "waking_from": self.waking_from.data or time(8),
            "waking_until": self.waking_until.data or time(20),
        }


class HelpForm(Form):
    """The numbers beside every warning sign."""

    emergency_number = LineField(
        say("Emergency number"), longest=40, required=say("Enter the number to call in an emergency.")
    )
    urgent_number = LineField(
        say("Urgent advice line"),
        longest=80,
        required=say("Enter the number or place for urgent medical advice."),
    )

    def values(self) -> dict[str, Any]:
        """What was typed, in the service's words."""
        return {"emergency_number": self.emergency_number.data, "urgent_number": self.urgent_number.data}


class CeilingForm(Form):
    """From which pain on clients stop."""

    pain_ceiling = CeilingField(say("Stop from"), default=CEILING)

    def values(self) -> dict[str, Any]:
        """What was chosen, in the service's words."""
        return {"pain_ceiling": self.pain_ceiling.data or CEILING}


class LimitsForm(CeilingForm):
    """Pain, load, and when an assessment is due again."""

    load_minutes = WholeNumberField("Minutes a day", blank=USUAL_LIMIT.minutes, default=USUAL_LIMIT.minutes)
    load_moves = WholeNumberField("Moves", blank=USUAL_LIMIT.moves, default=USUAL_LIMIT.moves)
    assess_every_weeks = WholeNumberField("From one to the next", blank=ASSESS_EVERY, default=ASSESS_EVERY)

    def rules(self) -> Iterator[RuleBroken]:
        """The limits of a day and the weeks, where they are numbers."""
        if self.load_minutes.data is not None and self.load_moves.data is not None:
            yield from load_limit_problems(DayLoad(self.load_minutes.data, self.load_moves.data))
        if self.assess_every_weeks.data is not None:
            yield from assess_every_problems(self.assess_every_weeks.data)

    def values(self) -> dict[str, Any]:
        """What was typed, in the service's words."""
        return {
            **super().values(),
            "load_minutes": self.load_minutes.data or 0,
            "load_moves": self.load_moves.data or 0,
            "assess_every_weeks": self.assess_every_weeks.data or 0,
        }


class MessagesForm(Form):
    """How soon messages are answered, on which days, and when nobody is there."""

    answer_days = WholeNumberField("Answered within", blank=USUAL_DAYS, default=USUAL_DAYS)
    works_on = SelectMultipleField(
        "Days on which you work",
        choices=[SelectChoice(str(number), name) for number, name in enumerate(DAY_NAMES, 1)],
    )
    closed_from = DatePartsField("First closed day")
    closed_until = DatePartsField("Last closed day")

    def rules(self) -> Iterator[RuleBroken]:
        """The rules of a promise, where the days could be read."""
        if self.answer_days.data is not None:
            yield from promise_problems(
                self.answer_days.data, self.works_on.data, self.closed_from.data, self.closed_until.data
            )

    def values(self) -> dict[str, Any]:
        """What was typed, in the service's words."""
        return {
            "answer_days": self.answer_days.data or 0,
            "works_on": "".join(sorted(set(self.works_on.data or ()))),
            "closed_from": self.closed_from.data,
            "closed_until": self.closed_until.data,
        }


class PublicPageForm(Form):
    """Under which word anybody reads the answers that the practice shows."""

    answers_word = LineField("Word in the address", longest=LONGEST_WORD)

    def rules(self) -> Iterator[RuleBroken]:
        """The rule of such a word."""
        return word_problems(self.answers_word.data)

    def values(self) -> dict[str, Any]:
        """What was typed, in the service's words."""
        return {"answers_word": self.answers_word.data}


SECTION_FORM = (
    type[LetterheadForm]
    | type[HoursForm]
    | type[HelpForm]
    | type[LimitsForm]
    | type[MessagesForm]
    | type[PublicPageForm]
)
SETTINGS: Mapping[str, SECTION_FORM] = {
    "name": LetterheadForm,
    "hours": HoursForm,
    "help": HelpForm,
    "limits": LimitsForm,
    "messages": MessagesForm,
    "answers": PublicPageForm,
}


class SetUpForm(LetterheadForm, HelpForm, CeilingForm, HoursForm, MailServerForm, NewPasswordForm):
    """The practice, how its mail leaves, and the account of its owner, on the first visit."""

    set_up_code = LineField(say("Set-up code"), longest=40, required=say("Enter the set-up code."))
    owner_name = LineField(say("Your name"), longest=120, required=say("Enter your name."))
    owner_email = AddressField(say("Your email address"), required=say("Enter your email address."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fields["password"] = self._fields.pop("password")  # asked for last, so its error stands last
        if practices.set_up_code() is None:
            del self.set_up_code

    def validate_set_up_code(self, field: LineField) -> None:
        """Whoever comes first need not be the owner: the server has said a code to its administrator."""
        if field.data and not practices.is_set_up_code(field.data):
            raise ValidationError(say("This is not the code that Regroove said when it was started."))

    def details(self) -> PracticeDetails:
        """The form's values; without an address of the practice, answers to its mail go to its owner."""
        told: dict[str, Any] = {}
        for part in (LetterheadForm, HelpForm, CeilingForm, HoursForm):
            told |= part.values(self)
        return PracticeDetails(**{**told, "email": told["email"] or self.owner_address().typed})

    def validate_password(self, field: PasswordField) -> None:
        """The rules of passwords, asked with all the others."""
        address = self.owner_email.data
        typed = address.typed if isinstance(address, Address) else ""
        try:
            accounts.check_password(field.data or "", typed, self.owner_name.data or "")
        except RuleBroken as problem:
            raise ValidationError(problem.message) from None

    def mail(self) -> MailServerDetails | None:
        """The mail server, if one was named; only on a valid form."""
        return self.mail_details() if self.asks_for_a_server() else None

    def owner_address(self) -> Address:
        """The owner's address; only on a valid form."""
        address = self.owner_email.data
        assert isinstance(address, Address)
        return address
