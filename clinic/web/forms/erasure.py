"""Erasing a client, and what the practice has said about it."""

from __future__ import annotations

import uuid
from typing import Any

from wtforms import BooleanField, IntegerField, SelectMultipleField
from wtforms.validators import NumberRange, Optional

from clinic.domain.erasure import FEWEST_YEARS, MOST_YEARS, ErasureReason
from clinic.domain.errors import RuleBroken
from clinic.domain.words import say
from clinic.models import Practice
from clinic.services.erasure.asking import LONGEST_LAW, KeepingByLaw
from clinic.web.forms.base import Form
from clinic.web.forms.fields import LineField, LongTextField, OneOfField
from clinic.web.presenters.erasure import KEEPING, REASONS, Keeping

YEARS = say(
    "Enter %(fewest)s to %(most)s years, in figures.",
    fewest=FEWEST_YEARS,
    most=MOST_YEARS,
)


class _YearsField(IntegerField):
    """A number of years, or nothing."""

    def __init__(self, label: str, **options: Any) -> None:
        bounds = [Optional(), NumberRange(FEWEST_YEARS, MOST_YEARS, YEARS)]
        super().__init__(label, bounds, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            if not (text.isascii() and text.isdigit()):
                raise ValueError(YEARS)
            self.data = int(text)


class KeepingForm(Form):
    """For how long the law keeps signed records, and which law."""

    keep_years = _YearsField("Years after the last signed record")
    keep_law = LineField("The law that demands it", longest=LONGEST_LAW)

    def keeping(self) -> KeepingByLaw | None:
        """Both or neither; raises RuleBroken for one alone."""
        years, law = self.keep_years.data, self.keep_law.data
        if years is None and not law:
            return None
        if years is None:
            raise RuleBroken(YEARS, "keep_years")
        return KeepingByLaw(years, law or "")


class EraseForm(KeepingForm):
    """Why a client is erased, and what is kept of them where that has to be said."""

    reason = OneOfField("Why", ErasureReason, REASONS, required="Say why.")
    note = LongTextField("Note", longest=500)
    keeps = OneOfField("Signed records", Keeping, KEEPING, validate_choice=False)

    def asked_to_keep(self, *, must_say: bool) -> KeepingByLaw | None:
        """What is kept by law; raises RuleBroken where it has to be said and is not."""
        if not must_say or self.keeps.data is Keeping.NOTHING:
            return None
        if self.keeps.data is None:
            raise RuleBroken(say("Say whether your law demands that signed records are kept."), "keeps")
        keep = self.keeping()
        if keep is None:
            raise RuleBroken(YEARS, "keep_years")
        return keep


class ErasureSettingsForm(KeepingForm):
    """After how many years somebody is listed, and what the law keeps each time."""

    retention_years = _YearsField("Years after the last contact")

    def show(self, practice: Practice) -> None:
        """What stands now."""
        for name in ("retention_years", "keep_years", "keep_law"):
            self[name].data = getattr(practice, name)


class DueForm(Form):
    """Which of those who are due are erased."""

    clients = SelectMultipleField("Clients", coerce=uuid.UUID, validate_choice=False)
    sure = BooleanField("I have looked at each of them")
