"""What stands around every page: the practice's name and numbers, the places to go, the way out."""

from __future__ import annotations

import uuid
from functools import cache, lru_cache
from typing import Any

from flask import url_for

from clinic.domain.words import one_after_another, say
from clinic.models import Practice
from clinic.services.actors import Actor

STAFF_PLACES = (
    ("today", "Today", "bell", "practitioner.attention.index"),
    ("clients", "Clients", "users", "practitioner.clients.index"),
    ("inbox", "Inbox", "message-circle", "practitioner.inbox.index"),
    ("routines", "Routines", "list", "practitioner.routines.index"),
    ("checkins", "Check-ins", "mail", "practitioner.checkins.index"),
    ("practice", "Practice", "settings", "practitioner.practice.show"),
)
CLIENT_PLACES = (
    ("today", say("Today"), "house", "client.today.index"),
    ("program", say("Program"), "footprints", "client.program.show"),
    ("progress", say("Progress"), "trending-up", "client.progress.show"),
    ("account", say("Account"), "user", "client.account.show"),
)


def chrome(practice: Practice | None, actor: Actor | None) -> dict[str, Any] | None:
    """The context of the layouts; None where the practice is not known yet."""
    if practice is None:
        return None
    return _of_practice(practice) | (_of_person(actor, practice) if actor else _of_nobody())


def _of_practice(practice: Practice) -> dict[str, Any]:
    return {
        "practice_name": practice.name,
        "app_url": _app(practice.id),
        "practice_phone": practice.phone,
        "emergency_number": practice.emergency_number,
        "urgent_number": practice.urgent_number,
        "own_device": False,
        "mark": "",
        "classes": "",  # of whoever is signed in, put in where that is known
    }


def _of_person(actor: Actor, practice: Practice) -> dict[str, Any]:
    client = not actor.is_staff
    places = CLIENT_PLACES if client else STAFF_PLACES
    nav = [(key, words, icon, _to(endpoint)) for key, words, icon, endpoint in places]
    return {
        "person_name": actor.name,
        "home_url": nav[0][3],
        "nav": nav,
        "sign_out_url": _to("public.signin.sign_out"),
        "account_url": _to("client.account.show" if client else "practitioner.account.show"),
        "search_url": None if client else _to("practitioner.clients.index"),
        "warning_signs_url": _to("client.warnings.show") if client else None,
        "signs_offline": _signs_offline_of(practice) if client else None,
        "messages_url": _to("client.messages.index") if client else None,
        "unread_replies": None if client else _waiting(practice.unread_replies),
    }


def _signs_offline_of(practice: Practice) -> str:
    return _signs_offline(practice.name, practice.phone, practice.urgent_number, practice.emergency_number)


@lru_cache(1000)  # the same on every page of a practice
def _signs_offline(practice: str, phone: str | None, urgent: str | None, emergency: str | None) -> str:
    """What helps somebody who wants the warning signs where there is no network; a phone may still call."""
    said = [say("There is no network, so this page does not open. Stop the move.")]
    if phone:
        about = {"practice": practice, "number": phone}
        said.append(
            say("If a pain is new, sharp or goes down your leg, call %(practice)s: %(number)s.", **about)
        )
    if urgent:
        said.append(say("For urgent medical advice, call %(number)s.", number=urgent))
    if emergency:
        said.append(say("In an emergency, call %(number)s.", number=emergency))
    return one_after_another(said)


def seen_by_another(around: dict[str, Any]) -> dict[str, Any]:
    """What stands around a client's page that somebody of the practice looks at: a bar, and no account."""
    nav = [place for place in around["nav"] if place[0] != "account"]
    return {**around, "nav": nav, "sign_out_url": None, "account_url": None, "viewing": True}


def _waiting(mails: int) -> str | None:
    """How many mails nobody has read yet, on every page until somebody has."""
    if not mails:
        return None
    return (
        "1 mail from a client waits to be read"
        if mails == 1
        else f"{mails} mails from clients wait to be read"
    )


def _of_nobody() -> dict[str, Any]:
    keys = (
        "person_name",
        "home_url",
        "sign_out_url",
        "account_url",
        "search_url",
        "warning_signs_url",
        "signs_offline",
        "messages_url",
        "unread_replies",
    )
    return {**dict.fromkeys(keys), "nav": []}


@lru_cache(1000)
def _app(practice_id: uuid.UUID) -> str:
    return url_for("public.home.app", practice_id=practice_id)


@cache  # the app lives at the root of its host, so these addresses never change
def _to(endpoint: str) -> str:
    return url_for(endpoint)
