"""The drawn person of the shelf's moves: limbs keep their length, nobody is under the floor."""

from __future__ import annotations

from collections.abc import Iterator
from math import dist

import pytest

from clinic.catalogue.figures import FAULTS, MOVES, has_figure
from clinic.catalogue.figures.posed_moves import POSED_MOVES, Pose, midway
from clinic.catalogue.figures.posed_pictures import body_of
from clinic.catalogue.figures.side import FOREARM, SHANK, THIGH, UPPER_ARM, SideBody, SidePose

FLOOR = 3.0  # how far a rounded sole or a resting arm may dip into the floor line
STRETCH = 2.0  # units by which a limb may be drawn too long


def poses() -> Iterator[tuple[str, Pose]]:
    """Every pose there is: start, half way, end, and each fault."""
    for key, move in POSED_MOVES.items():
        yield f"{key} start", move.start
        yield f"{key} half way", midway(move.start, move.end, 0.5)
        yield f"{key} end", move.end
        for name, fault in move.faults.items():
            yield f"{key} {name}", fault.pose


POSES = list(poses())
FROM_SIDE = [(name, pose) for name, pose in POSES if isinstance(pose, SidePose)]


@pytest.mark.parametrize("name, pose", POSES, ids=[name for name, _ in POSES])
def test_nobody_goes_through_the_floor(name: str, pose: Pose) -> None:
    key = name.partition(" ")[0]
    if POSED_MOVES[key].from_above:
        return
    lowest = max(point.y for outline in body_of(pose).outlines() for point in outline)
    assert lowest <= FLOOR


@pytest.mark.parametrize("name, pose", FROM_SIDE, ids=[name for name, _ in FROM_SIDE])
def test_limbs_are_as_long_as_they_are(name: str, pose: SidePose) -> None:
    body = body_of(pose)
    assert isinstance(body, SideBody)
    assert dist(body.hip, body.knee) == pytest.approx(THIGH, abs=STRETCH)
    assert dist(body.knee, body.ankle) == pytest.approx(SHANK, abs=STRETCH)
    assert dist(body.shoulder, body.wrist) <= (UPPER_ARM + FOREARM) * pose.arm_length + STRETCH
    if pose.far_ankle is not None:
        assert dist(body.hip, pose.far_ankle) <= THIGH + SHANK + STRETCH
    if pose.far_reach is not None:
        assert dist(body.shoulder, pose.far_reach) <= (UPPER_ARM + FOREARM) * pose.arm_length + 4


@pytest.mark.parametrize("move", MOVES)
def test_every_move_is_drawn_in_each_size_with_two_of_its_faults(move: str) -> None:
    assert all(has_figure(move, size) for size in ("large", "row", "steps", "moving"))
    assert len(FAULTS[move]) >= 2
