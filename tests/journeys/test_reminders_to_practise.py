"""With a mail server: a client wishes to be reminded, is where nothing is logged, and stops it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import select

from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.types import LogOutcome, MailKind, OutboxState
from clinic.extensions import db
from clinic.mail.maildir import StoredMail
from clinic.models import Client, OutboxMessage, Practice, PracticeReminder, User
from clinic.services.accounts import signing_in as accounts
from clinic.services.clock import now, today_in
from clinic.services.programs import diary
from tests.journeys.installation import MAIL_WITHIN, Installation, link_in
from tests.journeys.people import Somebody, a_client, settle
from tests.journeys.test_guided_practice import PHONE
from tests.sink import Sink, running_sink

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

SUBJECT = "Your reminder for today"
OF_HEALTH = re.compile(
    r"(?i)\b(hips?|hinge|turns?|pain\w*|backs?|mistakes?|exercis\w+|programs?|sore|routine)\b"
)


@dataclass(frozen=True, slots=True)
class Reminded:
    """An installation with its worker, and the mail server that it sends to."""

    at: Installation
    server: Sink
    zone: ZoneInfo

    def mails_to(self, somebody: Somebody) -> list[StoredMail]:
        """The reminders that arrived for somebody, in turn."""
        arrived = [message_from_bytes(each, policy=policy.default) for each in list(self.server.messages)]
        to = [each for each in arrived if somebody.email in str(each["To"]) and each["Subject"] == SUBJECT]
        return [StoredMail(str(each["Message-ID"]), now(), each) for each in to]

    def count(self, *people: Somebody) -> list[int]:
        """How many reminders each has had."""
        return [len(self.mails_to(each)) for each in people]

    def the_hour_comes(self, *people: Somebody) -> None:
        """It is due today; returns when the worker has looked, and sent what it promised."""
        with self.at.inside():
            today = today_in(self.zone.key)
            for row in self._wishes(people):  # the stopped ones too: no clock spares them
                row.next_due_at = datetime.combine(today, row.at_time, self.zone).astimezone(UTC)
            db.session.commit()
        self.at.plans_now()
        self.at.until(lambda: self._looked_and_sent(people), MAIL_WITHIN, "did not settle the reminders")

    def _looked_and_sent(self, people: tuple[Somebody, ...]) -> bool:
        with self.at.inside():
            asked = [row.next_due_at for row in self._wishes(people) if row.stopped_at is None]
            looked = all(due is not None and due > now() for due in asked)
            promised = select(OutboxMessage.state).where(OutboxMessage.kind == MailKind.PRACTICE_REMINDER)
            return looked and set(db.session.scalars(promised)) <= {OutboxState.SENT}

    def _wishes(self, people: tuple[Somebody, ...]) -> list[PracticeReminder]:
        query = (
            select(PracticeReminder)
            .join(PracticeReminder.client)
            .where(Client.email.in_([each.email for each in people]))
        )
        return list(db.session.scalars(query))


@pytest.fixture(scope="module")
def reminded(
    tmp_path_factory: pytest.TempPathFactory, migrated: Path, browser: Browser
) -> Iterator[Reminded]:
    with ExitStack() as ends:
        server = ends.enter_context(running_sink(keep=True))
        url = f"smtp://127.0.0.1:{server.port}"
        installation = Installation(tmp_path_factory.mktemp("reminded"), CLINIC_SMTP_URL=url)
        installation.with_tables(migrated)
        ends.callback(installation.stop)
        installation.start()
        settle(installation)
        with installation.inside():
            zone = ZoneInfo(db.session.scalars(select(Practice.time_zone)).one())
        yield Reminded(installation, server, zone)
        assert not installation.troubles()


def signs_in(reader: Reader, somebody: Somebody) -> None:
    reader.fills(email=somebody.email, password=somebody.password)
    reader.presses("Sign in", within="main")


def wishes(reader: Reader, somebody: Somebody, reminded: Reminded, way: str = "By mail") -> str:
    """To be reminded from tomorrow on, at this very minute; returns it."""
    reader.opens("/sign-in")
    signs_in(reader, somebody)
    reader.opens("/account")
    reader.presses("Be reminded of your moves")
    minute = f"{datetime.now(reminded.zone):%H:%M}"
    reader.fills(at_time=minute)
    reader.ticks(way)
    reader.presses("Remind me")
    reader.sees("We will remind you.")
    return minute


def practised(reminded: Reminded, somebody: Somebody, days: int) -> None:
    """Each of so many days until yesterday was logged as done, on the day itself."""
    with reminded.at.inside():
        actor = accounts.actor_of(db.session.scalars(select(User).where(User.email == somebody.email)).one())
        for ago in range(days, 0, -1):
            then = now() - timedelta(days=ago)
            with time_machine.travel(then, tick=False):
                diary.log_day(actor, then.astimezone(reminded.zone).date(), DiaryEntry(LogOutcome.DONE))


def test_one_mail_on_a_day_without_a_log_fewer_as_the_habit_holds_and_none_once_stopped(
    reminded: Reminded, sit_down: SitDown
) -> None:
    fay, lotte, _ = everybody = tuple(
        a_client(reminded.at, name) for name in ("Fay Forgets", "Lotte Logs", "Hanna Holds")
    )
    phones = [sit_down(each.name, reminded.at, **PHONE) for each in everybody]
    for phone, each, days in zip(phones, everybody, (1, 1, 14), strict=True):
        practised(reminded, each, days)
        minute = wishes(phone, each, reminded)
        phone.sees(f"We remind you by mail at {minute}.")
    of_fay, of_lotte, _ = phones
    of_lotte.opens("/my")
    of_lotte.ticks("Done")
    of_lotte.presses("Save")
    of_lotte.sees("Today: Done")

    reminded.the_hour_comes(*everybody)
    assert reminded.count(*everybody) == [1, 0, 0], "Lotte has logged; Hanna's habit holds a day without"
    reminded.the_hour_comes(*everybody)
    assert reminded.count(*everybody) == [1, 0, 0], "one a day"

    (mail,) = reminded.mails_to(fay)
    assert OF_HEALTH.findall(f"{mail.message['Subject']} {mail.text} {mail.html}") == []
    opened = sit_down("Fay in her mail", reminded.at, **PHONE)
    opened.opens(link_in(mail, "/my"))
    signs_in(opened, fay)
    opened.is_at("/my")
    opened.presses("Start", within="main")
    opened.is_at("/my/practise")

    reminded.at.a_week_passes()
    reminded.the_hour_comes(*everybody)
    assert reminded.count(*everybody) == [2, 1, 1], "a week later nobody has logged"
    reader = sit_down("Fay with an old phone", reminded.at, **PHONE, java_script_enabled=False)
    reader.opens(link_in(reminded.mails_to(fay)[-1], "/u/"))
    reader.sees("Stop reminders to practise?")
    reader.presses("Stop these mails")
    reader.sees("Reminders to practise are stopped")
    of_fay.opens("/account/reminders")
    of_fay.does_not_see("We remind you by mail")
    of_lotte.opens("/account/reminders")
    of_lotte.presses("Stop my reminders")
    of_lotte.sees("Your reminders are stopped.")

    wim = a_client(reminded.at, "Wim Witness")
    practised(reminded, wim, 1)
    wishes(sit_down("Wim", reminded.at, **PHONE), wim, reminded)
    reminded.at.a_week_passes()
    reminded.the_hour_comes(*everybody, wim)
    assert reminded.count(fay, lotte, wim) == [2, 1, 1], "whoever stopped them hears no more"


def test_a_calendar_is_told_instead_and_knows_nothing_of_health(
    reminded: Reminded, sit_down: SitDown
) -> None:
    cleo, witness = a_client(reminded.at, "Cleo Calendar"), a_client(reminded.at, "Wim Mail")
    for each in (cleo, witness):
        practised(reminded, each, 1)
    wishes(sit_down("Wim", reminded.at, **PHONE), witness, reminded)
    phone = sit_down("Cleo", reminded.at, **PHONE, java_script_enabled=False)
    minute = wishes(phone, cleo, reminded, "In my own calendar")
    phone.sees(f"Your calendar reminds you at {minute}.", "Your calendar does not know us yet")
    phone.presses("Make an address for your calendar")
    phone.presses("Make an address")
    address = phone.page.get_by_label("Address for your calendar").input_value()

    first, *further = events(phone, address, reminded.zone)
    assert first.date() == today_in(reminded.zone.key)
    assert {f"{each:%H:%M}" for each in (first, *further)} == {minute}
    assert further, "the days to come stand there too"
    phone.opens("/my")
    phone.ticks("Done")
    phone.presses("Save")
    assert events(phone, address, reminded.zone)[0].date() > first.date(), "today is done"

    reminded.the_hour_comes(witness)
    assert reminded.count(cleo, witness) == [0, 1]


def events(reader: Reader, address: str, zone: ZoneInfo) -> list[datetime]:
    """When the calendar behind an address reminds, there; it says no word that others may not read."""
    answer = reader.context.request.get(address)
    assert answer.ok
    assert OF_HEALTH.findall(answer.text()) == []
    found = Calendar.from_ical(answer.body()).walk("VEVENT")
    assert {str(each["SUMMARY"]) for each in found} == {"A few minutes for me"}
    return [each["DTSTART"].dt.astimezone(zone) for each in found]
