"""Pages for paper: templates in typst, and the one function that fills them."""

from __future__ import annotations

from clinic.reports.typesetting import pdf

__all__ = ["pdf"]
