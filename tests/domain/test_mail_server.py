"""What a mail server that is set on a page may be."""

from __future__ import annotations

import pytest

from clinic.domain.mail_server import (
    USUAL_PORT,
    MailSecurity,
    address_problem,
    host_problem,
    is_own_machine,
    port_problem,
)


@pytest.mark.parametrize(
    "host", ["mail.example.com", "MAIL.example.com", "localhost", "a-b.c", "192.0.2.7", "::1", "[::1]"]
)
def test_a_name_or_an_address_is_taken(host: str) -> None:
    assert host_problem(host) is None


@pytest.mark.parametrize(
    "host",
    [
        *("", "smtp://mail.example", "mail.example:587", "user@mail.example", "mail example"),
        *("mail.example/x", "-mail.example", "mail..example", "mail.example.", "mäil.example"),
        *("mail\r\nRCPT", "x" * 64 + ".example"),
    ],
)
def test_anything_else_is_no_name_of_a_server(host: str) -> None:
    assert host_problem(host) is not None


@pytest.mark.parametrize(
    ("port", "anywhere", "in_production"),
    [
        *((0, False, False), (1, True, False), (25, True, True), (465, True, True), (587, True, True)),
        *((2525, True, True), (6379, True, False), (65535, True, False), (65536, False, False)),
    ],
)
def test_a_page_of_production_opens_mail_ports_alone(port: int, anywhere: bool, in_production: bool) -> None:
    assert (port_problem(port, production=False) is None) is anywhere
    assert (port_problem(port, production=True) is None) is in_production


@pytest.mark.parametrize(
    ("address", "anywhere", "in_production"),
    [
        ("8.8.8.8", True, True),
        ("2606:4700::1111", True, True),
        ("127.0.0.1", True, False),
        ("::1", True, False),
        ("10.1.2.3", True, False),
        ("192.168.1.2", True, False),
        ("::ffff:10.1.2.3", True, False),
        ("fd12::1", True, False),
        ("169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("0.0.0.0", False, False),
        ("224.0.0.1", False, False),
        ("not an address", False, False),
    ],
)
def test_a_page_reaches_no_secrets_and_in_production_no_inner_network(
    address: str, anywhere: bool, in_production: bool
) -> None:
    assert (address_problem(address, production=False) is None) is anywhere
    assert (address_problem(address, production=True) is None) is in_production


@pytest.mark.parametrize(
    ("host", "own"),
    [
        *(("localhost", True), ("LOCALHOST", True), ("127.0.0.1", True), ("::1", True)),
        *(("192.168.1.2", False), ("mail.example.com", False)),
    ],
)
def test_a_password_may_be_said_in_the_clear_to_ones_own_machine_alone(host: str, own: bool) -> None:
    assert is_own_machine(host) is own


@pytest.mark.parametrize(
    ("security", "port"),
    [(MailSecurity.STARTTLS, 587), (MailSecurity.IMPLICIT, 465), (MailSecurity.NONE, 25)],
)
def test_each_way_of_encrypting_has_its_usual_port(security: MailSecurity, port: int) -> None:
    assert USUAL_PORT[security] == port
