"""Mail that comes back, taken apart: what it is, which code it gives, and in whose words."""

from __future__ import annotations

import time
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.mail.reports import BounceReport, ReportKind, read_report
from tests.factories.returned import (
    BOUNDARY,
    UNKNOWN_USER,
    automatic,
    complaint,
    formless,
    person,
    report,
    whole_mail_report,
)

HEAD = "Message-ID: <ci.1@clinic.example>\r\nX-Mail-Mark: 0123.4567"


def told(raw: bytes) -> tuple[ReportKind, str, str]:
    read = read_report(raw)
    return read.kind, read.status, read.words


def everything(read: BounceReport) -> str:
    return "\n".join(chain([read.subject], read.texts))


def test_a_report_in_due_form_gives_code_and_words() -> None:
    assert told(report(HEAD)) == (ReportKind.FAILED, "5.1.1", UNKNOWN_USER)


def test_words_over_several_lines_are_one() -> None:
    words = "550-5.1.1 The email account\r\n    that you tried to reach\r\n    does not exist"
    assert read_report(report(HEAD, words=words)).words == (
        "550-5.1.1 The email account that you tried to reach does not exist"
    )


@pytest.mark.parametrize("encoding", ["", "8bit", "base64"])
def test_an_international_report_is_read_as_utf8(encoding: str) -> None:
    words = "550 5.1.1 <zoë@exämple.net> unbekannt"
    raw = report(HEAD, kind="global-delivery-status", words=words, encoding=encoding)
    assert told(raw) == (ReportKind.FAILED, "5.1.1", words)


def test_an_international_report_in_quoted_printable_is_read() -> None:
    raw = report(HEAD, kind="global-delivery-status", encoding="quoted-printable", words="550 5.1.1 zo=C3=AB")
    assert told(raw) == (ReportKind.FAILED, "5.1.1", "550 5.1.1 zoë")


@pytest.mark.parametrize(
    "status, words, means",
    [
        ("5.0.0", "550 5.1.1 no such user", "5.1.1"),
        ("", "552 5.2.2 mailbox full", "5.2.2"),
        ("5.1.1 (bad destination mailbox address)", "", "5.1.1"),
        ("4.4.7", "421 4.4.0 timed out", "4.4.7"),
        ("5.0.0", "550 rejected", "5.0.0"),
        ("nonsense", "no code either", ""),
        ("2.1.5", "250 ok", ""),
    ],
)
def test_the_better_of_two_codes_is_taken(status: str, words: str, means: str) -> None:
    assert read_report(report(HEAD, status=status, words=words)).status == means


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "Delayed"])
def test_what_is_not_a_failure_is_none(action: str) -> None:
    assert read_report(report(HEAD, action=action, status="4.4.1")).kind is ReportKind.DELAYED


@pytest.mark.parametrize(
    "feedback, kind",
    [("abuse", ReportKind.COMPLAINT), ("opt-out", ReportKind.COMPLAINT), ("not-spam", ReportKind.OTHER)],
)
def test_a_complaint_is_told_from_its_opposite(feedback: str, kind: ReportKind) -> None:
    assert read_report(complaint(HEAD, feedback)).kind is kind


@pytest.mark.parametrize(
    "words, status",
    [
        ("Sorry, no mailbox here by that name. (#5.1.1)", "5.1.1"),
        ("550 5.1.1 unknown", "5.1.1"),
        ("552-5.2.2 over quota", "5.2.2"),
        ("Connected but it said: 554 5.7.1 no thanks", "5.7.1"),
    ],
)
def test_a_report_without_any_form_is_understood_by_its_code(words: str, status: str) -> None:
    read = read_report(formless(HEAD, words))
    assert (read.kind, read.status) == (ReportKind.FAILED, status)


@pytest.mark.parametrize(
    "marks",
    [(), ("Precedence: auto_reply",), ("X-Autoreply: yes",), ("Auto-Submitted: auto-generated",)],
)
def test_an_automatic_answer_is_no_report_whatever_it_says(marks: tuple[str, ...]) -> None:
    assert read_report(automatic(HEAD, *marks)).kind is ReportKind.AUTOMATIC


