"""Which of the routines that can be assigned is meant: by the page's address, or by its form."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from clinic.domain.errors import NotFound
from clinic.models import RoutineVersion
from clinic.services.routines.choosing import RoutineChoice


def chosen_version(choices: Sequence[RoutineChoice]) -> RoutineVersion:
    """The one that was chosen, else the first favourite or the first; NotFound for what is none of them."""
    wanted = request.values.get("routine", "")
    if not wanted:
        return next((each.version for each in choices if each.is_favourite), choices[0].version)
    for each in choices:
        if str(each.version.id) == wanted:
            return each.version
    raise NotFound
