"""What the shipped catalogue says, and what it must never say."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from clinic.catalogue import load_catalogue
from clinic.catalogue.checkin import QuestionKind
from clinic.catalogue.crosscheck import provenances
from clinic.catalogue.loader import DATA
from clinic.domain.assessment import AssessmentTest, Field
from clinic.domain.doses import NUMBERS
from clinic.domain.types import Evidence, FieldKind, Section, Sides, Tier
from clinic.models.exercise import dose_checks

CATALOGUE = load_catalogue()
FIRST_VISIT = CATALOGUE.batteries["hip_back_first_visit"]


def client_texts() -> Iterator[tuple[str, str]]:
    """Every text of the catalogue that a client may read, with where it stands."""
    for move in CATALOGUE.exercises.values():
        for text in (
            *move.setup,
            *move.steps,
            *move.cues,
            *move.stop_if,
            *move.regressions,
            *move.progressions,
        ):
            yield move.id, text
        for text in (move.name, move.why, move.feet_words, move.knees_words, move.range_words):
            yield move.id, text
    for fault in CATALOGUE.faults.values():
        for text in (fault.client_see, fault.client_fix, fault.self_test, fault.callout):
            yield fault.id, text
    for transfer in CATALOGUE.transfers.values():
        yield transfer.id, f"{transfer.name}: {transfer.how}"
    for tier in CATALOGUE.warnings.tiers.values():
        yield tier.id, tier.client_text
    for sign in CATALOGUE.warnings.signs.values():
        yield sign.id, f"{sign.text} {sign.tick}"
    for question in CATALOGUE.checkin.questions.values():
        labels = [label for _, label in question.options]
        yield question.id, ". ".join((question.text, question.hint, question.low, question.high, *labels))
    for made in CATALOGUE.questionnaires.newest.values():
        for text in (made.client_title, made.intro, made.follow_up_intro, made.closing):
            yield made.id, text
        for item in made.items:
            yield item.id, ". ".join((item.text, item.low, item.middle, item.high))
    rule = CATALOGUE.dosing.pain_rule
    for text in (
        rule.client_text,
        rule.rise_text,
        rule.signs_title,
        rule.own_limit(4),
        rule.morning_question,
    ):
        yield "pain_rule", text
    for text in (rule.settled_text, rule.still_up_text, rule.easier_text, rule.fewer_text):
        yield "pain_rule", text
    for told in (*rule.answers.values(), *rule.mornings.values()):
        yield "pain_rule", f"{told.title}. {told.text}"
    for routine in CATALOGUE.routines.values():
        yield routine.id, f"{routine.name} {routine.summary}"


NEVER_SAID = {
    "a disease": r"cauda|equina|fracture|tumou?r|malignan|sepsis|septic|thrombosis|spondylo|herniat|\bdisc\b",
    "a reassurance": r"you are safe|nothing serious|(don't|do not) worry|harmless|all is well|you are fine",
    "a fright": r"dangerous|danger|damage|never bend|paralys|wear and tear|slipped",
    "cheering": r"great job|well done|awesome|amazing|keep it up|fantastic",
    "our own jargon": r"clinician|patient\b|lumbar|pelvic tilt|sacrum|dorsiflex",
}


@pytest.mark.parametrize("kind", NEVER_SAID)
def test_no_client_text_says(kind: str) -> None:
    said = [
        (where, text) for where, text in client_texts() if re.search(NEVER_SAID[kind], text, re.IGNORECASE)
    ]
    assert said == []


def test_sentences_for_clients_are_short() -> None:
    long = [
        (where, sentence)
        for where, text in client_texts()
        for sentence in re.split(r"[.?!:;(]\s*", text)
        if len(sentence.split()) > 32
    ]
    assert long == []


BRANDED = re.compile(
    r"Oswestry|\bODI\b|HOOS|\bLEFS\b|PROMIS|STarT|\bEARS\b|\bFMS\b|SFMA"
    r"|Functional Movement Screen|Y Balance|SNOMED"
)


EXTERNAL = "tests_external.toml"  # names of branded screens, and the outcome somebody else found


@pytest.mark.parametrize(
    "file", sorted(path.name for path in DATA.glob("*.toml") if path.name not in ("sources.toml", EXTERNAL))
)
def test_nothing_ships_that_its_owner_has_not_licensed(file: str) -> None:
    assert BRANDED.findall((DATA / file).read_text("utf-8")) == []


def test_of_a_branded_screen_nothing_ships_but_its_name_and_what_somebody_else_scored() -> None:
    kinds = {
        test: {field.id: field.kind for field in CATALOGUE.tests[test].fields}
        for test in ("fms_total", "sfma_outcome")
    }
    assert kinds == {
        "fms_total": {"total": FieldKind.COUNT, "scored_by": FieldKind.TEXT},
        "sfma_outcome": {"outcome": FieldKind.TEXT, "scored_by": FieldKind.TEXT},
    }
    for test in kinds:
        assert CATALOGUE.tests[test].thresholds == ()
        assert all(field.abnormal is None and not field.normal for field in CATALOGUE.tests[test].fields)
    criteria = re.compile(r"hurdle|lunge|clearing|rotary|push-?up|shoulder mobility|\b(FN|FP|DN|DP)\b", re.I)
    assert criteria.findall((DATA / EXTERNAL).read_text("utf-8")) == []


def test_twelve_moves_are_there_the_two_of_the_routine_first_with_feet_knees_and_range() -> None:
    assert [move.id for move in CATALOGUE.exercises.values()] == [
        "hip_turns_standing",
        "hip_hinge",
        "push_away_lunge",
        "standing_leg_lift",
        "bridge",
        "bird_dog",
        "side_plank_knees",
        "hip_flexor_stretch",
        "hip_rotation_lying",
        "sit_to_stand",
        "chin_tuck",
        "calf_raise",
    ]
    assert CATALOGUE.routines["hip_routine"].exercises == ("hip_turns_standing", "hip_hinge")
    for move in CATALOGUE.exercises.values():
        assert 2 <= len(move.cues) <= 4
        assert move.feet_words
        assert move.knees_words
        assert move.range_words


def test_the_named_mistake_has_a_label_and_candidates_but_no_meaning() -> None:
    named = CATALOGUE.named_mistake
    assert named.label == "Butt Mistake"
    assert named.exercise == "hip_hinge"
    assert named.video_seconds == 270
    assert [fault.id for fault in CATALOGUE.mistake_candidates] == [
        "tuck",
        "rounding",
        "over_arch",
        "squatting",
    ]
    assert named.id not in CATALOGUE.faults


def test_the_shelf_holds_what_the_field_knows() -> None:
    assert len(CATALOGUE.faults) == 40
    assert len(CATALOGUE.transfers) == 6
    assert len(CATALOGUE.warnings.signs) == 27
    assert list(CATALOGUE.warnings.tiers) == list(Tier)


def test_every_fault_belongs_to_a_move_and_can_be_written_on_a_figure() -> None:
    watched = {fault for move in CATALOGUE.exercises.values() for fault in move.watch_for}
    assert watched == set(CATALOGUE.faults)
    assert all(len(fault.callout.split()) <= 4 for fault in CATALOGUE.faults.values())


def test_checkins_ask_the_emergency_signs_first() -> None:
    assert CATALOGUE.checkin.weekly[0].kind is QuestionKind.WARNING_SIGNS
    assert {sign.id for sign in CATALOGUE.warnings.emergency} == {
        "saddle",
        "bladder",
        "bowel",
        "sexual",
        "bilateral_leg",
        "rapid_weak",
        "unsteady",
        "trauma_major",
        "cannot_bear",
        "hot_joint",
        "chest",
        "cold_leg",
    }


def test_the_weekly_checkin_asks_what_the_page_shows() -> None:
    asked = [question.id for question in CATALOGUE.checkin.weekly]
    assert asked == ["flags", "days", "pain_average", "mistake", "contact", "note"]


def test_wording_and_doses_wait_for_a_practitioners_sign_off() -> None:
    for move in CATALOGUE.exercises.values():
        assert move.provenance.needs_sign_off
        assert move.dose_provenance.needs_sign_off
    assert CATALOGUE.warnings.provenance.needs_sign_off
    assert CATALOGUE.dosing.pain_rule.provenance.needs_sign_off


def test_what_is_called_verified_names_a_source() -> None:
    checked = (Evidence.VERIFIED, Evidence.VERIFIED_SECONDARY, Evidence.INFERRED)
    bare = [
        (file, key)
        for file, key, found in provenances(CATALOGUE)
        if found.status in checked and not found.sources
    ]
    assert bare == []


def test_every_source_is_cited_and_has_an_address() -> None:
    cited = {source for _, _, found in provenances(CATALOGUE) for source in found.sources}
    assert cited == set(CATALOGUE.sources)
    assert all(source.url.startswith(("https://", "http://")) for source in CATALOGUE.sources.values())


# ---------------------------------------------------------------- assessment


def test_the_first_visit_has_the_three_sections_and_stays_short() -> None:
    sizes = {section: len(FIRST_VISIT.section(section)) for section in Section}
    assert sizes == {Section.ORTHOPEDIC: 7, Section.NEUROLOGIC: 5, Section.FUNCTIONAL_MOVEMENT: 6}
    assert FIRST_VISIT.version == 2
    assert [item for section in Section for item in FIRST_VISIT.section(section)] == list(FIRST_VISIT.items)


@pytest.mark.parametrize("test", CATALOGUE.tests.values(), ids=list(CATALOGUE.tests))
def test_every_test_says_how_to_record_it_and_which_side_is_meant(test: AssessmentTest) -> None:
    assert len(test.how) > 20
    assert bool(test.side_words) is (test.sides is Sides.LEFT_RIGHT)


FIELDS = [(test, field) for test in CATALOGUE.tests.values() for field in test.fields]


@pytest.mark.parametrize("test, field", FIELDS, ids=[f"{test.id}.{field.id}" for test, field in FIELDS])
def test_every_field_can_be_filled_in(test: AssessmentTest, field: Field) -> None:
    kind = field.kind
    options = field.options
    if field.is_numeric:
        assert field.minimum < field.maximum
        assert field.step > 0
    if kind in (FieldKind.DEGREES, FieldKind.SECONDS, FieldKind.CM, FieldKind.COUNT):
        assert field.unit
    if kind is FieldKind.PAIN:
        assert (field.minimum, field.maximum) == (0, 10)
    if kind in (FieldKind.CHOICE, FieldKind.RESULT, FieldKind.FAULTS, FieldKind.GRADE):
        assert len(options) >= 2
        assert all(label for _, label in options)
    if kind is FieldKind.GRADE:
        assert [int(code) for code, _ in options] == list(range(int(field.minimum), int(field.maximum) + 1))
    if test.sides is Sides.NONE:
        assert not field.per_side


WARNINGS = [
    ("myotomes", "l5", 3, True),
    ("myotomes", "l5", 4, False),
    ("plantar_response", "response", "up", True),
    ("plantar_response", "response", "equivocal", False),
    ("ankle_clonus", "sustained", "yes", True),
]


@pytest.mark.parametrize("test, field, value, warns", WARNINGS)
def test_findings_that_open_the_warning_path(test: str, field: str, value: str | int, warns: bool) -> None:
    limit = CATALOGUE.tests[test].field(field).warning
    assert limit is not None
    assert limit.covers(value) is warns


ABNORMAL = [
    ("faber", "result", "positive", True),
    ("faber", "result", "equivocal", False),
    ("myotomes", "s1", 4, True),
    ("myotomes", "s1", 5, False),
    ("light_touch", "l4", "reduced", True),
    ("light_touch", "l4", "not_tested", False),
    ("hinge_dowel", "contacts", 2, True),
    ("hinge_dowel", "contacts", 3, False),
    ("ankle_clonus", "beats", 3, False),
    ("ankle_clonus", "beats", 4, True),
    ("aslr_mens", "difficulty", 0, False),
    ("aslr_mens", "difficulty", 1, True),
]


@pytest.mark.parametrize("test, field, value, abnormal", ABNORMAL)
def test_findings_that_stand_out(test: str, field: str, value: str | int, abnormal: bool) -> None:
    limit = CATALOGUE.tests[test].field(field).abnormal
    assert limit is not None
    assert limit.covers(value) is abnormal


def test_reflexes_are_left_to_the_practitioner() -> None:
    assert all(field.abnormal is None for field in CATALOGUE.tests["reflexes"].fields)


def test_the_three_straight_leg_raises_stay_apart() -> None:
    assert {"slr", "crossed_slr", "aslr_mens"} <= set(CATALOGUE.tests)


def test_the_hinge_test_offers_the_practices_own_mistake_first() -> None:
    faults = CATALOGUE.tests["hinge_dowel"].field("faults").options
    assert faults[0] == ("named_mistake", "Butt Mistake")
    assert {code for code, _ in faults[1:]} == set(CATALOGUE.exercises["hip_hinge"].watch_for)


def test_rotation_keeps_position_and_device_with_its_angles() -> None:
    (item,) = [item for item in FIRST_VISIT.items if item.test.id == "hip_rotation"]
    assert [field.id for field in item.fields] == [
        "internal_passive",
        "external_passive",
        "position",
        "device",
    ]
    assert [field.per_side for field in item.fields] == [True, True, False, False]


def test_common_passwords_are_kept_as_they_are_compared() -> None:
    assert len(CATALOGUE.common_passwords) > 200
    assert all(word.isalnum() and word == word.casefold() for word in CATALOGUE.common_passwords)


def test_the_database_keeps_the_same_bounds_of_a_dose() -> None:
    bounds = CATALOGUE.dosing.bounds
    expected = {
        f"{name} BETWEEN {getattr(bounds, name).least} AND {getattr(bounds, name).most}" for name in NUMBERS
    }
    assert {str(check.sqltext) for check in dose_checks()} == expected
