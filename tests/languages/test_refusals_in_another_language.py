"""What a form or a rule refuses keeps its words on the way to the field it stands at."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from clinic.domain.errors import RuleBroken
from clinic.domain.media import MediaKind, check_size
from clinic.domain.passwords import password_problem
from clinic.languages import CLOSES, MADE_UP, OPENS, language
from clinic.web.forms.accounts import NewPasswordForm, SecondStepForm, SignInForm
from clinic.web.forms.base import Form
from clinic.web.forms.fields import AddressField, CeilingField, DatePartsField, LineField

LONG = language(MADE_UP[0])


class EverythingForm(Form):
    """A field of each kind that strangers meet."""

    line = LineField("Line", longest=3, required="")
    email = AddressField("Email")
    day = DatePartsField("Day")
    stop = CeilingField("Stop from")


REFUSED = [
    (SignInForm, {}, "email", "Enter your email address."),
    (SignInForm, {"email": "x" * 300, "password": "y"}, "email", "Use 254 characters or fewer."),
    (SignInForm, {"email": "a\u200bb@c.example"}, "email", "This address holds signs that cannot be seen."),
    (NewPasswordForm, {"password": "x" * 300}, "password", "At most 256 characters, please."),
    (SecondStepForm, {}, "code", "Enter the code."),
    (EverythingForm, {"line": "four"}, "line", "Use 3 characters or fewer."),
    (EverythingForm, {"line": "\ue000"}, "line", "A sign in here exists in one typeface only."),
    (EverythingForm, {"email": "nobody"}, "email", "An email address must have an @-sign."),
    (
        EverythingForm,
        {"email": "a@b"},
        "email",
        "The part after the @-sign is not valid. It should have a period.",
    ),
    (EverythingForm, {"email": ".a@b.example"}, "email", "An email address cannot start with a period."),
    (EverythingForm, {"day-day": "1"}, "day", "The date must have a month and a year."),
    (
        EverythingForm,
        {"day-day": "31", "day-month": "2", "day-year": "2026"},
        "day",
        "This day does not exist",
    ),
    (EverythingForm, {"stop": "99"}, "stop", "Choose a number from 1 to 10."),
]


@pytest.mark.parametrize("kind, typed, name, english", REFUSED)
def test_a_field_refuses_in_the_language_of_the_page(
    app: Flask, kind: type[Form], typed: dict[str, str], name: str, english: str
) -> None:
    with app.test_request_context("/", method="POST"):
        form = kind(formdata=MultiDict(typed))
        form.validate()
        (error,) = form[name].errors
    assert error.startswith(english)
    assert LONG.spoken(error).startswith(OPENS)


def test_a_rule_refuses_in_the_language_of_the_page(app: Flask) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_size(MediaKind.PICTURE, 10**9)
    with app.test_request_context("/"):
        form = SignInForm()
        form.refuse(refused.value)
    (error,) = form.form_errors
    assert error.startswith("A picture has at most 25 MB.")
    assert LONG.spoken(error).startswith(OPENS)


def test_a_password_is_refused_in_the_language_of_the_page() -> None:
    refusal = password_problem("short", frozenset())
    assert refusal == "Use at least 15 characters. A few words in a row are easy to remember."
    assert LONG.spoken(refusal).endswith(CLOSES)
