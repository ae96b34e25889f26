"""A file where a word is expected, and the fields of all other forms: never a broken page."""

from __future__ import annotations

from io import BytesIO

import pytest

from tests.policy.bodies import arrange
from tests.policy.conftest import marked, stage  # noqa: F401
from tests.policy.forms import Filled
from tests.policy.requests import UNSAFE, at, body_for, guest, sent
from tests.policy.stage import Stage

_EVERYTHING: Filled = {}
RAW = "api.bounces.take"  # reads its body itself


@pytest.mark.parametrize("endpoint", [name for name in UNSAFE if name != RAW])
def test_a_file_in_place_of_a_word_is_refused(stage: Stage, endpoint: str) -> None:  # noqa: F811
    address = at(stage, endpoint)[0]
    body = body_for(stage, address)
    with stage.scene(guest(address)) as browser:
        arrange(stage.world, address)
        before = stage.dump()
        words = [name for name in body if name != address.rule.takes_file]
        for name in [*words, "csrf_token", "stranger"]:
            rest = sent({key: value for key, value in body.items() if key != name}, browser.token())
            form = [(key, value) for key, value in rest.items(multi=True) if key != name]
            files = {name: (BytesIO(b"words"), "words.txt")}
            data = {**dict(form), **files}
            answer = stage.ask(browser, "POST", address.url, data, content_type="multipart/form-data")
            assert answer.status_code == 400, name
        assert stage.dump() == before


@pytest.mark.parametrize("endpoint", UNSAFE)
def test_the_fields_of_all_other_forms_break_no_page(stage: Stage, endpoint: str, everything: Filled) -> None:  # noqa: F811
    address = at(stage, endpoint)[0]
    own = body_for(stage, address)
    for form in (everything, everything | own):
        with stage.scene(guest(address)) as browser:
            arrange(stage.world, address)
            stage.ask(browser, "POST", address.url, sent(form, browser.token()))


@pytest.fixture
def everything(stage: Stage) -> Filled:  # noqa: F811
    """What every form of ours says, in one."""
    if not _EVERYTHING:
        for endpoint in UNSAFE:
            _EVERYTHING.update(body_for(stage, at(stage, endpoint)[0]))
    return _EVERYTHING
