"""What an attack on the running product found: a test for each, with other inputs of its kind."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.cleaning import has_private_signs, one_line
from clinic.domain.errors import LinkProblem, RuleBroken
from clinic.domain.types import ClientStatus, Role
from clinic.extensions import db
from clinic.mail.form_letters import LetterForm, blank
from clinic.models import CheckinAnswer, Client, Practice, User, WarningFlag
from clinic.services import links, practices
from clinic.services.accounts import signing_in as accounts
from clinic.services.checkins import answers
from clinic.services.clock import now
from clinic.services.people import roles
from clinic.services.transaction import transaction
from clinic.web import url_map
from tests.cli.test_practice_commands import INIT, run
from tests.factories.checkins import enrol, link_to, sent_checkin
from tests.factories.people import People, make_practice, make_user
from tests.faults.stage import ROOT
from tests.visitor import Visitor
from tests.web.practitioner.test_routines import typed
from tests.web.public.test_first_visit import FORM

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


# --- the first visit


@pytest.fixture
def production(app: Flask) -> Iterator[Flask]:
    """The app as in production, as far as its pages ask."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, env="production")
    try:
        yield app
    finally:
        app.config["SETTINGS"] = before


@pytest.mark.parametrize("code", [None, "", "guess", "aaaa-aaaa-aaaa-aaaa", "ａaaa"])
def test_whoever_comes_first_in_production_does_not_get_the_practice(
    production: Flask, visit: Visit, code: str | None
) -> None:
    assert "Set-up code" in visit().get("/set-up").text
    form = FORM if code is None else FORM | {"set_up_code": code}
    visit().post("/set-up", form, status=422)
    assert not practices.exists()


def test_the_set_up_code_of_the_start_opens_the_first_visit(production: Flask, visit: Visit) -> None:
    code = practices.set_up_code()
    assert code
    assert len(code) == 19
    visit().post("/set-up", FORM | {"set_up_code": code.upper().replace("-", " ")}, status=303)
    assert practices.names() == ["Quay Spine"]


def test_a_second_practice_is_begun_on_purpose_alone(app: Flask) -> None:
    assert "Nina Quay signs in" in run(app, *INIT).output
    again = run(app, *INIT)
    assert isinstance(again.exception, RuleBroken)
    assert "Quay Spine" in str(again.exception)
    assert "--another" in str(again.exception)
    assert "Nina Quay signs in" in run(app, *INIT, "--another").output
    assert practices.names() == ["Quay Spine", "Quay Spine"]


# --- the last owner


def test_two_owners_who_close_each_other_leave_one(live_app: Flask) -> None:
    for _ in range(5):
        with transaction():
            practice = make_practice()
            pair = [make_user(practice, Role.OWNER) for _ in range(2)]
        actors = [accounts.actor_of(user) for user in pair]
        names = [user.id for user in pair]
        both, ended = threading.Barrier(2), []
        db.session.remove()

        def close(
            one: int, both: threading.Barrier = both, actors: list = actors, names: list = names
        ) -> None:
            with live_app.app_context():
                both.wait()
                try:
                    roles.close(actors[one], names[1 - one])
                except RuleBroken:
                    ended.append(one)  # noqa: B023
                finally:
                    db.session.remove()

        threads = [threading.Thread(target=close, args=(one,)) for one in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        left = select(User.id).where(User.practice_id == practice.id, User.deactivated_at.is_(None))
        assert len(db.session.scalars(left).all()) == 1
        assert len(ended) == 1


def test_an_account_is_added_to_the_practice_that_is_named(app: Flask, people: People) -> None:
    words = [
        "user",
        "add",
        "--email",
        "new@people.example",
        "--name",
        "New",
        "--password",
        "nine herons on a jetty",
    ]
    unsaid = run(app, *words)
    assert isinstance(unsaid.exception, RuleBroken)
    assert people.elsewhere.name in str(unsaid.exception)
    assert run(app, *words, "--practice", str(people.elsewhere.id)).exit_code == 0
    added = select(User.practice_id).where(User.email_key == "new@people.example")
    assert db.session.scalars(added).all() == [people.elsewhere.id]
    assert isinstance(run(app, *words, "--practice", "No such one").exception, RuleBroken)


# --- whom to tell


def test_security_txt_names_a_contact_for_half_a_year(app: Flask, visit: Visit) -> None:
    assert visit().get("/.well-known/security.txt", status=404)
    with transaction():
        practice = make_practice()
        practice.email = "desk@clinic.example"
    said = visit().get("/.well-known/security.txt")
    assert said.mimetype == "text/plain"
    fields = dict(line.split(": ", 1) for line in said.text.splitlines())
    assert fields["Contact"] == "mailto:desk@clinic.example"
    assert fields["Canonical"].endswith("/.well-known/security.txt")
    left = datetime.fromisoformat(fields["Expires"]) - now()
    assert timedelta(days=100) < left < timedelta(days=365)
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, security_contact="https://clinic.example/tell-us")
    try:
        assert "Contact: https://clinic.example/tell-us\n" in visit().get("/.well-known/security.txt").text
    finally:
        app.config["SETTINGS"] = before


