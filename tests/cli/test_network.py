"""`clinic serve --lan`: phones beside this machine are let in, by an address they can open."""

from __future__ import annotations

from pathlib import Path

import pytest

from clinic.cli import serve
from clinic.cli.network import on_the_network
from clinic.cli.trouble import CannotStart
from tests.conftest import settings_for

SETTINGS = settings_for("sqlite://", Path("nowhere"), port=8123)


def test_the_address_of_the_network_is_the_base_of_every_link() -> None:
    changed = on_the_network(SETTINGS, "192.168.1.20")
    assert changed.base_url == "http://192.168.1.20:8123"
    assert changed.host == "192.168.1.20"
    assert serve._environment(changed, demo=False)["CLINIC_BASE_URL"] == "http://192.168.1.20:8123"


def test_it_listens_there_and_here_and_without_it_here_alone() -> None:
    assert serve._hosts(SETTINGS) == ["127.0.0.1"]
    assert serve._hosts(on_the_network(SETTINGS, "192.168.1.20")) == ["127.0.0.1", "192.168.1.20"]
    words = serve._web(on_the_network(SETTINGS, "192.168.1.20"), graceful=5)
    assert [words[at + 1] for at, word in enumerate(words) if word == "--bind"] == [
        "127.0.0.1:8123",
        "192.168.1.20:8123",
    ]


def test_production_refuses() -> None:
    with pytest.raises(CannotStart, match="not encrypted and not for production"):
        on_the_network(settings_for("sqlite://", Path("nowhere"), env="production"), "192.168.1.20")


def test_it_says_that_others_can_read_along() -> None:
    assert any("NOT ENCRYPTED" in line for line in serve.IN_THE_OPEN)


def test_the_demo_alone_says_so_to_its_parts() -> None:
    assert serve._environment(SETTINGS, demo=True)["CLINIC_DEMO"] == "1"
    assert serve._environment(SETTINGS, demo=False)["CLINIC_DEMO"] == ""
