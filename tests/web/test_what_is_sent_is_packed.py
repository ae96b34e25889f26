"""Files and pages go out packed, but no page whose size could tell of a secret that stands in it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from typing import Any

import brotli
import pytest
from flask import Flask

from clinic.domain.masking import masked, unmasked
from clinic.web import assets
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
BOTH = {"Accept-Encoding": "gzip, deflate, br"}
UNPACKED: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress}


def static(app: Flask, name: str, **headers: str) -> Any:
    return app.test_client().get(assets.static_url(name), headers=headers)


@pytest.mark.parametrize(
    "offered, packed",
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None)],
)
def test_a_sheet_is_packed_as_the_browser_reads_it_best(app: Flask, offered: str, packed: str | None) -> None:
    plain = static(app, "css/regroove.css", **{"Accept-Encoding": "identity"}).data
    answer = static(app, "css/regroove.css", **{"Accept-Encoding": offered})
    assert answer.headers.get("Content-Encoding") == packed
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert (UNPACKED[packed](answer.data) if packed else answer.data) == plain
    assert not packed or len(answer.data) < len(plain) / 4


def test_a_file_is_kept_for_good_and_asked_for_by_its_content(app: Flask) -> None:
    answer = static(app, "js/app.js", **BOTH)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = static(app, "js/app.js", **BOTH, **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_font_is_packed_already(app: Flask) -> None:
    answer = static(app, "fonts/atkinson-latin.woff2", **BOTH)
    assert answer.data.startswith(b"wOF2")
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("name", ["nothing.css", "../__init__.py", "css/../../config.py", "css", ""])
def test_what_is_no_file_of_ours_is_not_found_nor_kept(app: Flask, name: str) -> None:
    answer = app.test_client().get(f"/static/{name}")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers["Cache-Control"]


def test_one_file_holds_the_sheets_that_every_page_needs() -> None:
    whole = assets._file("css/regroove.css").plain
    for part in assets.BUNDLES["css/regroove.css"]:
        assert (assets.STATIC / "css" / f"{part}.css").read_bytes().strip() in whole


def test_a_page_is_packed(people: People, visit: Visit) -> None:
    answer = visit(people.colleague).client.get("/clients", headers=BOTH)
    assert answer.headers["Content-Encoding"] == "br"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert people.client.name in brotli.decompress(answer.data).decode()


@pytest.mark.parametrize(
    "address, why",
    [
        ("/clients?q=ada", "it repeats what was asked"),
        ("/new-password/abc", "its address is a secret, and forms name it"),
    ],
)
def test_a_page_that_could_tell_of_a_secret_goes_unpacked(
    people: People, visit: Visit, address: str, why: str
) -> None:
    answer = visit(people.colleague).client.get(address, headers=BOTH)
    assert "Content-Encoding" not in answer.headers, why


def test_what_answers_a_form_goes_unpacked(people: People, visit: Visit) -> None:
    answer = visit(people.colleague).post("/clients/new", {"name": ""}, headers=BOTH)
    assert answer.status_code == 422
    assert "Content-Encoding" not in answer.headers


def test_no_two_pages_show_the_token_of_forms_in_the_same_letters(people: People, visit: Visit) -> None:
    staff = visit(people.colleague)
    one, two = (
        set(re.findall(r'name="csrf_token" value="([^"]+)"', staff.get("/clients/new").text)) for _ in "ab"
    )
    assert one
    assert not one & two
    shared = {unmasked(each).partition(".")[0] for each in one | two}
    assert len(shared) == 1, "they are one token under several masks"


def test_a_form_is_taken_with_the_token_it_showed_and_not_with_another(people: People, visit: Visit) -> None:
    staff = visit(people.colleague)
    shown = re.findall(r'name="csrf_token" value="([^"]+)"', staff.get("/clients/new").text)[-1]
    assert staff.post("/clients/new", {"name": "", "csrf_token": shown}).status_code == 422
    spoiled = shown[:-6] + ("AAAAAA" if shown[-6:] != "AAAAAA" else "BBBBBB")
    for wrong in (spoiled, "~", "~%%%", "~AAA", masked("no token"), ""):
        assert staff.post("/clients/new", {"name": "", "csrf_token": wrong}).status_code == 400, wrong
