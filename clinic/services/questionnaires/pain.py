"""What a pain that a questionnaire asks for means: by the rule that a log is answered by."""

from __future__ import annotations

from clinic.domain.pain_rule import PainRuling, ceiling_of, week_ruling
from clinic.domain.progress import PainPoint
from clinic.domain.scheduling import load_zone, local_date
from clinic.services.clock import now
from clinic.services.questionnaires.pages import OpenedQuestions

PAIN_CODES = frozenset({"72514-3", "75893-8"})  # LOINC: pain now, and on average in the last week, 0-10


def ruling(opened: OpenedQuestions) -> PainRuling | None:
    """What is to be done about the highest of the pains that were answered; None where none was said."""
    said = [
        page.response.answers.get(item.id)
        for page in opened.pages
        if page.response is not None
        for item in page.questionnaire.items
        if item.loinc in PAIN_CODES
    ]
    client, highest = opened.client, max((each for each in said if each is not None), default=None)
    today = local_date(now(), load_zone(client.time_zone))
    ceiling = ceiling_of(client.pain_ceiling, opened.practice.pain_ceiling)
    return week_ruling([PainPoint(today, highest)], ceiling)
