"""Keys of backups, as an owner makes and retires them."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.validators import UUID, InputRequired

from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.fields import LineField


class BackupKeyForm(OnceForm):
    """Whose the new key is, or where its sheet will lie."""

    label = LineField(
        "Where the sheet will be kept",
        longest=80,
        required="Say where the sheet will be kept, so that it is found.",
    )


class RetireKeyForm(Form):
    """Which key is retired."""

    backup_key = HiddenField(validators=[InputRequired(), UUID()])
