"""The form of the practice's logo."""

from __future__ import annotations

from clinic.web.forms.base import Form


class LogoForm(Form):
    """A file beside it, and nothing else."""
