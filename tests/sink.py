"""An SMTP server that keeps count, for tests and benches: fast, and as unhelpful as it is told to be.

A mail counts as accepted after its dot and before the 250, under its Message-ID. `Rule`s refuse, stall
or drop. In a thread: `with running_sink() as sink`. As a process of its own, so that it shares no
interpreter with the sender: `with sink_process() as sink`, or `python -m tests.sink --port 2525`.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*<([^>\r\n]+)>")
STAGES = ("connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "dot")
LASTING = 0.25  # seconds
BODY_SEEN = 20  # bytes of a mail that must have come before a "body" rule acts


@dataclass
class Rule:
    """What to do at a stage; the first rule that fits acts.

    `do`: "reply" says `reply`; "stall" waits `seconds` and goes on as if nothing had been; "drop"
    closes; at the dot "keep_drop" counts the mail and closes without a word, and "keep_stall" counts
    it and waits before the 250. "greylist" says `reply` until `seconds` after a triplet's first try.
    A "reply" of 421 closes too. `match` is looked for in the command, at the dot in the Message-ID.
    It acts every n-th time (`every`) and at most `times`.
    """

    stage: str
    do: str = "reply"
    reply: str = "451 4.3.0 try again later"
    seconds: float = 0.0
    match: str = ""
    every: int = 1
    times: int | None = None
    met: int = 0
    acted: int = 0

    def acts(self, text: str) -> bool:
        if self.times is not None and self.acted >= self.times:
            return False
        if self.match and not re.search(self.match, text):
            return False
        self.met += 1
        if self.met % self.every:
            return False
        self.acted += 1
        return True


@dataclass
class SinkOptions:
    """How the server presents itself."""

    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SIZE 10485760")
    max_open: int | None = None  # more are told 421
    mails_per_connection: int | None = None  # afterwards 421
    keep: bool = False  # keep the mails themselves
    reply_after: float = 0.0  # before every reply, as on a long line
    users: dict[str, str] | None = None  # None: no AUTH offered
    login: str = "PLAIN LOGIN"
    certificate: str | None = None  # a PEM file with key and certificate, for STARTTLS
    tls: bool = False  # encrypted from the start


@dataclass
class SinkCounts:
    """What came in so far."""

    accepted: Counter[str] = field(default_factory=Counter)  # Message-ID -> how often
    connections: int = 0
    now_open: int = 0
    most_open: int = 0
    most_lasting: int = 0  # open together for longer than a killed sender's connection takes to be noticed
    refused: Counter[str] = field(default_factory=Counter)  # "rcpt 550" -> how often
    dropped: Counter[str] = field(default_factory=Counter)  # stage -> how often
    bytes_in: int = 0
    first_at: float = 0.0  # time.monotonic() of the first and the last mail accepted
    last_at: float = 0.0

    @property
    def total(self) -> int:
        return self.accepted.total()

    @property
    def duplicates(self) -> dict[str, int]:
        return {key: n for key, n in self.accepted.items() if n > 1}

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "total": self.total}


class Sink:
    """The server; everything but `start` and `stop` may be called from any thread."""

    def __init__(self, options: SinkOptions | None = None, rules: list[Rule] | None = None) -> None:
        self.options = options or SinkOptions()
        self.rules = list(rules or [])
        self.counts = SinkCounts()
        self.messages: list[bytes] = []
        self.commands: Counter[str] = Counter()
        self.greylist: dict[tuple[str, str], float] = {}
        self.port = 0
        self.tls = _server_tls(self.options.certificate) if self.options.certificate else None
        self._server: asyncio.Server | None = None
        self._open: set[_Conversation] = set()

    async def start(self, port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        tls = self.tls if self.options.tls else None
        self._server = await loop.create_server(lambda: _Conversation(self), "127.0.0.1", port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for conversation in list(self._open):
            conversation.hang_up()
        await asyncio.sleep(0)

    def reset(self) -> None:
        self.counts = SinkCounts(now_open=len(self._open))
        self.messages = []
        self.greylist = {}

    def opened(self, conversation: _Conversation) -> None:
        self._open.add(conversation)
        self.counts.connections += 1
        self.counts.now_open = len(self._open)
        self.counts.most_open = max(self.counts.most_open, len(self._open))
        asyncio.get_running_loop().call_later(LASTING, self._count_lasting, frozenset(self._open))

    def _count_lasting(self, together: frozenset[_Conversation]) -> None:
        lasting = len(together & self._open)
        self.counts.most_lasting = max(self.counts.most_lasting, lasting)

    def closed(self, conversation: _Conversation) -> None:
        self._open.discard(conversation)
        self.counts.now_open = len(self._open)

    def accept(self, message_id: str, content: bytes) -> None:
        now = time.monotonic()
        self.counts.accepted[message_id] += 1
        self.counts.bytes_in += len(content)
        self.counts.first_at = self.counts.first_at or now
        self.counts.last_at = now
        if self.options.keep:
            self.messages.append(content)

    def rule_for(self, stage: str, text: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.stage == stage and rule.acts(text)), None)


class _Conversation(asyncio.Protocol):
    """One client. Whatever has been said is answered in order; a stall holds up all that follows."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.buffer = bytearray()
        self.stalled = False
        self.in_data = False
        self.body_judged = False
        self.mails = 0
        self.sender = ""
        self.recipients = 0
        self.auth_step: list[str] = []
        self.transport: asyncio.Transport | None = None

    # -------------------------------------------------------- the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        again = self.transport is not None
        self.transport = transport  # type: ignore[assignment]
        if again:
            return  # the same client, now encrypted
        self.sink.opened(self)
        limit = self.sink.options.max_open
        if limit is not None and self.sink.counts.now_open > limit:
            self._refuse("connect", "421 4.7.0 too many connections")
        else:
            self._at("connect", "", lambda: self._say("220 sink ready"))

    def connection_lost(self, error: Exception | None) -> None:
        self.sink.closed(self)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._work()

    def hang_up(self) -> None:
        if self.transport is not None:
            asyncio.get_running_loop().call_later(self.sink.options.reply_after, self.transport.close)

    @property
    def _gone(self) -> bool:
        return self.transport is None or self.transport.is_closing()

    # -------------------------------------------------------- reading

    def _work(self) -> None:
        while self.buffer and not self.stalled and not self._gone:
            if not (self._read_mail() if self.in_data else self._read_command()):
                return

    def _read_command(self) -> bool:
        end = self.buffer.find(b"\n")
        if end < 0:
            return False
        line = bytes(self.buffer[:end]).rstrip(b"\r").decode("utf-8", "replace")
        del self.buffer[: end + 1]
        self._command(line)
        return True

    def _read_mail(self) -> bool:
        if not self.body_judged and len(self.buffer) > BODY_SEEN:
            self.body_judged = True
            self._at("body", "", self._work)
            return False
        begin = 0 if self.buffer.startswith(b".\r\n") else self.buffer.find(b"\r\n.\r\n") + 2
        if begin == 1:
            return False
        content = bytes(self.buffer[:begin])
        del self.buffer[: begin + 3]
        self.in_data = self.body_judged = False
        self._dot(content)
        return True

    # -------------------------------------------------------- commands

    def _command(self, line: str) -> None:
        verb = line.partition(" ")[0].upper()
        self.sink.commands[verb] += 1
        if self.auth_step:
            self._auth_answer(line)
        elif verb in _VERBS:
            getattr(self, f"_{verb.lower()}")(line)
        else:
            self._say("500 5.5.1 what?")

    def _ehlo(self, line: str) -> None:
        options = self.sink.options
        lines = ["sink", *options.extensions]
        if options.users is not None:
            lines.append(f"AUTH {options.login}")
        if self.sink.tls is not None and not options.tls and not self._encrypted:
            lines.append("STARTTLS")
        text = "".join(f"250-{word}\r\n" for word in lines[:-1]) + f"250 {lines[-1]}"
        self._at("ehlo", line, lambda: self._say(text))

    def _helo(self, line: str) -> None:
        self._say("250 sink")

    def _mail(self, line: str) -> None:
        limit = self.sink.options.mails_per_connection
        if limit is not None and self.mails >= limit:
            self._refuse("mail", "421 4.7.0 enough for one connection")
        else:
            self._at("mail", line, lambda: self._take_sender(line))

    def _take_sender(self, line: str) -> None:
        self.sender, self.recipients = line, 0
        self._say("250 2.1.0 ok")

    def _rcpt(self, line: str) -> None:
        if not self.sender:
            self._say("503 5.5.1 no sender")
        else:
            self._at("rcpt", line, self._take_recipient)

    def _take_recipient(self) -> None:
        self.recipients += 1
        self._say("250 2.1.5 ok")

    def _data(self, line: str) -> None:
        if not self.recipients:
            self._say("554 5.5.1 no valid recipients")
        else:
            self._at("data", line, self._take_data)

    def _take_data(self) -> None:
        self.in_data = True
        self._say("354 go on")

    def _rset(self, line: str) -> None:
        self.sender, self.recipients = "", 0
        self._say("250 2.0.0 ok")

    def _noop(self, line: str) -> None:
        self._say("250 2.0.0 ok")

    def _quit(self, line: str) -> None:
        self._say("221 2.0.0 bye")
        self.hang_up()

    def _dot(self, content: bytes) -> None:
        found = MESSAGE_ID.search(content)
        message_id = found.group(1).decode("ascii", "replace") if found else "?"
        self.sender, self.recipients = "", 0
        self.mails += 1

        def accept() -> None:
            self.sink.accept(message_id, content)
            self._say("250 2.0.0 taken")

        rule = self.sink.rule_for("dot", message_id)
        if rule is None:
            accept()
        elif rule.do.startswith("keep_"):
            self.sink.accept(message_id, content)
            self._act(rule, "dot", "", lambda: self._say("250 2.0.0 taken"))
        else:
            self._act(rule, "dot", "", accept)

    # -------------------------------------------------------- encryption and login

    @property
    def _encrypted(self) -> bool:
        return self.transport is not None and self.transport.get_extra_info("ssl_object") is not None

    def _starttls(self, line: str) -> None:
        self._at("starttls", line, self._begin_tls)

    def _begin_tls(self) -> None:
        self._say("220 2.0.0 go ahead")
        self.stalled = True
        self.handshake = asyncio.ensure_future(self._encrypt())

    async def _encrypt(self) -> None:
        assert self.transport is not None
        assert self.sink.tls is not None
        loop = asyncio.get_running_loop()
        self.buffer.clear()
        with suppress(OSError):
            self.transport = await loop.start_tls(self.transport, self, self.sink.tls, server_side=True)
            self.stalled = False
            self._work()

    def _auth(self, line: str) -> None:
        words = line.split(" ")
        if self.sink.options.users is None:
            self._say("502 5.5.1 no login here")
        elif words[1].upper() == "PLAIN":
            _, user, password = base64.b64decode(words[2]).decode().split("\0")
            self._judge_login(user, password)
        else:
            self.auth_step = ["login"]
            self._say("334 VXNlcm5hbWU6")

    def _auth_answer(self, line: str) -> None:
        self.auth_step.append(base64.b64decode(line).decode())
        if len(self.auth_step) == 2:
            self._say("334 UGFzc3dvcmQ6")
        else:
            _, user, password = self.auth_step
            self.auth_step = []
            self._judge_login(user, password)

    def _judge_login(self, user: str, password: str) -> None:
        def judge() -> None:
            if (self.sink.options.users or {}).get(user) == password:
                self._say("235 2.7.0 welcome")
            else:
                self._refuse("auth", "535 5.7.8 wrong user or password")

        self._at("auth", user, judge)

    # -------------------------------------------------------- answering

    def _at(self, stage: str, text: str, proceed: Callable[[], None]) -> None:
        """Go on as usual unless a rule has something else in mind."""
        rule = self.sink.rule_for(stage, text)
        if rule is None:
            proceed()
        else:
            self._act(rule, stage, text, proceed)

    def _act(self, rule: Rule, stage: str, text: str, proceed: Callable[[], None]) -> None:
        match rule.do.removeprefix("keep_"):
            case "drop":
                self._cut(stage)
            case "stall":
                self.stalled = True
                asyncio.get_running_loop().call_later(rule.seconds, self._go_on, proceed)
            case "greylist" if self._waited(rule, text):
                proceed()
            case _:
                self._refuse(stage, rule.reply)

    def _waited(self, rule: Rule, text: str) -> bool:
        now = time.monotonic()
        key = self.sender, text
        if key not in self.sink.greylist:
            self.sink.greylist[key] = now
            return False
        return now - self.sink.greylist[key] >= rule.seconds

    def _go_on(self, proceed: Callable[[], None]) -> None:
        self.stalled = False
        if not self._gone:
            proceed()
            self._work()

    def _cut(self, stage: str) -> None:
        self.sink.counts.dropped[stage] += 1
        self.stalled = True
        if self.transport is not None:
            self.transport.abort()

    def _refuse(self, stage: str, reply: str) -> None:
        self.sink.counts.refused[f"{stage} {reply[:3]}"] += 1
        self._say(reply)
        if reply.startswith("421"):
            self.hang_up()

    def _say(self, text: str) -> None:
        if self.transport is None:
            return
        data = f"{text}\r\n".encode()
        delay = self.sink.options.reply_after
        if delay:
            asyncio.get_running_loop().call_later(delay, self.transport.write, data)
        else:
            self.transport.write(data)


