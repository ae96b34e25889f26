"""A client's page that no place of the bar opens leads back to the one above it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from clinic.domain.types import Audience
from clinic.web import url_map
from config import Settings
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
PLACES = {"/my", "/my/program", "/my/progress", "/account"}
BY_THEMSELVES = {"/my/messages", "/warning-signs", "/my/kept"}  # at each page's foot; without a network
BACK = r'class="back-link|>\s*(No, )?[Gg]o back\s*<|>\s*Back to today\s*<'
BELOW = sorted(
    {
        rule.path
        for rule in url_map(Settings.from_env({}))
        if rule.audience is Audience.CLIENT and "GET" in rule.methods
        if "<" not in rule.path and not rule.path.endswith((".pdf", ".ics", ".json"))
    }
    - PLACES
    - BY_THEMSELVES
)


@pytest.mark.parametrize("path", BELOW)
def test_a_page_below_another_leads_back(people: People, visit: Visit, path: str) -> None:
    assign_program(people.owner, people.client, publish_routine(people.practice, people.owner))
    answer = visit(people.client_user).get(path, status=None)
    main = answer.get_data(as_text=True).partition("<main")[2].partition("</main>")[0]
    assert answer.status_code != 200 or re.search(BACK, main), (path, answer.status_code)
