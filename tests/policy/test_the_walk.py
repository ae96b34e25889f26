"""Every rule, with each of its methods, tried by everybody against everybody's records.

Status codes alone prove little: each answer is searched for words planted in other people's records, and
after each request every table is compared with what it was.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from clinic.domain.types import Audience
from clinic.web import url_map
from tests.conftest import settings_for
from tests.factories.planting import MARK, free_texts
from tests.factories.records import HOME
from tests.policy.addresses import CLIENT_ACTORS, Address, may_open, may_read
from tests.policy.bodies import WRITES_NOTHING, arrange
from tests.policy.forms import Filled
from tests.policy.requests import (
    EVERYBODY,
    READ,
    UNSAFE,
    WALKED,
    at,
    body_for,
    everything_in,
    guest,
    rules,
    sent,
    words_of,
)
from tests.policy.stage import AUDIT, SEEN_BY, Rows, Stage, changed, touched
from tests.visitor import Visitor

SHOWING = ("GET", "HEAD")
ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
# Never shown to a client, not even to the one they are about.
FOR_STAFF_ONLY = frozenset(
    {
        *(
            "client.notes",
            "client.bounce_reason",
            "assessment.note",
            "finding.value_text",
            "warning_flag.clear_note",
        ),
        *("amendment.old_text", "amendment.new_text", "amendment.note", "amendment.reason"),
        "program_finding.value_text",
        *(
            "outbox_message.reason",
            "outbox_message.smtp_reply",
            "audit_event.details",
            "checkin_event.reason",
            "questionnaire_response.reason",
        ),
    }
)
# But in the file of all that is held about them, which they ask for: what was signed, and why it was changed.
IN_THEIR_OWN_RECORD = frozenset(
    {
        *("assessment.note", "finding.value_text", "program_finding.value_text"),
        *("amendment.old_text", "amendment.new_text", "amendment.note", "amendment.reason"),
        *("warning_flag.clear_note", "questionnaire_response.reason"),
    }
)


def test_the_walk_knows_every_free_text(stage: Stage) -> None:
    planted = {owner: stage.marks.columns_of(owner) for owner in (*HOME, *HOME.values())}
    alone = {column for column in free_texts() if not any(column in columns for columns in planted.values())}
    assert not alone, f"no record of the walk fills {sorted(alone)}: add one in tests/factories/records.py"
    of_clients = set.union(*(planted[name] for name in HOME))
    missing = {name: of_clients - planted[name] for name in HOME if of_clients - planted[name]}
    assert not missing


def test_the_map_holds_every_rule_and_nothing_else(stage: Stage) -> None:
    served = {rule.endpoint for rule in stage.app.url_map.iter_rules()} - {"static"}
    assert served == set(stage.app.extensions["policy"]) == set(rules())


def test_production_has_no_page_for_developers() -> None:
    settings = settings_for("sqlite://", Path("nowhere"), env="production", base_url="https://clinic.example")
    assert not [
        rule.path
        for rule in url_map(settings)
        if rule.audience is Audience.DEV or rule.path.startswith("/dev/")
    ]


@pytest.mark.parametrize("endpoint", READ)
def test_nobody_reads_what_is_not_for_them(stage: Stage, endpoint: str) -> None:
    """Strangers ask a second time after everybody has seen it: caches are warm."""
    for address in at(stage, endpoint):
        strangers, guests = strangers_and_guests(address)
        cold = [(who, "GET") for who in strangers]
        seen, warm = ([(who, method) for who in each for method in SHOWING] for each in (guests, strangers))
        with stage.scene():
            arrange(stage.world, address)
            before = stage.dump()
            for who, method in (*cold, *seen, *warm):
                judge(stage, who, address, stage.ask(stage.browser(who), method, address.url))
            came = changed(before, stage.dump()) - AUDIT - SEEN_BY.get(endpoint, frozenset())
            assert not came, f"not all saw the same at {address.url}: asking has changed {came}"


@pytest.mark.parametrize("endpoint", UNSAFE)
def test_nobody_changes_what_is_not_theirs(stage: Stage, endpoint: str) -> None:
    for address in at(stage, endpoint):
        body = body_for(stage, address)
        strangers, guests = strangers_and_guests(address)
        with stage.scene():  # one for them all: each leaves it to the next as it was
            arrange(stage.world, address)
            before = stage.dump()
            for who in strangers:
                post_and_judge(stage, stage.browser(who), who, address, body)
                came = changed(before, stage.dump()) - AUDIT  # the refusal itself
                assert not came, f"{who} changed {came} at {address.url}"
        for who in guests:
            with stage.scene(who) as browser:
                arrange(stage.world, address)
                before = stage.dump()
                post_and_judge(stage, browser, who, address, body)
                foreign = beyond_reach(before, touched(before, stage.dump()), who, address)
                assert not foreign, f"{who} at {address.url} changed {foreign}"


@pytest.mark.parametrize("endpoint", [name for name in UNSAFE if name not in WRITES_NOTHING])
def test_those_who_may_can_do_it(stage: Stage, endpoint: str) -> None:
    """Without this the walk could pass because its requests would do nothing for anybody."""
    for address in at(stage, endpoint):
        body, who = body_for(stage, address), guest(address)
        if who is None:  # the other practice has no owner here to ask
            continue
        with stage.scene(who) as browser:
            arrange(stage.world, address)
            before = stage.dump()
            answer = stage.ask(browser, "POST", address.url, sent(body, browser.token()))
            came = changed(before, stage.dump())
            assert came, (
                f"{who} sent {body} to {address.url} and nothing came of it ({answer.status_code})."
                " Put the body right in tests/policy/bodies.py, or say there why this rule writes nothing."
                f" {words_of(answer)}"
            )
            assert answer.status_code in (200, 303)


@pytest.mark.parametrize("endpoint", WALKED)
def test_methods_that_are_not_declared_are_refused(stage: Stage, endpoint: str) -> None:
    address = at(stage, endpoint)[0]
    declared = {*address.rule.methods, *(["HEAD"] if "GET" in address.rule.methods else [])}
    with stage.scene():
        before = stage.dump()
        for method in (each for each in ALL_METHODS if each not in declared):
            browser = stage.browser(guest(address))
            answer = stage.ask(browser, method, address.url, {"csrf_token": browser.token()})
            assert answer.status_code == 405
            assert not changed(before, stage.dump())


def strangers_and_guests(address: Address) -> tuple[list[str], list[str]]:
    """Whom the policy keeps out of this address, and whom it lets in."""
    let_in = {who: may_open(who, address) for who in EVERYBODY}
    return [who for who in EVERYBODY if not let_in[who]], [who for who in EVERYBODY if let_in[who]]


def post_and_judge(stage: Stage, browser: Visitor, who: str, address: Address, body: Filled) -> None:
    answer = stage.ask(browser, "POST", address.url, sent(body, browser.token()))
    judge(stage, who, address, answer, typed=body)


def judge(
    stage: Stage, who: str, address: Address, answer: TestResponse, typed: Filled | None = None
) -> None:
    """The status fits the policy, and nothing in the answer is somebody else's but what was typed."""
    asked = f"{answer.request.method} {address.url} ({address.rule.endpoint})"
    told = f"{who}: {asked} answered {answer.status_code}"
    if may_open(who, address):
        assert answer.status_code in (200, 303, *refusals(address)), told
    elif who == "anonymous":
        assert answer.status_code == 303, told
        assert answer.location.startswith("/sign-in"), told
    else:
        assert answer.status_code == 404, told
    text = everything_in(answer)
    for value in (value for values in (typed or {}).values() for value in values if may_open(who, address)):
        text = text.replace(value, "") if MARK.search(value) else text
    found = stage.marks.found_in(text)
    foreign = {
        owner: columns
        for owner, columns in found.items()
        if owner not in may_read(who, address, answer.status_code)
    }
    assert not foreign, f"{told} with words of {foreign}"
    if who in CLIENT_ACTORS or who == "anonymous":
        theirs = IN_THEIR_OWN_RECORD if address.rule.endpoint == "client.own_record.take" else frozenset()
        shown = set().union(*found.values()) & FOR_STAFF_ONLY - theirs
        assert not shown, f"{told} with {shown}, which is for staff only"


def refusals(address: Address) -> tuple[int, ...]:
    """What a rule may answer to people it lets through: the form again, or a right this role lacks."""
    return (403, 409, 422) if "POST" in address.rule.methods else ()


def beyond_reach(rows: Rows, keys: set[Any], who: str, address: Address) -> set[Any]:
    """Those of the keys under which a row holds words of people this one may not read."""
    readable = may_read(who, address, 200)
    return {key for key in keys if words_in_rows(rows, key) - readable}


def words_in_rows(rows: Rows, key: Any) -> set[str]:
    """Whose words the rows of this key hold."""
    held = (value for table in rows.values() for value in table.get(key, ()))
    return {match[1].lower() for value in held for match in MARK.finditer(value)}
