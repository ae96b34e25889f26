"""A phone on a poor line: what a client's pages cost it, and that none needs a script to be seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

from tests.bench.weight import files_of
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
KB = 1000


@pytest.fixture
def ada(people: People, visit: Visit) -> Visitor:
    assign_program(people.colleague, people.client, publish_routine(people.practice, people.owner))
    return visit(people.client_user)


def sizes(ada: Visitor, path: str) -> Mapping[str, int]:
    return files_of(lambda address: bytes(ada.get(address).data), path)


def scripts(sizes: Mapping[str, int]) -> int:
    return sum(size for path, size in sizes.items() if path.endswith(".js"))


def test_today_is_90_kb_at_most_and_guided_practice_40_kb_of_script_more(ada: Visitor) -> None:
    today, practise = sizes(ada, "/my"), sizes(ada, "/my/practise")
    assert sum(today.values()) <= 90 * KB, today
    assert scripts(practise) - scripts(today) <= 40 * KB, practise
    assert scripts(practise) > scripts(today), "its scripts were counted"


@pytest.mark.parametrize("path", ["/my", "/my/practise", "/my/program/1"])
def test_no_script_stands_in_the_way_of_the_first_view(ada: Visitor, path: str) -> None:
    found = re.findall(r"<script\b([^>]*)>(.*?)</script>", ada.get(path).text, re.DOTALL)
    assert found
    for named, inside in found:
        assert " defer" in named
        assert not inside.strip()
