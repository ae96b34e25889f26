"""Looking changes nothing, on any rule; only that a browser was seen may be noted, and who took a file."""

from __future__ import annotations

import pytest

from clinic.domain.types import Audience
from tests.policy.addresses import may_open
from tests.policy.bodies import arrange
from tests.policy.requests import KINDS, at, rules
from tests.policy.stage import Stage, changed

SHOWN = [
    name for name, rule in rules().items() if "GET" in rule.methods and rule.audience is not Audience.DEV
]
# The audit of reads: whoever works for the practice and opens something of a client's.
AUDIT = frozenset({"audit_event", "audit_end"})
# That a calendar asked is told to whose address it is: so they see whether it works, and whether it leaked.
SEEN_BY = {"public.calendar.read": frozenset({"calendar_address"})}
# What a curious visitor, a mail scanner or a prefetching browser may hang onto an address.
HUNG_ON = "stop=y&none=y&signs=cauda&act=publish&_method=DELETE&change=1"


@pytest.mark.parametrize("endpoint", SHOWN)
def test_looking_changes_nothing(stage: Stage, endpoint: str) -> None:
    for address in at(stage, endpoint):
        for who in (each for each in KINDS if may_open(each, address)):
            with stage.scene(who) as browser:
                arrange(stage.world, address)
                before = stage.dump()
                for method in ("GET", "HEAD", "GET"):
                    stage.ask(browser, method, address.url)
                    stage.ask(browser, method, f"{address.url}{'&' if '?' in address.url else '?'}{HUNG_ON}")
                noted = AUDIT if rules()[endpoint].record and who != "client" else frozenset()
                came = changed(before, stage.dump()) - noted - SEEN_BY.get(endpoint, frozenset())
                assert not came, f"{who} looked at {address.url} and changed {came}"
