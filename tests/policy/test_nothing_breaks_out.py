"""Every free text of every record tries to break out of its page: it must come out as words."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest
from werkzeug.test import TestResponse

from clinic.domain.types import Audience
from tests.page_lint import parsed, problems_of
from tests.policy.addresses import may_open
from tests.policy.bodies import arrange
from tests.policy.requests import KINDS, at, guest, rules, text_of
from tests.policy.stage import Stage

pytestmark = pytest.mark.sqlite_only  # the database plays no part here: once is enough

SHOWN = [
    name for name, rule in rules().items() if "GET" in rule.methods and rule.audience is not Audience.DEV
]
WATCHED = frozenset({"href", "src", "action", "formaction", "srcdoc", "xlink:href"})


@pytest.mark.parametrize("endpoint", SHOWN)
def test_words_stay_words(hostile_stage: Stage, endpoint: str) -> None:
    stage = hostile_stage
    for address in at(stage, endpoint):
        for who in (each for each in KINDS if may_open(each, address)):
            with stage.scene(who) as browser:
                arrange(stage.world, address)
                answer = stage.ask(browser, "GET", address.url)
                if answer.mimetype == "text/html" and answer.status_code == 200:
                    _look(answer, f"{who} at {address.url}")


def test_the_payload_reaches_the_pages(hostile_stage: Stage) -> None:
    """Else the test above would pass on empty pages."""
    stage = hostile_stage
    seen: set[str] = set()
    for endpoint in SHOWN:
        for address in at(stage, endpoint):
            who = guest(address)
            if who is None:
                continue
            with stage.scene(who) as browser:
                arrange(stage.world, address)
                text = text_of(stage.ask(browser, "GET", address.url))
                seen |= set().union(*stage.marks.found_in(text).values(), set())
    expected = {
        "client.name",
        "client.reason_for_care",
        "client.notes",
        "client.history",
        "checkin_answer.note",
    }
    expected |= {"program_event.reason", "practice.name", "prescription.content", "user_account.name"}
    assert expected <= seen, f"never shown anywhere: {sorted(expected - seen)}"


def _look(answer: TestResponse, told: str) -> None:
    html = answer.get_data(as_text=True)
    policy = answer.headers.get("Content-Security-Policy", "")
    assert "<script>xss" not in html, told
    assert "49" not in _around_marks(html), f"{told}: a template was run"
    document, written = parsed(html)
    for element in document.iter():
        assert not _broken_out(element), f"{told}: {element.tag} {element.attrib}"
    assert "'unsafe-inline'" not in policy or "sandbox" in policy
    if "sandbox" not in policy and html.lstrip().lower().startswith("<!doctype"):  # a fragment has no title
        problems = problems_of(document, written, policy)
        assert not problems, f"{told}: {problems}"


def _broken_out(element: Element) -> bool:
    if not isinstance(element.tag, str):
        return False
    runs = any(
        (element.get(name) or "").strip().lower().startswith(("javascript:", "data:text")) for name in WATCHED
    )
    return element.tag.endswith("xss-tag") or runs or any(name.startswith("on") for name in element.attrib)


def _around_marks(html: str) -> str:
    return "".join(part[-6:] for part in html.split("x</script>")[:-1])
