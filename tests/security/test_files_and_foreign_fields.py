"""A file where a word is expected, and the fields of all other forms: never a broken page."""

from __future__ import annotations

from io import BytesIO

import pytest

from tests.policy.bodies import arrange
from tests.policy.conftest import marked, stage  # noqa: F401
from tests.policy.requests import UNSAFE, at, body_for, guest, sent
from tests.policy.stage import Stage

RAW = "api.bounces.take"  # reads its body itself


@pytest.mark.parametrize("endpoint", [name for name in UNSAFE if name != RAW])
def test_a_file_in_place_of_a_word_is_refused(stage: Stage, endpoint: str) -> None:  # noqa: F811
    address = at(stage, endpoint)[0]
    body = body_for(stage, address)
    with stage.scene(guest(address)) as browser:
        arrange(stage.world, address)
        before = stage.dump()
        for name in [*body, "csrf_token", "stranger"]:
            rest = sent({key: value for key, value in body.items() if key != name}, browser.token())
            form = [(key, value) for key, value in rest.items(multi=True) if key != name]
            files = {name: (BytesIO(b"words"), "words.txt")}
            data = {**dict(form), **files}
            answer = stage.ask(browser, "POST", address.url, data, content_type="multipart/form-data")
            assert answer.status_code == 400, name
        assert stage.dump() == before
