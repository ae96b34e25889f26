"""What every form can do: put a rule's refusal beside the field it is about."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.csrf import _FlaskFormCSRF
from flask_wtf.form import _Auto
from wtforms import Field, HiddenField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from clinic.domain.errors import RuleBroken
from clinic.domain.masking import unmasked
from clinic.domain.words import say
from clinic.extensions import SAFE_METHODS
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
            """What was sent, text alone; on a page opened after signing in again, what was kept of it."""
            if formdata is not _Auto:
                return formdata  # made to be shown, whatever was sent
            sent = None if request.method in SAFE_METHODS else request.form
            return sent or given_back.fields_here()

    @property
    def is_filled_in(self) -> bool:
        """Whether it holds what somebody typed, now or before they had to sign in again."""
        return self.is_submitted() or given_back.fields_here() is not None

    def rules(self) -> Iterable[RuleBroken]:
        """What the rules behind the form refuse, of those fields that could be read.

        Asked where a field is wrong already; where none is, the use-case itself says all that it refuses.
        """
        return ()

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields one by one and, where one is wrong, the rules behind them: all problems at once."""
        super().validate(extra_validators)
        if self.errors:
            for problem in self.rules():
                self._also_refuse(problem)
        return not self.errors

    def refuse(self, problem: RuleBroken) -> None:
        """Show a refusal, and all that were found with it."""
        self._refuse(problem)
        for other in problem.others:
            self._also_refuse(other)

    def _also_refuse(self, problem: RuleBroken) -> None:
        field = self._field_of(problem)
        if field is None or not field.errors:
            self._refuse(problem)

    def _refuse(self, problem: RuleBroken) -> None:
        """Show one refusal at its field, or at the form's top where it is about no field."""
        field = self._field_of(problem)
        if field is None:
            self.form_errors.append(problem.message)
        else:
            field.errors = [*field.errors, problem.message]

    def _field_of(self, problem: RuleBroken) -> Field | None:
        return self._fields.get(problem.field) if problem.field else None

    def attempt(self) -> Attempt:
        """Run a block up to a refusal; the form shows that when the view goes on to render it."""
        return Attempt(self.refuse)


class OnceForm(Form):
    """A form that makes something: the key it carries makes two presses one."""

    key = HiddenField(default=lambda: uuid.uuid4().hex)

    def validate_key(self, field: HiddenField) -> None:
        """A key that is not ours comes from a page that is not ours."""
        if not KEY.fullmatch(field.data or ""):
            raise ValidationError(say("This page is out of date. Please open it again."))


class FilesForm(OnceForm):
    """A form that makes something of files; `media_id` holds those that are here already."""

    media_id = HiddenField()

    def refuse(self, problem: RuleBroken) -> None:
        """A file that was refused is let go of: another one is chosen."""
        super().refuse(problem)
        if problem.field == "file":
            self.media_id.data = ""
