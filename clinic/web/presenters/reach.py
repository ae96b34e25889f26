"""Whether a phone can open our addresses, said beside each link and code that is handed over."""

from __future__ import annotations

from flask import current_app

from clinic.domain.reachable import opens_here_only, opens_in_this_network_only
from config import Settings

HERE = "This address opens on this computer alone: no phone can reach it."
NETWORK = "This address opens in this network alone: phones elsewhere cannot reach it."
TRY = "To try it with phones beside you, end Regroove and start it with clinic serve --lan."
FOR_GOOD = "For clients, set CLINIC_BASE_URL to an address on the internet."


def reach() -> str:
    """What is in the way of a phone, as a sentence; empty where nothing is."""
    settings: Settings = current_app.config["SETTINGS"]
    if opens_here_only(settings.host):
        return HERE
    return NETWORK if opens_in_this_network_only(settings.host) else ""


def what_to_do() -> str:
    """How to get an address that phones can open."""
    settings: Settings = current_app.config["SETTINGS"]
    can_be_tried = opens_here_only(settings.host) and not settings.production
    return f"{TRY} {FOR_GOOD}" if can_be_tried else FOR_GOOD
