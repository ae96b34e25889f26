"""What a picture shows, for those who cannot see it. Authored; awaits a practitioner's signature."""

from __future__ import annotations

from typing import NamedTuple

from clinic.catalogue.figures.posed_moves import POSED_MOVES


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
    "push_away_lunge": PictureWords(
        "Push-away lunge",
        "A person seen from the side. First they stand tall. Then one foot is a step ahead, both knees are"
        " bent, the back heel is up and the chest stays tall. An arrow shows the way back: up and away from"
        " the front foot.",
    ),
    "standing_leg_lift": PictureWords(
        "Standing leg lift",
        "A person seen from the side, standing at a worktop with the fingertips on it. One straight leg goes"
        " a little way back. Chest and pelvis stay where they are.",
    ),
    "bird_dog": PictureWords(
        "Bird dog",
        "A person on hands and knees, seen from the side. One leg goes straight back, the opposite arm"
        " straight forward. The back stays long.",
    ),
    "side_plank_knees": PictureWords(
        "Side plank on knees",
        "A person on one side, seen from the front, propped on a forearm, the knees bent behind. The hips"
        " lift until head, hips and knees are in one line.",
    ),
    "hip_rotation_lying": PictureWords(
        "Hip rotation lying",
        "A person on the back, seen from above, one leg long, the other foot flat beside its knee, the hands"
        " on the hip bones. The bent knee falls outwards. The pelvis keeps still.",
    ),
    "hip_flexor_stretch": PictureWords(
        "Hip flexor stretch",
        "A person seen from the side, kneeling on one knee on a cushion, the other foot in front. The hips go"
        " forward, the tail stays tucked and the chest stays tall.",
    ),
    "chin_tuck": PictureWords(
        "Chin tuck",
        "A person on a chair, seen from the side from the hips up. The head glides straight back until the"
        " ears are over the shoulders. The eyes look straight ahead.",
    ),
    "bridge": PictureWords(
        "Bridge",
        "A person on their back, seen from the side, knees bent and feet flat, arms beside the body. The hips"
        " lift until shoulders, hips and knees are in one line.",
    ),
    "sit_to_stand": PictureWords(
        "Sit to stand",
        "A person seen from the side. First they sit near the front edge of a chair, feet drawn back, leaning"
        " forward until the nose is over the toes. Then they stand tall in front of it.",
    ),
    "calf_raise": PictureWords(
        "Calf raise",
        "A person seen from the side, standing at a worktop with the fingertips on it. The heels lift, the"
        " knees stay straight, and the body goes straight up.",
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
    "lunge_heel": PictureWords("Heel lifts", "the knee runs past the toes and the front heel lifts."),
    "lunge_folds": PictureWords("Chest drops", "the chest drops forward over the front thigh."),
    "lift_arches": PictureWords("Low back arches", "the leg goes high and the low back hollows."),
    "lift_leans": PictureWords("Chest drops", "the chest drops forward as the leg goes back."),
    "dog_sags": PictureWords("Back sags", "the belly hangs, the back hollows and the leg goes high."),
    "dog_head": PictureWords("Head tips up", "the head tips up, so the neck is bent back."),
    "plank_sags": PictureWords("Hips sag", "the hips sink below the line of shoulders and knees."),
    "plank_shoulder": PictureWords("Sinks down", "the chest hangs and the shoulder creeps up to the ear."),
    "rotation_rolls": PictureWords("Pelvis rolls", "the pelvis rolls along with the knee."),
    "rotation_slides": PictureWords("Foot slides", "the foot slides away and the leg gets longer."),
    "flexor_arches": PictureWords("Low back arches", "the hips go forward and the low back hollows."),
    "flexor_leans": PictureWords("Chest drops", "the chest drops forward and the hip stays bent."),
    "tuck_nods": PictureWords("Chin drops", "the chin drops towards the chest and the eyes look down."),
    "tuck_tips": PictureWords("Head tips up", "the head tips up and the chin points forward."),
    "bridge_arches": PictureWords("Low back arches", "the ribs push up and the low back hollows."),
    "bridge_low": PictureWords("Hips sag", "the hips stay below the line of shoulders and knees."),
    "sit_feet_ahead": PictureWords("Feet too far ahead", "the feet stand far in front of the knees."),
    "sit_upright": PictureWords(
        "Chest stays up", "the body leaves the seat upright, the nose far behind the toes."
    ),
    "calf_leans": PictureWords("Leans forward", "the whole body leans forward over the worktop."),
    "calf_knees": PictureWords("Knees bend", "the knees bend as the heels lift."),
}
RIGHT = {
    "hip_hinge": "the hip hinge to aim for",
    "hip_turns_standing": "the small turn to aim for, from the front and from above",
}
LYING = {key for key, move in POSED_MOVES.items() if move.lies}  # right and wrong stand one above the other
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
        first, second = ("Above", "Below") if key in LYING else ("On the left", "On the right")
        return PictureWords(
            f"{MOVES[key].title}: {fault.title.lower()}",
            f"{first}, {RIGHT.get(key, 'the move to aim for')}. {second}, {fault.description}",
        )
    return MOVES[key] if key in MOVES else TRANSFERS[key]
