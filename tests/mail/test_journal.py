from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from clinic.mail.journal import (
    LIFELINE,
    AttemptFate,
    Journal,
    JournalError,
    Replay,
    boot_id,
    dead_journals,
    replay,
)

ONE, TWO, THREE, FOUR = (UUID(int=n) for n in (1, 2, 3, 4))
ROOT = Path(__file__).resolve().parents[2]

SENDER = """
import os, sys
from pathlib import Path
from uuid import UUID
from clinic.mail.journal import Journal
journal = Journal.open(Path(sys.argv[1]), durable=sys.argv[2] == "durable")
journal.dot(UUID(int=1), 1); journal.sent(UUID(int=1), 1, 250)
journal.dot(UUID(int=2), 1); journal.not_sent(UUID(int=2), 1, 451)
if sys.argv[2] == "forked" and os.fork() == 0:
    os.close(1)
    os.setsid()
    import time
    time.sleep(60)
journal.dot(UUID(int=3), 1)
print(journal.name, flush=True)
sys.stdin.read()
"""


@contextmanager
def sender(folder: Path, kind: str = "plain") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process with an open journal: one mail sent, one refused, one at its dot."""
    process = subprocess.Popen(
        [sys.executable, "-c", SENDER, str(folder), kind],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def fates(read: Replay) -> list[AttemptFate]:
    return [read.fate(mail, 1) for mail in (ONE, TWO, THREE, FOUR)]


@pytest.mark.parametrize("kind", ["plain", "durable"])
def test_a_process_killed_at_the_dot_leaves_that_one_mail_in_doubt(tmp_path: Path, kind: str) -> None:
    with sender(tmp_path, kind) as (process, name):
        with dead_journals(tmp_path) as dead:
            assert dead == []  # it lives
        process.send_signal(signal.SIGKILL)
        process.wait()
        with dead_journals(tmp_path) as dead:
            (read,) = dead
            assert read.name == name
            assert read.complete
            assert fates(read) == [
                AttemptFate.SENT,
                AttemptFate.UNSENT,
                AttemptFate.IN_DOUBT,
                AttemptFate.UNSENT,
            ]
            assert [read.code(mail, 1) for mail in (ONE, TWO, THREE)] == [250, 451, None]
            assert read.fate(THREE, 2) == AttemptFate.UNSENT  # another attempt is another matter
    assert list(tmp_path.iterdir()) == []


def test_a_child_forked_before_the_kill_does_not_keep_its_parent_alive(tmp_path: Path) -> None:
    with sender(tmp_path, "forked") as (process, _):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        try:
            process.kill()
            process.wait()
            with dead_journals(tmp_path) as dead:
                assert len(dead) == 1
        finally:
            for child in children:
                os.kill(int(child), signal.SIGKILL)
    assert children


def test_a_journal_stays_until_its_reader_has_committed(tmp_path: Path) -> None:
    Journal.open(tmp_path).abandon()
    with pytest.raises(RuntimeError, match="database away"), dead_journals(tmp_path):
        raise RuntimeError("database away")
    with dead_journals(tmp_path) as dead:
        assert len(dead) == 1
    with dead_journals(tmp_path) as dead:
        assert dead == []


def test_two_readers_never_hold_the_same_journal(tmp_path: Path) -> None:
    Journal.open(tmp_path).abandon()
    with dead_journals(tmp_path) as mine:
        others: list[int] = []

        def read() -> None:
            with dead_journals(tmp_path) as dead:
                others.append(len(dead))

        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
        program = (
            "import sys; from pathlib import Path; from clinic.mail.journal import dead_journals\n"
            "with dead_journals(Path(sys.argv[1])) as dead: print(len(dead))"
        )
        answer = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        assert (len(mine), others, answer.stdout) == (1, [0], "0\n")


def test_a_journal_another_reader_finished_a_moment_ago_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.open(tmp_path)
    journal.abandon()
    lock = fcntl.lockf

    def wait_for_the_other(descriptor: int, how: int) -> None:
        journal.path.unlink()
        journal.path.with_suffix(LIFELINE).unlink()
        lock(descriptor, how)

    monkeypatch.setattr("clinic.mail.lifeline.fcntl.lockf", wait_for_the_other)
    with dead_journals(tmp_path) as dead:
        assert dead == []


def test_the_living_do_not_read_their_own_journal(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    journal.dot(ONE, 1)
    with dead_journals(tmp_path) as dead:
        assert dead == []
    assert replay(journal.path.name, journal.path.read_bytes()).fate(ONE, 1) == AttemptFate.IN_DOUBT
    program = (
        "import sys; from pathlib import Path; from clinic.mail.journal import dead_journals\n"
        "with dead_journals(Path(sys.argv[1])) as dead: print(len(dead))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert answer.stdout == "0\n"  # and our lock survived our own look
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_what_is_committed_is_forgotten_and_the_rest_is_written_behind_it(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    journal.dot(ONE, 1)
    journal.forget()
    journal.dot(TWO, 1)
    journal.abandon()
    with dead_journals(tmp_path) as dead:
        assert [dead[0].fate(mail, 1) for mail in (ONE, TWO)] == [AttemptFate.UNSENT, AttemptFate.IN_DOUBT]
        assert dead[0].complete


FIRST = f"J 1 {boot_id()} 0\n"
OTHER_BOOT = "J 1 11111111-2222-3333-4444-555555555555 "


@pytest.mark.parametrize(
    "content, complete, fate_of_one",
    [
        (FIRST + f"D {ONE} 1\n", True, AttemptFate.IN_DOUBT),
        (FIRST + f"D {ONE} 1\nS {ONE} 1 250\n", True, AttemptFate.SENT),
        (FIRST + f"D {ONE} 1\nR {ONE} 1 0\n", True, AttemptFate.UNSENT),
        # torn: the line was not finished, so what it announces was not done
        (FIRST + f"D {ONE} 1", True, AttemptFate.UNSENT),
        (FIRST + f"D {ONE} 1\nS {ONE} 1 250", True, AttemptFate.IN_DOUBT),
        (FIRST, True, AttemptFate.UNSENT),
        # nothing at all, or not even a first line: nobody knows
        ("", False, AttemptFate.IN_DOUBT),
        (FIRST[:-5], False, AttemptFate.IN_DOUBT),
        # damage in the middle: what is missing may have been sent
        (FIRST + f"D {TWO}\nS {TWO} 1 250\n", False, AttemptFate.IN_DOUBT),
        (FIRST + "\0" * 30 + "\n", False, AttemptFate.IN_DOUBT),
        # the machine went down: only what was synced is the whole story
        (OTHER_BOOT + "0\n", False, AttemptFate.IN_DOUBT),
        (OTHER_BOOT + "1\n", True, AttemptFate.UNSENT),
        (OTHER_BOOT + f"0\nD {ONE} 1\nS {ONE} 1 250\n", False, AttemptFate.SENT),
        ("J 2 x 1\n", False, AttemptFate.IN_DOUBT),
        ("J 1 unknown 0\n", False, AttemptFate.IN_DOUBT),
    ],
)
def test_what_a_journal_proves(content: str, complete: bool, fate_of_one: AttemptFate) -> None:
    read = replay("host.boot.1.x.journal", content.encode())
    assert (read.complete, read.fate(ONE, 1)) == (complete, fate_of_one)
    assert read.name == "host.boot.1.x"


def test_a_line_cut_short_by_a_full_disk_stops_the_sender_and_spoils_no_later_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.open(tmp_path)
    journal.dot(ONE, 1)
    whole = os.write
    monkeypatch.setattr("clinic.mail.journal.os.write", lambda handle, data: whole(handle, data[:9]))
    with pytest.raises(JournalError, match="disk is full"):
        journal.dot(TWO, 1)
    monkeypatch.undo()
    journal.sent(ONE, 1, 250)
    journal.abandon()
    with dead_journals(tmp_path) as dead:
        assert dead[0].fate(ONE, 1) == AttemptFate.SENT
        assert not dead[0].complete


def test_a_folder_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot start"):
        Journal.open(tmp_path / "file")
    journal = Journal.open(tmp_path)
    journal.abandon()
    with pytest.raises(JournalError, match="cannot write"):
        journal.dot(ONE, 1)
