"""What we write is read back by the standard library's parser, as a mail program would."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinic.mail.headers import MailRefused
from clinic.mail.message import MailMessage, list_id, message_id

MAIL = MailMessage(
    to="anna@client.example",
    to_name="Anna Öst",
    from_name="Harbour Street Practice",
    from_address="no-reply@clinic.example",
    reply_to="desk@harbour.example",
    subject="Time for your check-in",
    text="Hello Anna,\n\nżółw and 100 %.\n",
    html="<p>Hello Anna</p>\n",
    message_id=message_id(UUID(int=7), "clinic.example"),
    date=datetime(2026, 11, 24, 9, 0, tzinfo=timezone(timedelta(hours=1))),
    list_id=list_id("clinic.example"),
    unsubscribe_url="https://clinic.example/u/" + "x" * 180,
    unsubscribe_mailto="stop+7@clinic.example",
)

INJECTIONS = [
    "Anna\r\nBcc: eve@evil.example",
    "Anna\nBcc: eve@evil.example",
    "Anna\rBcc: eve@evil.example",
    "Anna\x00",
    "Anna\x0b",
    "Anna\x85Bcc: eve@evil.example",
    "Anna\u2028Bcc: eve@evil.example",
    "=?utf-8?q?hi=0ABcc=3A_eve=40evil.example?=",
    "Anna =? Berg",
    "\ud800",
]

# Names and subjects as people write them: anything but what is refused.
people_text = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=120
).filter(lambda text: "=?" not in text and text.split())


def parsed(mail: MailMessage) -> EmailMessage:
    return message_from_bytes(mail.to_bytes(), policy=policy.default)


def head_of(mail: MailMessage) -> bytes:
    return mail.to_bytes().split(b"\r\n\r\n", 1)[0]


def mailbox_in(mail: MailMessage, header: str) -> tuple[str, str]:
    """By the older parser: the newer one of 3.11.7 keeps the space between two encoded words of a name."""
    name, address = parseaddr(message_from_bytes(mail.to_bytes())[header])
    return str(make_header(decode_header(name))), address


def evened(text: str) -> str:
    return " ".join(text.split())


def test_every_header_reads_back_as_it_was_meant() -> None:
    message = parsed(MAIL)
    assert {name: message[name] for name in message if name not in ("Content-Type", "List-Unsubscribe")} == {
        "From": "Harbour Street Practice <no-reply@clinic.example>",
        "To": "Anna Öst <anna@client.example>",
        "Reply-To": "Harbour Street Practice <desk@harbour.example>",
        "Subject": "Time for your check-in",
        "Date": "Tue, 24 Nov 2026 09:00:00 +0100",
        "Message-ID": "<ci.00000000-0000-0000-0000-000000000007@clinic.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "List-Id": "<checkins.clinic.example>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "MIME-Version": "1.0",
    }
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert not message.defects


def test_a_long_unsubscribe_address_stays_in_one_piece() -> None:
    lines = head_of(MAIL).decode().split("\r\n")
    at = lines.index(f"List-Unsubscribe: <{MAIL.unsubscribe_url}>,")
    assert lines[at + 1] == " <mailto:stop%2B7@clinic.example?subject=unsubscribe>".replace("%2B", "+")
    assert lines[at + 2] == "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    alone = replace(MAIL, unsubscribe_mailto=None)
    assert f"List-Unsubscribe: <{MAIL.unsubscribe_url}>\r\nList-Unsubscribe-Post:" in head_of(alone).decode()


def test_service_mails_carry_no_list_headers() -> None:
    plain = replace(MAIL, list_id=None, unsubscribe_url=None, unsubscribe_mailto=None)
    assert not [name for name in parsed(plain) if name.startswith("List-")]


def test_the_same_mail_is_the_same_bytes_at_every_attempt() -> None:
    assert MAIL.to_bytes() == replace(MAIL).to_bytes()


def test_a_reminder_points_back_to_the_first_mail() -> None:
    first = [message_id(UUID(int=n), "clinic.example") for n in (1, 2)]
    message = parsed(replace(MAIL, references=tuple(first)))
    assert message["In-Reply-To"] == first[1]
    assert evened(message["References"]) == " ".join(first)


@pytest.mark.parametrize("name", ["to_name", "from_name", "subject"])
@pytest.mark.parametrize("value", INJECTIONS)
def test_no_value_from_a_person_can_start_a_header(name: str, value: str) -> None:
    with pytest.raises(MailRefused):
        replace(MAIL, **{name: value}).to_bytes()  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["to", "from_address", "reply_to", "unsubscribe_mailto"])
@pytest.mark.parametrize(
    "value",
    [
        *(f"a{text}@client.example" for text in INJECTIONS),
        "anna@client.example\r\nBcc: eve@evil.example",
        "anna@client.example,eve@evil.example",
        "<anna@client.example>",
        "anna berg@client.example",
        "anna",
        "",
        "a" * 250 + "@x.de",
    ],
)
def test_no_address_can_be_more_than_one_address(name: str, value: str) -> None:
    with pytest.raises(MailRefused):
        replace(MAIL, **{name: value}).to_bytes()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {"unsubscribe_url": "https://clinic.example/u\r\nBcc: eve@evil.example"},
        {"unsubscribe_url": "https://clinic.example/u>, <mailto:eve@evil.example"},
        {"unsubscribe_url": "https://clinic.example/a b"},
        {"unsubscribe_url": "https://clinic.example/=?utf-8?q?=0ABcc=3A_eve=40evil.example?="},
        {"unsubscribe_url": "javascript:alert(1)"},
        {"unsubscribe_url": "https://clinic.example/" + "x" * 1000},
        {"list_id": "checkins>\r\nBcc: x"},
        {"list_id": ""},
        {"message_id": "ci.7@clinic.example"},
        {"message_id": "<ci.7@clinic.example>\r\nBcc: x"},
        {"references": ("<a b@clinic.example>",)},
        {"date": datetime(2026, 11, 24, 9, 0)},  # noqa: DTZ001
        {"subject": " \t "},
        {"subject": "x" * 401},
        {"text": "a\x00b"},
        {"html": "\ud800"},
    ],
)
def test_what_would_break_a_mail_is_refused_before_any_byte_is_sent(changed: dict[str, object]) -> None:
    with pytest.raises(MailRefused, match=r"^[\w/-]+: "):
        replace(MAIL, **changed).to_bytes()  # type: ignore[arg-type]


@given(name=people_text, subject=people_text)
@example(name='Anna "Bo" \\ Berg, Ph.D. <x@y.z>', subject="Żółć " * 20)
@example(name="山田" * 30, subject="a" * 120)
@example(name="e\u0301" * 60, subject="word " * 24)
@example(name=".", subject="= ?")
@example(name="x" * 71, subject="🦢" * 50)
def test_names_and_subjects_read_back_whole_on_lines_of_decent_length(name: str, subject: str) -> None:
    mail = replace(MAIL, to_name=name, from_name=name, subject=subject)
    message = parsed(mail)
    assert mailbox_in(mail, "To") == (evened(name), "anna@client.example")
    assert mailbox_in(mail, "From") == (evened(name), "no-reply@clinic.example")
    assert message["Subject"] == evened(subject)
    assert list(message) == list(parsed(MAIL))
    for line in head_of(mail).split(b"\r\n"):
        assert len(line) <= 76 or line.startswith(b"List-Unsubscribe: ")
        assert line.strip()


@given(text=st.text(max_size=3000).filter(lambda t: not re.search("[\x00\ud800-\udfff]", t)))
@example(text=".\n..\n.\r\n")
@example(text="From the start\n--=_\n trailing \t\n\n")
@example(text="x" * 5000)
@example(text="日本語" * 500)
@example(text="é" * 100 + "\r\r\n\n")
def test_both_parts_read_back_and_keep_their_lines_short(text: str) -> None:
    mail = replace(MAIL, text=text, html=text)
    wire = mail.to_bytes()
    assert max(map(len, wire.split(b"\r\n"))) <= 998
    assert max(map(len, wire.split(b"\r\n\r\n", 1)[1].split(b"\r\n"))) <= 76
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert wire.isascii()
    meant = re.sub(r"\r\n|\r", "\n", text)
    for part in message_from_bytes(wire, policy=policy.default).iter_parts():
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        assert payload.decode("utf-8").replace("\r\n", "\n") == meant


def test_an_accented_mailbox_goes_into_the_header_as_it_is() -> None:
    assert (
        "To: =?utf-8?b?QW5uYSDDlnN0?= <zoë@client.example>\r\n".encode()
        in replace(MAIL, to="zoë@client.example").to_bytes()
    )


def test_a_message_id_holds_the_row_and_the_domain_alone() -> None:
    mail = UUID("0b36c2f0-7d1e-4a67-9f3b-222222222222")
    assert message_id(mail, "clinic.example") == f"<ci.{mail}@clinic.example>"
    assert datetime(2026, 11, 24, tzinfo=UTC).tzinfo is not None
