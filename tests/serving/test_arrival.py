"""When all of a request has come: a truth table, however it comes in pieces."""

from __future__ import annotations

import pytest

from clinic.serving.arrival import LARGEST_BODY, LARGEST_HEAD, LARGEST_MAIL, Arrival

GET = b"GET / HTTP/1.1\r\nHost: clinic.example\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: clinic.example\r\n"

MAIL = b"POST /api/mail/bounces HTTP/1.1\r\nHost: clinic.example\r\n"


@pytest.mark.parametrize(
    ("came", "is_whole"),
    [
        (b"", False),
        (b"G", False),
        (GET[:-1], False),
        (GET, True),
        (GET + b"GET /", True),
        (POST + b"Content-Length: 5\r\n\r\n", False),
        (POST + b"Content-Length: 5\r\n\r\n1234", False),
        (POST + b"Content-Length: 5\r\n\r\n12345", True),
        (POST + b"content-LENGTH:5\r\n\r\n1234", False),
        (POST + b"X-Content-Length: 5\r\n\r\n", True),
        # what gunicorn refuses is not waited for
        (POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", True),
        (POST + b"Content-Length: +5\r\n\r\n", True),
        (POST + b"Content-Length: five\r\n\r\n", True),
        (POST + b"Content-Length: %d\r\n\r\n" % (LARGEST_BODY + 1), True),
        (POST + b"Content-Length: %d\r\n\r\n" % LARGEST_BODY, False),
        (MAIL + b"Content-Length: %d\r\n\r\n" % LARGEST_MAIL, False),
        (MAIL + b"Content-Length: %d\r\n\r\n" % (LARGEST_MAIL + 1), True),
        (b"GET / HTTP/1.1\nHost: clinic.example\n", True),
        (b"GET /" + b"x" * LARGEST_HEAD, True),
    ],
)
def test_what_has_come_is_a_request_or_is_waited_for(came: bytes, is_whole: bool) -> None:
    at_once, in_pieces = Arrival(came), Arrival()
    for number in range(len(came)):
        assert is_whole or not in_pieces.is_whole
        in_pieces.take(came[number : number + 1])
    assert (at_once.is_whole, in_pieces.is_whole) == (is_whole, is_whole)


def test_a_body_of_unknown_length_is_known_by_its_head() -> None:
    assert Arrival(POST + b"Transfer-Encoding: chunked\r\n\r\n").is_coded
    assert Arrival(POST + b"Content-Length: 4\r\ntransfer-encoding: x\r\n\r\n1234").is_coded
    assert not Arrival(POST + b"Content-Length: 30\r\n\r\nTransfer-Encoding: chunked....").is_coded
