"""What somebody types who asks for a place in a course by its link."""

from __future__ import annotations

import time

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired

from clinic.domain.words import say
from clinic.services.groups.joining import PlaceAsked
from clinic.web.forms.base import Form
from clinic.web.forms.fields import AddressField, LineField, ZoneField

QUICKEST = 2.0  # seconds that a person needs at least to fill it in


class JoinForm(Form):
    """Name, address, zone and both consents; and two fields that tell a robot from a person."""

    name = LineField(say("Your name"), longest=120, required=say("Enter your name."))
    email = AddressField(say("Your email address"), required=say("Enter your email address."))
    time_zone = ZoneField(say("Your time zone"))
    consents = BooleanField(validators=[InputRequired(say("To go on, please tick that you agree."))])
    mails = BooleanField()
    website = StringField(say("Leave this empty"))  # no person sees it
    opened = HiddenField(default=lambda: opened_at(time.time()))

    @property
    def is_from_a_robot(self) -> bool:
        """Whether the hidden field was filled in, or the form sent faster than anybody types."""
        if self.website.data:
            return True
        try:
            return time.time() - float(_signer().loads(self.opened.data or "")) < QUICKEST
        except (BadSignature, TypeError, ValueError):
            return True

    def asked(self) -> PlaceAsked:
        """What is asked for."""
        assert self.name.data is not None
        return PlaceAsked(self.name.data, self.email.data, self.time_zone.data, bool(self.mails.data))


class ConfirmForm(Form):
    """The button that confirms an address."""


def opened_at(instant: float) -> str:
    """What a form carries that was opened then, in seconds since 1970; nobody can make it older."""
    return str(_signer().dumps(int(instant)))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="join-opened-v1")
