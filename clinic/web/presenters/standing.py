"""What stands at the top of the staff's pages, in words: what is wrong, mail kept here, news it kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import url_for

from clinic.domain.dates import day_in_words, time_in_words
from clinic.domain.health import HealthCheck, is_sweep_silent
from clinic.domain.notices import NoticeKind
from clinic.domain.notices import lines as news_lines
from clinic.domain.people import who
from clinic.domain.types import MailKind
from clinic.services.mail_setup import MailSetup, MailSource
from clinic.services.outbox.unheard import UnheardNews
from clinic.web.presenters.reach import HERE, reach, what_to_do

Counts = Mapping[NoticeKind, int]


@dataclass(frozen=True, slots=True)
class StandingNote:
    """One thing that is not as it should be, and the next act."""

    text: str
    url: str | None = None
    act: str = ""


@dataclass(frozen=True, slots=True)
class NewsLine:
    """News that did not arrive by mail, with the page that says more."""

    since: str  # the instant, for the button's own use
    text: str
    url: str
    act: str
    is_warning: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """All of it; `back` is the page it stands on."""

    notes: Sequence[StandingNote]
    news: Sequence[NewsLine]
    back: str


_WHOEVER = "Ask whoever looks after your installation to"
_IN_WORDS = {
    HealthCheck.CLOCK: "The clock of a machine of this installation is wrong, and mail may be late. "
    f"{_WHOEVER} set it.",
    HealthCheck.SCHEDULE: "Check-ins that are due are not being prepared. "
    f"{_WHOEVER} look what the worker says in its log.",
    HealthCheck.DISK: "The disk of this installation is nearly full. Once it is full nothing can be saved. "
    f"{_WHOEVER} make room.",
    HealthCheck.BACKUP: f"The last good backup is more than a day old. {_WHOEVER} look why.",
}


def alarms(
    sweep_at: datetime | None, at: datetime, zone: str, troubles: Collection[HealthCheck]
) -> list[StandingNote]:
    """What is wrong with the installation, each with what to do; nothing where it is well."""
    told = []
    if is_sweep_silent(sweep_at, at):
        told.append(StandingNote(_nobody_sends(sweep_at, zone)))
    elif HealthCheck.MAIL in troubles:
        text = "Mail has been waiting for more than ten minutes."
        told.append(StandingNote(text, url_for("practitioner.checkins.index"), "See why"))
    return told + [StandingNote(_IN_WORDS[each]) for each in troubles if each in _IN_WORDS]


def wishes(waiting: int) -> list[StandingNote]:
    """That clients ask to be erased: the owner answers."""
    if not waiting:
        return []
    who = "A client asks" if waiting == 1 else f"{waiting} clients ask"
    return [
        StandingNote(f"{who} to be erased.", url_for("practitioner.erasure.index", _anchor="asked"), "Answer")
    ]


def sessions(waiting: int) -> list[StandingNote]:
    """That clients ask for a session and have no answer yet."""
    if not waiting:
        return []
    who = "A client asks" if waiting == 1 else f"{waiting} clients ask"
    return [StandingNote(f"{who} for a session.", url_for("practitioner.bookings.index"), "Answer")]


def _nobody_sends(sweep_at: datetime | None, zone: str) -> str:
    local = sweep_at.astimezone(ZoneInfo(zone)) if sweep_at else None
    seen = (
        f"was last seen on {day_in_words(local.date())}, {time_in_words(local.time())}"
        if local
        else "has never been seen"
    )
    return (
        f"Nothing is being sent just now: the part of Regroove that sends mail {seen}. Check-ins wait until "
        f"it runs again; one that is more than a day late is skipped. {_WHOEVER} start it."
    )


def notes(
    setup: MailSetup,
    *,
    is_demo: bool,
    has_address: bool,
    may_set_up: bool,
    mail_page: str | None,
) -> list[StandingNote]:
    """What is to be said of mail on every page; nothing where it leaves and answers arrive."""
    if setup.source is MailSource.UNREADABLE:
        text = "No mail goes out, it waits: CLINIC_SECRET_KEY was changed, so its settings cannot be read."
        return [_act(text, "Enter them again", "ask the owner to enter them again", may_set_up)]
    if not setup.leaves and is_demo:
        text = "This is a demonstration: mail is kept here, not sent."
        return [StandingNote(text, url_for(mail_page), "Read it") if mail_page else StandingNote(text)]
    if not setup.leaves:
        text = "No mail server is set: mail is kept here, not sent, and alerts stand on this page instead."
        return [_act(text, "Set up mail", "ask the owner to set up mail", may_set_up)]
    found = []
    if not has_address:
        text = "Answers to your mails reach nobody: the practice has no email address."
        found.append(_act(text, "Set it", "ask the owner to set it", may_set_up))
    if reach() == HERE:
        found.append(StandingNote(f"Links in your mails lead nowhere on other devices. {what_to_do()}"))
    return found


def news_line(news: UnheardNews, counts: Counts, *, leaves: bool) -> NewsLine:
    """One piece of news that no mail has brought."""
    why = f"{news.reason}." if news.reason else ("It waits." if leaves else "It is kept here, not sent.")
    why = why[:1].upper() + why[1:]
    if news.kind == MailKind.WARNING_SIGN_ALERT and news.flag_id and news.client:
        return NewsLine(
            news.since.isoformat(),
            f"Warning sign of {who(news.client)}: it could not be mailed to you. {why}",
            url_for("practitioner.warnings.show", flag_id=news.flag_id),
            "Review",
            is_warning=True,
        )
    if news.kind == MailKind.SCREEN_ALERT:
        return NewsLine(
            news.since.isoformat(),
            f"A client’s answers ask for somebody today: it could not be mailed to you. {why}",
            url_for("practitioner.attention.index"),
            "See who",
            is_warning=True,
        )
    said = "; ".join(news_lines(counts)) or "there is news"
    day = f" of {day_in_words(news.day)}" if news.day else ""
    return NewsLine(
        news.since.isoformat(),
        f"The news{day} could not be mailed to you: {said}.",
        url_for("practitioner.attention.index"),
        "See who",
        is_warning=False,
    )


def _act(text: str, act: str, otherwise: str, may_set_up: bool) -> StandingNote:
    if may_set_up:
        return StandingNote(text, url_for("practitioner.mail_settings.show"), act)
    return StandingNote(f"{text} Please {otherwise}.")
