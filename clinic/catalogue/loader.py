"""The catalogue as one value, put together from every data file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from clinic.catalogue.assessment import AssessmentTest, Battery, read_battery, read_field, read_test
from clinic.catalogue.check_in import CheckIn, WarningSigns, read_check_in, read_warning_signs
from clinic.catalogue.dosing import Dosing, read_dosing
from clinic.catalogue.moves import (
    Exercise,
    Fault,
    NamedMistake,
    Routine,
    Transfer,
    read_exercise,
    read_fault,
    read_named_mistake,
    read_routine,
    read_transfer,
)
from clinic.catalogue.provenance import Source, read_source
from clinic.catalogue.reader import CatalogueError, Entry, by_id, read_file
from clinic.domain.passwords import squeeze, stem

DATA = Path(__file__).parent / "data"
TEST_FILES = ("tests_orthopedic", "tests_range_of_motion", "tests_neurologic", "tests_functional")
PASSWORDS = "passwords_common.txt"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything the product knows of its field, by id and in the order of the files."""

    exercises: Mapping[str, Exercise]
    faults: Mapping[str, Fault]
    named_mistake: NamedMistake
    transfers: Mapping[str, Transfer]
    routines: Mapping[str, Routine]
    dosing: Dosing
    warnings: WarningSigns
    check_in: CheckIn
    tests: Mapping[str, AssessmentTest]
    batteries: Mapping[str, Battery]
    sources: Mapping[str, Source]
    common_passwords: frozenset[str]

    def faults_of(self, exercise_id: str) -> tuple[Fault, ...]:
        """The faults to watch for in a move, in order."""
        return tuple(self.faults[fault] for fault in self.exercises[exercise_id].watch_for)

    @property
    def mistake_candidates(self) -> tuple[Fault, ...]:
        """The faults offered when the practitioner says what the named mistake is."""
        return tuple(self.faults[fault] for fault in self.named_mistake.candidates)


def read_catalogue(directory: Path) -> Catalogue:
    """Every file, read and found well-formed; what they say of each other is not checked yet."""
    faults, named = _whole(directory, "faults", _read_faults)
    names = {fault.id: fault.name for fault in faults.values()} | {named.id: named.label}
    tests = _read_tests(directory, names)
    return Catalogue(
        exercises=_list(directory, "exercises", read_exercise),
        faults=faults,
        named_mistake=named,
        transfers=_list(directory, "transfers", read_transfer),
        routines=_list(directory, "routines", read_routine),
        dosing=_whole(directory, "dosing", read_dosing),
        warnings=_whole(directory, "warning_signs", read_warning_signs),
        check_in=_whole(directory, "check_in", read_check_in),
        tests=tests,
        batteries=_list(directory, "batteries", lambda entry: read_battery(entry, tests)),
        sources=_list(directory, "sources", read_source),
        common_passwords=_read_passwords(directory / PASSWORDS),
    )


def _read_faults(file: Entry) -> tuple[Mapping[str, Fault], NamedMistake]:
    faults, named = by_id(file, "faults", read_fault), file.one("named_mistake", read_named_mistake)
    if named.id in faults:
        raise file.error("named_mistake.id", "is the id of a fault")
    return faults, named


def _read_tests(directory: Path, fault_names: Mapping[str, str]) -> Mapping[str, AssessmentTest]:
    shared = _whole(directory, "assessment_fields", lambda file: by_id(file, "fields", read_field))
    found: dict[str, AssessmentTest] = {}
    for name in TEST_FILES:
        tests = _list(directory, name, lambda entry: read_test(entry, shared, fault_names), key="tests")
        if twice := tests.keys() & found.keys():
            raise CatalogueError(
                f"{name}.toml", "tests", f"{', '.join(sorted(twice))} is in another file too"
            )
        found |= tests
    return MappingProxyType(found)


def _read_passwords(path: Path) -> frozenset[str]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as wrong:
        raise CatalogueError(path.name, "the file", str(wrong)) from None
    words = {squeeze(line) for line in lines if line.strip() and not line.startswith("#")}
    return frozenset(words | {stem(word) for word in words} - {""})


def _list(directory: Path, name: str, read: Callable[[Entry], T], key: str | None = None) -> Mapping[str, T]:
    return _whole(directory, name, lambda file: by_id(file, key or name, read))


def _whole(directory: Path, name: str, read: Callable[[Entry], T]) -> T:
    file = read_file(directory, f"{name}.toml")
    value = read(file)
    file.close()
    return value
