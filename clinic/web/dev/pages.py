"""The style page: every component in every state."""

from __future__ import annotations

from flask import render_template

from clinic.web.dev.components import sample_context


def components() -> str:
    """Show the design system."""
    return render_template("dev/components.html", **sample_context())
