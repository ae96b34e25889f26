"""Prints one JSON object a line; `python -m tests.bench page` measures pages only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from tests.bench import bulk, idle, imports, inbox, library, mail, media, page, pdf, schedule, start
from tests.bench import reminders as practice_reminders
from tests.bench.line import Line

# What a name begins with, and what measures it; a line of its own for every new feature.
BENCHES: dict[str, Callable[[], Iterator[Line]]] = {
    "page.rps": page.speed,
    "page.weight": page.weight,
    "page.growth": page.growth,
    "page.course": page.course,
    "page.overview": page.overview,
    "page.inbox": inbox.lines,
    "start.healthz": start.healthz,
    "mail": mail.lines,
    "pdf": pdf.lines,
    "bulk": bulk.lines,
    "import": imports.lines,
    "library": library.lines,
    "media": media.lines,
    "schedule.million": schedule.lines,
    "schedule.planned": schedule.monday,
    "schedule.reminders": practice_reminders.lines,
    "schedule.idle": idle.lines,
}


def main(only: str = "") -> None:
    """Run what was asked for, and print each figure as soon as it is known."""
    chosen = [bench for name, bench in BENCHES.items() if name.startswith(only) or only.startswith(name)]
    if not chosen:
        raise SystemExit(f"There is no {only!r}: choose from {', '.join(BENCHES)}.")
    for bench in chosen:
        for line in bench():
            print(line.as_json(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:2])
