"""What an attack on the running product found: a test for each, with other inputs of its kind."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from clinic.web import url_map
from tests.factories.people import People
from tests.faults.stage import ROOT
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
DEPLOY = ROOT / "docs" / "deploy"


# --- logs of proxies


def proxy_patterns() -> list[re.Pattern[str]]:
    """How the deploy page tells a proxy to shorten addresses: one pattern for Caddy, one for nginx."""
    page = (DEPLOY / "one-server.md").read_text()
    caddy = re.search(r'request>uri regexp "([^"]+)"', page)
    nginx = re.search(r'"~([^"]+)"', page)
    assert caddy
    assert nginx
    return [re.compile(each[1].replace("?<", "?P<")) for each in (caddy, nginx)]


def test_the_log_of_a_proxy_holds_no_secret_of_a_link(app: Flask) -> None:
    secrets = [rule.path for rule in url_map(app.config["SETTINGS"]) if "<secret>" in rule.path]
    assert len(secrets) > 5
    for pattern in proxy_patterns():
        for path in secrets:
            found = pattern.search(path.replace("<int:number>", "1"))
            assert found, path
            assert "secret" not in found[1]
    caddy = proxy_patterns()[0]
    assert caddy.sub(lambda found: found[1] or "", "/c/topsecret?x=1") == "/c/"
    assert caddy.sub(lambda found: found[1] or "", "/c/topsecret/questions") == "/c//questions"
    assert caddy.sub(lambda found: found[1] or "", "/clients?q=Ada") == "/clients"


@pytest.mark.parametrize(
    "path", ["/sign-in", "/clients", "/my", "/static/js/app.js", "/nowhere", "/c/nowhere"]
)
def test_no_page_tells_where_somebody_came_from(people: People, visit: Visit, path: str) -> None:
    user = people.client_user if path == "/my" else people.owner if path == "/clients" else None
    answer = visit(user).client.get(path)
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("heads", "status"),
    [
        ({}, 422),
        ({"Origin": "http://localhost"}, 422),
        ({"Origin": "null"}, 422),  # an older browser: the token alone decides
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 422),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 400),
        ({"Origin": "null", "Sec-Fetch-Site": "same-site"}, 400),
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, 400),
        ({"Origin": "https://evil.example"}, 400),
    ],
)
def test_a_form_of_ours_is_known_without_a_referrer(
    people: People, visit: Visit, heads: dict[str, str], status: int
) -> None:
    visit().post("/sign-in", {"email": "a@b.example", "password": "x"}, headers=heads, status=status)


def test_a_form_whose_browser_hides_its_origin_still_needs_its_token(people: People, visit: Visit) -> None:
    form = {"email": "a@b.example", "password": "x"}
    assert visit().client.post("/sign-in", data=form, headers={"Origin": "null"}).status_code == 400


# --- what may be kept


@pytest.mark.parametrize(
    ("path", "heads", "status", "is_kept"),
    [
        ("/static/js/app.js", {}, 200, True),
        ("/static/js/app.js?v=another", {}, 200, True),
        ("/static/js/nothing.js", {}, 404, False),
        ("/static/", {}, 404, False),
        ("/static/js", {}, 404, False),
        ("/static/js/app.js/", {}, 404, False),
        ("/static//js/app.js", {}, 308, False),
    ],
)
def test_only_a_file_that_is_there_is_kept_for_good(
    visit: Visit, path: str, heads: dict[str, str], status: int, *, is_kept: bool
) -> None:
    answer = visit().client.get(path, headers=heads)
    kept = "immutable" in answer.headers["Cache-Control"]
    assert (answer.status_code, kept) == (status, is_kept)
    assert is_kept or answer.headers["Cache-Control"] == "no-store"
