"""How long a text may be, said so that other languages can say it."""

from __future__ import annotations

from typing import Any

from wtforms.validators import Length, ValidationError

from clinic.domain.words import Words, say


class AtMost(Length):
    """Refuses text of more characters. WTForms' own formats its message, which makes plain English of it."""

    def __init__(self, longest: int, words: Words | None = None) -> None:
        super().__init__(max=longest)
        self.words = words or say("Use %(longest)s characters or fewer.", longest=str(longest))

    def __call__(self, form: Any, field: Any) -> None:
        """Raises ValidationError for a text that is too long."""
        if len(field.data or "") > self.max:
            raise ValidationError(self.words)
