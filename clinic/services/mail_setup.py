"""Whether mail can leave this machine, and how: one answer for whoever sends it and for every page.

The environment (CLINIC_SMTP_URL) comes first. Without it, what the owner set on a page counts: sealed in the
database, read again by each process when its version has moved. With neither, mail is kept in a local folder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, cast, get_args

from flask import Flask, current_app
from sqlalchemy import ScalarSelect, delete, func, select, update

from clinic.domain.access import Permission
from clinic.domain.errors import Forbidden, RuleBroken
from clinic.domain.mail_server import address_problem
from clinic.domain.words import say
from clinic.extensions import db
from clinic.mail.smtp_url import Security, SmtpServer, parse_smtp_url
from clinic.models import MailSetting, Practice
from clinic.models.mail_setting import THE_ONE
from clinic.services import audit, sealing
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction
from config import Settings

NEEDS = Permission.SET_UP_MAIL
ACCOUNT_OWED = say("Enter the password of this mail account.")
PURPOSE, PLACE = "mail settings", f"mail_setting.sealed.{THE_ONE}"
_EXTENSION = "mail_setup"
_ROW = select(MailSetting).where(MailSetting.id == THE_ONE).execution_options(populate_existing=True)
_REAL = select(func.count()).select_from(Practice).where(Practice.is_demo.is_(False))
_VERSION = select(MailSetting.changed_at).where(MailSetting.id == THE_ONE)


class MailSource(StrEnum):
    """Where the mail server was set."""

    ENVIRONMENT = "environment"
    PAGE = "page"
    UNREADABLE = "unreadable"  # on a page, but CLINIC_SECRET_KEY is another one since
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailSetup:
    """How mail leaves here. `server` is None where it does not; `mail_from` is the sender of all mail."""

    source: MailSource
    mail_from: str
    server: SmtpServer | None = None
    version: datetime | None = None  # of what is set on a page

    @property
    def leaves(self) -> bool:
        """Whether mail can leave this machine."""
        return self.server is not None


@dataclass(frozen=True, slots=True)
class MailServerDetails:
    """What an owner sets. `password` None keeps the one that is there."""

    host: str
    port: int
    security: Security
    user: str
    password: str | None
    sender: str


def init_mail_setup(app: Flask, settings: Settings) -> None:
    """Read the environment's part; raises SmtpUrlError for a CLINIC_SMTP_URL that cannot be meant."""
    server = parse_smtp_url(settings.smtp_url) if settings.smtp_url else None
    source = MailSource.ENVIRONMENT if server else MailSource.NONE
    app.extensions[_EXTENSION] = MailSetup(source, settings.mail_from, server)


def of_the_start() -> MailSetup:
    """What this process knows without asking the database."""
    return _known()


def version() -> ScalarSelect[Any]:
    """When the settings of the page were last changed, as a column of another statement."""
    return _VERSION.scalar_subquery()


def current() -> MailSetup:
    """How mail leaves here now. One small query, and none where the environment says it."""
    known = _known()
    return known if known.source is MailSource.ENVIRONMENT else at_version(db.session.scalar(_VERSION))


def at_version(changed_at: datetime | None) -> MailSetup:
    """The same for whoever has read the version already."""
    known = _known()
    if known.source is MailSource.ENVIRONMENT or known.version == changed_at:
        return known
    setup = _read()
    current_app.extensions[_EXTENSION] = setup
    return setup


def may_change(actor: Actor) -> str | None:
    """Why somebody cannot set the mail server on the page, in words; None where they can."""
    if not actor.may(NEEDS):
        return "Only the owner of the practice can set up mail."
    if _known().source is MailSource.ENVIRONMENT:
        return (
            "The mail server is set in CLINIC_SMTP_URL, where Regroove is started. "
            "Whoever looks after the installation changes it there; what is set there comes first."
        )
    if is_shared():
        return (
            "Several practices share this installation, and its mail server carries the mail of all of them. "
            "Whoever looks after the installation sets it in CLINIC_SMTP_URL."
        )
    return None


