"""The server by itself: slow browsers hold no thread, and one request is read in one way only."""

from __future__ import annotations

import socket
import time
from http.client import HTTPConnection
from threading import Thread

import pytest

from tests.serving.conftest import Open, served
from tests.serving.small_app import END, FILE, LONG

HOST = b"Host: localhost\r\n"
POST = b"POST /slow HTTP/1.1\r\n" + HOST


def ask(port: int, path: str = "/", **options: str) -> tuple[int, float]:
    """The status of an answer, and the seconds it took."""
    line, began = HTTPConnection("127.0.0.1", port, timeout=10), time.monotonic()
    try:
        line.request("GET", path, **options)
        answer = line.getresponse()
        answer.read()
        return answer.status, time.monotonic() - began
    finally:
        line.close()


def all_of(line: socket.socket) -> bytes:
    """What comes until the other side ends."""
    said = b""
    while data := line.recv(65536):
        said += data
    return said


HALVES = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: loc",
    "half a body": POST + b"Content-Length: 100\r\n\r\nhalf",
    "half a body that is asked for": POST + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n",
    "a second request by halves": b"GET / HTTP/1.1\r\n" + HOST + b"\r\nGET /again HTTP/1.1\r\nHos",
}


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_fifty_half_sent_requests_keep_nobody_waiting(port: int, open_to: Open, half: bytes) -> None:
    lines = [open_to(half) for _ in range(50)]
    for _ in range(4):
        for line in lines:
            if half:
                line.sendall(b"x")  # and they go on, slowly
        status, seconds = ask(port)
        assert (status, seconds < 2) == (200, True)


def test_pages_that_hang_keep_nobody_waiting_who_watches(port: int, open_to: Open) -> None:
    held = [open_to(b"GET /held HTTP/1.1\r\n" + HOST + b"\r\n") for _ in range(2)]
    for path in ("/healthz", "/livez", "/readyz?a=b", "/metrics"):
        status, seconds = ask(port, path)
        assert (status, seconds < 1) == (200, True)
    for line in held:
        assert line.recv(100).startswith(b"HTTP/1.1 200")


def test_fifty_that_do_not_read_their_answers_keep_nobody_waiting(port: int) -> None:
    lines = []
    for _ in range(5):
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", port))
        line.sendall((b"GET /long HTTP/1.1\r\n" + HOST + b"\r\n") * 3)
        lines.append(line)
    time.sleep(0.3)
    status, seconds = ask(port)
    for line in lines:
        line.close()
    assert (status, seconds < 2) == (200, True)


