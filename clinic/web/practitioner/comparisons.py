"""A client's signed assessments beside each other: two of them item by item, and each measure over time."""

from __future__ import annotations

import uuid

from flask import render_template, request

from clinic.domain.errors import NotFound
from clinic.services import access
from clinic.services.assessments import comparisons
from clinic.services.clock import today_in
from clinic.web.authz import current_actor
from clinic.web.practitioner.assessment_frame import named_mistake
from clinic.web.presenters import comparisons as words
from clinic.web.presenters import trends as drawings
from clinic.web.presenters.assessments import mistake_name


def compare(client_id: uuid.UUID) -> str:
    """First against latest, or any two chosen."""
    actor = current_actor()
    found = comparisons.of_client(
        actor, client_id, _chosen("first"), _chosen("latest"), with_between="between" in request.args
    )
    if found is None:
        return render_template(
            "practitioner/assessments/compare_none.html", client=access.client_for(actor, client_id)
        )
    mistake = mistake_name(named_mistake((*found.first.items, *found.latest.items)))
    today = today_in(access.practice_of(actor).time_zone)
    return render_template(
        "practitioner/assessments/compare.html", client=found.client, page=words.page(found, mistake, today)
    )


def trends(client_id: uuid.UUID) -> str:
    """Every measure that was taken at least twice in the same way."""
    actor = current_actor()
    client, records, found = comparisons.trends_of(actor, client_id)
    today = today_in(access.practice_of(actor).time_zone)
    return render_template(
        "practitioner/assessments/trends.html",
        client=client,
        taken=len(records),
        sections=drawings.sections(records, found, today),
    )


def _chosen(name: str) -> uuid.UUID | None:
    given = request.args.get(name)
    if not given:
        return None
    try:
        return uuid.UUID(given)
    except ValueError:
        raise NotFound from None
