from __future__ import annotations

from pathlib import Path

import pytest

from clinic.mail import transport_for
from clinic.mail.maildir import MaildirTransport
from clinic.mail.smtp import SmtpTransport
from clinic.mail.smtp_url import SmtpServer, SmtpUrlError, parse_smtp_url


@pytest.mark.parametrize(
    "url, host, port, security, user, password",
    [
        ("smtp://mail.example", "mail.example", 587, "starttls", "", ""),
        ("smtp://mail.example?tls=none", "mail.example", 25, "none", "", ""),
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, "none", "", ""),
        ("smtp://localhost", "localhost", 25, "none", "", ""),
        ("smtp://[::1]:26/", "::1", 26, "none", "", ""),
        ("smtp://u:p@127.0.0.1", "127.0.0.1", 25, "none", "u", "p"),
        ("smtps://u:p@mail.example", "mail.example", 465, "implicit", "u", "p"),
        ("smtp://u%40x.de:p%2F%3F%23%40%25@mail.example:587?tls=starttls", "mail.example", 587, "starttls",
         "u@x.de", "p/?#@%"),
        ("smtp://Mail.Example:2587?tls=implicit", "mail.example", 2587, "implicit", "", ""),
    ],
)  # fmt: skip
def test_a_url_becomes_a_server(
    url: str, host: str, port: int, security: str, user: str, password: str
) -> None:
    server = parse_smtp_url(url)
    assert (server.host, server.port, server.security) == (host, port, security)
    assert (server.user, server.password) == (user, password)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://:25",
        "smtp://mail.example:0",
        "smtp://mail.example:99999",
        "smtp://mail.example:mail",
        "smtp://mail.example/path",
        "smtp://mail.example#x",
        "smtp://user:se/cret@mail.example",
        "smtp://user@mail.example",
        "smtp://:secret@mail.example",
        "smtp://user:secret@mail.example?tls=none",
        "smtp://mail.example?tls=maybe",
        "smtp://mail.example?tls=starttls&tls=none",
        "smtp://mail.example?timeout=3",
        "smtp://mail.example?tls",
        "smtps://mail.example?tls=starttls",
        "smtp://mail.example?ca=/no/such/file",
        "smtp://mail.example?helo=a%20b",
        "smtp://mail.example\n",
        "smtp://mail .example",
        "smtp://[::1",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_by_the_name_of_its_variable(url: str) -> None:
    with pytest.raises(SmtpUrlError, match=r"^CLINIC_SMTP_URL: \w") as refused:
        parse_smtp_url(url)
    assert "secret" not in str(refused.value)
    assert "cret@" not in str(refused.value)


def test_a_password_shows_in_no_representation() -> None:
    server = parse_smtp_url("smtp://user:hunter22@mail.example")
    assert "hunter22" not in repr(server)
    assert server.account == "user@mail.example:587"


def test_without_a_url_mail_goes_to_a_folder_below_the_data(tmp_path: Path) -> None:
    transport = transport_for(None, tmp_path)
    assert isinstance(transport, MaildirTransport)
    assert transport.folder == tmp_path / "mail"
    assert isinstance(transport_for(SmtpServer("127.0.0.1", 25, "none"), tmp_path), SmtpTransport)
    assert SmtpServer("h", 25, "none").account == "h:25"
