"""What a process makes as it starts stays as long as it lives: it is not looked through for garbage.

Of half a million objects two thousand are garbage, and a page makes some ten thousand that die with it, by
themselves. To look through the growing heap again and again was a quarter of the start.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

# Libraries that are imported where they are used: few processes are asked for passkeys, calendars or an
# address that somebody typed, and each would pay a twentieth of its start for them.
LATE = ("email_validator", "icalendar", "webauthn")


@contextmanager
def made_to_stay() -> Iterator[None]:
    """Around imports and what is built once; Python's collector looks at what is made after it only."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        gc.enable()


def import_the_rest() -> None:
    """What a web server has ready: nobody's page waits for an import, and its processes share one copy."""
    for name in LATE:
        import_module(name)
