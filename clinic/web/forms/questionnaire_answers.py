"""The forms of answering: one questionnaire, for whoever answers, types in or puts right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, RadioField, SelectMultipleField, SubmitField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional

from clinic.domain.dates import day_in_words
from clinic.domain.errors import RuleBroken
from clinic.domain.questionnaires import NamedActivities, QuestionnaireItem, QuestionnaireKind
from clinic.domain.words import say
from clinic.models import QuestionnaireResponse
from clinic.services.questionnaires.answering import LONGEST_REASON
from clinic.services.questionnaires.given import LONGEST_ACTIVITY, GivenAnswers
from clinic.services.questionnaires.pages import QuestionnairePage
from clinic.web.forms.base import Form
from clinic.web.forms.fields import LineField, LongTextField, VersionField

DECLINED = "declined"


class AnswersForm(Form):
    """One questionnaire; its fields are made for what it asks. Nothing is chosen beforehand."""

    page: QuestionnairePage
    skip = SubmitField(say("Leave these questions out"))

    @property
    def is_answered(self) -> bool:
        """Whether something was sent that can be stored."""
        return self.is_submitted() and (bool(self.skip.data) or self.validate())

    def given(self) -> GivenAnswers:
        """What was answered; only where `is_answered`."""
        made = self.page.questionnaire
        if made.kind is QuestionnaireKind.ACTIVITIES:
            return self._activities()
        if self.skip.data:
            return GivenAnswers({item.id: None for item in made.items})
        if made.kind is QuestionnaireKind.TICKS:
            ticked = set(self["ticks"].data or ())
            return GivenAnswers({item.id: int(item.id in ticked) for item in made.items})
        return GivenAnswers({item.id: _number(self[item.id].data) for item in made.items})

    def _activities(self) -> GivenAnswers:
        named = self.page.activities
        if self.skip.data:
            return GivenAnswers(dict.fromkeys(_ids(len(named)), None), named)
        if named:
            return GivenAnswers({key: _number(self[key].data) for key in _ids(len(named))}, named)
        rows = [(self[f"t{n}"].data, self[f"a{n}"].data) for n in self.numbers if self[f"t{n}"].data]
        answers = {key: _number(rate) for key, (_, rate) in zip(_ids(len(rows)), rows, strict=True)}
        return GivenAnswers(answers, tuple(text for text, _ in rows))

    @property
    def numbers(self) -> range:
        """The places for activities, from 1."""
        assert self.page.questionnaire.activities is not None
        return range(1, self.page.questionnaire.activities.most + 1)

    def validate(self, extra_validators: Any = None) -> bool:
        fine = bool(super().validate(extra_validators))
        if self.page.questionnaire.kind is QuestionnaireKind.TICKS:
            return self._ticks_fit() and fine
        names_things = (
            self.page.questionnaire.kind is QuestionnaireKind.ACTIVITIES and not self.page.activities
        )
        return (self._names_fit() if names_things else True) and fine

    def _ticks_fit(self) -> bool:
        # a button pressed by mistake is no answer: whoever ticks nothing is asked whether that is so
        ticks, none = self["ticks"], self["none"]
        if bool(ticks.data) is not none.data:
            return True
        none.errors = [
            say("You ticked sentences as well. Untick them, or “None of these sentences today”.")
            if none.data
            else say(
                "Nothing is ticked. If that is right, tick “None of these sentences today” and send again."
            )
        ]
        return False

    def _names_fit(self) -> bool:
        before = len(self.errors)
        seen: set[str] = set()
        for number in self.numbers:
            text, rate = self[f"t{number}"], self[f"a{number}"]
            if text.data and not rate.data:
                rate.errors = [say("Choose a number from 0 to 10 for “%(thing)s”.", thing=text.data)]
            if rate.data and not text.data:
                text.errors = [say("Say what this number is about.")]
            if text.data and text.data.casefold() in seen:
                text.errors = [say("You have named this already.")]
            seen.add((text.data or "").casefold())
        if not any(self[f"t{number}"].data for number in self.numbers) and len(self.errors) == before:
            self["t1"].errors = [say("Name at least one thing, or leave these questions out.")]
        return not self.errors


class CorrectForm(AnswersForm):
    """An answer put right by the practice; `revision` is the one the page showed."""

    revision = VersionField()
    reason = LongTextField("Reason", longest=LONGEST_REASON, required="Say why this is put right.")


def answers_form(page: QuestionnairePage, *, filled: QuestionnaireResponse | None = None) -> AnswersForm:
    """The form of one page, with earlier answers in it where they may be seen."""
    made: AnswersForm = _made_for(AnswersForm, page, filled, {})
    return made


def correct_form(page: QuestionnairePage, response: QuestionnaireResponse) -> CorrectForm:
    """The form that puts one page right, with what stands now."""
    made: CorrectForm = _made_for(CorrectForm, page, response, {"revision": response.revision})
    return made


def since_words(page: QuestionnairePage) -> str:
    """The day a change is measured from, as the question names it."""
    if page.since is None:
        return ""
    day = day_in_words(page.since)
    return say("your first visit on %(day)s", day=day) if page.is_first_visit else day


def _made_for(
    kind: type[Any], page: QuestionnairePage, filled: QuestionnaireResponse | None, data: dict[str, Any]
) -> Any:
    made = page.questionnaire
    fields = _activity_fields(page) if made.activities else _fields(page)
    # the same fields are asked the same way: one class a page, made anew because labels name days and things
    form = type(kind.__name__, (kind,), {**fields, "page": page})(
        data=data | (_stored(page, filled) if filled else {})
    )
    if made.activities and not page.activities:
        for number in form.numbers:
            form[f"t{number}"].label.text = say(
                "%(ask)s (%(number)s of %(most)s)",
                ask=made.activities.ask,
                number=number,
                most=made.activities.most,
            )
    return form


def _fields(page: QuestionnairePage) -> dict[str, Any]:
    made = page.questionnaire
    if made.kind is QuestionnaireKind.TICKS:
        choices = [SelectChoice(item.id, item.text) for item in made.items]
        return {
            "ticks": SelectMultipleField(say("Sentences that describe you today"), choices=choices),
            "none": BooleanField(say("None of these sentences today")),
        }
    return {item.id: _question(page, item) for item in made.items}


def _question(page: QuestionnairePage, item: QuestionnaireItem) -> RadioField:
    text = item.text.format(since=since_words(page)) if page.questionnaire.needs_since else item.text
    choices = [SelectChoice(str(value), words) for value, words in item.options]
    if page.questionnaire.is_screen:
        return RadioField(text, choices=choices, validators=[Optional()])
    declines = page.questionnaire.may_be_declined
    if declines:
        choices.append(SelectChoice(DECLINED, say("I would rather not say")))
    missing = (
        say("Choose an answer, or “I would rather not say”.")
        if declines
        else say("Choose an answer, or leave this question out.")
    )
    return RadioField(text, choices=choices, validators=[InputRequired(missing)])


def _activity_fields(page: QuestionnairePage) -> dict[str, Any]:
    named = page.questionnaire.activities
    assert named is not None
    if page.activities:
        required = [InputRequired(say("Choose a number, or “I cannot say”."))]
        return {
            key: RadioField(text, choices=_rates(named, declines=True), validators=required)
            for key, text in zip(_ids(len(page.activities)), page.activities, strict=True)
        }
    fields: dict[str, Any] = {}
    for number in range(1, named.most + 1):
        fields[f"t{number}"] = LineField(named.ask, longest=LONGEST_ACTIVITY)
        fields[f"a{number}"] = RadioField(
            named.rate.text, choices=_rates(named, declines=False), validators=[Optional()]
        )
    return fields


def _rates(named: NamedActivities, *, declines: bool) -> list[SelectChoice]:
    choices = [SelectChoice(str(value), words) for value, words in named.rate.options]
    return [*choices, SelectChoice(DECLINED, say("I cannot say"))] if declines else choices


def _stored(page: QuestionnairePage, row: QuestionnaireResponse) -> dict[str, Any]:
    answers: Mapping[str, int | None] = row.answers
    if page.questionnaire.kind is QuestionnaireKind.TICKS:
        return {"ticks": [key for key, value in answers.items() if value]}
    declines = page.questionnaire.may_be_declined
    shown = {
        key: str(value) if value is not None else DECLINED if declines else None
        for key, value in answers.items()
    }
    if page.questionnaire.activities and not page.activities:
        shown |= {f"t{number}": text for number, text in enumerate(row.activities or (), start=1)}
    return shown


def _ids(count: int) -> list[str]:
    return [f"a{number}" for number in range(1, count + 1)]


def _number(data: Any) -> int | None:
    if data in (None, "", DECLINED):
        return None
    try:
        return int(data)
    except ValueError:
        raise RuleBroken(say("Choose one of the answers offered here.")) from None
