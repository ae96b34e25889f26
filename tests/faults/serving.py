"""`clinic serve` from outside: started, asked whether it is well, its processes found."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen


def serve(command: list[str], folder: Path, **settings: str) -> subprocess.Popen[bytes]:
    """Start it in a folder with these settings alone, in a process group of its own."""
    theirs = ("CLINIC_", "PYTHON")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        umask=0o022,
    )


def health(port: int) -> dict[str, Any]:
    """What /healthz says, well or not; nothing while nobody answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
    except HTTPError as refused:
        with refused:
            found = json.load(refused)
    except OSError:
        return {}
    return found


def lives(pid: int) -> bool:
    """Running; one that has ended and that nobody has asked about yet does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def family(pid: int) -> list[int]:
    """Every process that this one has started, and those that they have."""
    children = [
        int(word)
        for file in Path(f"/proc/{pid}/task").glob("*/children")
        for word in file.read_text().split()
    ]
    return children + [each for child in children for each in family(child)]
