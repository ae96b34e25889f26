"""Which of the routines that can be assigned is meant: by the page's address, or by its form."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from clinic.domain.errors import NotFound
from clinic.models import RoutineVersion


def chosen_version(choices: Sequence[RoutineVersion]) -> RoutineVersion:
    """The one that was chosen, else the first; NotFound for what is none of them."""
    wanted = request.values.get("routine", "")
    if not wanted:
        return choices[0]
    for version in choices:
        if str(version.id) == wanted:
            return version
    raise NotFound
