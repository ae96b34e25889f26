"""The front door: leads to where its visitor belongs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import timedelta

from flask import abort, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from clinic.domain.words import say
from clinic.services import practices
from clinic.services.clock import now
from clinic.web import assets
from clinic.web.authz import current_actor, home_for, is_signed_in
from clinic.web.speaking import here
from config import Settings

APP_WORDS = say("Your moves to practise at home, and your practice.")
APP_ICONS: tuple[tuple[str, str, str, Mapping[str, str]], ...] = (
    ("icons/icon-192.png", "192x192", "image/png", {}),
    ("icons/icon-512.png", "512x512", "image/png", {}),
    ("icons/maskable-512.png", "512x512", "image/png", {"purpose": "maskable"}),
    ("css/mark.svg", "any", "image/svg+xml", {}),
)
STAYS_TRUE = timedelta(days=180)  # RFC 9116 asks for less than a year


def index() -> Response:
    """Set up a new installation, sign in, or go to one's own first page."""
    if is_signed_in():
        return redirect(home_for(current_actor().role), 303)
    endpoint = "public.signin.sign_in" if practices.exists() else "public.setup.begin"
    return redirect(url_for(endpoint), 303)


def worker() -> Response:
    """What answers on a client's own device where there is no network; at the root, to reach all."""
    return assets.serve("js/own-device-worker.js")


def app(practice_id: uuid.UUID) -> ResponseReturnValue:
    """What a practice's pages are called among the apps of a phone (ADR 40).

    Browsers fetch it without cookies: it tells whose pages were opened, never by whom.
    """
    name = practices.name_of(practice_id)
    if name is None:
        abort(404)
    told = here()
    said = {
        "id": url_for("public.home.app", practice_id=practice_id),
        "name": name,
        "short_name": name,  # a phone shortens it where it must; half a name may say another thing
        "description": told.spoken(APP_WORDS),
        "lang": told.tag,
        "dir": told.direction,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f5efe4",
        "theme_color": "#14483a",
        "icons": [
            {"src": assets.static_url(file), "sizes": sizes, "type": kind, **purpose}
            for file, sizes, kind, purpose in APP_ICONS
        ],
    }
    return json.dumps(said, ensure_ascii=False), {"Content-Type": "application/manifest+json"}


def change_password() -> Response:
    """Where a password manager looks for the page to change a password: one's own account."""
    if not is_signed_in():
        return redirect(url_for("public.signin.sign_in", next=url_for("public.home.change_password")), 303)
    room = "practitioner" if current_actor().is_staff else "client"
    return redirect(url_for(f"{room}.account.show"), 303)


def security() -> ResponseReturnValue:
    """Where whoever finds a weakness writes to (RFC 9116): as it is set, else the practice's own address."""
    settings: Settings = current_app.config["SETTINGS"]
    practice = practices.only_one()
    contact = settings.security_contact or (practice.email if practice else None)
    if not contact:
        abort(404)
    ends = (now() + STAYS_TRUE).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = (
        f"Contact: {contact if contact.startswith('https:') else f'mailto:{contact}'}",
        f"Expires: {ends}",
        "Preferred-Languages: en",
        f"Canonical: {settings.base_url}{url_for('public.home.security')}",
    )
    return "\n".join(lines) + "\n", {"Content-Type": "text/plain; charset=utf-8"}
