"""Whatever page of a record somebody gets to see, and by whatever request, the trail says so."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from clinic.domain.audit_words import READ
from clinic.domain.types import Audience
from clinic.extensions import db
from clinic.models import AuditEvent
from clinic.services.audit import looking
from tests.factories.records import World
from tests.policy.bodies import arrange
from tests.policy.requests import at, rules
from tests.policy.stage import Stage

# Many clients on one page, each with a line: who opens them all every morning has looked at nobody.
LISTS = frozenset(
    {
        *("/today", "/inbox", "/mail", "/clients", "/check-ins", "/practice/trail", "/practice/time"),
        "/sessions",
        *(
            "/clients/list.csv",  # told as taken out
            "/practice/time.csv",  # so is this
            "/clients/import/<uuid:import_id>",
            "/clients/many/<uuid:act_id>",
            "/groups/<uuid:group_id>",
            "/routines/<uuid:routine_id>/offer",
        ),
        *("/groups/<uuid:group_id>/course", "/groups/<uuid:group_id>/messages"),
        "/groups/<uuid:group_id>/messages/<uuid:group_message_id>",
    }
)
ASKED = [
    (name, method)
    for name, rule in rules().items()
    if rule.audience in (Audience.PRACTITIONER, Audience.OWNER) and rule.path not in LISTS
    for method in ("GET", "POST")
    if method in rule.methods
]


@pytest.mark.parametrize(("endpoint", "method"), ASKED)
def test_a_page_that_names_a_client_is_a_look(stage: Stage, endpoint: str, method: str) -> None:
    for address in at(stage, endpoint):
        with stage.scene("owner") as browser:
            looking._written.clear()
            arrange(stage.world, address)
            before = looks()
            wrong = {"csrf_token": browser.token(), "nonsense": "x"} if method == "POST" else None
            answer = stage.ask(browser, method, address.url, wrong)
            told = answer.get_data().decode("utf-8", "replace")
            if is_about_somebody(stage.world, told):
                assert looks() > before, f"{method} {address.url} showed a record, and nobody is told"


def looks() -> int:
    count = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == READ)
    return db.session.scalar(count) or 0


def is_about_somebody(world: World, told: str) -> bool:
    return any(world.records[each].client.name in told for each in ("ada", "bela"))
