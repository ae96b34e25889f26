"""Lighthouse as an old phone on a slow line sees the pages a client practises with: `make lighthouse`.

One JSON object a page and category, in hundredths; below 95 it ends with 1.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench.installation import demo
from tests.bench.page import FEW, REAL
from tests.bench.server import serving, sign_in
from tests.journeys.conftest import CHROMIUM, FLAGS

LEAST = 95
PAGES = {"today": "/my", "move": "/my/program/1", "guided": "/my/practise"}
HERE = Path(__file__).parent


def main() -> int:
    """Look at each page."""
    with demo(FEW, postgres=False) as there, serving(REAL, there.environment) as port:
        cookie = sign_in(port, there.client)
        found = {
            (name, category): score
            for name, path in PAGES.items()
            for category, score in _scores(f"http://localhost:{port}{path}", cookie)
        }
    for (name, category), score in found.items():
        print(json.dumps({"name": f"lighthouse.{name}.{category}", "value": score, "least": LEAST}))
    return int(min(found.values()) < LEAST)


def _scores(url: str, cookie: str) -> Iterator[tuple[str, int]]:
    """Every category of one page; without other words Lighthouse slows line and machine as a phone's are."""
    report = _report(url, cookie)
    for category, told in report["categories"].items():
        if told["score"] * 100 < LEAST:
            print(f"{url}: {category}: {', '.join(_lacking(report, told))}", file=sys.stderr)
        yield category, round(told["score"] * 100)


def _lacking(report: Mapping[str, dict], category: Mapping[str, list]) -> Iterator[str]:
    for each in category["auditRefs"]:
        audit = report["audits"][each["id"]]
        if each["weight"] and audit["score"] is not None and audit["score"] < 0.9:
            yield f"{each['id']} {audit.get('displayValue', '')}".strip()


def _report(url: str, cookie: str) -> Mapping[str, dict]:
    with tempfile.TemporaryDirectory(prefix="regroove-lighthouse-") as folder:
        told = Path(folder, "report.json")
        headers = Path(folder, "headers.json")
        headers.write_text(json.dumps({"Cookie": cookie}))
        words = [
            *(HERE / "node_modules/.bin/lighthouse", url, "--quiet", "--output=json"),
            *(f"--output-path={told}", f"--extra-headers={headers}"),
            *("--no-enable-error-reporting", f"--chrome-flags=--headless=new {' '.join(FLAGS)}"),
        ]
        environment = {**os.environ, "CHROME_PATH": str(Path(CHROMIUM).resolve())}
        subprocess.run(words, env=environment, check=True, timeout=300)
        report: Mapping[str, dict] = json.loads(told.read_text())
    return report


if __name__ == "__main__":
    sys.exit(main())
