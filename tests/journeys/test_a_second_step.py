"""Somebody who works here sets up an app and a passkey, signs in with each, and is asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pyotp
import pytest

from clinic.domain.types import Role
from clinic.extensions import db
from clinic.models import Practice
from clinic.services.clock import now
from tests.factories.people import PASSWORD, make_user
from tests.journeys.installation import Installation

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

EMAIL = "pat@harbour.example"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def with_pat(settled: Installation) -> Installation:
    """The installation, with a practitioner who has no second step yet."""
    with settled.inside():
        make_user(db.session.query(Practice).one(), Role.PRACTITIONER, "Pat Lowe", email=EMAIL)
        db.session.commit()
    return settled


@pytest.fixture
def pat(with_pat: Installation, sit_down: SitDown) -> Iterator[Reader]:
    """The practitioner at a browser that holds passkeys."""
    reader = sit_down("Pat", with_pat)
    device = reader.page.context.new_cdp_session(reader.page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield reader
    device.detach()


def sign_in(pat: Reader) -> None:
    pat.opens("/sign-in")
    pat.fills(email=EMAIL, password=PASSWORD)
    pat.presses("Sign in", within="main")


def code(secret: str, steps: int = 0) -> str:
    return str(pyotp.TOTP(secret).generate_otp(int(now().timestamp()) // 30 + steps))


def test_an_app_and_a_passkey_are_set_up_and_each_signs_in(pat: Reader) -> None:
    sign_in(pat)
    pat.opens("/your-account/second-step")
    pat.presses("Set up an app", within="main")
    secret = pat.page.locator("#app-secret").input_value()
    pat.fills(code=code(secret, -1))
    pat.presses("Finish", within="main")
    assert len(pat.page.locator("#recovery-codes").input_value().split()) == 10
    pat.presses("I have kept them", within="main")

    pat.opens("/your-account/second-step")
    pat.presses("Set up a passkey", within="main")
    pat.page.get_by_text("The passkey is set up.").wait_for()

    pat.page.context.clear_cookies()
    sign_in(pat)
    pat.fills(code=code(secret))
    pat.presses("Sign in", within="main")
    pat.page.wait_for_url("**/today")

    pat.page.context.clear_cookies()
    sign_in(pat)
    pat.presses("Use a passkey", within="main")
    pat.page.wait_for_url("**/today")

    pat.opens("/still-you")
    pat.presses("Use a passkey", within="main")
    pat.page.wait_for_url("**/today")