def test_fifty_that_stay_after_their_answer_keep_nobody_waiting(port: int, open_to: Open) -> None:
    lines = [open_to(b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n") for _ in range(50)]
    status, seconds = ask(port)
    assert (status, seconds < 2) == (200, True)
    assert all(all_of(line).startswith(b"HTTP/1.1 200") for line in lines)


def test_a_long_answer_comes_whole_to_a_slow_reader(port: int, open_to: Open) -> None:
    line = open_to(b"GET /long HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    time.sleep(0.5)
    assert all_of(line).endswith(b"\r\n\r\n" + LONG)


def test_a_file_larger_than_what_is_kept_comes_whole_from_its_place_on_to_slow_readers(open_to: Open) -> None:
    ask_for_it = b"GET /file HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    lines = [open_to(ask_for_it) for _ in range(2)]
    time.sleep(1.5)  # longer than it takes to look for what is too much
    for line in lines:
        head, _, begin = line.recv(65536).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        count, last = len(begin), begin
        while data := line.recv(1024 * 1024):
            count, last = count + len(data), data
        assert count == FILE
        assert last.endswith(END)


def test_a_reader_of_a_file_who_leaves_harms_nobody(port: int) -> None:
    for _ in range(3):
        line = socket.create_connection(("127.0.0.1", port), timeout=10)
        line.sendall(b"GET /file HTTP/1.1\r\n" + HOST + b"\r\n")
        line.recv(10)
        line.close()
    status, seconds = ask(port)
    assert (status, seconds < 2) == (200, True)


def test_a_request_byte_by_byte_is_answered(open_to: Open) -> None:
    line = open_to(b"")
    for byte in POST + b"Connection: close\r\nContent-Length: 4\r\n\r\nword":
        line.sendall(bytes([byte]))
    assert all_of(line).endswith(b"POST /slow word")


def test_requests_one_behind_the_other_are_answered_in_turn(open_to: Open) -> None:
    first = POST + b"Content-Length: 3\r\n\r\none"
    line = open_to(first + b"GET /two HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    said = all_of(line)
    assert said.index(b"POST /slow one") < said.index(b"GET /two ")


def test_a_request_that_does_not_come_to_its_end_is_told_so() -> None:
    with served(app="tests.serving.small_app:make(1.0)") as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            line.sendall(POST + b"Content-Length: 100\r\n\r\n")
            began = time.monotonic()
            for _ in range(8):
                time.sleep(0.1)
                line.sendall(b"x")  # each byte buys no more time
            assert all_of(line).startswith(b"HTTP/1.1 408 ")
            assert time.monotonic() - began < 4
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            assert all_of(line) == b""


def test_where_there_are_too_many_the_one_that_waits_longest_gives_way() -> None:
    with served("--worker-connections", "10") as port:
        lines = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(30)]
        for line in lines:
            line.sendall(b"GET")
        assert ask(port)[0] == 200
        for line in lines:
            line.close()


def test_a_server_that_is_told_to_end_sends_what_it_has_begun() -> None:
    with served("--graceful-timeout", "10") as port:
        line = socket.create_connection(("127.0.0.1", port), timeout=10)
        line.sendall(b"GET /long HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        half = socket.create_connection(("127.0.0.1", port), timeout=10)
        half.sendall(b"GET / HT")
        time.sleep(0.3)
        began = time.monotonic()
        # it is told so at the end of this block; what was begun is read meanwhile

        said: list[bytes] = []
        reading = Thread(target=lambda: said.append(all_of(line)))
        reading.start()
    reading.join(10)
    half.close()
    line.close()
    assert said[0].endswith(LONG)
    assert time.monotonic() - began < 9  # a half-sent one is not waited for


# --- one reading only: a proxy in front must not see another request than we do

NEXT = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
TWO_READINGS = {
    "two lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n",
    "a list of lengths": b"Content-Length: 0, %d\r\n\r\n",
    "a length with a sign": b"Content-Length: +%d\r\n\r\n",
    "a length in another notation": b"Content-Length: 0x%x\r\n\r\n",
    "pieces": b"Transfer-Encoding: chunked\r\nX: %d\r\n\r\n0\r\n\r\n",
    "pieces and a length": b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "unknown pieces and a length": b"Content-Length: %d\r\nTransfer-Encoding: xchunked\r\n\r\n",
    "pieces under a folded name": b"Content-Length: %d\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a blank before the colon": b"Content-Length : %d\r\n\r\n",
    "a folded line": b"X: y\r\n Content-Length: %d\r\n\r\n",
    "bare ends of lines": b"X: y\nContent-Length: %d\r\n\r\n",
    "a lone return": b"X: y\rContent-Length: %d\r\n\r\n",
    "a nought byte": b"X: y\x00\r\nContent-Length: %d\r\n\r\n",
    "a name with an underscore and pieces": b"Transfer_Encoding: chunked\r\nContent-Length : %d\r\n\r\n",
    "two hosts": b"Host: elsewhere.example\r\nContent-Length: %d\r\n\r\n",
}


@pytest.mark.parametrize("head", TWO_READINGS.values(), ids=TWO_READINGS)
def test_what_could_be_read_in_two_ways_is_refused_and_ends_the_connection(
    open_to: Open, head: bytes
) -> None:
    said = all_of(open_to(POST + head % len(NEXT) + NEXT))
    assert said.count(b"HTTP/1.1 ") == 1
    assert said[9:12] in (b"400", b"411", b"501")
    assert b"smuggled" not in said.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("path", [b"/unread", b"/slow"])
def test_a_body_is_never_taken_for_a_request(open_to: Open, path: bytes) -> None:
    for length in (len(NEXT), len(NEXT) + 70_000, 2 * 1024 * 1024 + 1):
        head = b"POST " + path + b" HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % length
        line = open_to(head + NEXT)
        line.sendall(b"x" * (length - len(NEXT)))
        line.shutdown(socket.SHUT_WR)
        said = all_of(line)
        assert said.count(b"HTTP/1.1 200 OK") + said.count(b"HTTP/1.1 400 ") == 1
        assert b"\r\n\r\nGET /smuggled " not in said
