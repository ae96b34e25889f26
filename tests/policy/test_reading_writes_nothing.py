"""Looking changes nothing, on any rule; only that a browser was seen may be noted, and who took a file."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from clinic.domain.types import Audience
from tests.policy.addresses import may_open
from tests.policy.bodies import arrange
from tests.policy.requests import KINDS, at, rules
from tests.policy.stage import AUDIT, SEEN_BY, Stage, changed
from tests.policy.watching import LookedUp
from tests.visitor import Visitor

SHOWN = [
    name for name, rule in rules().items() if "GET" in rule.methods and rule.audience is not Audience.DEV
]
# What a curious visitor, a mail scanner or a prefetching browser may hang onto an address.
HUNG_ON = "stop=y&none=y&signs=cauda&act=publish&_method=DELETE&change=1"


@pytest.mark.parametrize("endpoint", SHOWN)
def test_looking_changes_nothing(stage: Stage, endpoint: str, looked_up: LookedUp) -> None:
    for address in at(stage, endpoint):
        with stage.scene():  # one for them all: each leaves it to the next as it was
            arrange(stage.world, address)
            for who in (each for each in KINDS if may_open(each, address)):
                browser, before = stage.browser(who), stage.dump()
                look(stage, browser, address.url, looked_up)
                noted = AUDIT if rules()[endpoint].record and who != "client" else frozenset()
                came = changed(before, stage.dump()) - noted - SEEN_BY.get(endpoint, frozenset())
                assert not came, f"{who} looked at {address.url} and changed {came}"


def look(stage: Stage, browser: Visitor, url: str, looked_up: LookedUp) -> None:
    """Look again and again; a page that looks for nothing of what hangs on is told it twice."""
    hung = f"{url}{'&' if '?' in url else '?'}{HUNG_ON}"
    for method, asked in (("GET", url), ("GET", hung), ("HEAD", hung), ("GET", url)):
        stage.ask(browser, method, asked)
    if looked_up.any_of(dict(parse_qsl(HUNG_ON))):
        for method, asked in (("HEAD", url), ("GET", hung)):
            stage.ask(browser, method, asked)
