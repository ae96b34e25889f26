"""A client's page in a language that is made up: what stands outside its brackets went past the catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from clinic.catalogue import load_catalogue
from clinic.domain.types import Audience
from clinic.extensions import db
from clinic.languages import MADE_UP, language
from clinic.models import Practice
from tests.factories.records import make_world
from tests.languages.outside import of_page
from tests.policy.addresses import addresses
from tests.policy.requests import rules
from tests.visitor import Visitor

# Rules whose pages still say something by themselves: this list only ever gets shorter.
STILL = frozenset(
    {
        "client.account.devices",
        "client.account.show",
        "client.appointments.ask",
        "client.appointments.call_off",
        "client.appointments.file",
        "client.appointments.index",
        "client.appointments.move",
        "client.calendar.show",
        "client.comforts.show",
        "client.consents.show",
        "client.documents.file",
        "client.erasure.ask",
        "client.groups.index",
        "client.history.index",
        "client.mail.show",
        "client.media.show",
        "client.messages.index",
        "client.new_version.show",
        "client.own_answers.index",
        "client.own_device.kept",
        "client.own_device.show",
        "client.pain.answer",
        "client.practise.show",
        "client.program.move",
        "client.program.show",
        "client.progress.report",
        "client.progress.report_pdf",
        "client.progress.show",
        "client.questionnaires.ask",
        "client.questionnaires.index",
        "client.recheck.show",
        "client.reminders.show",
        "client.stopping.say",
        "client.today.index",
        "client.today.log",
        "client.warnings.show",
        "client.warnings.taken_back",
        "public.address.show",
        "public.checkin.show",
        "public.checkin.taken_back",
        "public.home.security",
        "public.invitation.show",
        "public.joining.confirm",
        "public.joining.show",
        "public.own_answers.show",
        "public.questionnaires.ask",
        "public.questionnaires.show",
        "public.reset.ask",
        "public.reset.choose",
        "public.signin.sign_in",
        "public.staff_invitation.show",
        "public.unsubscribe.show",
    }
)
NO_WORDS = frozenset({"public.signin.sign_out"})  # leads on


@pytest.fixture
def in_pseudo(app: Flask) -> Iterator[None]:
    """The installation speaks the made-up language."""
    babel = app.extensions["babel"]
    before = babel.locale_selector
    babel.locale_selector = lambda: language(MADE_UP[1]).locale
    yield
    babel.locale_selector = before


def test_pages_say_nothing_past_the_catalogue(
    app: Flask, visit: Callable[..., Visitor], in_pseudo: None
) -> None:
    world = make_world()
    client, nobody = visit(world.people.client_user), visit(None)
    outside: dict[str, set[str]] = {}
    for name, rule in rules().items():
        if "GET" not in rule.methods or rule.audience not in (Audience.CLIENT, Audience.PUBLIC):
            continue
        if name in NO_WORDS:
            continue
        for address in addresses(rule, world):
            reader = client if rule.audience is Audience.CLIENT else nobody
            answer = reader.get(address.url, status=None)
            if answer.mimetype == "text/html" and answer.status_code in (200, 404, 410, 422):
                outside.setdefault(name, set()).update(of_page(answer.get_data(as_text=True)))
    known = _kept_words()
    left = {name: sorted(found) for name, said in outside.items() if (found := _unknown(said, known))}
    assert len(outside) > 50, "hardly a page was read"
    assert {name: found for name, found in left.items() if name not in STILL} == {}


def _unknown(said: set[str], known: re.Pattern[str]) -> set[str]:
    return {text for text in said if re.search(r"[A-Za-z]{2,}", known.sub(" ", text))}


def _kept_words() -> re.Pattern[str]:
    """What people and the signed catalogue wrote: no language of ours changes it."""
    kept: set[str] = {"Regroove"}
    for table in Practice.metadata.sorted_tables:
        for row in db.session.execute(table.select()):
            kept.update(_texts(list(row)))
    kept.update(_texts(load_catalogue()))
    for name in list(kept):
        if len(name) < 60:
            kept.update(part for part in name.split() if len(part) > 2 and part[:1].isupper())
    ordered = sorted((" ".join(each.split()) for each in kept if len(each) > 1), key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in ordered if each))


def _texts(value: Any, seen: set[int] | None = None) -> Iterator[str]:
    seen = set() if seen is None else seen
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each, seen)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _texts(each, seen)
    elif hasattr(value, "__dataclass_fields__") and id(value) not in seen:
        seen.add(id(value))
        for name in value.__dataclass_fields__:
            yield from _texts(getattr(value, name), seen)
