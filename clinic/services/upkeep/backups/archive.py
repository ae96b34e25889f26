"""The file of a backup: a head that can be read, the rows in one encrypted stream, a signature at the end.

    regroove-backup-2
    {"version": …, "revision": …, "installation": …, "signed_by": …, "encrypted_to": […], "counts": …}
    age( gzip( rows as JSON lines ) )
    regroove-end LENGTH SIGNATURE

Anybody who knows the public key could encrypt another file; so the whole of it is signed (Ed25519), and
nothing in it is believed before. Nothing here needs more memory for a larger practice.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from clinic.services.upkeep.backups.refusals import BackupRefused

FILES = "files"  # among the counts of a head, and before each line of theirs; no table is called so
MAGIC = b"regroove-backup-2\n"
END = b"\nregroove-end "
TAIL = 128 + 1  # bytes: the signature in hex, and the line's end
# what stands after the rows: its mark, the length before it, the signature
TRAILER = len(END) + 20 + 1 + TAIL
LONGEST_HEAD = 64 * 1024
CHUNK = 256 * 1024
PURPOSE = b"regroove backup 2\0"


@dataclass(frozen=True, slots=True)
class Head:
    """What a backup is, in the clear: no name and no record in it."""

    version: str
    revision: str
    installation: str
    signed_by: str  # public key, in hex
    written_at: datetime
    encrypted_to: tuple[str, ...]  # empty: not encrypted
    counts: dict[str, int]  # rows by table, and pictures and videos under the name `FILES`

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(number for name, number in self.counts.items() if name != FILES)

    def as_line(self) -> bytes:
        """As it stands in the file."""
        return json.dumps({**asdict(self), "written_at": self.written_at.isoformat()}).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A backup that is whole, and signed by the key in its head; whose that is, is asked after."""

    head: Head
    size: int  # bytes
    digest: str  # SHA-512 of the whole file, in hex
    rows_at: int  # byte at which the rows begin


def write(raw: BinaryIO, head: Head, rows: Iterable[bytes], signer: Ed25519PrivateKey) -> None:
    """Write a backup; what `rows` or the disk raise comes out as it was."""
    out = _Digesting(raw)
    out.write(MAGIC + head.as_line())
    packed = _packed(rows)
    if head.encrypted_to:
        _encrypt(packed, out, [pyrage.x25519.Recipient.from_str(each) for each in head.encrypted_to])
    else:
        for chunk in packed:
            out.write(chunk)
    signature = signer.sign(PURPOSE + out.digest.digest())
    raw.write(_trailer(out.count, signature.hex().encode()))


def _trailer(before: int, signature: bytes) -> bytes:
    """The end of a file, in the one form that is taken: no byte of it may be another."""
    return END + b"%020d " % before + signature + b"\n"


class Checker:
    """Reads a backup from front to back, once, and says what it is; raises BackupRefused."""

    def __init__(self, name: object) -> None:
        self._name = name
        self._head: Head | None = None
        self._begin = b""
        self._held = b""  # the last bytes, which may be the trailer
        self._digest = hashlib.sha512()
        self._whole = hashlib.sha512()
        self._count = 0
        self._rows_at = 0

    def feed(self, chunk: bytes) -> None:
        """The next piece, of any length."""
        self._whole.update(chunk)
        if self._head is None:
            self._begin += chunk
            self._read_head()
        held = self._held + chunk
        self._held = held[-TRAILER:]
        self._digest.update(held[:-TRAILER])
        self._count += len(chunk)

    def finish(self) -> CheckedFile:
        """What it is, once all was fed."""
        if self._head is None:
            raise no_backup(self._name)
        signature = self._held[-TAIL:-1].lower()
        if self._held != _trailer(self._count - TRAILER, signature):
            raise BackupRefused(f"{self._name} was cut off, or its end was changed. Nothing was changed.")
        self._check_signature(self._head, signature)
        return CheckedFile(self._head, self._count, self._whole.hexdigest(), self._rows_at)

    def _check_signature(self, head: Head, signature: bytes) -> None:
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head.signed_by))
            key.verify(bytes.fromhex(signature.decode("ascii")), PURPOSE + self._digest.digest())
        except (InvalidSignature, ValueError):
            raise BackupRefused(
                f"{self._name} was changed after it was written: its signature does not fit. "
                "Nothing was changed."
            ) from None

    def _read_head(self) -> None:
        if not self._begin.startswith(MAGIC[: len(self._begin)]):
            raise no_backup(self._name)
        line, found, _ = self._begin[len(MAGIC) :].partition(b"\n")
        if not found:
            if len(self._begin) > LONGEST_HEAD:
                raise no_backup(self._name)
            return
        self._head = _head(line, self._name)
        self._rows_at = len(MAGIC) + len(line) + 1
        self._begin = b""


