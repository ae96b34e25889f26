"""The forms of what clients notice: the self-tests of a re-check, and why they stopped."""

from __future__ import annotations

from collections.abc import Sequence

from clinic.domain.rechecks import SelfTest
from clinic.domain.stopping import CLIENTS_WORDS
from clinic.domain.types import MistakeAnswer, StopReason
from clinic.domain.words import say
from clinic.web.forms.base import Form
from clinic.web.forms.fields import OneOfField

HOW_IT_WAS = {
    MistakeAnswer.NO: say("It was right"),
    MistakeAnswer.YES: say("It was not right"),
    MistakeAnswer.NOT_SURE: say("I am not sure"),
}
SAY_HOW = say("Say how it was.")


class RecheckForm(Form):
    """How each of the self-tests was; nothing is chosen beforehand."""

    first = OneOfField("", MistakeAnswer, HOW_IT_WAS, required=SAY_HOW)
    second = OneOfField("", MistakeAnswer, HOW_IT_WAS, required=SAY_HOW)
    third = OneOfField("", MistakeAnswer, HOW_IT_WAS, required=SAY_HOW)

    @classmethod
    def of_move(cls, place: int, tests: Sequence[SelfTest], *, is_sent: bool) -> RecheckForm:
        """The form of one of the moves on a page, with what was sent of it, if it is the one that was."""
        form = cls() if is_sent else cls(formdata=None)
        form.ask(tests)
        for field in form._places():
            field.id = field.label.field_id = f"{field.name}-{place}"  # one page has several forms
        return form

    def ask(self, tests: Sequence[SelfTest]) -> None:
        """Ask by what each test is about, and not for more than there are."""
        for number, field in enumerate(self._places()):
            if number < len(tests):
                field.label.text = _about(number + 1, tests[number])
            else:
                del self[field.name]

    @property
    def answers(self) -> list[MistakeAnswer | None]:
        """How each was, in their order."""
        return [field.data for field in self._places()]

    def _places(self) -> list[OneOfField]:
        return [self[name] for name in ("first", "second", "third") if name in self]


def _about(number: int, test: SelfTest) -> str:
    """What a test is about. A mistake is said to be one: "it was right" stands below its name."""
    if test.fix:
        return say("%(number)s. Watch out for “%(mistake)s”", number=number, mistake=test.title)
    return say("%(number)s. %(about)s", number=number, about=test.title)


class StoppingForm(Form):
    """Why somebody stopped: each answer is a button."""

    because = OneOfField(
        say("Why did you stop?"), StopReason, CLIENTS_WORDS, required=say("Choose what fits best.")
    )
