"""Pages for paper: templates in typst, and the function that fills them."""

from __future__ import annotations

from clinic.reports.typesetting import pdf, unprintable

__all__ = ["pdf", "unprintable"]
