"""What a client said in the record a reason is about, in their own words: read when it is shown."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import CompoundSelect, Text, bindparam, cast, false, func, select, true, union_all
from sqlalchemy.orm import aliased

from clinic.domain.attention import OF_ANSWERS, OF_LOGS, AttentionKind, Reason
from clinic.extensions import db
from clinic.models import CheckinAnswer, PracticeLog, QuestionnaireResponse
from clinic.models.base import given

WITH_WORDS = frozenset({*OF_LOGS, *OF_ANSWERS, AttentionKind.ACTIVITIES})
Said = Mapping[uuid.UUID, tuple[str, ...]]


def of(practice_id: uuid.UUID, reasons: Iterable[Reason]) -> Said:
    """The words by record, each once; what has none is left out. At most one query."""
    subjects = list({reason.subject_id for reason in reasons if reason.kind in WITH_WORDS})
    if not subjects:
        return {}
    values = {"practice_id": practice_id, "subjects": subjects}
    return gathered(db.session.execute(_SAID, values))


def gathered(rows: Iterable[Any]) -> Said:
    """Rows of a record, a text, and whether that is a list of texts: the words by record, each once."""
    found: dict[uuid.UUID, dict[str, None]] = {}
    for subject_id, text, is_list in rows:
        for words in json.loads(text) if is_list else (text,):
            found.setdefault(subject_id, {})[words] = None
    return {subject_id: tuple(notes) for subject_id, notes in found.items()}


def _said() -> CompoundSelect[*tuple[Any, ...]]:
    """A log is about its whole day: the words may stand beside another move."""
    named, of_day, answer = aliased(PracticeLog), aliased(PracticeLog), CheckinAnswer
    logged = (
        select(named.id, of_day.note, false())
        .join(
            of_day,
            (of_day.practice_id == named.practice_id)
            & (of_day.client_id == named.client_id)
            & (of_day.local_date == named.local_date),
        )
        .where(given(named.practice_id), named.id.in_(bindparam("subjects", expanding=True)))
        .where(func.coalesce(of_day.note, "") != "")
    )
    answered = select(answer.id, answer.note, false()).where(
        given(answer.practice_id),
        answer.id.in_(bindparam("subjects", expanding=True)),
        func.coalesce(answer.note, "") != "",
    )
    response = QuestionnaireResponse
    named_there = select(response.id, cast(response.activities, Text), true()).where(
        given(response.practice_id),
        response.id.in_(bindparam("subjects", expanding=True)),
        response.activities.is_not(None),
    )
    return union_all(logged, answered, named_there)


_SAID = _said()
