"""Two clients of one name: every page that lists people says when each of them was born."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from clinic.domain.types import CheckinState, MailKind, OutboxState
from clinic.models import OutboxMessage
from clinic.services import warnings
from clinic.services.clock import now
from clinic.services.reasons import rebuilding
from clinic.services.transaction import transaction
from tests.factories.checkins import answered, schedule_of, sent_checkin
from tests.factories.records import World, make_world
from tests.visitor import Visitor

NAME = "Ada Northcote"
BORN = {"ada": date(1961, 5, 3), "bela": date(1974, 11, 30)}
IN_THE_LEDGER = (CheckinState.FAILED, CheckinState.SKIPPED, CheckinState.WAITING, CheckinState.IN_DOUBT)
LISTS = ("/today", "/clients", "/check-ins", "/mail")
# Told apart is a name with the day of birth behind it; the client list has the group or the kind between.
ALONE = re.compile(NAME + r"(?!,? (?:[\w ]{1,40}, )?born \d)")


@pytest.fixture
def world(app: Flask) -> World:
    """A practice with two clients of one name, and of each whatever a list can hold."""
    made = make_world()
    for short, day in BORN.items():
        records = made.records[short]
        with transaction():
            records.client.name, records.client.born_on = NAME, day
            schedule_of(records.program).next_due_at = now() + timedelta(minutes=1)
            records.reply.read_at = None
        for number, state in enumerate(IN_THE_LEDGER):
            sent_checkin(records.program, at=now() - timedelta(days=number + 2), state=state, sent_at=None)
        answered(records.program, now() - timedelta(minutes=1))
    warnings.name_on_own_page(made.people.actor(made.people.client_user), ["saddle"])
    with transaction() as session:
        alerts = update(OutboxMessage).where(OutboxMessage.kind == MailKind.WARNING_SIGN_ALERT)
        session.execute(alerts.values(state=OutboxState.FAILED, reason="refused"))
    rebuilding.rebuild(made.people.practice.id)
    return made


def lists_of_people(app: Flask) -> list[str]:
    """Every page of the practice that is not about one record."""
    rules = app.url_map.iter_rules()
    return sorted(
        rule.rule
        for rule in rules
        if rule.endpoint.startswith("practitioner.") and "GET" in rule.methods and not rule.arguments
        if not rule.rule.endswith(".html")  # the mail itself
    )


def named(html: str) -> list[str]:
    """Each place that names them, as it is read or read out, with what follows."""
    body = re.sub(r"(?s)<(script|style|head).*?</\1>", " ", html)
    said = " ".join(re.sub(r"<[^>]+>", " ", body).split())
    labels = re.findall(r'aria-label="([^"]*)"', body)
    return [
        line[place.start() : place.end() + 60]
        for line in (said, *labels)
        for place in re.finditer(NAME, line)
    ]


def test_every_list_of_people_says_when_each_of_two_was_born(
    world: World, app: Flask, visit: Callable[..., Visitor]
) -> None:
    browser, pages = visit(world.people.owner), lists_of_people(app)
    assert set(LISTS) <= set(pages)
    for path in pages:
        answer = browser.get(path, status=None)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        places = named(answer.text)
        assert not [each for each in places if ALONE.match(each)], path
        if path in LISTS:
            for day in ("born 3 May 1961", "born 30 Nov 1974"):
                assert any(day in each for each in places), f"{path}: {day}"
