"""What stands at the top of every page of the staff until it is dealt with, and what it costs to know.

These facts come with the session that every page reads; more is read only where there is something to tell.
The rest of what may be wrong with the installation is known to this process, which looks again and again.
"""

from __future__ import annotations

from flask import current_app, request
from flask_login import current_user

from clinic.domain.types import MailKind
from clinic.models import Practice
from clinic.services import mail_setup, notices
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.erasure import asking as erasing
from clinic.services.outbox import unheard
from clinic.services.outbox.unheard import UnheardNews
from clinic.services.watching import watchman
from clinic.web import mailing
from clinic.web.presenters import standing as words


def told(actor: Actor, practice: Practice) -> words.Standing:
    """The notes and the news of a page."""
    setup = mailing.setup()
    news = unheard.of(actor) if current_user.may_have_news else []
    alarms = words.alarms(current_user.sweep_at, now(), practice.time_zone, watchman.known_troubles())
    mail = words.notes(
        setup,
        is_demo=practice.is_demo,
        has_address=bool(practice.email),
        may_set_up=actor.may(mail_setup.NEEDS),
        mail_page="dev.mail.index" if "dev.mail.index" in current_app.view_functions else None,
    )
    return words.Standing(
        notes=[
            *alarms,
            *words.wishes(practice.erasure_wishes if actor.may(erasing.NEEDS) else 0),
            *words.sessions(practice.booking_wishes),
            *mail,
        ],
        news=[words.news_line(each, _counts(actor, each), leaves=setup.leaves) for each in news],
        back=request.path,
    )


def _counts(actor: Actor, news: UnheardNews) -> words.Counts:
    if news.kind != MailKind.PRACTICE_NOTICE or news.day is None:
        return {}
    return notices.counts(actor.practice_id, news.day)
