"""Whom a log waits for on a device: a mark that names nobody, and that nobody without our key can tell.

Whoever finds the device cannot read from it whose it is. The next person who signs in has another mark.
"""

from __future__ import annotations

import hmac
import uuid

from flask import current_app

from config import Settings


def mark_of(user_id: uuid.UUID) -> str:
    """The mark of an account, the same on each of its devices."""
    settings: Settings = current_app.config["SETTINGS"]
    return hmac.new(settings.secret_key.encode(), b"waits-for" + user_id.bytes, "sha256").hexdigest()[:32]
