"""The forms of asking: which questionnaires, and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wtforms import BooleanField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from clinic.domain.asking import AskChannel
from clinic.domain.errors import RuleBroken
from clinic.domain.questionnaires import Questionnaire
from clinic.models import Client, Practice
from clinic.services.actors import Actor
from clinic.services.questionnaires.wishes import Prospect, QuestionnaireWish, problems
from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.fields import DatePartsField, OneOfField

CHANNELS = {
    AskChannel.CLINIC: "Here in the practice, on this device or typed in for them",
    AskChannel.MAIL: "A link by mail, open for 14 days",
    AskChannel.PAGES: "On the client’s own pages, without a mail",
}


class AskForm(OnceForm):
    """Which questionnaires, and how the client is asked."""

    keys = SelectMultipleField("Questionnaires")
    channel = OneOfField("How", AskChannel, CHANNELS, required="Choose how the client is asked.")
    since = DatePartsField("Change is measured from")
    new_activities = BooleanField("Let the client name new activities")
    confirmed = BooleanField("")

    def offer(self, known: Iterable[Questionnaire]) -> None:
        """The questionnaires there are."""
        known = list(known)
        self.keys.choices = [SelectChoice(each.id, each.full_name) for each in known]
        screens = [each for each in known if each.is_screen]
        self.confirmed.label.text = screens[0].confirm if screens else ""

    def show(self, prospect: Prospect, usual: Iterable[str]) -> None:
        """What stands in it when it is opened."""
        self.since.data = prospect.first_visit
        self.keys.data = list(usual)

    def be_asked_by(self, actor: Actor, client: Client, practice: Practice) -> None:
        """Who asks whom."""
        self._asked = actor, client, practice

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against asking so."""
        return problems(*self._asked, self.wish())

    def wish(self) -> QuestionnaireWish:
        """What was asked for; only on a valid form."""
        return QuestionnaireWish(
            form_key=self.key.data or "",
            keys=tuple(self.keys.data or ()),
            channel=self.channel.data,
            since=self.since.data,
            new_activities=bool(self.new_activities.data),
            confirmed=bool(self.confirmed.data),
        )

    def validate_keys(self, field: SelectMultipleField) -> None:
        """Nothing chosen is nothing asked."""
        if not field.data:
            raise ValidationError("Choose at least one questionnaire.")


class ActForm(Form):
    """A button and its token, nothing else."""
