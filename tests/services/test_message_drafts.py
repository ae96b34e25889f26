"""Answers that are still being written: one a person and client, seen by nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.messages import LONGEST_MESSAGE
from clinic.extensions import db
from clinic.models import ReplyDraft
from clinic.services.messages import drafts
from tests.factories.people import People


def test_a_draft_is_kept_changed_and_emptied_by_whoever_writes_it(people: People) -> None:
    writer, other = people.actor(people.colleague), people.actor(people.owner)
    drafts.keep(writer, people.client.id, "  Yes, they may  ")
    assert drafts.kept(writer, people.client.id) == "Yes, they may"
    assert drafts.kept(other, people.client.id) == ""
    drafts.keep(writer, people.client.id, "Yes.", "Come again if it hurts.")
    drafts.keep(other, people.client.id, "No.")
    assert drafts.kept(writer, people.client.id) == "Yes.\nCome again if it hurts."
    drafts.keep(writer, people.client.id, " ")
    assert drafts.kept(writer, people.client.id) == ""
    assert [row.text for row in db.session.scalars(select(ReplyDraft))] == ["No."]


def test_a_draft_is_no_longer_than_a_message_and_of_the_practice_s_clients_alone(people: People) -> None:
    writer = people.actor(people.colleague)
    with pytest.raises(RuleBroken, match="at most"):
        drafts.keep(writer, people.client.id, "a" * LONGEST_MESSAGE, "b")
    with pytest.raises(NotFound):
        drafts.keep(people.actor(people.stranger), people.client.id, "Mine")
    with pytest.raises(NotFound):
        drafts.kept(people.actor(people.client_user), people.client.id)
