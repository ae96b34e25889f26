"""The Nu HTML checker over many pages at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
JAR = Path(os.environ.get("CLINIC_TEST_VNU_JAR") or HERE / "vnu/node_modules/vnu-jar/build/dist/vnu.jar")
# What is no mistake of ours: htmx's own attributes are not in the standard.
ALLOWED = ("Attribute “hx-",)


def missing() -> str | None:
    """Why pages cannot be checked here; None where they can."""
    if shutil.which("java") is None:
        return "no Java to run the HTML checker with"
    return None if JAR.is_file() else f"no HTML checker at {JAR} (npm ci --prefix tests/vnu)"


def problems(pages: Mapping[str, str]) -> list[str]:
    """What is wrong with the pages, given by name; all of them in one run, for Java is slow to start."""
    if not pages:
        return []
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, (name, html) in enumerate(pages.items()):
            file = Path(folder) / f"{number}.html"
            file.write_text(html)
            names[file.name] = name
        command = ["java", "-jar", str(JAR), "--format", "json", "--exit-zero-always", folder]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    return sorted(set(_told(json.loads(ended.stderr)["messages"], names)))


def _told(messages: Iterable[Mapping[str, object]], names: Mapping[str, str]) -> Iterable[str]:
    for message in messages:
        text = str(message["message"])
        if message["type"] == "error" and not text.startswith(ALLOWED):
            page = names.get(str(message.get("url", "")).rpartition("/")[2], "?")
            yield f"{page}: {text} … {str(message.get('extract', '')).strip()[:160]}"
