"""The catalogue is checked at start: a file that is wrong is refused by name and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from clinic.catalogue import CatalogueError, load_catalogue
from clinic.catalogue.loader import DATA


def test_the_shipped_catalogue_loads_and_is_read_once() -> None:
    assert load_catalogue() is load_catalogue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files, to be spoilt."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text, "the file has changed: the spoiling would do nothing"
    path.write_text(text.replace(old, new, 1), "utf-8")


SPOILT = [
    # file, what is there, what is put there, the key the error names, a word of the message
    ("exercises.toml", 'name = "Hip hinge"\n', "", "exercises[hip_hinge].name", "missing"),
    ("exercises.toml", 'name = "Hip hinge"', "name = 3", "exercises[hip_hinge].name", "str"),
    ("exercises.toml", 'name = "Hip hinge"', 'name = " "', "exercises[hip_hinge].name", "empty"),
    (
        "exercises.toml",
        'name = "Hip hinge"',
        'naem = "x"\nname = "Hip hinge"',
        "exercises[hip_hinge].naem",
        "known key",
    ),
    ("exercises.toml", 'id = "hip_hinge"', 'id = "hip_turns_standing"', "exercises", "twice"),
    ("exercises.toml", "order = 2", "order = true", "exercises[hip_hinge].order", "int"),
    (
        "exercises.toml",
        '"Fold at the crease of your hips",',
        '"a", "b",',
        "exercises[hip_hinge].cues",
        "2 to 4",
    ),
    ("exercises.toml", '"rounding", "tuck"', '"rounding", "slouching"', "hip_hinge.watch_for", "slouching"),
    (
        "exercises.toml",
        'tempo = "3-1-2-0"',
        'tempo = "slow"',
        "exercises[hip_hinge].default_dose.tempo",
        "four numbers",
    ),
    ("exercises.toml", "sets = 2", "sets = 11", "hip_hinge.default_dose.sets", "from 1 to 10"),
    (
        "exercises.toml",
        'move_range = "tiny"',
        'move_range = "huge"',
        "exercises[hip_turns_standing].default_dose.move_range",
        "one of",
    ),
    ("exercises.toml", 'src = ["MONNIER"]', 'src = ["NOBODY"]', "hip_hinge.facts.src", "NOBODY"),
    ("exercises.toml", '"sink", "washing_machine"', '"sink", "bath"', "hip_hinge.transfers", "bath"),
    (
        "exercises.toml",
        'body_position = "lying_back"',
        'body_position = "upside_down"',
        "exercises[bridge].body_position",
        "one of",
    ),
    ("exercises.toml", 'tags = ["neck"]', "tags = []", "exercises[chin_tuck].tags", "at least 1"),
    ("exercises.toml", "named_mistake = true\n", "", "hip_hinge.named_mistake", "disagrees"),
    ("exercises.toml", "[[exercises]]", "[[exercises", "the file", ""),
    (
        "faults.toml",
        'status = "verified_secondary"',
        'status = "certain"',
        "faults[rounding].status",
        "one of",
    ),
    ("faults.toml", 'confidence = "high"\n', "", "faults[squatting].confidence", "high, med or low"),
    (
        "faults.toml",
        'candidates = ["tuck", "rounding"',
        'candidates = ["tuck", "bending"',
        "named_mistake.candidates",
        "bending",
    ),
    ("faults.toml", 'exercise = "hip_hinge"', 'exercise = "squat"', "named_mistake.exercise", "squat"),
    ("faults.toml", 'id = "named_mistake"', 'id = "tuck"', "named_mistake.id", "a fault"),
    (
        "routines.toml",
        '"hip_turns_standing", "hip_hinge"',
        '"hip_hinge", "lunge"',
        "hip_routine.exercises",
        "lunge",
    ),
    ("plain_words.toml", 'id = "faber"', 'id = "aura"', "tests", "no words for 'faber'"),
    (
        "plain_words.toml",
        'id = "faber"',
        'id = "aura"\ntested = "an aura"\n\n[[tests]]\nid = "faber"',
        "tests",
        "no test 'aura'",
    ),
    (
        "tests_functional.toml",
        'label = "Stands", unit = "stands", min = 0',
        'label = "Stands", unit = "stands", min = -1',
        "tests[chair_stand_30s].fields[0].min",
        "a count",
    ),
    (
        "tests_functional.toml",
        'label = "Stands", unit = "stands"',
        'label = "Stands"',
        "tests[chair_stand_30s].fields[0].unit",
        "is missing",
    ),
    (
        "tests_functional.toml",
        "{ from = 40, to = 49, value = 42.1 }",
        "{ from = 18, to = 39, value = 42.1 }",
        "tests[single_leg_stance].thresholds[0].bands",
        "18_39 is there twice",
    ),
    (
        "tests_functional.toml",
        '{ sex = "male", from = 60, to = 64, value = 14 }',
        '{ sex = "man", from = 60, to = 64, value = 14 }',
        "bands[0].sex",
        "male or female",
    ),
    (
        "tests_functional.toml",
        "{ from = 40, to = 49, value = 42.1 }",
        "{ from = 49, to = 40, value = 42.1 }",
        "bands[1].to",
        "less than from",
    ),
    (
        "batteries.toml",
        "version = 2",
        "version = 1",
        "batteries",
        "hip_back_first_visit version 1 is there twice",
    ),
    ("routines.toml", '"sink", ', '"bath", ', "hip_routine.transfers", "bath"),
    ("dosing.toml", "sets = [1, 10]", "sets = [10, 1]", "bounds.sets", "least and the most"),
    ("dosing.toml", "sets = [1, 10]", "sets = 10", "bounds.sets", "list"),
    ("dosing.toml", "points = 2", "points = 3", "pain_change.points", "the rules count 2"),
    ("warning_signs.toml", 'tier = "E"', 'tier = "X"', "questions[saddle].tier", "one of"),
    ("warning_signs.toml", "{urgent_line} or your doctor", "{doctor}", "tiers[U].client_text", "{doctor}"),
    ("warning_signs.toml", '[[tiers]]\nid = "N"', '[[tiers]]\nid = "S"', "tiers", "N is missing"),
    ("warning_signs.toml", 'sign = "cancer_history"', 'sign = "cancer"', "combinations", "cancer"),
    ("checkin.toml", 'low = "No pain"\n', "", "questions[pain_average].low", "missing"),
    (
        "checkin.toml",
        '["no", "No"], ["not_sure"',
        '["yes", "No"], ["not_sure"',
        "questions[mistake].options",
        "each code once",
    ),
    ("checkin.toml", 'kind = "yes_no"', 'kind = "maybe"', "questions[pain_settled].kind", "one of"),
    ("assessment_fields.toml", "max = 10\n", "max = 0\n", "fields[pain].max", "more than min"),
    ("assessment_fields.toml", 'codes = ["positive"]', 'codes = ["sore"]', "fields[result].abnormal", "sore"),
    ("tests_orthopedic.toml", '"result", "familiar"', '"result", "result"', "tests[faber].fields", "twice"),
    ("tests_orthopedic.toml", '"result", "familiar"', '"result", "mood"', "tests[faber].fields[1]", "mood"),
    ("tests_orthopedic.toml", 'like = "yes_no"', 'like = "maybe"', "tests[thomas].fields[2].like", "maybe"),
    (
        "tests_orthopedic.toml",
        'section = "orthopedic"',
        'section = "other"',
        "tests[faber].section",
        "one of",
    ),
    (
        "tests_orthopedic.toml",
        'field = "hip"',
        'field = "toe"',
        "tests[modified_thomas].thresholds[0].field",
        "toe",
    ),
    ("tests_neurologic.toml", 'id = "tone"\nname', 'id = "faber"\nname', "tests", "another file"),
    (
        "tests_functional.toml",
        '"named_mistake", "rounding"',
        '"named_mistake", "slouching"',
        "tests[hinge_dowel].fields.faults.faults",
        "slouching",
    ),
    (
        "batteries.toml",
        'test = "kemp"',
        'test = "kempt"',
        "batteries[hip_back_first_visit].items[4].test",
        "kempt",
    ),
    (
        "batteries.toml",
        '"l4", "l5", "s1", "pain_limited"',
        '"l4", "l9"',
        "batteries[hip_back_first_visit].items[6].fields",
        "l9",
    ),
    ("batteries.toml", 'test = "fadir"', 'test = "faber"', "batteries[hip_back_first_visit].items", "twice"),
    (
        "tests_functional.toml",
        'src = ["YBT_SHAFFER"]',
        'src = ["NOBODY"]',
        "reach_balance_3.thresholds.src",
        "NOBODY",
    ),
]


@pytest.mark.parametrize(
    "file, old, new, key, word", SPOILT, ids=[f"{row[0]} {row[3]} {row[4]}" for row in SPOILT]
)
def test_a_spoilt_file_is_refused_by_file_and_key(
    folder: Path, file: str, old: str, new: str, key: str, word: str
) -> None:
    spoil(folder, file, old, new)
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(folder)
    message = str(refused.value)
    assert key in message
    assert word in message
    assert message.startswith((file, "tests_*.toml")), message


@pytest.mark.parametrize("file", sorted(path.name for path in DATA.iterdir()))
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(CatalogueError, match=file):
        load_catalogue(folder)
