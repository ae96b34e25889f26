"""What a mail server set on a page may be: the rules that need no network."""

from __future__ import annotations

import re
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

from clinic.domain.words import say

_HOST = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)
MAIL_PORTS = frozenset({25, 465, 587, 2525})  # in production a page opens no other: it is no port scanner


class MailSecurity(StrEnum):
    """How the way to the server is encrypted."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


USUAL_PORT = {MailSecurity.STARTTLS: 587, MailSecurity.IMPLICIT: 465, MailSecurity.NONE: 25}


def host_problem(host: str) -> str | None:
    """What is wrong with a server's name as it was typed; None where it may be one."""
    if _address(host) is not None or _HOST.fullmatch(host.casefold()):
        return None
    return say("Enter the name of the server alone, like mail.example.com.")


def port_problem(port: int, *, production: bool) -> str | None:
    """Why a port cannot be used from the page; None where it can."""
    if not 1 <= port <= 65535:
        return say("A port is a number from 1 to 65535; 587 and 465 are usual.")
    if production and port not in MAIL_PORTS:
        return say("Use port 25, 465, 587 or 2525. Another one is set in CLINIC_SMTP_URL.")
    return None


def address_problem(address: str, *, production: bool) -> str | None:
    """Why the page's server may not be at this address; None where it may.

    In production a page must not reach into the network behind the server; on somebody's own machine a relay
    beside it is usual. Where machines keep their secrets (link-local) nobody has a mail server.
    """
    found = _address(address)
    if found is None or _is_nobodys(found):
        return "this is no address of a mail server"
    if production and not found.is_global:
        return "this address is inside the installation's own network; set it in CLINIC_SMTP_URL"
    return None


def is_own_machine(host: str) -> bool:
    """Whether the way to it leaves this machine: if not, a password may travel unencrypted."""
    found = _address(host)
    return host.casefold() == "localhost" if found is None else found.is_loopback


def _is_nobodys(address: IPv4Address | IPv6Address) -> bool:
    if address.is_loopback:
        return False
    return address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip("[]"))
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
