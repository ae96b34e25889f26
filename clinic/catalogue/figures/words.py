"""What a picture shows, for those who cannot see it. Authored; awaits a practitioner's signature."""

from __future__ import annotations

from typing import NamedTuple


class PictureWords(NamedTuple):
    """A picture's name and what it shows."""

    title: str
    description: str


MOVES = {
    "hip_hinge": PictureWords(
        "Hip hinge",
        "A person seen from the side. First they stand tall. Then the hips go back and the chest tips"
        " forward over upright shins, the knees a little bent, the back long, the edge of the hands in the"
        " crease of the hips.",
    ),
    "hip_turns_standing": PictureWords(
        "Small standing hip turns",
        "A person seen from the front, arms crossed over the chest, and the same from above. The pelvis turns"
        " a little to the left or the right on top of the legs. Chest, eyes and feet stay facing forward.",
    ),
}
FAULTS = {
    "rounding": PictureWords("Low back rounds", "the low back bends into a curve and the head drops."),
    "tuck": PictureWords(
        "Tail tucks under", "the tail curls under, so the pelvis no longer tips with the back."
    ),
    "over_arch": PictureWords(
        "Low back arches", "the tail lifts, the ribs come forward and the low back hollows."
    ),
    "squatting": PictureWords(
        "Hips drop down", "the hips drop straight down, the knees bend a lot, the chest stays upright."
    ),
    "knees_forward": PictureWords("Knees go forward", "the knees travel forward past the toes."),
    "knees_locked": PictureWords("Knees lock back", "the knees are pushed back straight."),
    "head_up": PictureWords("Head tips up", "the head tips up, so the neck is bent back."),
    "lean_back_top": PictureWords(
        "Body leans back", "at the top the hips push forward and the body leans back."
    ),
    "trunk_turns": PictureWords("Chest turns too", "the chest and arms turn along with the pelvis."),
    "slide_not_turn": PictureWords("Hips slide over", "the hips slide to one side and do not turn."),
    "feet_swivel": PictureWords("Feet swivel too", "the feet and knees turn along with the pelvis."),
}
RIGHT = {
    "hip_hinge": "On the left, the hip hinge to aim for.",
    "hip_turns_standing": "On the left, the small turn to aim for, from the front and from above.",
}
TRANSFERS = {
    "sink": PictureWords(
        "At the sink", "Standing at a sink, knees unlocked, folded a little at the hips, hands at the basin."
    ),
    "chair": PictureWords(
        "Getting up from a chair", "On a chair, feet back, leaning forward from the hips, nose over the toes."
    ),
    "pick_up": PictureWords(
        "Picking something up", "Close to a basket, hips back, knees bent, back long, hands reaching down."
    ),
    "dressing": PictureWords(
        "Socks and shoes",
        "Sitting on a chair, one foot on a low stool, folding at the hip to reach the shoe.",
    ),
    "car": PictureWords(
        "Into the car", "Standing with the back to a car seat, hips going back toward the seat."
    ),
    "washing_machine": PictureWords(
        "At the washing machine", "Facing the machine, hips back, back long, one hand on its top."
    ),
}


def words_for(key: str, variant: str) -> PictureWords:
    """Give the words of a picture."""
    if variant.startswith("fault:"):
        fault = FAULTS[variant.removeprefix("fault:")]
        return PictureWords(
            f"{MOVES[key].title}: {fault.title.lower()}", f"{RIGHT[key]} On the right, {fault.description}"
        )
    return MOVES[key] if key in MOVES else TRANSFERS[key]
