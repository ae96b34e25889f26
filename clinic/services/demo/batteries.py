"""A test and a battery of the demo practice's own."""

from __future__ import annotations

from clinic.catalogue import load_catalogue
from clinic.domain.types import Better, Section, Sides
from clinic.services.actors import Actor
from clinic.services.batteries import own_batteries, own_tests
from clinic.services.batteries.definitions import FieldDraft, TestDraft
from clinic.services.batteries.own_batteries import Pick, picks_of


def make(owner: Actor) -> None:
    """A step-down test, and a battery that asks for it after the four-week re-test."""
    step_down = own_tests.create(owner, "demo", _step_down())
    retest = load_catalogue().batteries["four_week_retest"]
    asked = Pick(step_down.key, ("result", "pain", "reps"))
    own_batteries.create(
        owner,
        "demo",
        "Re-test with stairs",
        "For clients whose trouble is on stairs: the four-week re-test and our step-down.",
        [*picks_of(retest), asked],
    )


def _step_down() -> TestDraft:
    return TestDraft(
        name="Step-down, 20 cm",
        section=Section.FUNCTIONAL_MOVEMENT,
        sides=Sides.LEFT_RIGHT,
        side_words="leg on the step",
        how="Stands on a 20 cm step, lowers the other heel to the floor and comes back up, arms crossed. "
        "Positive: it brings the familiar pain. Count clean ones, up to ten.",
        fields=(
            FieldDraft(label="Result", kind="result"),
            FieldDraft(label="Pain", kind="pain"),
            FieldDraft(label="Reps", kind="count", unit="reps", minimum=0, maximum=10, better=Better.HIGHER),
            FieldDraft(label="Knee", kind="choice", options="Over the foot\nMoves in *\nWobbles *"),
        ),
    )
