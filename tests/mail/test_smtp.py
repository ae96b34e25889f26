"""Real conversations over loopback: each way a server can behave, and what we make of it."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from clinic.mail.message import message_id
from clinic.mail.smtp import DOT_SECONDS, SmtpSession, SmtpTransport
from clinic.mail.smtp_url import parse_smtp_url
from clinic.mail.transport import Envelope, SendOutcome, SendVerdict, SmtpStage
from tests.mail.test_message import MAIL
from tests.sink import Rule, Sink, running_sink, sink_process

SENT, TEMPORARY, PERMANENT = SendVerdict.SENT, SendVerdict.TEMPORARY, SendVerdict.PERMANENT
IN_DOUBT, ACCOUNT, FENCED = SendVerdict.IN_DOUBT, SendVerdict.ACCOUNT_PROBLEM, SendVerdict.FENCED

ROOT = Path(__file__).resolve().parents[2]
NO_PIPELINING = {"extensions": ("8BITMIME",)}


def envelope(number: int = 1, recipient: str = "", content: bytes | None = None) -> Envelope:
    body = f"Message-ID: {message_id(UUID(int=number), 'clinic.example')}\r\n\r\nhello, this is a mail\r\n"
    recipient = recipient or f"anna{number}@client.example"
    return Envelope("bounce@clinic.example", recipient, body.encode() if content is None else content)


def ids(*numbers: int) -> dict[str, int]:
    return {message_id(UUID(int=number), "clinic.example")[1:-1]: 1 for number in numbers}


@contextmanager
def session_with(port: int, query: str = "", **options: Any) -> Iterator[SmtpSession]:
    settings = {"connect_seconds": 2.0, "command_seconds": 0.4, "dot_seconds": 1.0, **options}
    with SmtpTransport(parse_smtp_url(f"smtp://127.0.0.1:{port}{query}"), **settings).session() as session:
        yield session


def yes() -> bool:
    return True


def count(calls: list[int]) -> bool:
    calls.append(1)
    return True


@pytest.mark.parametrize("options", [{}, NO_PIPELINING], ids=["pipelined", "one by one"])
def test_many_mails_go_over_one_connection(options: dict[str, Any]) -> None:
    with running_sink(**options) as sink, session_with(sink.port) as session:
        outcomes = [session.send(envelope(n), yes) for n in range(1, 6)]
        assert [(o.verdict, o.stage, o.code, o.reply) for o in outcomes] == [
            (SENT, SmtpStage.DOT, 250, "2.0.0 taken")
        ] * 5
        assert sink.counts.accepted == ids(1, 2, 3, 4, 5)
        assert sink.counts.connections == 1


def test_a_whole_mail_arrives_byte_for_byte() -> None:
    content = MAIL.to_bytes()
    with running_sink(keep=True) as sink, session_with(sink.port) as session:
        session.send(envelope(content=content), yes)
        assert sink.messages == [content]
    message = message_from_bytes(sink.messages[0], policy=policy.default)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"<{MAIL.unsubscribe_url}>,".encode() in sink.messages[0]


@pytest.mark.parametrize(
    "body",
    [
        b".\r\n",
        b"..\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n",
        b"a\n.\nb\r\n",
        b"no end",
        b"",
        b"x" * 300_000,
    ],
)
def test_no_body_can_end_its_mail_early(body: bytes) -> None:
    content = b"Message-ID: <a@b>\r\n\r\n" + body
    with running_sink(keep=True) as sink, session_with(sink.port) as session:
        assert session.send(envelope(content=content), yes).verdict is SENT
        assert session.send(envelope(2), yes).verdict is SENT
        assert sink.counts.total == 2
        arrived = sink.messages[0].replace(b"\n..", b"\n.")  # the sink leaves doubled dots in place
        assert arrived.rstrip(b"\r\n") == content.rstrip(b"\r\n")


# ------------------------------------------------------------ the next mail, announced early


def test_mails_that_are_announced_arrive_once_each_in_their_order() -> None:
    mails = [envelope(n) for n in range(1, 8)]
    with running_sink(keep=True) as sink, session_with(sink.port, mails_per_connection=3) as session:
        for mail, then in zip_longest(mails, mails[1:]):
            assert session.send(mail, yes, then).verdict is SENT
        assert sink.counts.accepted == ids(*range(1, 8))
        assert sink.counts.connections == 3
    assert sink.messages == [mail.content for mail in mails]


def test_an_announced_mail_that_is_refused_says_so_when_its_turn_comes() -> None:
    mails = [envelope(n) for n in (1, 2, 3)]
    with running_sink(Rule("rcpt", "reply", "550 5.1.1 nobody", match="anna2")) as sink:
        with session_with(sink.port) as session:
            outcomes = [session.send(mail, yes, then) for mail, then in zip_longest(mails, mails[1:])]
        assert [outcome.verdict for outcome in outcomes] == [SENT, PERMANENT, SENT]
        assert outcomes[1].bad_address
        assert sink.counts.accepted == ids(1, 3)


@pytest.mark.parametrize("leave", ["another", "none"])
def test_a_mail_that_was_announced_and_is_not_sent_leaves_nothing_behind(leave: str) -> None:
    with running_sink() as sink:
        with session_with(sink.port) as session:
            assert session.send(envelope(1), yes, envelope(2)).verdict is SENT
            if leave == "another":
                assert session.send(envelope(3), yes).verdict is SENT
        assert sink.counts.accepted == (ids(1, 3) if leave == "another" else ids(1))


def test_a_fence_that_falls_keeps_an_announced_mail_back() -> None:
    second = envelope(2)
    with running_sink() as sink, session_with(sink.port) as session:
        session.send(envelope(1), yes, second)
        assert session.send(second, lambda: False).verdict is FENCED
        assert session.send(second, yes).verdict is SENT
        assert sink.counts.accepted == ids(1, 2)


def test_a_server_that_hangs_up_after_a_mail_gets_the_announced_one_over_a_new_connection() -> None:
    second = envelope(2)
    with running_sink(Rule("mail", "drop", match="bounce", every=2, times=1)) as sink:
        with session_with(sink.port) as session:
            assert session.send(envelope(1), yes, second).verdict is SENT
            assert session.send(second, yes).verdict is SENT
        assert sink.counts.accepted == ids(1, 2)
        assert sink.counts.connections == 2


def test_a_dot_without_an_answer_is_in_doubt_although_more_was_said_behind_it() -> None:
    second = envelope(2)
    with running_sink(Rule("dot", "keep_drop", times=1)) as sink, session_with(sink.port) as session:
        assert session.send(envelope(1), yes, second).verdict is IN_DOUBT
        assert session.send(second, yes).verdict is SENT
        assert sink.counts.accepted == ids(1, 2)


def test_a_server_that_hangs_up_inside_a_mail_leaves_no_doubt_although_more_was_to_follow() -> None:
    large = envelope(1, content=b"Message-ID: <large@x>\r\n\r\n" + (b"x" * 76 + b"\r\n") * 200_000)
    with running_sink(Rule("body", "drop", times=1), extensions=("PIPELINING",)) as sink:
        with session_with(sink.port) as session:
            assert session.send(large, yes, envelope(2)).verdict is TEMPORARY
        assert sink.counts.total == 0


# ------------------------------------------------------------ what a refusal means

REFUSALS = [
    # stage, the server's words, verdict, bad address, needs a person
    ("mail", "451 4.3.0 later", TEMPORARY, False, False),
    ("mail", "452 4.3.1 disk full", TEMPORARY, False, False),
    ("mail", "421 4.7.0 going down", ACCOUNT, False, False),
    ("mail", "530 5.7.0 log in first", ACCOUNT, False, True),
    ("mail", "550 5.7.1 sender not welcome", ACCOUNT, False, True),
    ("mail", "553 5.1.8 unknown sender domain", ACCOUNT, False, True),
    ("mail", "552 5.3.4 too large", PERMANENT, False, False),
    ("rcpt", "450 4.2.1 greylisted", TEMPORARY, False, False),
    ("rcpt", "421 4.7.0 too many", ACCOUNT, False, False),
    ("rcpt", "550 5.1.1 no such user", PERMANENT, True, False),
    ("rcpt", "550 no such user", PERMANENT, True, False),
    ("rcpt", "550 5.4.5 daily sending quota exceeded", PERMANENT, False, False),
    ("mail", "550 5.4.5 daily sending quota exceeded", ACCOUNT, False, False),
    ("rcpt", "552 5.2.2 mailbox full", PERMANENT, False, False),
    ("rcpt", "554 5.7.1 policy", PERMANENT, False, False),
    ("rcpt", "535 5.7.8 login expired", ACCOUNT, False, True),
    ("data", "451 4.3.0 later", TEMPORARY, False, False),
    ("data", "554 5.7.1 policy", PERMANENT, False, False),
    ("data", "421 4.3.2 shutting down", ACCOUNT, False, False),
    ("dot", "451 4.7.1 greylisted", TEMPORARY, False, False),
    ("dot", "452 4.3.1 disk full", TEMPORARY, False, False),
    ("dot", "421 4.3.2 shutting down", ACCOUNT, False, False),
    ("dot", "550 5.1.1 no such user", PERMANENT, True, False),
    ("dot", "554 5.7.1 looks like spam", PERMANENT, False, False),
    ("dot", "535 5.7.8 login expired", ACCOUNT, False, True),
]


@pytest.mark.parametrize("options", [{}, NO_PIPELINING], ids=["pipelined", "one by one"])
@pytest.mark.parametrize("stage, words, verdict, bad_address, person", REFUSALS)
def test_a_refusal_is_understood_and_the_next_mail_goes_out(
    stage: str, words: str, verdict: SendVerdict, bad_address: bool, person: bool, options: dict[str, Any]
) -> None:
    with (
        running_sink(Rule(stage, reply=words, times=1), **options) as sink,
        session_with(sink.port) as session,
    ):
        outcome = session.send(envelope(1), yes)
        assert (outcome.verdict, outcome.stage.value, outcome.code) == (verdict, stage, int(words[:3]))
        assert outcome.reply == words[4:]
        assert (outcome.bad_address, outcome.needs_person) == (bad_address, person)
        assert session.send(envelope(2), yes).verdict is SENT
        assert sink.counts.accepted == ids(2)


def test_the_intent_is_not_asked_for_when_the_server_refuses_first() -> None:
    asked: list[int] = []
    for stage in ("mail", "rcpt", "data"):
        with running_sink(Rule(stage, reply="550 5.0.0 no")) as sink, session_with(sink.port) as session:
            session.send(envelope(), partial(count, asked))
    assert asked == []


def test_the_servers_words_are_kept_on_one_short_line() -> None:
    words = "550-5.1.1 first\r\n550-5.1.1 sec\x07ond\r\n550 5.1.1 " + "x" * 500
    with running_sink(Rule("rcpt", reply=words)) as sink, session_with(sink.port) as session:
        outcome = session.send(envelope(), yes)
    assert outcome.reply.startswith("5.1.1 first 5.1.1 sec ond 5.1.1 xxx")
    assert len(outcome.reply) == 300


# ------------------------------------------------------------ losing the server

LOSSES = [
    ("connect", "drop", ACCOUNT),
    ("connect", "stall", ACCOUNT),
    ("ehlo", "drop", ACCOUNT),
    ("mail", "drop", TEMPORARY),
    ("mail", "stall", TEMPORARY),
    ("rcpt", "drop", TEMPORARY),
    ("rcpt", "stall", TEMPORARY),
    ("data", "drop", TEMPORARY),
    ("data", "stall", TEMPORARY),
    ("dot", "drop", IN_DOUBT),
    ("dot", "stall", IN_DOUBT),
    ("dot", "keep_drop", IN_DOUBT),
    ("dot", "keep_stall", IN_DOUBT),
]


@pytest.mark.parametrize("stage, do, verdict", LOSSES)
def test_a_lost_server_leaves_doubt_after_the_dot_and_only_there(
    stage: str, do: str, verdict: SendVerdict
) -> None:
    rule = Rule(stage, do, seconds=5, times=1)
    with (
        running_sink(rule) as sink,
        session_with(sink.port, connect_seconds=0.4, dot_seconds=0.4) as session,
    ):
        outcome = session.send(envelope(1), yes)
        assert (outcome.verdict, outcome.code, outcome.needs_person) == (verdict, None, False)
        assert outcome.reply == ("no answer in time" if "stall" in do else "the server closed the connection")
        assert session.send(envelope(2), yes).verdict is SENT
        assert sink.counts.accepted == (ids(1, 2) if do.startswith("keep") else ids(2))


def test_a_server_that_hangs_up_inside_a_mail_delivers_nothing_and_leaves_no_doubt() -> None:
    large = b"Message-ID: <large@x>\r\n\r\n" + b"x" * 76 + b"\r\n" * 4_000_000
    with (
        running_sink(Rule("body", "drop", times=1)) as sink,
        session_with(sink.port, command_seconds=5) as session,
    ):
        outcome = session.send(envelope(content=large[:9_000_000]), yes)
        assert (outcome.verdict, outcome.stage) == (TEMPORARY, SmtpStage.BODY)
        assert sink.counts.total == 0


def test_a_server_that_says_why_before_it_hangs_up_inside_a_mail_is_heard() -> None:
    ended = threading.Event()

    def complain(connection: socket.socket) -> None:
        connection.recv(10)
        connection.sendall(b"552 5.3.4 too large\r\n")
        ended.wait(5)  # reading no further, so that the client cannot write on

    start = [b"220 a\r\n", b"250 a\r\n", b"250 a\r\n", b"250 a\r\n", b"354 a\r\n"]
    with scripted(*start, then=complain) as port, session_with(port) as session:
        outcome = session.send(envelope(content=b"x" * 76 + b"\r\n" * 20_000_000), yes)
        ended.set()
    assert (outcome.verdict, outcome.code) == (PERMANENT, 552)


@pytest.mark.parametrize(("answer", "verdict"), [(b"250 ok\r\n", SENT), (b"", IN_DOUBT)])
def test_a_line_that_breaks_behind_the_dot_leaves_it_to_the_servers_answer(
    answer: bytes, verdict: SendVerdict
) -> None:
    ended = threading.Event()
    start = [b"220 a\r\n", b"250-a\r\n250 PIPELINING\r\n", b"250 a\r\n", b"250 a\r\n", b"354 a\r\n"]
    stuck = scripted(*start, *[b""] * 3, answer, then=lambda _: bool(ended.wait(5)))  # it reads no further
    with stuck as port, session_with(port) as session:
        endless = envelope(2, recipient="a" * 40_000_000 + "@client.example")
        assert session.send(envelope(1), yes, endless).verdict is verdict
        ended.set()
        assert session.send(endless, yes).stage is SmtpStage.CONNECT  # nothing more over that line


def test_what_is_done_meanwhile_is_done_once_the_server_has_the_mail() -> None:
    with running_sink(Rule("dot", "keep_stall", seconds=0.5)) as sink, session_with(sink.port) as session:

        def look() -> None:
            until = time.monotonic() + 0.4
            while not sink.counts.total and time.monotonic() < until:
                time.sleep(0.01)
            seen.append(sink.counts.total)

        seen: list[int] = []
        assert session.send(envelope(1), yes, meanwhile=look).verdict is SENT
        assert seen == [1]


def test_a_slow_answer_after_the_dot_is_waited_for() -> None:
    assert DOT_SECONDS == 600
    with (
        running_sink(Rule("dot", "keep_stall", seconds=0.8)) as sink,
        session_with(sink.port, command_seconds=0.3, dot_seconds=5) as session,
    ):
        outcome = session.send(envelope(1), yes)
        assert outcome.verdict is SENT
        assert sink.counts.accepted == ids(1)
        sink.rules = [Rule("mail", "stall", seconds=1.0)]
        assert session.send(envelope(2), yes).reply == "no answer in time"  # patience is for the dot alone


@contextmanager
def scripted(*replies: bytes, then: Callable[[socket.socket], None] | None = None) -> Iterator[int]:
    """A server that answers each line it gets with the next reply, whatever the line is."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(replies[0])
            for reply in replies[1:]:
                if not lines.readline():
                    return
                connection.sendall(reply)
            if then is not None:
                then(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join(5)
        listener.close()


@pytest.mark.parametrize("answer", [b"hello\r\n", b"\r\n", b"999 what\r\n", b"354 more\r\n", b"25\r\n"])
def test_an_answer_after_the_dot_that_is_no_answer_leaves_doubt(answer: bytes) -> None:
    start = [b"220 a\r\n", b"250 a\r\n", b"250 a\r\n", b"250 a\r\n", b"354 a\r\n"]
    lines_of_the_mail = [b""] * 3
    with scripted(*start, *lines_of_the_mail, answer) as port, session_with(port) as session:
        outcome = session.send(envelope(), yes)
    assert outcome.verdict is IN_DOUBT


def test_a_connection_that_answered_nonsense_is_not_trusted_with_another_mail() -> None:
    start = [b"220 a\r\n", b"250 a\r\n", b"250 a\r\n", b"250 a\r\n", b"354 a\r\n", b"", b"", b"", b"hm\r\n"]
    with scripted(*start, *start[2:]) as port, session_with(port, connect_seconds=0.2) as session:
        assert session.send(envelope(1), yes).verdict is IN_DOUBT
        assert session.send(envelope(2), yes).stage is SmtpStage.CONNECT  # a new one, which nobody takes here


def test_answers_to_questions_nobody_asked_never_count_as_the_answer_to_the_dot() -> None:
    start = [b"220 a\r\n", b"250 a\r\n", b"250 a\r\n", b"250 a\r\n", b"354 a\r\n250 taken\r\n"]
    asked: list[int] = []
    with scripted(*start) as port, session_with(port) as session:
        outcome = session.send(envelope(), partial(count, asked))
    assert (outcome.verdict, asked) == (TEMPORARY, [])


# ------------------------------------------------------------ connections that end between mails


def test_a_connection_that_ended_between_two_mails_is_replaced_without_a_word() -> None:
    with running_sink(Rule("mail", "drop", every=2)) as sink, session_with(sink.port) as session:
        outcomes = [session.send(envelope(n), yes).verdict for n in range(1, 5)]
        assert outcomes == [SENT, SENT, SENT, SENT]
        assert sink.counts.accepted == ids(1, 2, 3, 4)
        assert sink.counts.dropped["mail"] > 0


def test_a_server_that_ends_each_connection_after_20_mails_by_421_gets_them_all() -> None:
    with running_sink(mails_per_connection=20) as sink, session_with(sink.port) as session:
        assert {session.send(envelope(n), yes).verdict for n in range(1, 51)} == {SENT}
        assert sink.counts.accepted == ids(*range(1, 51))
        assert (sink.counts.connections, sink.counts.most_open) == (3, 1)


def test_we_end_a_connection_ourselves_before_a_server_has_to() -> None:
    with running_sink() as sink, session_with(sink.port, mails_per_connection=10) as session:
        for n in range(1, 26):
            session.send(envelope(n), yes)
        assert sink.counts.connections == 3
        assert sink.commands["QUIT"] == 2


def test_a_server_with_no_free_connection_charges_the_account_not_the_mail() -> None:
    with (
        running_sink(max_open=1) as sink,
        session_with(sink.port) as first,
        session_with(sink.port) as second,
    ):
        assert first.open() is None
        outcome = second.send(envelope(1), yes)
        assert (outcome.verdict, outcome.stage, outcome.code) == (ACCOUNT, SmtpStage.CONNECT, 421)
        assert not outcome.needs_person
        first.close()
        assert eventually(lambda: second.send(envelope(1), yes).verdict is SENT)
        assert sink.counts.accepted == ids(1)


def eventually(holds: Callable[[], bool]) -> bool:
    pause = threading.Event()
    return any(holds() or pause.wait(0.05) for _ in range(60))


def test_greylisting_lets_the_second_try_through() -> None:
    rule = Rule("rcpt", "greylist", reply="451 4.7.1 greylisted", seconds=0.3)
    with running_sink(rule) as sink, session_with(sink.port) as session:
        assert session.send(envelope(1), yes).verdict is TEMPORARY
        assert session.send(envelope(1), yes).verdict is TEMPORARY
        assert eventually(lambda: session.send(envelope(1), yes).verdict is SENT)
        assert sink.counts.accepted == ids(1)


def test_a_server_that_is_not_there_is_the_accounts_problem() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with session_with(port) as session:
        problem = session.open()
        assert problem == SendOutcome(ACCOUNT, SmtpStage.CONNECT, None, "connection refused")
        assert session.send(envelope(), yes) == problem


# ------------------------------------------------------------ the border before the dot


def test_a_lost_lease_sends_nothing_and_the_session_lives_on() -> None:
    with running_sink() as sink, session_with(sink.port) as session:
        assert session.send(envelope(1), lambda: False).verdict is FENCED
        assert session.send(envelope(2), yes).verdict is SENT
        assert sink.counts.accepted == ids(2)


def test_an_intent_that_cannot_be_written_sends_nothing() -> None:
    def disk_full() -> bool:
        raise OSError("disk full")

    with running_sink() as sink, session_with(sink.port) as session:
        with pytest.raises(OSError, match="disk full"):
            session.send(envelope(1), disk_full)
        assert session.send(envelope(2), yes).verdict is SENT
        assert sink.counts.accepted == ids(2)


def test_the_intent_comes_after_354_and_before_any_byte_of_the_mail() -> None:
    with running_sink() as sink, session_with(sink.port) as session:
        seen: list[tuple[int, int]] = []

        def before_dot() -> bool:
            seen.append((sink.commands["DATA"], sink.counts.total))
            return True

        session.send(envelope(), before_dot)
        assert seen == [(1, 0)]
        assert sink.counts.total == 1


# ------------------------------------------------------------ what a server cannot take


@pytest.mark.parametrize("accented", ["zoë@client.example", "anna@exämple.net"])
def test_an_accented_mailbox_needs_a_server_that_says_so(accented: str) -> None:
    with running_sink() as sink, session_with(sink.port) as session:
        outcome = session.send(envelope(recipient=accented), yes)
        assert (outcome.verdict, outcome.stage, outcome.bad_address) == (PERMANENT, SmtpStage.LOCAL, False)
    with (
        running_sink(extensions=("PIPELINING", "8BITMIME", "SMTPUTF8")) as sink,
        session_with(sink.port) as session,
    ):
        assert session.send(envelope(recipient=accented), yes).verdict is SENT


def test_a_mail_over_the_servers_limit_is_not_even_begun() -> None:
    with running_sink(extensions=("PIPELINING", "SIZE 1000")) as sink, session_with(sink.port) as session:
        outcome = session.send(envelope(content=b"x" * 1001), yes)
        assert (outcome.verdict, outcome.stage) == (PERMANENT, SmtpStage.LOCAL)
        assert session.send(envelope(2), yes).verdict is SENT
        assert sink.commands["MAIL"] == 1


@pytest.mark.parametrize("recipient", ["a@b.c>\r\nRCPT TO:<eve@evil.example", "a b@c.d", "nobody", "a@b\n"])
def test_an_address_cannot_carry_a_command(recipient: str) -> None:
    with running_sink() as sink, session_with(sink.port) as session:
        assert session.send(envelope(recipient=recipient), yes).verdict is PERMANENT
        assert sink.commands["RCPT"] == 0


# ------------------------------------------------------------ encryption and login


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 in one file, made for this run."""
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    command = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "2", "-subj", "/CN=sink", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", f"{path}.key", "-out", str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.key").read_text())
    return path


@pytest.mark.parametrize("from_the_start", [False, True], ids=["STARTTLS", "implicit"])
def test_mail_and_password_travel_encrypted(certificate: Path, from_the_start: bool) -> None:
    users = {"clinic@x.de": "pässwörd / 1"}
    login = f"{quote('clinic@x.de', safe='')}:{quote('pässwörd / 1', safe='')}@"
    scheme, tls = ("smtps", "") if from_the_start else ("smtp", "tls=starttls&")
    with running_sink(users=users, certificate=str(certificate), tls=from_the_start) as sink:
        url = f"{scheme}://{login}127.0.0.1:{sink.port}?{tls}ca={quote(str(certificate))}"
        with SmtpTransport.from_url(url).session() as session:
            assert session.open() is None
            assert session.send(envelope(1), yes).verdict is SENT
            assert session.send(envelope(2), yes).verdict is SENT
        assert sink.counts.accepted == ids(1, 2)
        assert sink.commands["AUTH"] == 1
        assert sink.commands["STARTTLS"] == (0 if from_the_start else 1)


def test_a_certificate_nobody_vouches_for_ends_it(certificate: Path) -> None:
    with (
        running_sink(certificate=str(certificate)) as sink,
        session_with(sink.port, "?tls=starttls") as session,
    ):
        outcome = session.send(envelope(), yes)
        assert (outcome.verdict, outcome.stage) == (ACCOUNT, SmtpStage.TLS)
        assert "certificate" in outcome.reply
        assert outcome.needs_person
        assert sink.commands["MAIL"] == 0


def test_a_server_without_encryption_gets_no_mail_when_encryption_was_asked_for() -> None:
    with running_sink() as sink, session_with(sink.port, "?tls=starttls") as session:
        outcome = session.open()
        assert outcome is not None
        assert (outcome.stage, outcome.needs_person) == (SmtpStage.TLS, True)
        assert "STARTTLS" in outcome.reply


def test_words_slipped_in_before_the_encryption_are_not_taken_for_the_servers() -> None:
    start = [b"220 a\r\n", b"250-a\r\n250 STARTTLS\r\n", b"220 go\r\n250 slipped in\r\n"]
    with scripted(*start) as port, session_with(port, "?tls=starttls") as session:
        outcome = session.open()
    assert outcome is not None
    assert (outcome.stage, outcome.needs_person) == (SmtpStage.TLS, True)
    assert "between STARTTLS and the encryption" in outcome.reply


@pytest.mark.parametrize("method", ["PLAIN", "LOGIN"])
def test_both_ways_to_log_in(method: str) -> None:
    with running_sink(users={"u": "p"}, login=method) as sink:
        url = f"smtp://u:p@127.0.0.1:{sink.port}"
        with SmtpTransport.from_url(url).session() as session:
            assert session.send(envelope(1), yes).verdict is SENT
        assert sink.counts.accepted == ids(1)


@pytest.mark.parametrize(
    "rules, person",
    [([], True), ([Rule("auth", reply="454 4.7.0 try later")], False)],
    ids=["wrong password", "login busy"],
)
def test_a_failed_login_blames_no_mail(rules: list[Rule], person: bool) -> None:
    with running_sink(*rules, users={"u": "p"}) as sink:
        with SmtpTransport.from_url(f"smtp://u:wrong@127.0.0.1:{sink.port}").session() as session:
            outcome = session.send(envelope(), yes)
        assert (outcome.verdict, outcome.stage, outcome.needs_person) == (ACCOUNT, SmtpStage.AUTH, person)
        assert "wrong@" not in outcome.reply
        assert sink.commands["MAIL"] == 0


# ------------------------------------------------------------ the sink itself


def test_the_sink_counts_the_same_as_a_process_of_its_own() -> None:
    with sink_process(Rule("rcpt", reply="550 5.1.1 no", match="anna2@"), keep=True) as sink:
        with session_with(sink.port) as session:
            verdicts = [session.send(envelope(n), yes).verdict for n in (1, 2, 3)]
        assert verdicts == [SENT, PERMANENT, SENT]
        counts = sink.counts()
        assert (counts["accepted"], counts["refused"]) == (ids(1, 3), {"rcpt 550": 1})
        assert len(sink.messages()) == 2
        sink.reset()
        sink.set_rules()
        sink.set_options(keep=False)
        with session_with(sink.port) as session:
            session.send(envelope(2), yes)
        assert sink.counts()["accepted"] == ids(2)


def test_the_sink_sees_a_duplicate() -> None:
    with running_sink() as sink, session_with(sink.port) as session:
        session.send(envelope(1), yes)
        session.send(envelope(1), yes)
        assert isinstance(sink, Sink)
        assert list(sink.counts.duplicates.values()) == [2]
