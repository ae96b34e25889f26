"""The catalogue as one value, put together from every data file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from clinic.catalogue.answers import CatalogueAnswer, read_answers
from clinic.catalogue.assessment_tables import read_battery, read_field, read_test, read_usual
from clinic.catalogue.checkin import CheckinCatalogue, WarningSigns, read_checkin, read_warning_signs
from clinic.catalogue.dosing import Dosing, read_dosing
from clinic.catalogue.moves import (
    CatalogueExercise,
    CatalogueMistake,
    CatalogueRoutine,
    MoveFault,
    Transfer,
    read_exercise,
    read_fault,
    read_named_mistake,
    read_routine,
    read_transfer,
)
from clinic.catalogue.provenance import read_source
from clinic.catalogue.questionnaires import read_questionnaires
from clinic.catalogue.reader import CatalogueError, DataEntry, by_id, read_file
from clinic.domain.assessment import AssessmentTest, Battery, Field, Threshold
from clinic.domain.passwords import squeeze, stem
from clinic.domain.provenance import Source
from clinic.domain.questionnaires import Questionnaires
from clinic.domain.types import FieldKind

DATA = Path(__file__).parent / "data"
TEST_FILES = (
    "tests_orthopedic",
    "tests_range_of_motion",
    "tests_neurologic",
    "tests_functional",
    "tests_external",
)
PASSWORDS = "passwords_common.txt"
T = TypeVar("T")
V = TypeVar("V", AssessmentTest, Battery)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything the product knows of its field, by id and in the order of the files."""

    exercises: Mapping[str, CatalogueExercise]
    faults: Mapping[str, MoveFault]
    named_mistake: CatalogueMistake
    transfers: Mapping[str, Transfer]
    routines: Mapping[str, CatalogueRoutine]
    dosing: Dosing
    warnings: WarningSigns
    checkin: CheckinCatalogue
    questionnaires: Questionnaires
    answers: Mapping[str, CatalogueAnswer]
    tests: Mapping[str, AssessmentTest]
    batteries: Mapping[str, Battery]
    earlier_tests: Mapping[tuple[str, int], AssessmentTest]
    earlier_batteries: Mapping[tuple[str, int], Battery]
    usual: Mapping[FieldKind, Threshold]
    shared_fields: Mapping[str, Field]
    sources: Mapping[str, Source]
    common_passwords: frozenset[str]

    def faults_of(self, exercise_id: str) -> tuple[MoveFault, ...]:
        """The faults to watch for in a move, in order."""
        return tuple(self.faults[fault] for fault in self.exercises[exercise_id].watch_for)

    def test(self, test_id: str, version: int) -> AssessmentTest | None:
        """A test as it stood in one of its versions; its newest if that version is not kept."""
        return self.earlier_tests.get((test_id, version)) or self.tests.get(test_id)

    def battery(self, battery_id: str, version: int) -> Battery | None:
        """One version of a battery, the newest or an earlier one; None if it is not kept."""
        newest = self.batteries.get(battery_id)
        if newest is not None and newest.version == version:
            return newest
        return self.earlier_batteries.get((battery_id, version))

    @property
    def mistake_candidates(self) -> tuple[MoveFault, ...]:
        """The faults offered when the practitioner says what the named mistake is."""
        return tuple(self.faults[fault] for fault in self.named_mistake.candidates)