def test_a_persons_mail_is_no_report_whatever_it_says() -> None:
    assert told(person("550 5.1.1", "You said 550 5.1.1 user unknown?")) == (ReportKind.PERSON, "", "")


@pytest.mark.parametrize(
    "raw",
    [
        report(HEAD),
        complaint(HEAD),
        formless(HEAD),
        whole_mail_report(HEAD.encode() + b"\r\nContent-Type: text/plain\r\n\r\nhello"),
        report(HEAD.replace("\r\n", "\n")).replace(b"\r\n", b"\n"),
    ],
    ids=["head", "complaint", "formless", "whole mail", "unix lines"],
)
def test_what_came_back_of_our_mail_is_among_the_texts(raw: bytes) -> None:
    assert "X-Mail-Mark: 0123.4567" in everything(read_report(raw))


def test_the_address_a_report_came_to_is_among_the_texts() -> None:
    assert "bounces+abc.def@clinic.example" in everything(
        read_report(report("", to="bounces+abc.def@clinic.example"))
    )


@pytest.mark.parametrize(
    "subject, read",
    [
        ("unsubscribe abc", "unsubscribe abc"),
        ("=?utf-8?q?unsubscribe_abc?=", "unsubscribe abc"),
        ("unsubscribe\r\n abc", "unsubscribe abc"),
        ("=?utf-8?b?a?=", "=?utf-8?b?a?="),
        ("=?no-such-charset?q?a?=", "=?no-such-charset?q?a?="),
    ],
)
def test_a_subject_is_read_however_it_is_written(subject: str, read: str) -> None:
    assert read_report(person(subject)).subject == read


def test_words_are_kept_short_and_on_one_line() -> None:
    words = read_report(report(HEAD, words="550 5.1.1 " + "x" * 5000 + "\x07\x00")).words
    assert len(words) == 300
    assert words.isprintable()


def test_a_mail_of_a_thousand_parts_costs_nothing() -> None:
    nested = b"".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n'.encode() for n in range(1000)
    )
    begun = time.process_time()
    assert read_report(nested).kind is ReportKind.OTHER
    assert read_report(report("x" * 10_000_000)).kind is ReportKind.FAILED
    assert time.process_time() - begun < 1.0


PIECES = st.sampled_from(
    [
        f"--{BOUNDARY}\r\n",
        f"--{BOUNDARY}--\r\n",
        "\r\n",
        "Content-Type: message/delivery-status\r\n",
        "Content-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: base64\r\n",
        f'Content-Type: multipart/report; boundary="{BOUNDARY}"\r\n',
        "Content-Transfer-Encoding: x-uuencode\r\n",
        "Action: failed\r\n",
        "Status: 5.1.1\r\n",
        "Diagnostic-Code:\r\n",
        "From: MAILER-DAEMON\r\n",
        "Subject: =?utf-16?b?2A==?=\r\n",
        "begin 644 x\r\nM\r\n",
        "é\ud800\x00\r\n".encode("utf-8", "replace").decode(),
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=25), st.binary(max_size=200))
@settings(max_examples=150)
def test_nothing_that_comes_in_breaks_the_reader(pieces: list[str], tail: bytes) -> None:
    read = read_report("".join(pieces).encode("utf-8", "replace") + tail)
    assert isinstance(read.kind, ReportKind)


@pytest.mark.parametrize(
    "filling",
    ["\r\n", "- ", "<", "<style", "<p ", "550 ", "could not ", "user ", "a@b ", "1.", "received ", "= "],
)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_no_filling_keeps_the_reader_busy(filling: str, kind: str) -> None:
    head = f"From: MAILER-DAEMON@x.example\r\nSubject: failure notice\r\nContent-Type: text/{kind}\r\n\r\n"
    raw = head.encode() + (filling * (250_000 // len(filling))).encode()
    begun = time.process_time()
    assert isinstance(read_report(raw).kind, ReportKind)
    assert time.process_time() - begun < 1.0
