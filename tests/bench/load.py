"""Asks for one page again and again, in a process of its own.

`python -m tests.bench.load PORT PATH COOKIE COUNT THREADS [RANGE]`
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from statistics import median

from tests.bench.installation import HOME


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests a second over all connections, and the median time of one in seconds."""

    per_second: float
    median: float


def load(
    port: int, path: str, cookie: str, *, count: int = 400, threads: int = 4, span: str = ""
) -> Measured:
    """Ask for a page, or a part of a file, `count` times, after a tenth as many to warm up."""
    words = [
        sys.executable,
        "-m",
        "tests.bench.load",
        str(port),
        path,
        cookie,
        str(count),
        str(threads),
        span,
    ]
    done = subprocess.run(words, cwd=HOME, capture_output=True, text=True, check=True)
    return Measured(**json.loads(done.stdout))


def _ask(port: int, path: str, cookie: str, span: str, count: int) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times = []
    for _ in range(count):
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie, **({"Range": span} if span else {})})
        answer = connection.getresponse()
        body = answer.read()
        times.append(time.perf_counter() - began)
        assert answer.status == (206 if span else 200), f"{path}: {answer.status}"
        assert body
    connection.close()
    return times


def _main(port: int, path: str, cookie: str, count: int, threads: int, span: str) -> None:
    times: list[float] = []
    _ask(port, path, cookie, span, max(20, count // 10))

    def work() -> None:
        times.extend(_ask(port, path, cookie, span, count // threads))

    workers = [threading.Thread(target=work) for _ in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - began
    assert len(times) == count // threads * threads, "a connection broke off"
    print(json.dumps({"per_second": len(times) / seconds, "median": median(times)}))


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), sys.argv[6])
