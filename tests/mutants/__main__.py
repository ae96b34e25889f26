"""Prints each module's score and what survived; `python -m tests.mutants dates doses` tries these two."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.faults import Fault, faults_of
from tests.mutants.trying import Target, survivors

FLOOR = 90  # per cent of the faults that change something, of each module
DOMAIN, TESTS = Path("clinic/domain"), Path("tests/domain")
HARMLESS = Path(__file__).with_name("harmless.toml")
DOORS = Target(
    "clinic.services.access",
    (
        "tests/services/test_access.py",
        "tests/services/test_programs.py::test_the_client_sees_it_at_once_in_one_query",
    ),
    needs_app=True,
)


@dataclass(frozen=True, slots=True)
class Score:
    """How many faults were tried, noticed by a test, and listed because there is nothing to notice."""

    tried: int = 0
    killed: int = 0
    harmless: int = 0
    misjudged: int = 0  # listed, though a test notices it or its line is gone

    def __add__(self, other: Score) -> Score:
        killed, harmless = self.killed + other.killed, self.harmless + other.harmless
        return Score(self.tried + other.tried, killed, harmless, self.misjudged + other.misjudged)

    @property
    def percent(self) -> float:
        """Of the faults that change something, those that a test noticed."""
        real = self.tried - self.harmless
        return 100 * self.killed / real if real else 100.0

    def __str__(self) -> str:
        survived = self.tried - self.killed - self.harmless
        return (
            f"{self.tried} faults, {self.killed} killed, {self.harmless} harmless (listed),"
            f" {survived} survived: {self.percent:.1f} %"
        )


def targets() -> list[Target]:
    """The doors, and each module of the domain with the tests that import it: those of its own name first."""
    texts = {path: path.read_text() for path in sorted(TESTS.glob("test_*.py"))}
    found = []
    for path in sorted(DOMAIN.glob("[a-z]*.py")):
        module = f"clinic.domain.{path.stem}"
        near = [test for test, text in texts.items() if f"from {module} import" in text]
        near.sort(key=lambda test: not test.stem.startswith(f"test_{path.stem}"))
        found.append(Target(module, tuple(map(str, near))))
    return [*found, DOORS]


def harmless_faults() -> dict[tuple[str, ...], str]:
    """The faults that change nothing anybody could see, each with its reason."""
    listed = tomllib.loads(HARMLESS.read_text())["harmless"]
    return {(each["module"], each["place"], each["line"], each["becomes"]): each["reason"] for each in listed}


def try_module(target: Target, harmless: Mapping[tuple[str, ...], str]) -> Score:
    """The score of one module, printed with what survived and what the list says wrongly of it."""
    faults = faults_of(target.module, target.path)
    left = survivors(target, faults) if target.tests else faults
    unseen = {fault.key for fault in left}
    wrong = [key for key in harmless if key[0] == target.module and key not in unseen]
    alive = [fault for fault in left if fault.key not in harmless]
    score = Score(len(faults), len(faults) - len(left), len(left) - len(alive), len(wrong))
    print(f"{target.module}: {score}", flush=True)
    for fault in alive:
        _tell(fault)
    for key in wrong:
        print(f"  Listed as harmless, but noticed or gone: {' | '.join(key)}", flush=True)
    return score


def main(names: Sequence[str]) -> None:
    """Try what was asked for, and print each score as soon as it is known."""
    harmless = harmless_faults()
    asked = [each for each in targets() if not names or each.module.rpartition(".")[2] in names]
    scores = {target.module: try_module(target, harmless) for target in asked}
    print(f"All: {sum(scores.values(), Score())}")
    if wrong := [module for module, score in scores.items() if score.misjudged]:
        raise SystemExit(f"Put the list of harmless faults right for {', '.join(wrong)}.")
    if low := [module for module, score in scores.items() if score.percent < FLOOR]:
        raise SystemExit(f"Less than {FLOOR} % of {', '.join(low)}: see what survived.")


def _tell(fault: Fault) -> None:
    print(f"  {fault.place or 'the module'}:\n    - {fault.line}\n    + {fault.becomes}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
