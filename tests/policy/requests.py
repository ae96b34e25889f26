"""The requests of the walk: which rules there are, who asks, and what they send."""

from __future__ import annotations

import re
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from clinic.domain.types import Audience
from clinic.web import url_map
from clinic.web.authz import Rule
from tests.conftest import settings_for
from tests.pdf_reader import words_in
from tests.policy.addresses import CLIENT_ACTORS, STAFF_ACTORS, Address, addresses, may_open
from tests.policy.bodies import FILES, PUT_RIGHT, WHICH_FORM, arrange
from tests.policy.forms import Filled, filled, posting_forms
from tests.policy.stage import Stage

EVERYBODY = ("anonymous", *STAFF_ACTORS, *CLIENT_ACTORS)
# Called up by anybody, and of use to whoever is signed in.
OF_SOMEBODY = frozenset({"public.signin.sign_out", "public.proving.show", "public.proving.passkey"})
KINDS = ("anonymous", "owner", "assistant", "client")  # where one of each kind is enough


@cache
def rules() -> dict[str, Rule]:
    """The URL map of a development installation, by endpoint."""
    return {rule.endpoint: rule for rule in url_map(settings_for("sqlite://", Path("nowhere")))}


WALKED = [name for name, rule in rules().items() if rule.audience is not Audience.DEV]
READ = [name for name in WALKED if "GET" in rules()[name].methods]
UNSAFE = [name for name in WALKED if "POST" in rules()[name].methods]


def at(stage: Stage, endpoint: str) -> list[Address]:
    return list(addresses(rules()[endpoint], stage.world))


def everything_in(answer: TestResponse) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers)
    return f"{headers}\n{text_of(answer)}"


def text_of(answer: TestResponse) -> str:
    """What an answer says, on a page, on paper or in an archive."""
    if answer.mimetype == "application/pdf" and answer.data:
        return words_in(answer.data)
    if answer.mimetype == "application/zip":
        with zipfile.ZipFile(BytesIO(answer.data)) as archive:
            return "\n".join(_told(name, archive.read(name)) for name in archive.namelist())
    if answer.mimetype.startswith(("image/", "video/")):
        return answer.get_data().decode("latin-1")
    return answer.get_data(as_text=True)


def _told(name: str, content: bytes) -> str:
    if name.endswith(".pdf"):
        return words_in(content)
    return content.decode("utf-8" if name.endswith((".txt", ".csv", ".json")) else "latin-1")


def guest(address: Address) -> str | None:
    """Somebody who may open this address, the owner of the practice or None."""
    first = "client" if address.rule.endpoint in OF_SOMEBODY else "anonymous"
    return next((who for who in (first, *EVERYBODY) if may_open(who, address)), None)


def body_for(stage: Stage, address: Address) -> Filled:
    """The form of the rule's own page as one of its guests would fill it in."""
    at = f"{address.rule.endpoint} {address.url}"
    if at not in stage.forms:  # the same at each scene's beginning, and read by many tests
        stage.forms[at] = _form_of(stage, address)
    body = {name: [*values] for name, values in stage.forms[at].items()}
    return {**body, **PUT_RIGHT.get(address.rule.endpoint, lambda world, at: {})(stage.world, address)}


def _form_of(stage: Stage, address: Address) -> Filled:
    who = guest(address)
    if who is None or "GET" not in address.rule.methods:
        return {}
    with stage.scene(who) as browser:
        arrange(stage.world, address)
        page = stage.ask(browser, "GET", address.url).get_data(as_text=True)
    path = address.url.partition("?")[0]
    here = [form for action, form in posting_forms(page, path) if action == path]
    wanted = WHICH_FORM.get(address.rule.endpoint)
    here = [form for form in here if wanted is None or wanted in {each.get("name") for each in form.iter()}]
    return filled(here[-1]) if here else {}


def sent(body: Filled, token: str) -> MultiDict[str, Any]:
    pairs = ((name, _as_sent(name, value)) for name, values in body.items() for value in values)
    return MultiDict([*pairs, ("csrf_token", token)])


def _as_sent(name: str, value: str) -> Any:
    return (BytesIO(value.encode("latin-1")), "sent.jpg") if name in FILES else value


def words_of(answer: TestResponse) -> str:
    """What a page says, without its head and its tags."""
    body = answer.get_data(as_text=True).partition("<main")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())[:600]
