"""The form for a goal in the client's own words."""

from __future__ import annotations

from clinic.domain.goals import EMPTY, LONGEST
from clinic.domain.words import say
from clinic.web.forms.base import OnceForm
from clinic.web.forms.fields import LineField


class GoalForm(OnceForm):
    """One goal."""

    words = LineField(say("What do you want to be able to do again?"), longest=LONGEST, required=EMPTY)
