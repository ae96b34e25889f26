"""Threads that make answers, and two aside for whoever watches: pages that hang keep no alarm waiting."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

ASIDE = 2
_WATCHED = re.compile(rb"(?:GET|HEAD) /(?:livez|readyz|healthz|metrics)[ ?]")


def is_of_a_watcher(request: bytes | bytearray) -> bool:
    """Whether a request that begins so asks how we are."""
    return _WATCHED.match(request) is not None


class ThreadsOfServer:
    """As one pool of threads, which sends each connection to the right one."""

    def __init__(self, for_pages: Executor) -> None:
        self._for_pages = for_pages
        self._aside = ThreadPoolExecutor(ASIDE, thread_name_prefix="aside")

    def submit(self, act: Callable[..., Any], conn: Any) -> Future[Any]:
        """Have it done by a thread."""
        return (self._aside if conn.is_of_a_watcher else self._for_pages).submit(act, conn)

    def shutdown(self, wait: bool = True) -> None:
        """Take nothing more."""
        for each in (self._for_pages, self._aside):
            each.shutdown(wait=wait)