def is_shared() -> bool:
    """Whether several real practices share this installation. One query."""
    with across_practices("whether others share this installation"):
        return (db.session.scalar(_REAL) or 0) > 1


def set_server(actor: Actor, details: MailServerDetails) -> None:
    """Set the mail server of this installation, within the caller's transaction; owners only.

    Its password is sealed, and never told again. RuleBroken where a kept password would go to another server.
    """
    _check(actor)
    before = current()
    server = _server(details, before.server)
    db.session.merge(MailSetting(id=THE_ONE, sealed=_sealed(server, details.sender), changed_at=now()))
    audit.record(
        actor,
        "mail.set_up",
        subject_id=actor.practice_id,
        changed=audit.changes(_told(before.server, before.mail_from), _told(server, details.sender)),
        secret="typed anew" if details.password else "as before",
    )


def forget(actor: Actor) -> None:
    """Take the settings of the page back: mail is kept on this machine from then on; owners only."""
    _check(actor)
    with transaction():
        db.session.execute(delete(MailSetting).where(MailSetting.id == THE_ONE))
        audit.record(actor, "mail.set_up_forgotten", subject_id=actor.practice_id)


def begin_anew(setup: MailSetup) -> None:
    """Have every process read the settings of the page again, so that it tries the server at once."""
    if setup.version is None:
        return
    with transaction():
        db.session.execute(update(MailSetting).where(MailSetting.id == THE_ONE).values(changed_at=now()))


def _check(actor: Actor) -> None:
    if not actor.may(NEEDS):
        raise Forbidden
    if problem := may_change(actor):
        raise RuleBroken(problem)


def _server(details: MailServerDetails, before: SmtpServer | None) -> SmtpServer:
    password = details.password
    if password is None:
        password = _password_kept(details, before) if details.user else ""
    return SmtpServer(details.host, details.port, details.security, details.user, password)


def _password_kept(details: MailServerDetails, before: SmtpServer | None) -> str:
    kept = kept_password(details.host, details.user, before)
    if kept is None:
        raise RuleBroken(ACCOUNT_OWED, "mail_password")
    return kept


def kept_password(host: str, user: str, before: SmtpServer | None) -> str | None:
    """The password kept for a server and user; it goes to the one it was typed for and to no other."""
    same = before is not None and (before.host, before.user) == (host, user)
    return before.password or None if before is not None and same else None


def _sealed(server: SmtpServer, sender: str) -> str:
    names = ("host", "port", "security", "user", "password")
    values = {name: getattr(server, name) for name in names}
    return sealing.seal(PURPOSE, PLACE, json.dumps(values | {"sender": sender}))


def _read() -> MailSetup:
    settings: Settings = current_app.config["SETTINGS"]
    nothing = MailSetup(MailSource.NONE, settings.mail_from)
    row = db.session.scalar(_ROW)
    if row is None:
        return nothing
    try:
        found = json.loads(sealing.unseal(PURPOSE, PLACE, row.sealed))
    except sealing.Unreadable:
        return replace(nothing, source=MailSource.UNREADABLE, version=row.changed_at)
    sender = found.pop("sender")
    assert found["security"] in get_args(Security)
    refuses = partial(address_problem, production=settings.production)
    server = SmtpServer(**{**found, "security": cast(Security, found["security"])}, refuses=refuses)
    return MailSetup(MailSource.PAGE, sender, server, row.changed_at)


def _told(server: SmtpServer | None, sender: str) -> dict[str, str]:
    """What the audit may hold: the password is not among it."""
    if server is None:
        return {"server": "", "security": "", "user": "", "sender": sender}
    return {
        "server": f"{server.host}:{server.port}",
        "security": server.security,
        "user": server.user,
        "sender": sender,
    }


def _known() -> MailSetup:
    found: MailSetup = current_app.extensions[_EXTENSION]
    return found
