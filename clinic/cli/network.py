"""`--lan`: this machine's address in its network, so that phones beside it can open our pages."""

from __future__ import annotations

import socket
from dataclasses import replace

from clinic.cli.trouble import CannotStart
from clinic.domain.reachable import opens_here_only
from config import Settings

OUTSIDE = (
    "192.0.2.1",
    9,
)  # RFC 5737: for documents; connecting a datagram socket sends nothing


def address_in_the_network() -> str:
    """The address under which others in the network reach this machine; CannotStart where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(OUTSIDE)
            found = str(probe.getsockname()[0])
        except OSError:
            found = ""
    if not found or opens_here_only(found):
        raise CannotStart("This machine is in no network that a phone could share. Start without --lan.")
    return found


def on_the_network(settings: Settings, address: str = "") -> Settings:
    """The settings with which phones are let in, at this machine's own address; CannotStart in production."""
    if settings.production:
        raise CannotStart(
            "--lan is not encrypted and not for production. Put a proxy with a certificate in front, "
            "and set CLINIC_BASE_URL to its https: address."
        )
    address = address or address_in_the_network()
    return replace(settings, base_url=f"http://{address}:{settings.port}", lan=True)
