"""A screen that was answered before blanks proved nothing away is positive after the update, and asks."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from clinic.domain.attention import AttentionKind
from clinic.extensions import db
from clinic.models import QuestionnaireResponse
from clinic.services.attention import today as attention
from clinic.services.reasons import rebuilding
from tests.factories.people import make_people
from tests.factories.questionnaires import ask, feeling, pain, typed

BEFORE = "0015"


def test_a_screen_that_its_answers_prove_asks_for_somebody_after_the_update(live_app: Flask) -> None:
    people = make_people()
    for given in (feeling(3, None), feeling(2, None), feeling(None, None), feeling(1, 1), feeling(2, 2)):
        typed(people, ask(people, "phq2"), given)
    typed(people, ask(people, "nprs"), pain(now=9, average=None))
    actor = people.actor(people.colleague)
    found = [(True, {"interest": 2, "mood": 2}), (True, {"interest": 3, "mood": None})]
    assert positive() == found
    db.session.remove()

    downgrade(revision=BEFORE, x_arg="drop=yes")
    assert positive() == found[:1]
    db.session.execute(text("DELETE FROM open_reason"))
    db.session.execute(text("UPDATE practice SET reasons_version = 1"))  # as the rules before kept it
    db.session.commit()
    upgrade()

    assert positive() == found
    rebuilding.build_missing()
    (ada,) = attention.today(actor).listed
    subjects = [case.subject_id for case in ada.cases if case.kind is AttentionKind.SCREEN_POSITIVE]
    db.session.rollback()
    assert len(subjects) == 2
    with pytest.raises(DBAPIError, match="an answer is never changed"):
        db.session.execute(text("UPDATE questionnaire_response SET screen_positive = FALSE"))
    db.session.rollback()


def positive() -> list[tuple[bool, Any]]:
    query = select(QuestionnaireResponse.screen_positive, QuestionnaireResponse.answers)
    found = [(row[0], dict(row[1])) for row in db.session.execute(query) if row[0]]
    db.session.rollback()
    return sorted(found, key=lambda each: str(each[1]))
