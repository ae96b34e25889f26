"""What a sender process noted down while sending, so that its death leaves at most one mail in doubt.

A line costs a microsecond and survives kill -9; with fdatasync (`durable`) also a power cut:

    J 1 <boot id> <durable: 0 or 1>     the first line
    D <mail> <attempt>                  the dot of this attempt goes out next
    S <mail> <attempt> <code>           the server took it
    R <mail> <attempt> <code>           it certainly did not; 0 where no server spoke

Beside each lies a lifeline: a lock held for as long as the process lives. A journal may be read at any time.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from socket import gethostname
from uuid import UUID

from clinic.mail.lifeline import Lifeline

SUFFIX = ".journal"
LIFELINE = ".alive"
UNKNOWN_BOOT = "unknown"

_LINE = re.compile(rb"(D|S|R) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\d{1,9})(?: (\d{1,3}))?")


class JournalError(OSError):
    """The journal cannot be written: no mail may be sent."""


class AttemptFate(StrEnum):
    """What a journal knows of one attempt."""

    SENT = "sent"
    IN_DOUBT = "in_doubt"
    UNSENT = "unsent"


_FATES = {b"D": AttemptFate.IN_DOUBT, b"S": AttemptFate.SENT, b"R": AttemptFate.UNSENT}


class Journal:
    """The open journal of this process; `name` goes into the row of each mail it claims."""

    def __init__(self, path: Path, descriptor: int, lifeline: Lifeline, *, durable: bool) -> None:
        self.path = path
        self._lifeline = lifeline
        self._descriptor = descriptor
        self._durable = durable
        self._begins_at = len(_first_line(durable))
        self._torn = False

    @classmethod
    def open(cls, folder: Path, *, durable: bool = False) -> Journal:
        """Start a new journal in `folder`; raises JournalError."""
        name = f"{gethostname()[:40]}.{boot_id()[:8]}.{os.getpid()}.{secrets.token_hex(4)}{SUFFIX}"
        path = (folder / name).resolve()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lifeline = Lifeline.begin(path.with_suffix(LIFELINE))
            try:
                return cls(path, _create(path, durable=durable), lifeline, durable=durable)
            except OSError:
                lifeline.let_go()
                raise
        except OSError as error:
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
        os.ftruncate(self._descriptor, self._begins_at)
        self._torn = False

    def close(self) -> None:
        """End it and remove the file; only once everything in it is committed."""
        self.path.unlink(missing_ok=True)
        self._lifeline.end()
        self._hang_up()

    def abandon(self) -> None:
        """Let go of the file as a killed process would, leaving it to be replayed."""
        self._lifeline.let_go()
        self._hang_up()

    def _hang_up(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

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
    fates: Mapping[tuple[UUID, int], AttemptFate]
    codes: Mapping[tuple[UUID, int], int | None]

    def fate(self, mail: UUID, attempt: int) -> AttemptFate:
        """What became of an attempt of that process."""
        unknown = AttemptFate.UNSENT if self.complete else AttemptFate.IN_DOUBT
        return self.fates.get((mail, attempt), unknown)

    def code(self, mail: UUID, attempt: int) -> int | None:
        """The server's answer, if it got one."""
        return self.codes.get((mail, attempt))


@contextmanager
def dead_journals(folder: Path) -> Iterator[list[Replay]]:
    """The journals of processes that are gone, locked for the block and removed after it.

    When the block raises, they stay for the next one to try. So commit inside the block.
    """
    held: list[Lifeline] = []
    try:
        for path in sorted(folder.glob(f"*{LIFELINE}")):
            if lifeline := Lifeline.take_if_dead(path):
                held.append(lifeline)
        journals = [lifeline.path.with_suffix(SUFFIX) for lifeline in held]
        yield [replay(path.name, path.read_bytes()) for path in journals if path.exists()]
        for lifeline, path in zip(held, journals, strict=True):
            path.unlink(missing_ok=True)
            lifeline.end()
    finally:
        for lifeline in held:
            lifeline.let_go()


def replay(file_name: str, content: bytes) -> Replay:
    """Read a journal. A last line cut short was never written; any other damage makes it incomplete."""
    first, *lines = content.split(b"\n")[:-1] or [b""]
    fates: dict[tuple[UUID, int], AttemptFate] = {}
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
    line: bytes, fates: dict[tuple[UUID, int], AttemptFate], codes: dict[tuple[UUID, int], int | None]
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


def _create(path: Path, *, durable: bool) -> int:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
    os.write(descriptor, _first_line(durable).encode())
    if durable:
        os.fsync(descriptor)
        _sync_folder(path.parent)
    return descriptor


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
