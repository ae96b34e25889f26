"""What the demo's clients who have logins wish for, look at and were given, beside what they log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any

from sqlalchemy import select

from clinic.domain.dates import day_in_words
from clinic.domain.practice_reminders import ReminderWay
from clinic.domain.progress_reports import ReportReader, digest
from clinic.domain.types import MistakeAnswer
from clinic.extensions import db
from clinic.models import Client, User
from clinic.services import practice_reminders
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.services.assessments import shared
from clinic.services.programs import rechecks
from clinic.services.progress import goals, reading, reports
from clinic.services.progress.reading import ClientProgress
from clinic.services.progress.reports import ReportWish
from clinic.services.transaction import transaction

GOALS = ("Weed the flower bed for an hour", "Lift my grandson onto the swing")
MOST_SHARED = 4
REMINDED = ((time(17, 30), ReminderWay.MAIL), (time(9), ReminderWay.CALENDAR))  # each client in another way
SIGNED = "Thank you for all you logged. Go on as you are; we look at the hinge together next time."


def make(practitioner: Actor) -> None:
    """Two goals each, measures shared, a reminder, a re-check, and a report of progress that was given."""
    query = (
        select(Client.id, User)
        .join(User, User.id == Client.user_id)
        .where(Client.practice_id == practitioner.practice_id, User.password_hash.is_not(None))
        .order_by(Client.sort_key, Client.id)
    )
    for place, (client_id, user) in enumerate(db.session.execute(query).all()):
        actor = accounts.actor_of(user)
        for number, words in enumerate(GOALS):
            goals.add(actor, f"{number:032x}", words)
        found = shared.offered(practitioner, client_id)[:MOST_SHARED]
        shared.share(practitioner, client_id, [each.spot.place.name for each in found])
        practice_reminders.wish(actor, *REMINDED[place % len(REMINDED)])
        _look_again(actor)
        _report(practitioner, reading.of_client(practitioner, client_id, whole=True))


def _look_again(actor: Actor) -> None:
    for each in rechecks.of_client(actor).checks:
        rechecks.check(actor, each.move.prescription.id, [MistakeAnswer.NO] * len(each.tests))


def _report(practitioner: Actor, found: ClientProgress) -> None:
    if found.days.plan is None:
        return
    content = {"reader": "The client", "sections": list(_sections(found))}
    wish = ReportWish(
        reader=ReportReader.CLIENT,
        since=found.days.plan.starts_on,
        until=found.today,
        content=content,
        seen=digest(content),
        words=SIGNED,
    )
    made = reports.sign(practitioner, found.client.id, found.client.id.hex, wish)
    with transaction():
        made.given_at = made.signed_at  # by hand: the demo sends no burst of mails when it begins


def _sections(found: ClientProgress) -> Iterator[dict[str, Any]]:
    practised = found.days.practised_throughout
    days = [("Since the first day", practised.in_words)] if practised and practised.expected else []
    yield _section("Practice", "Nothing was asked yet.", days)
    given = [each for each in found.points if each.value is not None]
    ends = (("At first", given[0]), ("Now", given[-1])) if given else ()
    pain = [(when, f"{each.value} of 10, {day_in_words(each.day, found.today)}") for when, each in ends]
    yield _section("Pain", "Nothing was said of it in check-ins.", pain)
    wanted = [(words, "Not yet") for words in GOALS]
    yield _section("Goals, in the client’s own words", "None is written down.", wanted)


def _section(title: str, empty: str, rows: list[tuple[str, str]]) -> dict[str, Any]:
    parts = [{"kind": "facts", "rows": [list(row) for row in rows]}] if rows else []
    return {"title": title, "empty": empty, "parts": parts}
