"""CLINIC_SMTP_URL taken apart and checked; the password never appears in a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, cast, get_args
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

Security = Literal["none", "starttls", "implicit"]

_PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "implicit": 465}
_OPTIONS = frozenset({"tls", "ca", "helo"})


class SmtpUrlError(ValueError):
    """The URL cannot be used; the message names CLINIC_SMTP_URL."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"CLINIC_SMTP_URL: {problem}")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where the relay is and how to speak to it."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str | None = None
    helo: str = "localhost"
    # asked of each address its name leads to, at each connection; says why it is not dialled
    refuses: Callable[[str], str | None] | None = field(default=None, compare=False, repr=False)

    @property
    def account(self) -> str:
        """What limits and pauses are kept for; safe to show."""
        return f"{self.user}@{self.host}:{self.port}" if self.user else f"{self.host}:{self.port}"


def parse_smtp_url(url: str) -> SmtpServer:
    """Read `smtp://user:password@host:587?tls=starttls` or `smtps://…`; raises SmtpUrlError.

    Options: `tls` (starttls | none; without it starttls, but none on loopback), `ca` (a file with the
    certificates to trust), `helo` (the name we give). A password never travels unencrypted.
    """
    parts, port = _split(url)
    options = _options(parts)
    host = parts.hostname or ""
    security = _security(parts.scheme, options, host)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise SmtpUrlError("needs both a user and a password, or neither")
    if user and security == "none" and not _loopback(host):
        raise SmtpUrlError("would send the password unencrypted: use tls=starttls or smtps://")
    return SmtpServer(
        host=host,
        port=port or _PORTS[security],
        security=security,
        user=user,
        password=password,
        ca_file=_ca_file(options),
        helo=_plain_name("helo", options.get("helo", "localhost")),
    )


def _split(url: str) -> tuple[SplitResult, int | None]:
    if any(c <= " " or c == "\x7f" for c in url):
        raise SmtpUrlError("contains a space or a control character")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SmtpUrlError("must look like smtp://user:password@host:587?tls=starttls") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == 0:
        raise SmtpUrlError("must look like smtp://user:password@host:587?tls=starttls")
    if parts.path not in ("", "/") or parts.fragment:
        raise SmtpUrlError("has something after the host; write / ? # in a password as %2F %3F %23")
    return parts, port


def _options(parts: SplitResult) -> dict[str, str]:
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise SmtpUrlError("has an option that is not name=value") from None
    options = dict(pairs)
    if len(options) != len(pairs) or not _OPTIONS.issuperset(options):
        raise SmtpUrlError(f"knows the options {', '.join(sorted(_OPTIONS))}, each once")
    return options


def _security(scheme: str, options: dict[str, str], host: str) -> Security:
    asked = options.get("tls")
    if scheme == "smtps":
        if asked not in (None, "implicit"):
            raise SmtpUrlError("smtps:// is encrypted from the start; leave tls= out")
        return "implicit"
    if asked is None:
        return "none" if _loopback(host) else "starttls"
    if asked not in get_args(Security):
        raise SmtpUrlError(f"tls must be one of {', '.join(get_args(Security))}")
    return cast(Security, asked)


def _ca_file(options: dict[str, str]) -> str | None:
    path = options.get("ca")
    if path is not None and not Path(path).is_file():
        raise SmtpUrlError("ca must be a readable file of certificates")
    return path


def _plain_name(option: str, name: str) -> str:
    if not name or not all(c.isascii() and (c.isalnum() or c in ".-[]:") for c in name):
        raise SmtpUrlError(f"{option} must be a host name")
    return name


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
