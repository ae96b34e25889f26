"""Prints the score of each module and what survived; `python -m tests.mutants scheduling dates` tries these alone."""

from __future__ import annotations

import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.faults import Fault, faults_of
from tests.mutants.trying import Target, survivors

FLOOR = 90  # per cent of the faults that change something
DOMAIN, TESTS = Path("clinic/domain"), Path("tests/domain")
HARMLESS = Path(__file__).with_name("harmless.toml")
ACCESS = Target("clinic.services.access", ("tests/services/test_access.py",), needs_app=True)


def targets() -> list[Target]:
    """The doors, and every module of the domain with the tests that import it: those of its own name first."""
    texts = {path: path.read_text() for path in sorted(TESTS.glob("test_*.py"))}
    found = []
    for path in sorted(DOMAIN.glob("[a-z]*.py")):
        module = f"clinic.domain.{path.stem}"
        near = [test for test, text in texts.items() if f"from {module} import" in text]
        near.sort(key=lambda test: not test.stem.startswith(f"test_{path.stem}"))
        found.append(Target(module, tuple(map(str, near))))
    return [*found, ACCESS]


def harmless() -> dict[tuple[str, ...], str]:
    """The faults that change nothing anybody could see, each with its reason."""
    listed = tomllib.loads(HARMLESS.read_text())["harmless"]
    return {(each["module"], each["place"], each["line"], each["becomes"]): each["reason"] for each in listed}


def main(names: Sequence[str]) -> None:
    """Try what was asked for, and print each score as soon as it is known."""
    chosen = [each for each in targets() if not names or each.module.rpartition(".")[2] in names]
    listed = harmless()
    tried = killed = equal = 0
    stale: list[tuple[str, ...]] = []
    for target in chosen:
        began = time.monotonic()
        faults = faults_of(target.module, target.path)
        left = survivors(target, faults) if target.tests else faults
        alive = [fault for fault in left if fault.key not in listed]
        known = [fault for fault in left if fault.key in listed]
        tried, killed, equal = tried + len(faults), killed + len(faults) - len(left), equal + len(known)
        stale += [key for key in listed if key[0] == target.module and key not in {each.key for each in left}]
        print(f"{target.module}: {_score(len(faults), len(faults) - len(left), len(known))}"
              f" ({time.monotonic() - began:.0f} s)", flush=True)
        for fault in alive:
            print(f"  survived in {fault.place or 'the module'}:\n    - {fault.line}\n    + {fault.becomes}", flush=True)
    print(f"All: {_score(tried, killed, equal)}")
    for key in stale:
        print(f"Listed as harmless, but noticed or gone: {' | '.join(key)}")
    if stale or 100 * killed < FLOOR * (tried - equal):
        sys.exit(1)


def _score(tried: int, killed: int, equal: int) -> str:
    score = 100 * killed / (tried - equal) if tried > equal else 100
    return f"{tried} faults, {killed} killed, {equal} harmless (listed), {tried - killed - equal} survived: {score:.1f} %"


if __name__ == "__main__":
    main(sys.argv[1:])