def test_security_txt_tells_of_no_practice_where_there_are_several(people: People, visit: Visit) -> None:
    assert db.session.scalars(select(Practice.id)).all()
    visit().get("/.well-known/security.txt", status=404)


def test_the_code_says_how_to_report_a_weakness() -> None:
    assert "security.txt" in (ROOT / "SECURITY.md").read_text()


# --- a record that was put away


def test_a_check_in_of_an_archived_client_stores_nothing_and_tells_whom_to_call(
    people: People, visit: Visit
) -> None:
    checkin = sent_checkin(enrol(people))
    link, browser = link_to(checkin), visit()
    browser.post(link, {"none": "y"}, status=303)  # on the way to the questions when it happens
    with transaction():
        people.client.status = ClientStatus.ARCHIVED
    page = browser.get(link, status=410).text
    assert people.practice.phone in page
    assert people.practice.emergency_number in page
    sent = {"signs": "bladder", "none": "y", "days": "5", "pain": "3", "mistake": "no", "contact": "no"}
    for path in (link, f"{link}/questions", f"{link}/taken-back"):
        assert people.practice.phone in browser.get(path, status=410).text
        browser.post(path, sent | {"reason": "a slip"}, status=410)
    secret = link.rpartition("/")[2]
    for act in (
        lambda: answers.name_signs(secret, ["bladder"]),
        lambda: answers.deny_signs(secret),
        lambda: answers.take_signs_back(secret, "a slip"),
        lambda: answers.answer(secret, answers.CheckinReply(5, 3, None, False)),
    ):
        with pytest.raises(LinkProblem):
            act()
    for kind in (CheckinAnswer, WarningFlag):
        assert db.session.scalars(select(kind)).all() == []


# --- signs that are ours alone

PRIVATE = ["\ue000first_name\ue001", "\ue000", "\uf8ff", "\U000f0000", "\U0010fffd"]


@pytest.mark.parametrize("sign", PRIVATE)
def test_a_sign_of_one_typeface_is_refused_where_it_is_typed(people: People, visit: Visit, sign: str) -> None:
    browser = visit(people.owner)
    for part, names in {"name": ("name", "phone"), "help": ("emergency_number", "urgent_number")}.items():
        form = typed(browser.get(f"/practice/settings/{part}"))
        for name in names:
            browser.post(f"/practice/settings/{part}", form | {name: f"Backs {sign}"}, status=422)
    new = typed(browser.get("/clients/new")) | {"name": "Ada", "kind": "private"}
    for name in ("name", "reason_for_care"):
        browser.post("/clients/new", new | {name: f"Ada {sign}"}, status=422)
    refused = run(browser.app, *[word.replace("Quay Spine", f"Quay {sign}") for word in INIT], "--another")
    assert isinstance(refused.exception, RuleBroken)
    assert not has_private_signs(one_line(f"Ada{sign}"))  # nor does a file bring it in


def test_the_blanks_of_letters_are_this_processs_own() -> None:
    form = LetterForm("\ue000first_name\ue001 and " + blank("first_name"), html=False)
    assert form.filled({"first_name": "Ada"}).content.count(b"Ada") == 1


# --- the link that stops a mail


@pytest.mark.parametrize(
    ("hours", "status", "is_stopped"), [(1, 303, False), (23, 303, False), (25, 409, True)]
)
def test_the_link_that_stopped_a_mail_begins_it_again_for_a_day(
    people: People, visit: Visit, hours: int, status: int, *, is_stopped: bool
) -> None:
    link, browser = f"/u/{links.sign_unsubscribe(people.client.id)}", visit()
    with transaction():
        people.client.unsubscribed_at = now() - timedelta(hours=hours)
    assert ("Get these mails again" in browser.get(link).text) is not is_stopped
    browser.post(link, {"again": "Get these mails again"}, status=status)
    assert (db.session.get_one(Client, people.client.id).unsubscribed_at is not None) is is_stopped
    visit(people.client_user).post("/account/check-in-mail/on", status=303)
    assert db.session.get_one(Client, people.client.id).unsubscribed_at is None
