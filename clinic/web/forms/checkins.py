"""The forms of a check-in: its questions, and stopping its mail."""

from __future__ import annotations

from wtforms import RadioField, SubmitField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from clinic.catalogue import load_catalogue
from clinic.domain.types import MistakeAnswer
from clinic.domain.words import say
from clinic.services.checkins.answers import CheckinReply
from clinic.web.forms.base import Form
from clinic.web.forms.fields import LongTextField, OneOfField, PainField

DAYS = [SelectChoice(str(number), str(number)) for number in range(8)]
YES_NO = [SelectChoice("yes", say("Yes")), SelectChoice("no", say("No"))]
MISTAKES = {
    MistakeAnswer.YES: say("Yes, it happened"),
    MistakeAnswer.NO: say("No"),
    MistakeAnswer.NOT_SURE: say("I am not sure"),
}


class QuestionsForm(Form):
    """The short set of questions, in the catalogue's words. Nothing is chosen beforehand."""

    days = RadioField(validators=[InputRequired(say("Choose a number of days, from 0 to 7."))], choices=DAYS)
    pain = PainField(validators=[InputRequired(say("Choose a number, or “I would rather not say”."))])
    mistake = OneOfField("", MistakeAnswer, MISTAKES)
    contact = RadioField(validators=[InputRequired(say("Choose yes or no."))], choices=YES_NO)
    note = LongTextField("", longest=2000)

    def ask(self, mistake_name: str | None) -> None:
        """Put the questions into words; without a named mistake that question is left out."""
        questions = load_catalogue().checkin.questions
        self.days.label.text = questions["days"].text
        self.pain.label.text = questions["pain_average"].text
        self.contact.label.text = questions["contact"].text
        self.note.label.text = questions["note"].text
        self.note.description = questions["note"].hint
        if mistake_name:
            self.mistake.label.text = questions["mistake"].text.format(mistake=mistake_name)
        else:
            del self.mistake

    def given(self) -> CheckinReply:
        """What was answered; only on a valid form."""
        return CheckinReply(
            days_practised=int(self.days.data),
            pain=self.pain.points,
            mistake=self.mistake.data if "mistake" in self else None,
            contact_wanted=self.contact.data == "yes",
            note=self.note.data,
        )


class StopMailForm(Form):
    """The buttons of the unsubscribe page; it shows one of them."""

    stop = SubmitField(say("Stop these mails"))
    again = SubmitField(say("Get these mails again"))
