"""The form that puts a battery together: picked tests in order, their fields, and tests to be added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from werkzeug.datastructures import MultiDict

from clinic.catalogue.plain_words import plain_words
from clinic.domain.assessment import AssessmentTest
from clinic.domain.errors import RuleBroken
from clinic.domain.search import fold
from clinic.domain.types import Section
from clinic.services.actors import Actor
from clinic.services.batteries import own_batteries
from clinic.services.batteries.own_batteries import MOST_TESTS, Pick
from clinic.web.forms.base import OnceForm
from clinic.web.forms.fields import LineField, LongTextField, VersionField

UP, DOWN, REMOVE = "up:", "down:", "remove:"


class ComposeForm(OnceForm):
    """A battery's name and purpose; the picked tests stand beside it, in fields that `picks_sent` reads."""

    version = VersionField(default=0)
    name = LineField("Name", longest=120, required="Give the battery a name.")
    purpose = LongTextField("What it is for", longest=400)
    q = LineField("Find a test", longest=60)

    @classmethod
    def blank(cls, name: str | None = None, purpose: str | None = None) -> ComposeForm:
        """A new battery, as a copy of another one if that is given."""
        return cls(data={"name": name, "purpose": purpose})

    def be_asked_by(self, actor: Actor, picks: Sequence[Pick], key: str | None = None) -> None:
        """Who puts together what, and which battery it follows."""
        self._asked = actor, picks, key

    def rules(self) -> Iterator[RuleBroken]:
        """What is wrong with the battery besides its fields."""
        actor, picks, key = self._asked
        return own_batteries.problems(actor, self.name.data or "", picks, key)


def picks_sent(sent: MultiDict[str, str], tests: Mapping[str, AssessmentTest]) -> tuple[Pick, ...]:
    """The picked tests in order, with what was ticked of each, then those that were just added, whole.

    A test that is not offered stays in the list: saving says what is wrong with it.
    """
    picked = list(dict.fromkeys(sent.getlist("picked")))[: MOST_TESTS + 1]
    added = [key for key in sent.getlist("add") if key in tests and key not in picked][: MOST_TESTS + 1]
    act = sent.get("act", "")
    picks = [Pick(key, tuple(dict.fromkeys(sent.getlist(f"fields-{key}")))) for key in picked]
    picks += [Pick(key, tuple(field.id for field in tests[key].fields)) for key in dict.fromkeys(added)]
    return tuple(_arranged([_tidy(pick, tests) for pick in picks], act, tests))


def found(tests: Mapping[str, AssessmentTest], wanted: str | None) -> list[AssessmentTest]:
    """The tests whose name, section, region or plain words hold every word of what is wanted."""
    words = fold(wanted or "").split()
    return [test for test in tests.values() if all(word in _searched(test) for word in words)]


def _searched(test: AssessmentTest) -> str:
    plain = plain_words().get(test.id)
    told = plain.tested if plain else ""
    return fold(f"{test.name} {test.region} {test.section.value.replace('_', ' ')} {told}")


def _tidy(pick: Pick, tests: Mapping[str, AssessmentTest]) -> Pick:
    test = tests.get(pick.test)
    if test is None:
        return pick
    known = tuple(field.id for field in test.fields if field.id in pick.fields)
    return replace(pick, fields=known + tuple(key for key in pick.fields if key not in known))


def _arranged(picks: list[Pick], act: str, tests: Mapping[str, AssessmentTest]) -> Sequence[Pick]:
    """The picks section by section, one of them moved within its section or taken out."""
    order = {section: number for number, section in enumerate(Section)}
    rows = sorted(picks, key=lambda pick: order[tests[pick.test].section] if pick.test in tests else -1)
    if act.startswith(REMOVE):
        return [pick for pick in rows if pick.test != act.removeprefix(REMOVE)]
    step = -1 if act.startswith(UP) else 1 if act.startswith(DOWN) else 0
    key = act.partition(":")[2]
    here = next((place for place, pick in enumerate(rows) if step and pick.test == key), None)
    if here is None or not 0 <= here + step < len(rows):
        return rows
    there = here + step
    same = key in tests and rows[there].test in tests
    if same and tests[key].section is tests[rows[there].test].section:
        rows[here], rows[there] = rows[there], rows[here]
    return rows