_VERBS = frozenset({"EHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT", "STARTTLS", "AUTH"})


def _server_tls(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


# ------------------------------------------------------------ in a thread


@contextmanager
def running_sink(*rules: Rule, port: int = 0, **options: Any) -> Iterator[Sink]:
    """The sink in a thread of this process; `options` are those of SinkOptions."""
    sink = Sink(SinkOptions(**options), list(rules))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sink", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(sink.start(port), loop).result(10)
        yield sink
    finally:
        asyncio.run_coroutine_threadsafe(sink.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


# ------------------------------------------------------------ in a process


@dataclass
class RemoteSink:
    """A sink in another process, asked over a socket: one JSON object a line each way."""

    port: int
    control_port: int
    pid: int

    def counts(self) -> dict[str, Any]:
        """The fields of SinkCounts and `total`."""
        return self.ask(do="counts")

    def set_rules(self, *rules: Rule) -> None:
        """From now on act by these."""
        self.ask(do="rules", rules=[asdict(rule) for rule in rules])

    def set_options(self, **options: Any) -> None:
        """Change options that are read while running: max_open, mails_per_connection, keep, reply_after."""
        self.ask(do="options", options=options)

    def reset(self) -> None:
        """Forget everything counted and kept."""
        self.ask(do="reset")

    def messages(self) -> list[bytes]:
        """The mails kept."""
        return [base64.b64decode(mail) for mail in self.ask(do="messages")["messages"]]

    def ask(self, **question: Any) -> dict[str, Any]:
        """One question, one answer."""
        with socket.create_connection(("127.0.0.1", self.control_port), 30) as connection:
            connection.sendall(json.dumps(question).encode() + b"\n")
            with connection.makefile("rb") as answers:
                answer: dict[str, Any] = json.loads(answers.readline())
        return answer


@contextmanager
def sink_process(*rules: Rule, port: int = 0, **options: Any) -> Iterator[RemoteSink]:
    """The sink in a process of its own, ended with the block."""
    command = [sys.executable, "-m", "tests.sink", "--port", str(port), "--options", json.dumps(options)]
    folder = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder, text=True)
    try:
        assert process.stdout is not None
        sink = RemoteSink(**json.loads(process.stdout.readline()))
        if rules:
            sink.set_rules(*rules)
        yield sink
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


class _Control(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            answer = json.dumps(_answer(self.sink, json.loads(line))).encode() + b"\n"
            self.transport.write(answer)  # type: ignore[attr-defined]


def _answer(sink: Sink, question: dict[str, Any]) -> dict[str, Any]:
    match question["do"]:
        case "counts":
            return sink.counts.as_json()
        case "rules":
            sink.rules = [Rule(**rule) for rule in question["rules"]]
        case "options":
            for name, value in question["options"].items():
                setattr(sink.options, name, value)
        case "reset":
            sink.reset()
        case "messages":
            return {"messages": [base64.b64encode(mail).decode() for mail in sink.messages]}
        case other:
            return {"error": f"cannot do {other!r}"}
    return {"ok": True}


async def _serve(port: int, options: dict[str, Any], state: Path | None) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    sink = Sink(SinkOptions(**options))
    await sink.start(port)
    control = await loop.create_server(lambda: _Control(sink), "127.0.0.1", 0)
    control_port = control.sockets[0].getsockname()[1]
    pid = os.getpid()
    print(json.dumps({"port": sink.port, "control_port": control_port, "pid": pid}), flush=True)  # noqa: T201
    while not ended.is_set():
        if state is not None:
            _write_state(state, sink)
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), 0.5 if state else None)
    if state is not None:
        _write_state(state, sink)
    control.close()
    await sink.stop()


def _write_state(path: Path, sink: Sink) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(sink.counts.as_json()))
    unfinished.rename(path)


def main() -> None:
    """Serve until told to end; the first line printed holds the ports as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--options", type=json.loads, default={}, help="SinkOptions as JSON")
    parser.add_argument("--state", type=Path, help="write the counts here twice a second")
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments.port, arguments.options, arguments.state))


if __name__ == "__main__":
    main()
