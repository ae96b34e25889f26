"""A process that ends at a step as a kill -9 ends it: `python -m tests.faults.dying STEP`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from clinic import create_app_from_env
from clinic.services.erasure import closure, doing, forgetting, outside
from clinic.services.imports import going_on, writing
from clinic.services.media import tidying

# whose function it is, its name, and whether the end comes before it or after
Step = tuple[Any, str, bool]
IMPORT_STEPS: dict[str, Step] = {
    "everybody added, their fates not yet": (writing, "add", False),
    "all written, nothing committed": (writing, "keep_fates", False),
}
ERASURE_STEPS: dict[str, Step] = {
    "on the list outside": (outside, "note", False),
    "the trail has forgotten": (forgetting, "forget", False),
    "files are let go": (tidying, "erase_of_client", False),
    "the rows are gone, nothing committed": (closure, "delete_rows", False),
    "erased, the list not beside the backups": (doing, "_put_beside", True),
}


def die_at(step: Step, number: int = 1) -> None:
    """End this process there, the `number`th time it comes by."""
    owner, name, before = step
    act: Callable[..., Any] = getattr(owner, name)
    left = [number]

    def dying(*args: Any, **values: Any) -> Any:
        left[0] -= 1
        if before and not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        done = act(*args, **values)
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(owner, name, dying)


def main(name: str) -> None:
    """Do what a worker does about lists and erasures, and die at this step."""
    die_at((IMPORT_STEPS | ERASURE_STEPS)[name])
    work = going_on.go_on_with_all if name in IMPORT_STEPS else doing.run
    with create_app_from_env().app_context():
        work()


if __name__ == "__main__":
    main(sys.argv[1])