def check(path: Path) -> CheckedFile:
    """Read a whole file and say what it is; raises BackupRefused."""
    checker = Checker(path)
    with reading(path) as file:
        while chunk := file.read(CHUNK):
            checker.feed(chunk)
    return checker.finish()


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """A file to read from; one that cannot be read is refused in a sentence."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise BackupRefused(f"{path} cannot be read: {error.strerror}. Nothing was changed.") from None


@contextmanager
def rows_of(path: Path, found: CheckedFile, identities: Sequence[str]) -> Iterator[Iterator[Any]]:
    """The rows of a checked file, read as they are asked for; raises BackupRefused for another key."""
    with reading(path) as file:
        file.seek(found.rows_at)
        rows = _Part(file, found.size - TRAILER - found.rows_at)
        if not found.head.encrypted_to:
            yield _lines(rows, path)
            return
        keys = [pyrage.x25519.Identity.from_str(each) for each in identities]
        with _decrypted(rows, keys, path) as plain:
            yield _lines(plain, path)


def _head(line: bytes, name: object) -> Head:
    try:
        found = json.loads(line)
        return Head(
            version=str(found["version"]),
            revision=str(found["revision"]),
            installation=str(found["installation"]),
            signed_by=str(found["signed_by"]),
            written_at=datetime.fromisoformat(found["written_at"]),
            encrypted_to=tuple(map(str, found["encrypted_to"])),
            counts={str(table): int(count) for table, count in found["counts"].items()},
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise no_backup(name) from None


def no_backup(name: object) -> BackupRefused:
    """The refusal of a file that is something else."""
    return BackupRefused(f"{name} is not a backup of Regroove. Nothing was changed.")


def _packed(rows: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=31)  # with gzip's head
    for row in rows:
        if chunk := packer.compress(row):
            yield chunk
    yield packer.flush()


def _lines(file: Any, path: Path) -> Iterator[Any]:
    """Each line's value; what does not unpack or parse is refused."""
    unpacker, rest = zlib.decompressobj(wbits=31), b""
    try:
        while chunk := file.read(CHUNK):
            *lines, rest = (rest + unpacker.decompress(chunk)).split(b"\n")
            yield from map(json.loads, lines)
    except (ValueError, zlib.error, RecursionError) as error:
        raise BackupRefused(f"{path} cannot be read as a backup ({error}). Nothing was changed.") from None
    if rest or not unpacker.eof:
        raise BackupRefused(f"{path} was cut off. Nothing was changed.")


class _Digesting(io.RawIOBase):
    """Writes through, counts and digests; remembers what the disk said, which encrypting would swallow."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.count = 0
        self.digest = hashlib.sha512()
        self.error: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            self._raw.write(data)
        except OSError as error:
            self.error = error
            raise
        self.digest.update(data)
        self.count += len(data)
        return len(data)


class _Pulled(io.RawIOBase):
    """A file over what an iterator gives; remembers what it raised."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")
        self.error: BaseException | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._rest:
            try:
                self._rest = memoryview(next(self._chunks))
            except StopIteration:
                return b""
            except BaseException as error:
                self.error = error
                raise
        end = len(self._rest) if size < 0 else size
        piece, self._rest = self._rest[:end], self._rest[end:]
        return bytes(piece)


class _Part:
    """The next so many bytes of a file."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        self._file = file
        self._left = length

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data


def _encrypt(chunks: Iterator[bytes], out: _Digesting, recipients: list[Any]) -> None:
    source = _Pulled(chunks)
    try:
        pyrage.encrypt_io(source, out, recipients)
    except Exception:
        cause = source.error or out.error
        if cause is not None:
            raise cause from None
        raise


@contextmanager
def _decrypted(source: _Part, identities: list[Any], path: Path) -> Iterator[Any]:
    """What a thread decrypts, through a pipe: so that it is read bit by bit, and never stands on the disk."""
    out, into = os.pipe()
    failed: list[Exception] = []

    def decrypt() -> None:
        try:
            with os.fdopen(into, "wb") as plain:
                pyrage.decrypt_io(source, plain, identities)
        except Exception as error:  # told by the reader, once nothing more comes
            failed.append(error)

    thread = threading.Thread(target=decrypt, name="decrypting", daemon=True)
    thread.start()
    try:
        with os.fdopen(out, "rb") as plain:
            yield _Watched(plain, thread, failed, path)
    finally:
        thread.join()


@dataclass
class _Watched:
    """The pipe's end; when nothing more comes, it asks why."""

    plain: BinaryIO
    thread: threading.Thread
    failed: list[Exception]
    path: Path

    def read(self, size: int) -> bytes:
        data = self.plain.read1(size)  # type: ignore[attr-defined]
        if data:
            return bytes(data)
        self.thread.join()
        if self.failed:
            if "No matching keys" in str(self.failed[0]):
                raise BackupRefused(
                    f"This key does not open {self.path}: it was written for another one. "
                    "Nothing was changed."
                )
            raise BackupRefused(
                f"{self.path} does not decrypt: it was cut off or changed. Nothing was changed."
            )
        return b""
