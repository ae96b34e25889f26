"""A client films themselves; the practice steps through it frame by frame, and points at a moment of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from clinic.domain.media import MediaKind, MediaState
from clinic.extensions import db
from clinic.models import MediaFile, Message
from tests.factories.videos import filmed, needs_ffmpeg
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, a_client
from tests.journeys.test_a_pain_that_is_logged import PHONE, signs_in

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = [pytest.mark.browser, needs_ffmpeg]

MADE_READY_WITHIN = 90.0  # seconds
AT = "film => film.currentTime"


def test_sent_stepped_through_and_a_moment_of_it_answered(
    settled: Installation, sit_down: SitDown, tmp_path: Path
) -> None:
    fern = a_client(settled, "Fern Films")
    client, olive = sit_down("Fern", settled, **PHONE), sit_down("Olive", settled)
    signs_in(client, fern.email)
    client.opens("/my/messages")
    client.writes("Your message", "Is my tail tucked?")
    filmed(tmp_path, "me.mov", seconds=3)
    client.page.get_by_label("Photos or a video").set_input_files(tmp_path / "me.mov")
    client.presses("Send message")
    client.sees("has your message", "Is my tail tucked?")
    settled.until(lambda: is_ready(settled), MADE_READY_WITHIN, "made no video ready")

    signs_in(olive, OWNER)
    olive.opens("/inbox")
    olive.presses("Open Fern Films")
    film = olive.page.locator("video").first
    assert film.get_attribute("preload") == "none", "it costs nothing before somebody wants it"
    for _ in range(3):
        olive.page.get_by_role("button", name="One frame on").click()
        olive.page.wait_for_function("() => document.querySelector('video').readyState > 0")
    olive.page.get_by_role("button", name="One frame back").click()
    assert film.evaluate(AT) == pytest.approx(2 / 30, abs=0.01)
    film.evaluate("film => { film.currentTime = 2; }")
    olive.page.get_by_role("button", name="Say something about this moment").click()
    assert olive.page.get_by_label("Moment", exact=True).input_value() == "0:02"
    olive.writes("What to look at", "Here it curls under.")
    olive.page.locator("form", has=olive.page.locator("input[name=video]")).get_by_role(
        "button", name="Send"
    ).click()
    olive.sees("Sent.", "At 0:02 of the video")

    with settled.inside():  # a minute passes
        for row in db.session.query(Message):
            row.sent_at -= timedelta(minutes=2)
        db.session.commit()
    client.opens("/my/messages")
    client.sees("Here it curls under.")
    client.page.get_by_role("link", name="At 0:02 of the video").click()
    client.is_at("/my/messages")
    assert client.page.locator("video").first.evaluate(AT) == pytest.approx(2, abs=0.05)


def is_ready(settled: Installation) -> bool:
    with settled.inside():
        found = db.session.query(MediaFile).filter_by(kind=MediaKind.VIDEO, state=MediaState.READY)
        return found.filter(MediaFile.client_id.is_not(None)).count() > 0
