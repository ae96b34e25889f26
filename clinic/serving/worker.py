"""A worker of gunicorn's whose threads never wait for a browser (ADR 28).

The main thread takes requests in, as slowly as they may come, and sends answers off. A thread gets a request
when all of it is there, and is free again when its answer is made.
"""

from __future__ import annotations

import errno
import resource
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

from clinic.serving.connection import AT_ONCE, SLOWEST_READER, Connection
from clinic.serving.cores import core_for, stay_on
from clinic.serving.threads import ThreadsOfServer

ARRIVES_WITHIN = 30.0  # seconds, head and body
TAKEN_WITHIN = 30.0  # seconds for an answer, and as long again as it takes the slowest reader
LINGERS = 2.0  # seconds: what is still on its way to us is let in, or the answer would be lost
LOOKS_EVERY = 0.5  # seconds
MOST_KEPT = 64 * 1024 * 1024  # bytes of all connections of this process
MOST_FILES = 8192  # open at once, where the system lets us
_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class PatientWorker(ThreadWorker):
    """Threads as of gthread, behind a loop that waits in their place."""

    def __init__(self, *words: Any) -> None:
        super().__init__(*words)
        self._core = core_for(self)

    def init_process(self) -> None:
        """Make room for many that wait."""
        stay_on(self._core)
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        files = MOST_FILES if most == resource.RLIM_INFINITY else min(MOST_FILES, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
        # in the order in which they began to wait
        self._waiting: dict[Connection, None] = {}
        self._look_at = 0.0
        super().init_process()

    def get_thread_pool(self) -> ThreadsOfServer:
        """As many threads as are set, and those for whoever watches."""
        return ThreadsOfServer(super().get_thread_pool())

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection; where there are too many, the one that has waited longest gives way."""
        try:
            sock, client = listener.accept()
        except OSError as problem:
            if problem.errno in (errno.EMFILE, errno.ENFILE):
                self._drop_longest_waiting()
            elif problem.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._drop_longest_waiting()
        conn = Connection(self.cfg, sock, client, listener.getsockname())
        self._await_request(conn, ARRIVES_WITHIN)
        self._read(conn)

    # ------------------------------------------------------------ requests

    def _await_request(self, conn: Connection, seconds: float) -> None:
        self._wait(conn, _READ, self._read, seconds, self._came_too_late)

    def _read(self, conn: Connection) -> None:
        """Take what has come, and hand the request on if that is all of it."""
        try:
            data = conn.sock.recv(AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._stop_waiting(conn)
            self._close(conn)
            return
        if not conn.arrival.received:
            conn.ends_at = time.monotonic() + ARRIVES_WITHIN
        conn.arrival.take(data)
        if conn.arrival.is_whole:
            self._stop_waiting(conn)
            self._hand_on(conn)

    def _hand_on(self, conn: Connection) -> None:
        if conn.arrival.is_coded:
            # told apart by its length or not at all: two readings of one request cannot then differ
            self._refuse(conn, 411, "Length Required")
            return
        conn.hand_over()
        self.enqueue_req(conn)

    def _came_too_late(self, conn: Connection) -> None:
        if conn.arrival.received:
            self._refuse(conn, 408, "Request Timeout")
        else:
            self._close(conn)

    def _refuse(self, conn: Connection, status: int, reason: str) -> None:
        try:
            util.write_error(conn.sock, status, reason, "")
        except OSError:
            self._close(conn)
        else:
            self._answered(conn, goes_on=False)

    # ------------------------------------------------------------ answers

    def finish_request(self, conn: Connection, done: Future[Any]) -> None:
        """A thread has made an answer."""
        is_well = not done.cancelled() and done.exception() is None and bool(done.result())
        self._answered(conn, goes_on=is_well and not conn.parser.unreader.ran_out)

    def _answered(self, conn: Connection, *, goes_on: bool) -> None:
        def flush(conn: Connection) -> None:
            try:
                conn.sock.flush()
            except OSError:
                self._stop_waiting(conn)
                self._close(conn)
                return
            if not conn.sock.unsent:
                self._stop_waiting(conn)
                self._sent(conn, goes_on=goes_on)

        if unsent := conn.sock.unsent:
            self._wait(conn, _WRITE, flush, TAKEN_WITHIN + unsent / SLOWEST_READER, self._close)
        else:
            self._sent(conn, goes_on=goes_on)

    def _sent(self, conn: Connection, *, goes_on: bool) -> None:
        if not goes_on:
            self._say_goodbye(conn)
            return
        conn.next_arrival()
        if conn.arrival.is_whole:
            self._hand_on(conn)
        else:
            self._await_request(conn, ARRIVES_WITHIN if conn.arrival.received else self.cfg.keepalive)

    def _say_goodbye(self, conn: Connection) -> None:
        """Send no more, and let in for a moment what is on its way: closing at once would undo the answer."""

        def let_in(conn: Connection) -> None:
            try:
                data = conn.sock.recv(AT_ONCE)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._stop_waiting(conn)
                self._close(conn)

        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
        else:
            self._wait(conn, _READ, let_in, LINGERS, self._close)

    # ------------------------------------------------------------ waiting

    def _wait(
        self,
        conn: Connection,
        what: int,
        then: Callable[[Connection], None],
        seconds: float,
        at_its_end: Callable[[Connection], None],
    ) -> None:
        conn.ends_at = time.monotonic() + seconds
        conn.when_ready, conn.at_its_end = then, at_its_end
        self._waiting[conn] = None
        if conn.watched_for != what:
            watch = self.poller.modify if conn.watched_for else self.poller.register
            watch(conn.sock, what, lambda _: self._ready(conn))
            conn.watched_for = what

    def _ready(self, conn: Connection) -> None:
        if conn in self._waiting and conn.when_ready is not None:
            conn.when_ready(conn)
        elif conn.watched_for:  # while a thread has it: what comes meanwhile is looked at afterwards
            self._unwatch(conn)

    def _stop_waiting(self, conn: Connection) -> None:
        # it stays watched: most come back with nothing new, and two calls to the system are saved
        self._waiting.pop(conn, None)

    def _unwatch(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        conn.watched_for = 0

    def _give_up(self, conn: Connection) -> None:
        self._stop_waiting(conn)
        if conn.at_its_end is not None:
            conn.at_its_end(conn)

    def _close(self, conn: Connection) -> None:
        self.nr_conns -= 1
        if conn.watched_for:
            self._unwatch(conn)
        conn.sock.really_close()

    def _drop_longest_waiting(self) -> None:
        for conn in self._waiting:
            self._stop_waiting(conn)
            self._close(conn)
            return

    def murder_keepalived(self, force: bool = False) -> None:
        """Give up those that took too long, and those that waited longest where too much is kept for all."""
        now = time.monotonic()
        if now < self._look_at and not force:
            return
        self._look_at = now + LOOKS_EVERY
        for conn in [each for each in self._waiting if force or each.ends_at <= now]:
            self._give_up(conn)
        while sum(conn.weight for conn in self._waiting) > MOST_KEPT:
            self._drop_longest_waiting()

    def _cap_keepalive(self, deadline: float) -> None:
        """This process ends: what has not come by then is not waited for; answers are sent all the same."""
        for conn in self._waiting:
            if not conn.sock.unsent:
                conn.ends_at = min(conn.ends_at, deadline)
