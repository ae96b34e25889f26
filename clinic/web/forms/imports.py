"""Forms of an import: the file, which column is which, and what is wished for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField
from wtforms.fields import SelectChoice

from clinic.domain.foreign_dates import DayOrder
from clinic.domain.imports import ImportField
from clinic.models import ClientImport
from clinic.services.imports.uploading import Matching
from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.fields import OneOfField
from clinic.web.presenters.imports import DAY_ORDERS, FIELDS, LEFT_OUT

NOT_ONE_OF_THESE = "Choose one of these."


class FirstLine(StrEnum):
    """What the first line of a file holds."""

    NAMES = "names"
    SOMEBODY = "somebody"


FIRST_LINES: Mapping[FirstLine, str] = {
    FirstLine.NAMES: "The names of the columns",
    FirstLine.SOMEBODY: "Somebody to add",
}


class UploadForm(OnceForm):
    """The file itself stands beside it."""


class BeginImportForm(Form):
    """What else is done with the list; `seen` is how the file was read on the page."""

    seen = HiddenField()
    fills = BooleanField("Fill in what is empty in the records of those who are here already")
    adds_namesakes = BooleanField("Add those, too, who are like somebody here by the name alone")
    is_consented = BooleanField(
        "Everybody in this list agrees that we keep their health record and write to them by email"
    )


class MatchForm(Form):
    """Which column is which; the columns are those of one file, see `match_form`."""

    first_line = OneOfField("What is in the first line?", FirstLine, FIRST_LINES, required=NOT_ONE_OF_THESE)
    day_order = OneOfField("Which comes first in a date like 03/05/1961?", DayOrder, DAY_ORDERS)
    width: int

    def matching(self) -> Matching:
        """What was said."""
        columns = [self[_name(at)].data for at in range(self.width)]
        return Matching(columns, self.first_line.data is FirstLine.NAMES, self.day_order.data)

    def selects(self) -> list[SelectField]:
        """The fields of the columns, in their order."""
        return [self[_name(at)] for at in range(self.width)]


def match_form(about: ClientImport) -> MatchForm:
    """The form for the columns of one file, as they are matched by now."""
    fields = {_name(at): _select(header) for at, header in enumerate(about.headers)}
    kind: Any = type("MatchFormOfOneFile", (MatchForm,), {**fields, "width": len(about.headers)})
    now: dict[str, Any] = {_name(at): _field(word) for at, word in enumerate(about.columns)}
    now["first_line"] = FirstLine.NAMES if about.has_header else FirstLine.SOMEBODY
    made: MatchForm = kind(data={**now, "day_order": about.day_order})
    return made


def _select(header: str) -> SelectField:
    choices: Sequence[SelectChoice] = [
        SelectChoice("", LEFT_OUT),
        *(SelectChoice(field.value, words) for field, words in FIELDS.items()),
    ]
    return SelectField(
        header or "(no name)", choices=choices, coerce=_field, invalid_choice_message=NOT_ONE_OF_THESE
    )


def _field(word: Any) -> Any:
    """The field of a word, None for a column that is left out; any other word is never on offer."""
    if not word:
        return None
    return ImportField(word) if word in set(ImportField) else str(word)


def _name(at: int) -> str:
    return f"column_{at}"
