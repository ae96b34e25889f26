"""What every form can do: put a rule's refusal beside the field it is about."""

from __future__ import annotations

import re
import uuid
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.csrf import _FlaskFormCSRF
from wtforms import HiddenField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from clinic.domain.errors import RuleBroken
from clinic.domain.masking import unmasked
from clinic.web import given_back
from clinic.web.refusals import Attempt

KEY = re.compile(r"[0-9a-f]{32}")


class _MaskedToken(_FlaskFormCSRF):
    """Checks the token as pages show it, where the check of all requests leaves it to the form."""

    def validate_csrf_token(self, form: BaseForm, field: HiddenField) -> None:
        field.data = unmasked(field.data or "")
        super().validate_csrf_token(form, field)


class Form(FlaskForm):
    """A form of ours; keeps what was typed and shows every refusal in the summary at the top.

    Opened after a session that ended in the middle of it, it holds what was typed then.
    """

    class Meta(FlaskForm.Meta):
        """Where a form's values come from, and how its token is checked."""

        csrf_class = _MaskedToken

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """What was sent; on a page opened after signing in again, what was kept of it."""
            sent = super().wrap_formdata(form, formdata)
            is_asked = sent is None and formdata is not None  # None: made to be shown, whatever was sent
            return given_back.fields_here() if is_asked else sent

    @property
    def is_filled_in(self) -> bool:
        """Whether it holds what somebody typed, now or before they had to sign in again."""
        return self.is_submitted() or given_back.fields_here() is not None

    def refuse(self, problem: RuleBroken) -> None:
        """Show a refusal at its field, or at the form's top where it is about no field."""
        if problem.field and problem.field in self._fields:
            field = self._fields[problem.field]
            field.errors = [*field.errors, problem.message]
        else:
            self.form_errors.append(problem.message)

    def attempt(self) -> Attempt:
        """Run a block up to a refusal; the form shows that when the view goes on to render it."""
        return Attempt(self.refuse)


class OnceForm(Form):
    """A form that makes something: the key it carries makes two presses one."""

    key = HiddenField(default=lambda: uuid.uuid4().hex)

    def validate_key(self, field: HiddenField) -> None:
        """A key that is not ours comes from a page that is not ours."""
        if not KEY.fullmatch(field.data or ""):
            raise ValidationError("This page is out of date. Please open it again.")
