"""A browser's connection that nobody waits for: it is read and written when it is ready, and only then."""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Callable
from typing import Any, BinaryIO

from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import Unreader
from gunicorn.workers.gthread import TConn

from clinic.serving.arrival import Arrival
from clinic.serving.threads import is_of_a_watcher

AT_ONCE = 64 * 1024  # bytes
MOST_SENDS = 16  # to one connection before it is another one's turn
SLOWEST_READER = 16 * 1024  # bytes a second


class PartOfFile:
    """Bytes of a file that are still to be sent: they stay on the disk until then."""

    def __init__(self, file: BinaryIO, offset: int, count: int) -> None:
        self._descriptor = os.dup(file.fileno())  # whoever opened it closes it when the answer is made
        self._offset = offset
        self._left = count

    def __len__(self) -> int:
        return self._left

    def send(self, sock: socket.socket) -> None:
        """Send of it what is taken; raises BlockingIOError for nothing, OSError where no more comes."""
        sent = os.sendfile(sock.fileno(), self._descriptor, self._offset, min(self._left, AT_ONCE * 4))
        if not sent:
            raise OSError("the file ends before its answer does")
        self._offset += sent
        self._left -= sent

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


class Bytes:
    """Bytes that are still to be sent."""

    def __init__(self, data: bytes) -> None:
        self._rest = memoryview(data)

    def __len__(self) -> int:
        return len(self._rest)

    def send(self, sock: socket.socket) -> None:
        """Send of them what is taken; raises BlockingIOError for nothing."""
        self._rest = self._rest[sock.send(self._rest) :]

    def close(self) -> None:
        """Nothing is held."""


class PatientSocket:
    """A socket as gunicorn's answers use it: what the other side does not take yet is kept for later."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._kept: deque[Bytes | PartOfFile] = deque()
        sock.setblocking(False)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def setblocking(self, _: object) -> None:
        """It stays as it is: no thread ever waits for it."""

    def settimeout(self, _: object) -> None:
        """Likewise."""

    def close(self) -> None:
        """The loop closes it, which has to know."""

    def really_close(self) -> None:
        """Let go of it, and of what is not sent."""
        while self._kept:
            self._kept.popleft().close()
        self._sock.close()

    @property
    def unsent(self) -> int:
        """How many bytes of answers the other side has not taken."""
        return sum(map(len, self._kept))

    @property
    def weight(self) -> int:
        """How many of those are in memory."""
        return sum(len(each) for each in self._kept if isinstance(each, Bytes))

    def sendall(self, data: bytes) -> None:
        """Send what can be sent at once and keep the rest."""
        if data:
            self._keep(Bytes(data))

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int | None = None) -> None:
        """The same with a part of a file."""
        left = os.fstat(file.fileno()).st_size - offset if count is None else count
        if left > 0:
            self._keep(PartOfFile(file, offset, left))

    def _keep(self, part: Bytes | PartOfFile) -> None:
        self._kept.append(part)
        if len(self._kept) == 1:
            self.flush()

    def flush(self) -> None:
        """Send of what was kept as much as the other side takes; raises OSError when it is gone.

        Of a large file not all at once: others wait, too.
        """
        for _ in range(MOST_SENDS):
            if not self._kept:
                return
            try:
                self._kept[0].send(self._sock)
            except BlockingIOError:
                return
            if not self._kept[0]:
                self._kept.popleft().close()


class ArrivedOnly(Unreader):
    """What gunicorn's parser reads from: what has come, and then the end."""

    ran_out = False  # it wanted more than had come: where the next request begins is unknown

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Nothing more comes."""
        self.ran_out = True
        return b""


class Connection(TConn):
    """One connection: the request that is coming in, or the answer that is going out."""

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, PatientSocket(sock), client, server)
        self.parser = RequestParser(cfg, iter(()), client)
        self.parser.unreader = ArrivedOnly()
        self.initialized = True
        self.arrival = Arrival()
        self.is_of_a_watcher = False
        self.watched_for = 0  # what the selector tells of it
        self.ends_at = 0.0  # of the monotonic clock: what it waits for has to have happened by then
        self.when_ready: Callable[[Connection], None] | None = None
        self.at_its_end: Callable[[Connection], None] | None = None

    @property
    def weight(self) -> int:
        """How many bytes are kept for it."""
        return len(self.arrival.received) + self.sock.weight

    def hand_over(self) -> None:
        """Give the parser what has come."""
        self.is_of_a_watcher = is_of_a_watcher(self.arrival.received)
        self.parser.unreader.unread(bytes(self.arrival.received))
        self.arrival = Arrival()

    def next_arrival(self) -> None:
        """What came behind a request that has been answered is the beginning of the next one."""
        self.arrival = Arrival(self.parser.unreader.take_buffered())
