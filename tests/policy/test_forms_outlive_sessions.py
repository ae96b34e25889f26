"""A form whose session has ended comes back as it was typed, to the same person, and not carried out."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from clinic.domain.types import Audience
from clinic.extensions import db
from clinic.models import AuthSession
from clinic.services.clock import now
from clinic.services.transaction import transaction
from clinic.web import given_back
from clinic.web.presenters import once_more
from tests.factories.people import PASSWORD
from tests.policy.bodies import arrange
from tests.policy.forms import Filled, filled, posting_forms
from tests.policy.requests import UNSAFE, at, body_for, guest, rules, sent
from tests.policy.stage import Stage, changed

pytestmark = pytest.mark.sqlite_only  # the database plays no part here: once is enough
SIGNED_IN = (Audience.PRACTITIONER, Audience.OWNER, Audience.CLIENT)
BY_SCRIPT = {  # the page it runs on keeps what was typed
    "practitioner.assessment_recording.keep",
    *("practitioner.media.begin", "practitioner.media.take"),
    *("client.media.begin", "client.media.take"),
}
# buttons, a field of a test that is not among the picked, and what a browser picks from a disk
NOT_TYPED = {"act", "how", "settled", "because", "fields-faber", "file"}
FORMS = [name for name in UNSAFE if rules()[name].audience in SIGNED_IN and name not in BY_SCRIPT]


def end_sessions() -> None:
    """As if everybody had been away for long."""
    with transaction():
        db.session.execute(update(AuthSession).values(ended_at=now()))


def shown(page: str, path: str, body: Filled) -> Filled | None:
    """The form of this path on a page, as it is filled in there: the one most like the one that was sent."""
    found = [filled(form) for action, form in posting_forms(page, path) if action == path]
    return max(found, key=lambda form: len(form.keys() & body.keys()), default=None)


@pytest.mark.parametrize("endpoint", FORMS)
def test_what_was_typed_is_back_after_signing_in(stage: Stage, endpoint: str) -> None:
    for address in at(stage, endpoint)[:1]:
        who = guest(address)
        body = body_for(stage, address)
        with stage.scene(str(who)) as browser:
            arrange(stage.world, address)
            end_sessions()
            before = stage.dump()
            token = browser.token()
            answer = stage.ask(browser, "POST", address.url, sent(body, token))
            assert answer.status_code == 303, address.url
            assert answer.location.startswith("/sign-in")
            assert changed(before, stage.dump()) <= {"kept_form"}

            user = stage.users[str(who)]
            assert user is not None
            login = {"email": [user.email], "password": [PASSWORD]}
            way = stage.ask(browser, "POST", "/sign-in", sent(login, browser.token()))
            assert way.status_code == 303
            page = stage.ask(browser, "GET", way.location)
            assert page.status_code == 200, way.location
            words = once_more.WORDS.get(endpoint)
            if way.location == "/sign-in/again":
                assert words is not None, f"nobody says what the button of {endpoint} does"
                assert "Nothing has been done" in page.get_data(as_text=True)
            form = shown(page.get_data(as_text=True), address.url.partition("?")[0], body)
            assert form is not None, f"{way.location} holds no form for {address.url}"
            for name, values in body.items():
                if any(values) and not given_back.is_secret(name) and name not in NOT_TYPED:
                    assert form.get(name) == values, name
            assert changed(before, stage.dump()) <= {"kept_form", "auth_session", "audit_event", "audit_end"}


def test_a_button_says_what_was_not_done_and_for_whom(stage: Stage) -> None:
    (address,) = at(stage, "practitioner.attention.done")[:1]
    who = str(guest(address))
    with stage.scene(who) as browser:
        arrange(stage.world, address)
        body = body_for(stage, address) | {"act": ["done"]}
        end_sessions()
        stage.ask(browser, "POST", address.url, sent(body, browser.token()))
        user = stage.users[who]
        assert user is not None
        login = {"email": [user.email], "password": [PASSWORD]}
        stage.ask(browser, "POST", "/sign-in", sent(login, browser.token()))
        page = stage.ask(browser, "GET", "/sign-in/again").get_data(as_text=True)
        assert "<h1>Mark as done: not done yet</h1>" in page
        assert stage.world.records[str(address.of)].client.name in page


def test_words_are_for_buttons_that_are_there() -> None:
    assert set(once_more.WORDS) <= set(UNSAFE)
