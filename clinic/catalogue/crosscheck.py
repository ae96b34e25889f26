"""What the files of the catalogue say of each other: every reference must lead somewhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from clinic.catalogue.loader import Catalogue
from clinic.catalogue.plain_words import FILE, PlainTest
from clinic.catalogue.reader import CatalogueError
from clinic.domain.doses import dose_problems
from clinic.domain.pain_rule import CEILING, FINE_UP_TO
from clinic.domain.progress import PAIN_CHANGE
from clinic.domain.provenance import Fact, Provenance

TEST_FILES = "tests_*.toml"  # ids are unique over all of them
Check = Callable[[Catalogue], None]


def check_catalogue(catalogue: Catalogue) -> None:
    """Follow every reference; CatalogueError names the first that leads nowhere."""
    for check in CHECKS:
        check(catalogue)


def provenances(catalogue: Catalogue) -> Iterator[tuple[str, str, Provenance]]:
    """Every provenance of the catalogue, with the file and key it stands at."""
    yield from _of_moves(catalogue)
    yield from _of_checkin(catalogue)
    yield from _of_assessment(catalogue)
    yield from _of_questionnaires(catalogue)


def check_plain_words(words: Mapping[str, PlainTest], catalogue: Catalogue) -> None:
    """Every test has words for clients; CatalogueError names one without, or words for what is not there."""
    for test in catalogue.tests:
        _known(FILE, "tests", [test], words, "words for")
    for told in words.values():
        _known(FILE, "tests", [told.id], catalogue.tests, "test")
        fields = {field.id for field in catalogue.tests[told.id].fields}
        _known(FILE, f"tests[{told.id}].measures", told.measures, fields, "field")


def _of_moves(catalogue: Catalogue) -> Iterator[tuple[str, str, Provenance]]:
    for exercise in catalogue.exercises.values():
        yield "exercises.toml", exercise.id, exercise.provenance
        yield "exercises.toml", f"{exercise.id}.default_dose", exercise.dose_provenance
        yield from _of_facts("exercises.toml", exercise.id, exercise.facts)
    for fault in catalogue.faults.values():
        yield "faults.toml", fault.id, fault.provenance
    yield "faults.toml", "named_mistake", catalogue.named_mistake.fact.provenance
    for transfer in catalogue.transfers.values():
        yield "transfers.toml", transfer.id, transfer.provenance
    for routine in catalogue.routines.values():
        yield "routines.toml", routine.id, routine.provenance


def _of_checkin(catalogue: Catalogue) -> Iterator[tuple[str, str, Provenance]]:
    dosing, warnings = catalogue.dosing, catalogue.warnings
    yield "dosing.toml", "bounds", dosing.bounds_provenance
    yield "dosing.toml", "pain_rule", dosing.pain_rule.provenance
    yield from _of_facts("dosing.toml", "facts", (*dosing.facts, dosing.pain_change_fact))
    yield "warning_signs.toml", "status", warnings.provenance
    yield "checkin.toml", "status", catalogue.checkin.provenance
    for sign in warnings.signs.values():
        yield "warning_signs.toml", sign.id, sign.fact
    for rule in warnings.combinations:
        yield "warning_signs.toml", "combinations", rule.provenance


def _of_assessment(catalogue: Catalogue) -> Iterator[tuple[str, str, Provenance]]:
    for test in catalogue.tests.values():
        yield TEST_FILES, test.id, test.provenance
        yield from _of_facts(TEST_FILES, test.id, test.facts)
        for threshold in test.thresholds:
            yield TEST_FILES, f"{test.id}.thresholds", threshold.provenance
    for kind, usual in catalogue.usual.items():
        yield "assessment_fields.toml", f"usual.{kind}", usual.provenance
    for battery in catalogue.batteries.values():
        yield "batteries.toml", battery.id, battery.provenance


def _of_questionnaires(catalogue: Catalogue) -> Iterator[tuple[str, str, Provenance]]:
    file = "questionnaires.toml"
    for each in catalogue.questionnaires.versions.values():
        yield file, each.id, each.provenance
        yield file, f"{each.id}.licence", each.licence.provenance
        if each.loinc_provenance:
            yield file, f"{each.id}.loinc", each.loinc_provenance
        for measure in each.measures:
            if measure.threshold:
                yield file, f"{each.id}.{measure.id}", measure.threshold
        yield from _of_facts(file, each.id, each.facts)
    for usual in catalogue.questionnaires.sets.values():
        yield file, usual.id, usual.provenance


def _of_facts(file: str, key: str, facts: Iterable[Fact]) -> Iterator[tuple[str, str, Provenance]]:
    for fact in facts:
        yield file, f"{key}.facts", fact.provenance


def _check_sources(catalogue: Catalogue) -> None:
    for file, key, provenance in provenances(catalogue):
        _known(file, f"{key}.src", provenance.sources, catalogue.sources, "source")


def _check_exercises(catalogue: Catalogue) -> None:
    for exercise in catalogue.exercises.values():
        _known("exercises.toml", f"{exercise.id}.watch_for", exercise.watch_for, catalogue.faults, "fault")
        _known(
            "exercises.toml", f"{exercise.id}.transfers", exercise.transfers, catalogue.transfers, "transfer"
        )
        for field, problem in dose_problems(exercise.default_dose, catalogue.dosing.bounds).items():
            raise CatalogueError("exercises.toml", f"{exercise.id}.default_dose.{field}", problem)


def _check_named_mistake(catalogue: Catalogue) -> None:
    named = catalogue.named_mistake
    _known("faults.toml", "named_mistake.exercise", [named.exercise], catalogue.exercises, "exercise")
    _known("faults.toml", "named_mistake.candidates", named.candidates, catalogue.faults, "fault")
    for exercise in catalogue.exercises.values():
        if exercise.has_named_mistake != (exercise.id == named.exercise):
            raise CatalogueError(
                "exercises.toml", f"{exercise.id}.named_mistake", "disagrees with faults.toml"
            )


def _check_routines(catalogue: Catalogue) -> None:
    for routine in catalogue.routines.values():
        _known("routines.toml", f"{routine.id}.exercises", routine.exercises, catalogue.exercises, "exercise")
        _known("routines.toml", f"{routine.id}.transfers", routine.transfers, catalogue.transfers, "transfer")


def _check_combinations(catalogue: Catalogue) -> None:
    for rule in catalogue.warnings.combinations:
        signs = {rule.combination.sign, *rule.combination.with_any}
        _known("warning_signs.toml", "combinations", sorted(signs), catalogue.warnings.signs, "warning sign")


def _check_pain_rule(catalogue: Catalogue) -> None:
    rule = catalogue.dosing.pain_rule
    if (rule.ok_up_to, rule.smaller_up_to + 1) != (FINE_UP_TO, CEILING):
        raise CatalogueError("dosing.toml", "pain_rule", f"the rules say {FINE_UP_TO}, and {CEILING} to stop")


def _check_pain_change(catalogue: Catalogue) -> None:
    if catalogue.dosing.pain_change != PAIN_CHANGE:
        raise CatalogueError("dosing.toml", "pain_change.points", f"the rules count {PAIN_CHANGE} points")


def _known(file: str, key: str, named: Iterable[str], known: Collection[str], what: str) -> None:
    for name in named:
        if name not in known:
            raise CatalogueError(file, key, f"there is no {what} {name!r}")


CHECKS: tuple[Check, ...] = (
    _check_sources,
    _check_exercises,
    _check_named_mistake,
    _check_routines,
    _check_combinations,
    _check_pain_rule,
    _check_pain_change,
)
