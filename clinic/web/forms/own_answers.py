"""The form of an answer of the practice's own, and the filter of their library."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wtforms import BooleanField, SelectMultipleField
from wtforms.fields import SelectChoice

from clinic.domain.cleaning import one_line
from clinic.domain.errors import RuleBroken
from clinic.domain.own_answers import LONGEST_QUESTION, LONGEST_TEXT, problems
from clinic.domain.own_moves import MOST_TAGS, tags_of
from clinic.domain.search import searched
from clinic.models import OwnAnswer
from clinic.services.own_answers.finding import AnswerFilter, AnswersShown
from clinic.services.own_answers.sources import AnswerSeed
from clinic.services.own_answers.writing import AnswerDetails, AnswerSubject
from clinic.web.forms.base import OnceForm
from clinic.web.forms.fields import LineField, LongTextField, VersionField
from clinic.web.presenters.own_answers import SHOWN_WORDS

MISTAKE = ":mistake"


class OwnAnswerForm(OnceForm):
    """A question, its answer and where it stands; `version` is the one that was seen, where there is one."""

    version = VersionField(default=0)
    question = LineField("Question", longest=LONGEST_QUESTION, required="Write the question.")
    text = LongTextField("Answer", longest=LONGEST_TEXT, required="Write the answer.")
    about = SelectMultipleField("About", choices=[])
    tags = LineField("Tags", longest=MOST_TAGS * 40)
    is_public = BooleanField("Anybody may read it, on your public page of answers")

    @classmethod
    def about_one_of(
        cls, subjects: Sequence[AnswerSubject], answer: OwnAnswer | None = None
    ) -> OwnAnswerForm:
        """The form with the moves that an answer can be about; with what stands, where there is an answer."""
        form = cls(data=_filled(answer)) if answer else cls()
        form.about.choices = list(_choices(subjects, answer))
        return form

    def details(self) -> AnswerDetails:
        """The form's values in the service's shape."""
        return AnswerDetails(
            question=self.question.data or "",
            text=self.text.data or "",
            about=_about(self.about.data or ()),
            tags=tags_of(self.tags.data or ""),
            is_public=self.is_public.data,
        )

    def rules(self) -> Iterator[RuleBroken]:
        """What is wrong with the answer as written."""
        return problems(self.question.data or "", self.text.data or "", tags_of(self.tags.data or ""))


class FromMessageForm(OwnAnswerForm):
    """An answer that is made of somebody's message; `looked` is asked where something could tell who."""

    ask = BooleanField("Ask the client whether their words may be used")
    looked = BooleanField("I have looked: nothing in it tells who asked")

    @classmethod
    def of_message(cls, subjects: Sequence[AnswerSubject], seed: AnswerSeed) -> FromMessageForm:
        """The form as it opens: the client's words and what was answered, to be put in general words."""
        about = [str(seed.move_id)] if seed.move_id in {each.move_id for each in subjects} else []
        told = {"question": one_line(seed.question)[:LONGEST_QUESTION], "text": seed.text, "about": about}
        form = cls(data=told)
        form.about.choices = list(_choices(subjects, None))
        return form


def wanted_from(args: Mapping[str, str]) -> AnswerFilter:
    """The filter that an address names; anything unknown is left out."""
    number = args.get("page", "")
    return AnswerFilter(
        text=searched(args.get("q", "")),
        shown=AnswersShown(args["shown"]) if args.get("shown") in SHOWN_WORDS else AnswersShown.OFFERED,
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 1,
    )


def address_parts(wanted: AnswerFilter) -> dict[str, str]:
    """What the library's address says of a filter, without the page."""
    shown = "" if wanted.shown is AnswersShown.OFFERED else wanted.shown.value
    return {name: value for name, value in {"q": wanted.text, "shown": shown}.items() if value}


def filter_fields(wanted: AnswerFilter) -> dict[str, dict[str, Any]]:
    """The fields of the filter bar, holding what is wanted now."""
    text = {"id": "q", "name": "q", "label": "Words of the question or the answer", "data": wanted.text}
    shown = {"id": "shown", "name": "shown", "label": "Show", "data": wanted.shown.value}
    return {"q": text, "shown": shown | {"choices": list(SHOWN_WORDS.items())}}


def _filled(answer: OwnAnswer) -> dict[str, Any]:
    about = [f"{each.move_id}{MISTAKE * each.about_mistake}" for each in answer.moves]
    named = ("version", "question", "text", "is_public")
    told: dict[str, Any] = {name: getattr(answer, name) for name in named}
    return told | {"about": about, "tags": ", ".join(answer.tags)}


def _about(chosen: Sequence[str]) -> dict[uuid.UUID, bool]:
    """The moves, and whether the mistake of each is meant: it is where both are chosen."""
    parts = [each.partition(MISTAKE) for each in sorted(chosen)]  # a mistake comes after its move
    return {uuid.UUID(move): bool(mistake) for move, mistake, _ in parts}


def _choices(subjects: Sequence[AnswerSubject], answer: OwnAnswer | None) -> Iterator[SelectChoice]:
    """Each move, and its named mistake below it; a retired one only where the answer is about it."""
    known = {each.move_id for each in subjects}
    here = [each.move for each in (answer.moves if answer else ()) if each.move_id not in known]
    named = [(move, move.named_mistake) for move in here]
    retired = [AnswerSubject(move.id, move.name, wrong.name if wrong else None) for move, wrong in named]
    for each in [*subjects, *retired]:
        yield SelectChoice(str(each.move_id), each.name)
        if each.mistake:
            yield SelectChoice(f"{each.move_id}{MISTAKE}", f"{each.name}: the {each.mistake}")
