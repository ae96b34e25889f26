"""Whether other people's phones can open an address of ours."""

from __future__ import annotations

from ipaddress import ip_address

_NAMES_OF_THIS_MACHINE = ("localhost", "localhost.localdomain")
_ENDS_OF_THIS_MACHINE = (".localhost", ".localdomain")
# RFC 6762, RFC 8375 and what routers and offices use: a phone outside this network finds none of them
_ENDS_OF_THIS_NETWORK = (".local", ".home.arpa", ".internal", ".lan", ".home", ".intranet")


def opens_here_only(host: str) -> bool:
    """Whether this host name or address means the very machine that opens it: no phone gets here."""
    name = host.strip("[]").rstrip(".").casefold()
    try:
        address = ip_address(name)
    except ValueError:
        return name in _NAMES_OF_THIS_MACHINE or name.endswith(_ENDS_OF_THIS_MACHINE)
    return address.is_loopback or address.is_unspecified


def opens_in_this_network_only(host: str) -> bool:
    """Whether only phones in the same network get here, and clients at home do not."""
    name = host.strip("[]").rstrip(".").casefold()
    if opens_here_only(name):
        return False
    try:
        address = ip_address(name)
    except ValueError:
        return name.endswith(_ENDS_OF_THIS_NETWORK) or "." not in name
    return not address.is_global
