"""An outside watcher hears of each good sweep, at most once a minute, and nothing but that."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from flask import Flask

from clinic.tasks import beacon, sweep


@contextmanager
def watcher(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """A web server that notes what it is asked for."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(f"{self.path} {self.headers}")
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/ping/7f3a?worker=1", heard
        finally:
            server.shutdown()
            thread.join()


def test_it_hears_that_we_are_there_and_no_more() -> None:
    with watcher() as (url, heard):
        beacon.ping(url)
    (line,) = heard
    assert line.startswith("/ping/7f3a?worker=1 ")
    assert "Regroove" in line


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_answer_that_is_not_a_yes_is_an_error_and_nobody_is_followed(status: int) -> None:
    with watcher(status) as (url, heard), pytest.raises(beacon.WatcherRefused):
        beacon.ping(url)
    assert len(heard) == 1


def test_nobody_there_is_an_error() -> None:
    with pytest.raises(OSError, match="refused"):
        beacon.ping("http://127.0.0.1:1/")


def test_only_a_good_sweep_is_told() -> None:
    went_well = threading.Event()
    with watcher() as (url, heard):
        sweep._ping_if_well(url, went_well)
        assert not heard
        went_well.set()
        sweep._ping_if_well(url, went_well)
        sweep._ping_if_well(url, went_well)
    assert len(heard) == 1


def test_there_is_none_unless_it_is_set(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sweep.BEACON not in [each.name.removeprefix("sweep-") for each in sweep.rounds(app)]
    settings = replace(app.config["SETTINGS"], heartbeat_url="http://127.0.0.1:1/")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert sweep.BEACON in [each.name.removeprefix("sweep-") for each in sweep.rounds(app)]
