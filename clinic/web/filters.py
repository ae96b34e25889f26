"""What templates may use beyond Jinja's own: dates and times in words, and who is signed in."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask, url_for
from flask_login import current_user
from jinja2 import StrictUndefined

from clinic.catalogue import figures
from clinic.domain.access import Permission
from clinic.domain.dates import born, day_and_year
from clinic.domain.dates import day_in_words as day
from clinic.domain.dates import time_in_words as clock
from clinic.domain.greeting import first_name
from clinic.domain.people import Named, who
from clinic.domain.words import in_a_row, say
from clinic.reports import unprintable
from clinic.services.access import practice_of
from clinic.web import standing
from clinic.web.mailing import mail_leaves
from clinic.web.marks_on_devices import mark_of
from clinic.web.presenters.chrome import chrome, seen_by_another
from clinic.web.presenters.problems import problems
from clinic.web.presenters.reach import reach, what_to_do
from clinic.web.presenters.zones import zone_words

ENDS = ".!?…:"


def init_filters(app: Flask) -> None:
    """Undefined names crash; dates read "Mon 24 Nov", times name their zone once."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        born=born,
        born_fact=born_fact,
        city=city,
        clock=clock,
        day=day,
        day_year=day_year,
        first_name=first_name,
        in_a_row=in_a_row,
        local_date=local_date,
        moment=moment,
        sentence=sentence,
        unprintable=unprintable,
        who=who,
    )
    app.jinja_env.globals.update(
        figure=figures.figure,
        has_figure=figures.has_figure,
        media_url=media_url,
        Permission=Permission,
        mail_leaves=mail_leaves,
        problems_of=problems,
        reach=reach,
        reach_remedy=what_to_do,
    )
    app.context_processor(_who)


def media_url(media_id: str) -> str:
    """Where whoever is signed in finds a file, by its id in hex."""
    audience = "practitioner" if current_user.actor.is_staff else "client"
    return url_for(f"{audience}.media.show", media_id=uuid.UUID(media_id))


def day_year(value: date) -> str:
    """Mon 24 Nov 2026"""
    return day_and_year(value)


def born_fact(person: Named) -> list[str]:
    """The date of birth as a fact beside a name; nothing where it is not known."""
    return [born(person.born_on)] if person.born_on else []


def city(zone: str) -> str:
    """London, for Europe/London."""
    return zone_words(zone).partition(" (")[0]


def sentence(words: str) -> str:
    """Words as a sentence: with a capital at its beginning and one stop at its end, whoever wrote them."""
    plain = words.strip()
    return f"{plain[:1].upper()}{plain[1:]}{'' if plain[-1:] in ENDS else '.'}"


def local_date(value: datetime, zone: str) -> date:
    """The date of an instant where its reader is."""
    return value.astimezone(ZoneInfo(zone)).date()


def moment(value: datetime, zone: str) -> str:
    """Mon 24 Nov, 09:05 where the reader is."""
    local = value.astimezone(ZoneInfo(zone))
    return say("%(day)s, %(time)s", day=day(local.date()), time=clock(local.time()))


def _who() -> dict[str, object]:
    """`actor`, `practice` and `chrome` of a page; None where nobody is signed in.

    A page behind a mailed link knows its practice: its view passes `chrome` itself.
    """
    who = current_user._get_current_object()
    actor = who.actor if who.is_authenticated else None
    practice = practice_of(actor) if actor else None
    around = chrome(practice, actor)
    if around and actor:
        around["classes"] = who.comforts.classes
        around["own_device"] = who.own_device
        around["mark"] = mark_of((who.viewer or actor).user_id)
    if actor and practice and around and actor.is_staff:
        around["standing"] = standing.told(actor, practice)
        around["unread"] = who.unread
    if around and who.viewer:
        around = seen_by_another(around)
    return {"actor": actor, "practice": practice, "chrome": around}
