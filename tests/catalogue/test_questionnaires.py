"""Questionnaires as data: whose words they are, that nothing is missing, and that mistakes are named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clinic.catalogue import CatalogueError, load_catalogue
from clinic.catalogue.loader import DATA
from clinic.domain.questionnaires import MeasureRole, QuestionnaireKind, WordingSource
from clinic.domain.types import Evidence

KNOWN = load_catalogue().questionnaires
FILE, FORM = "questionnaires.toml", "questionnaires_rmdq24.toml"


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A copy of the data with one text replaced by another."""

    def change(file: str, old: str, new: str) -> Path:
        shutil.copytree(DATA, tmp_path / "data")
        path = tmp_path / "data" / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return tmp_path / "data"

    return change


def test_only_what_may_ship_ships() -> None:
    assert list(KNOWN.newest) == ["nprs", "psfs", "rmdq24", "phq2", "groc11", "pgic7"]
    wording = {each.id: each.licence.wording for each in KNOWN.newest.values()}
    assert wording == {
        "nprs": WordingSource.OWN,
        "psfs": WordingSource.METHOD,
        "rmdq24": WordingSource.EXACT,
        "phq2": WordingSource.EXACT,
        "groc11": WordingSource.OWN,
        "pgic7": WordingSource.OWN,
    }


def test_the_phq2_has_its_exact_words_and_its_notice() -> None:
    made = KNOWN.newest["phq2"]
    assert made.intro == (
        "Over the past 2 weeks, how often have you been bothered by any of the following problems?"
    )
    assert [item.text for item in made.items] == [
        "Little interest or pleasure in doing things",
        "Feeling down, depressed, or hopeless",
    ]
    assert made.items[0].options == (
        (0, "Not at all"),
        (1, "Several days"),
        (2, "More than half the days"),
        (3, "Nearly every day"),
    )
    assert "Spitzer, Williams, Kroenke" in made.licence.notice
    assert made.confirm


def test_the_rmdq_has_its_24_statements_in_the_order_of_the_form() -> None:
    made = KNOWN.newest["rmdq24"]
    texts = [item.text for item in made.items]
    assert [item.id for item in made.items] == [f"s{number}" for number in range(1, 25)]
    assert len(set(texts)) == 24
    assert texts[0] == "I stay at home most of the time because of my back."
    assert texts[23] == "I stay in bed most of the time because of my back."
    assert made.intro.startswith("When your back hurts, you may find it difficult")
    assert made.intro.endswith("Remember, only tick the sentence if you are sure it describes you today.")


def test_every_threshold_has_its_source_and_certainty() -> None:
    for made in KNOWN.newest.values():
        for measure in made.measures:
            figures = (measure.yardstick.points, measure.yardstick.percent, measure.yardstick.error)
            if any(figure is not None for figure in figures):
                assert measure.threshold is not None
                assert measure.threshold.sources
                assert measure.threshold.status in (Evidence.VERIFIED, Evidence.VERIFIED_SECONDARY)
        assert made.facts


def test_only_confirmed_codes_are_carried() -> None:
    codes = {measure.loinc for made in KNOWN.newest.values() for measure in made.measures} - {""}
    assert codes == {"72514-3", "75893-8", "55758-7"}
    of_codes = {made.id: made.loinc_provenance for made in KNOWN.newest.values() if made.loinc_provenance}
    assert of_codes.keys() == {"nprs", "phq2"}
    assert all(each.sources and each.status is Evidence.VERIFIED for each in of_codes.values())


def test_a_rating_of_change_names_the_day_it_is_since() -> None:
    for made in KNOWN.newest.values():
        assert made.needs_since == (made.role is MeasureRole.CHANGE)
        assert made.is_screen == (made.role is MeasureRole.SCREEN)
        assert made.may_be_declined == (made.role is MeasureRole.STATE)
        assert all(("{since}" in item.text) == made.needs_since for item in made.items)


def test_activities_are_named_by_the_client_and_five_at_most() -> None:
    made = KNOWN.newest["psfs"]
    assert made.kind is QuestionnaireKind.ACTIVITIES
    assert made.activities is not None
    assert made.activities.ids == ("a1", "a2", "a3", "a4", "a5")


def test_the_usual_sets_are_authored() -> None:
    assert KNOWN.sets["baseline"].asks == ("nprs", "psfs", "rmdq24")
    assert KNOWN.sets["baseline"].optional == ("phq2",)
    assert (KNOWN.sets["follow_up"].asks, KNOWN.sets["follow_up"].weeks) == (("psfs", "groc11"), (2, 6, 12))
    assert all(each.provenance.status is Evidence.AUTHORED for each in KNOWN.sets.values())


WRONG = [
    (
        FILE,
        'span = [0, 6]\nhigher_is_better = false\nloinc = "55758-7"',
        "span = [0, 7]\nhigher_is_better = false",
        "scales.total.span",
    ),
    (FILE, 'items = ["interest", "mood"]', 'items = ["interest", "sleep"]', "scales.total"),
    (FILE, "positive_from = 3\n", "", "positive_from"),
    (FILE, "worse_from = -2.5\n", "worse_from = 2.5\n", "worse_from"),
    (FILE, 'threshold_status = "verified"\nthreshold_src = ["OSTELO"]\n', "", "threshold_status"),
    (FILE, "Think back to {since}. Compared with that day, how are you now?", "How are you now?", "items"),
    (FILE, 'asks = ["psfs", "groc11"]', 'asks = ["psfs", "oswald"]', "sets"),
    (FILE, 'confidence = "high"\n', "", "confidence"),
    (FILE, 'src = ["CHILDS", "OSTELO"]\nloinc_status', 'src = ["NOBODY"]\nloinc_status', "src"),
    (FILE, 'loinc_status = "verified"\nloinc_src = ["LOINC_CORE"]\n', "", "loinc_status"),
    (FORM, '    "My back is painful almost all the time.",\n', "", "statements"),
    (FORM, '"My back is painful almost all the time."', '""', "statements"),
    (FORM, 'copied_from = "The RMDQ', 'copied_from = ""\nwas = "The RMDQ', "copied_from"),
    (FORM, "copied_from = ", "from = ", "copied_from"),
    (FORM, 'instruction = """', 'instruction = ""\nwas = """', "instruction"),
]


@pytest.mark.parametrize("file, old, new, key", WRONG, ids=[f"{row[3]} {n}" for n, row in enumerate(WRONG)])
def test_what_is_wrong_stops_the_start_and_is_named(
    changed: Callable[[str, str, str], Path], file: str, old: str, new: str, key: str
) -> None:
    with pytest.raises(CatalogueError) as wrong:
        load_catalogue(changed(file, old, new))
    assert key in wrong.value.key
    assert wrong.value.file.startswith("questionnaires")
