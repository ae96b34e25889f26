"""What a sender process noted down while sending, so that its death leaves at most one mail in doubt.

A line costs a microsecond and survives kill -9; with fdatasync (`durable`) also a power cut:

    J 1 <boot id> <durable: 0 or 1>     the first line
    D <mail> <attempt>                  the dot of this attempt goes out next
    S <mail> <attempt> <code>           the server took it
    R <mail> <attempt> <code>           it certainly did not; 0 where no server spoke

A process holds a lock on its journal for as long as it lives; who gets the lock knows it is dead.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from socket import gethostname
from uuid import UUID

SUFFIX = ".journal"
UNKNOWN_BOOT = "unknown"

_LINE = re.compile(rb"(D|S|R) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\d{1,9})(?: (\d{1,3}))?")

# POSIX locks survive a fork in the parent alone, which is why not flock. They do not keep a process out
# of its own files, though, and closing any second handle would unlock them: so we remember ours.
_mine: set[tuple[int, Path]] = set()
_mine_guard = threading.Lock()


class JournalError(OSError):
    """The journal cannot be written: no mail may be sent."""


class Fate(StrEnum):
    """What a journal knows of one attempt."""

    SENT = "sent"
    IN_DOUBT = "in_doubt"
    UNSENT = "unsent"


_FATES = {b"D": Fate.IN_DOUBT, b"S": Fate.SENT, b"R": Fate.UNSENT}


class Journal:
    """The open journal of this process; `name` goes into the row of each mail it claims."""

    def __init__(self, path: Path, descriptor: int, *, durable: bool) -> None:
        self.path = path
        self._descriptor = descriptor
        self._durable = durable
        self._torn = False

    @classmethod
    def open(cls, folder: Path, *, durable: bool = False) -> Journal:
        """Start a new journal in `folder`; raises JournalError."""
        name = f"{gethostname()[:40]}.{boot_id()[:8]}.{os.getpid()}.{secrets.token_hex(4)}{SUFFIX}"
        path = (folder / name).resolve()
        with _mine_guard:
            _mine.add((os.getpid(), path))
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(path, _create_locked(path, durable=durable), durable=durable)
        except OSError as error:
            _forget_mine(path)
            raise JournalError(f"cannot start {path}: {error.strerror}") from None

    @property
    def name(self) -> str:
        """Host, boot and process: whose journal knows."""
        return self.path.name.removesuffix(SUFFIX)

    def dot(self, mail: UUID, attempt: int) -> None:
        """Note that the next thing to happen is the dot of this attempt; raises JournalError."""
        self._write(f"D {mail} {attempt}\n")
        if self._durable:
            self._sync()

    def sent(self, mail: UUID, attempt: int, code: int) -> None:
        """Note that the server took it."""
        self._write(f"S {mail} {attempt} {code}\n")

    def not_sent(self, mail: UUID, attempt: int, code: int) -> None:
        """Note that it was certainly not delivered."""
        self._write(f"R {mail} {attempt} {code}\n")

    def forget(self) -> None:
        """Start over with an empty journal, once everything in it is committed to the database."""
        os.ftruncate(self._descriptor, len(_first_line(self._durable)))
        self._torn = False

    def close(self) -> None:
        """End it and remove the file; only once everything in it is committed."""
        self.path.unlink(missing_ok=True)
        self.abandon()

    def abandon(self) -> None:
        """Let go of the file as a killed process would, leaving it to be replayed."""
        with suppress(OSError):
            os.close(self._descriptor)
        _forget_mine(self.path)

    def _write(self, line: str) -> None:
        data = line.encode()
        if self._torn:
            data = b"\n" + data
        try:
            written = os.write(self._descriptor, data)
        except OSError as error:
            raise JournalError(f"cannot write {self.path}: {error.strerror}") from None
        self._torn = written < len(data)
        if self._torn:
            raise JournalError(f"cannot write {self.path}: the disk is full")

    def _sync(self) -> None:
        try:
            os.fdatasync(self._descriptor)
        except OSError as error:
            raise JournalError(f"cannot sync {self.path}: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class Replay:
    """A dead process's journal, read."""

    name: str
    complete: bool  # a missing D proves that no dot went out
    fates: Mapping[tuple[UUID, int], Fate]
    codes: Mapping[tuple[UUID, int], int | None]

    def fate(self, mail: UUID, attempt: int) -> Fate:
        """What became of an attempt of that process."""
        unknown = Fate.UNSENT if self.complete else Fate.IN_DOUBT
        return self.fates.get((mail, attempt), unknown)

    def code(self, mail: UUID, attempt: int) -> int | None:
        """The server's answer, if it got one."""
        return self.codes.get((mail, attempt))


