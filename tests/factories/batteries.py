"""Tests and batteries that a practice makes itself, made the way practitioners make them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from clinic.domain.types import Better, Section, Sides
from clinic.models import OwnBattery, OwnTest
from clinic.services.actors import Actor
from clinic.services.batteries import own_batteries, own_tests
from clinic.services.batteries.definitions import FieldDraft, TestDraft
from clinic.services.batteries.own_batteries import Pick

REPS = FieldDraft(label="Reps", kind="count", unit="reps", minimum=0, maximum=10, better=Better.HIGHER)
STEP_DOWN = TestDraft(
    name="Step-down",
    section=Section.FUNCTIONAL_MOVEMENT,
    sides=Sides.LEFT_RIGHT,
    side_words="leg on the step",
    how="From a step of 20 cm.",
    fields=(FieldDraft(label="Result", kind="result"), REPS),
)


def changed(draft: TestDraft, *fields: FieldDraft, **values: Any) -> TestDraft:
    """A draft with other fields, or with other values."""
    return replace(draft, **({"fields": fields} if fields else {}), **values)


def make_test(actor: Actor, draft: TestDraft = STEP_DOWN) -> OwnTest:
    """A test of the actor's practice."""
    return own_tests.create(actor, str(uuid.uuid4()), draft)


def make_battery(actor: Actor, *picks: Pick, name: str = "Stairs") -> OwnBattery:
    """A battery of the actor's practice."""
    return own_batteries.create(actor, str(uuid.uuid4()), name, "", picks or [Pick("faber", ("result",))])