def read_catalogue(directory: Path) -> Catalogue:
    """Every file, read and found well-formed; what they say of each other is not checked yet."""
    faults, named = _whole(directory, "faults", _read_faults)
    names = {fault.id: fault.name for fault in faults.values()} | {named.id: named.label}
    shared, usual = _whole(directory, "assessment_fields", _read_shared)
    tests, earlier_tests = _read_tests(directory, names, shared)
    batteries, earlier_batteries = _read_batteries(directory, tests)
    return Catalogue(
        exercises=_list(directory, "exercises", read_exercise),
        faults=faults,
        named_mistake=named,
        transfers=_list(directory, "transfers", read_transfer),
        routines=_list(directory, "routines", read_routine),
        dosing=_whole(directory, "dosing", read_dosing),
        warnings=_whole(directory, "warning_signs", read_warning_signs),
        checkin=_whole(directory, "checkin", read_checkin),
        questionnaires=_read_questionnaires(directory),
        answers=read_answers(directory),
        tests=tests,
        batteries=batteries,
        earlier_tests=earlier_tests,
        earlier_batteries=earlier_batteries,
        usual=usual,
        shared_fields=shared,
        sources=_list(directory, "sources", read_source),
        common_passwords=_read_passwords(directory / PASSWORDS),
    )


def _read_faults(file: DataEntry) -> tuple[Mapping[str, MoveFault], CatalogueMistake]:
    faults, named = by_id(file, "faults", read_fault), file.one("named_mistake", read_named_mistake)
    if named.id in faults:
        raise file.error("named_mistake.id", "is the id of a fault")
    return faults, named


def _read_shared(file: DataEntry) -> tuple[Mapping[str, Field], Mapping[FieldKind, Threshold]]:
    usual = dict(file.each("usual", read_usual))
    return by_id(file, "fields", read_field), MappingProxyType(usual)


def _read_tests(
    directory: Path, fault_names: Mapping[str, str], shared: Mapping[str, Field]
) -> tuple[Mapping[str, AssessmentTest], Mapping[tuple[str, int], AssessmentTest]]:
    found: list[AssessmentTest] = []
    for name in TEST_FILES:
        tests = _versions(directory, name, "tests", lambda entry: read_test(entry, shared, fault_names))
        if twice := {test.id for test in tests} & {test.id for test in found}:
            raise CatalogueError(
                f"{name}.toml", "tests", f"{', '.join(sorted(twice))} is in another file too"
            )
        found += tests
    return _newest(found), _earlier(found)


def _read_batteries(
    directory: Path, tests: Mapping[str, AssessmentTest]
) -> tuple[Mapping[str, Battery], Mapping[tuple[str, int], Battery]]:
    found = _versions(directory, "batteries", "batteries", lambda entry: read_battery(entry, tests))
    return _newest(found), _earlier(found)


def _versions(directory: Path, name: str, key: str, read: Callable[[DataEntry], V]) -> list[V]:
    """Every table of a list; an id may come again with another version."""
    file = read_file(directory, f"{name}.toml")
    found = list(by_id(file, key, read, lambda each: f"{each.id} version {each.version}").values())
    file.close()
    return found


def _newest(found: Iterable[V]) -> Mapping[str, V]:
    newest: dict[str, V] = {}
    for each in found:
        if each.id not in newest or newest[each.id].version < each.version:
            newest[each.id] = each
    return MappingProxyType(newest)


def _earlier(found: Iterable[V]) -> Mapping[tuple[str, int], V]:
    found = list(found)
    newest = _newest(found)
    return MappingProxyType(
        {(each.id, each.version): each for each in found if newest[each.id].version != each.version}
    )


def _read_questionnaires(directory: Path) -> Questionnaires:
    return _whole(
        directory,
        "questionnaires_rmdq24",
        lambda form: _whole(directory, "questionnaires", lambda file: read_questionnaires(file, form)),
    )


def _read_passwords(path: Path) -> frozenset[str]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as wrong:
        raise CatalogueError(path.name, "the file", str(wrong)) from None
    words = {squeeze(line) for line in lines if line.strip() and not line.startswith("#")}
    return frozenset(words | {stem(word) for word in words} - {""})


def _list(
    directory: Path, name: str, read: Callable[[DataEntry], T], key: str | None = None
) -> Mapping[str, T]:
    return _whole(directory, name, lambda file: by_id(file, key or name, read))


def _whole(directory: Path, name: str, read: Callable[[DataEntry], T]) -> T:
    file = read_file(directory, f"{name}.toml")
    value = read(file)
    file.close()
    return value
