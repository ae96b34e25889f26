"""Which addresses a phone can open."""

from __future__ import annotations

import pytest

from clinic.domain.reachable import opens_here_only, opens_in_this_network_only

HERE = ["localhost", "LOCALHOST", "localhost.", "clinic.localhost", "localhost.localdomain", "127.0.0.1"]
HERE += ["127.8.9.1", "::1", "[::1]", "0.0.0.0", "::"]
NETWORK = ["192.168.1.20", "10.0.0.5", "172.16.3.4", "169.254.1.1", "fd12::1", "fe80::1", "[fd12::1]"]
NETWORK += ["practice", "laptop.local", "desk.lan", "nas.home.arpa", "srv.internal", "pc.intranet", "tv.home"]
NETWORK += ["laptop.local.", "practice."]
EVERYWHERE = ["clinic.example", "harbour.practice.example", "8.8.8.8", "2606:4700::1111", "local.example"]
EVERYWHERE += ["[2606:4700::1111]"]


@pytest.mark.parametrize("host", HERE)
def test_this_machine_is_opened_by_itself_alone(host: str) -> None:
    assert opens_here_only(host)
    assert not opens_in_this_network_only(host)


@pytest.mark.parametrize("host", NETWORK)
def test_a_private_address_is_opened_in_its_network_alone(host: str) -> None:
    assert not opens_here_only(host)
    assert opens_in_this_network_only(host)


@pytest.mark.parametrize("host", EVERYWHERE)
def test_others_are_opened_from_everywhere(host: str) -> None:
    assert not opens_here_only(host)
    assert not opens_in_this_network_only(host)