@contextmanager
def dead_journals(folder: Path) -> Iterator[list[Replay]]:
    """The journals of processes that are gone, locked for the block and removed after it.

    When the block raises, they stay for the next one to try. So commit inside the block.
    """
    held: list[tuple[Path, int]] = []
    try:
        for path in sorted(folder.resolve().glob(f"*{SUFFIX}")):
            descriptor = _lock_if_dead(path)
            if descriptor is not None:
                held.append((path, descriptor))
        yield [replay(path.name, _content(descriptor)) for path, descriptor in held]
        for path, _ in held:
            path.unlink(missing_ok=True)
    finally:
        for path, descriptor in held:
            os.close(descriptor)
            _forget_mine(path)


def replay(file_name: str, content: bytes) -> Replay:
    """Read a journal. A last line cut short was never written; any other damage makes it incomplete."""
    first, *lines = content.split(b"\n")[:-1] or [b""]
    fates: dict[tuple[UUID, int], Fate] = {}
    codes: dict[tuple[UUID, int], int | None] = {}
    readable = [_take(line, fates, codes) for line in lines]
    complete = _trusted(first) and all(readable)
    return Replay(file_name.removesuffix(SUFFIX), complete, fates, codes)


def boot_id() -> str:
    """Differs after every start of the machine, where the system tells."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return UNKNOWN_BOOT


def _take(
    line: bytes, fates: dict[tuple[UUID, int], Fate], codes: dict[tuple[UUID, int], int | None]
) -> bool:
    """Add one line; False if it is damaged."""
    found = _LINE.fullmatch(line)
    if found is None:
        return False
    mark, mail, attempt, code = found.groups()
    key = UUID(mail.decode()), int(attempt)
    fates[key] = _FATES[mark]
    codes[key] = int(code or 0) or None
    return True


def _first_line(durable: bool) -> str:
    return f"J 1 {boot_id()} {int(durable)}\n"


def _trusted(first: bytes) -> bool:
    """Without fdatasync the last lines may be missing if the machine itself went down since."""
    words = first.decode("ascii", "replace").split(" ")
    if len(words) != 4 or words[:2] != ["J", "1"]:
        return False
    return words[3] == "1" or (words[2] == boot_id() and words[2] != UNKNOWN_BOOT)


def _create_locked(path: Path, *, durable: bool) -> int:
    """Make the file under another name first: nobody may find it before we hold its lock."""
    unfinished = path.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(descriptor, _first_line(durable).encode())
        unfinished.rename(path)
        if durable:
            os.fsync(descriptor)
            _sync_folder(path.parent)
    except OSError:
        os.close(descriptor)
        unfinished.unlink(missing_ok=True)
        raise
    return descriptor


def _lock_if_dead(path: Path) -> int | None:
    """A handle with the lock, unless the owner lives or another reader has it or has just removed it."""
    with _mine_guard:
        if (os.getpid(), path) in _mine:
            return None
        _mine.add((os.getpid(), path))
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        with suppress(OSError):
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_nlink:
                return descriptor
        os.close(descriptor)
    _forget_mine(path)
    return None


def _forget_mine(path: Path) -> None:
    with _mine_guard:
        _mine.discard((os.getpid(), path))


def _content(descriptor: int) -> bytes:
    """Read through the handle that holds the lock: opening and closing another would let it go."""
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
