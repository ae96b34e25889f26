"""What a version records is pinned: a change needs a new version, and the old one stays beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import AssessmentTest, Battery
from clinic.domain.types import FieldKind

CATALOGUE = load_catalogue()
TESTS = (*CATALOGUE.tests.values(), *CATALOGUE.earlier_tests.values())
BATTERIES = (*CATALOGUE.batteries.values(), *CATALOGUE.earlier_batteries.values())
PINNED = Path(__file__).parent / "shapes.json"


def shape_of(test: AssessmentTest) -> dict[str, Any]:
    """What findings of a test rest on: each field with its kind, unit, bounds and codes."""
    return {field.id: _field(field) for field in test.fields}


def _field(field: Any) -> list[Any]:
    codes = [] if field.kind is FieldKind.RESULT else [code for code, _ in field.options]
    return [field.kind.value, field.unit, field.minimum, field.maximum, field.step, field.per_side, codes]


def asked_by(battery: Battery) -> list[list[Any]]:
    return [[item.test.id, [field.id for field in item.fields]] for item in battery.items]


def shapes() -> dict[str, Any]:
    """Everything that is pinned, as `python -m tests.catalogue.test_versions` writes it for a new version."""
    return {
        "tests": {f"{test.id} {test.version}": shape_of(test) for test in TESTS},
        "batteries": {f"{each.id} {each.version}": asked_by(each) for each in BATTERIES},
    }


@pytest.mark.parametrize("kind", ["tests", "batteries"])
def test_nothing_that_was_shipped_has_changed_or_gone(kind: str) -> None:
    pinned = json.loads(PINNED.read_text("utf-8"))[kind]
    now = json.loads(json.dumps(shapes()))[kind]
    changed = [name for name, shape in pinned.items() if now.get(name) != shape]
    assert not changed, f"{changed} changed or went: ship a new version beside the old one"
    assert set(now) == set(pinned), "pin what is new: python -m tests.catalogue.test_versions"


def test_the_first_visit_is_offered_in_its_second_version_and_its_first_stays_readable() -> None:
    newest = CATALOGUE.batteries["hip_back_first_visit"]
    first = CATALOGUE.battery("hip_back_first_visit", 1)
    assert newest.version == 2
    assert CATALOGUE.battery("hip_back_first_visit", 2) is newest
    assert first is not None
    assert {item.test.id for item in newest.items} - {item.test.id for item in first.items} == {
        "slump",
        "saddle_asked",
    }
    assert CATALOGUE.battery("hip_back_first_visit", 3) is None
    assert CATALOGUE.battery("horoscope", 1) is None


def test_every_test_of_the_facts_is_there() -> None:
    orthopedic = (
        "faber fadir internal_rotation_restricted thomas modified_thomas ober slr crossed_slr slump kemp"
        " prone_instability passive_lumbar_extension hip_scour log_roll sij_cluster"
    )
    motions = "hip_flexion hip_extension hip_abduction hip_adduction hip_rotation"
    neurologic = (
        "light_touch pinprick myotomes reflexes plantar_response ankle_clonus hoffmann tone gait saddle_asked"
    )
    movement = (
        "hinge_dowel waiters_bow single_leg_stance trendelenburg squat_observation chair_stand_30s aslr_mens"
        " prone_hip_extension movement_control forward_bend reach_balance_3 fms_total sfma_outcome"
    )
    assert set(CATALOGUE.tests) == set(f"{orthopedic} {motions} {neurologic} {movement}".split())


@pytest.mark.parametrize("motion", ["hip_flexion", "hip_extension", "hip_abduction", "hip_adduction"])
def test_each_motion_of_the_hip_keeps_position_and_device_and_both_ways(motion: str) -> None:
    fields = {field.id: field for field in CATALOGUE.tests[motion].fields}
    assert {"passive", "active", "position", "device", "pain"} <= set(fields)
    assert fields["position"].way
    assert fields["device"].way


def test_a_battery_that_measures_angles_asks_how() -> None:
    for battery in BATTERIES:
        for item in battery.items:
            ways = {
                field.id for field in item.test.fields if field.way and field.id in ("position", "device")
            }
            angles = [field for field in item.fields if field.kind is FieldKind.DEGREES]
            if angles and ways:
                assert ways <= {field.id for field in item.fields}, f"{battery.id}: {item.test.id}"


if __name__ == "__main__":
    kinds = []
    for kind, found in shapes().items():
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(shape)}" for name, shape in found.items())
        kinds.append(f'"{kind}": {{\n{lines}\n}}')
    PINNED.write_text("{\n" + ",\n".join(kinds) + "\n}\n", "utf-8")
