"""No mail of ours looks like spam to SpamAssassin; where it is not installed, nobody can tell."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

import pytest

from clinic.domain.channels import channel_of
from clinic.domain.types import MailKind
from clinic.mail.compose import MailContent
from clinic.mail.message import MailMessage, list_id, message_id
from tests.mail.test_compose import (
    ALERT,
    ANSWERED,
    ASKED,
    CHANGED,
    CHECKIN,
    INVITATION,
    NEWS,
    NOTICE,
    OFFERED,
    PLACE,
    PROOF,
    QUESTIONS,
    REMINDED,
    REMINDER,
    REPLY,
    RESET,
    SCREEN,
    SECOND_STEP,
    SETTLED,
    SOON,
    STAFF_INVITATION,
    TEST,
    TO_GROUP,
    WAITS,
    WELCOME,
)

MOST = 0.5  # points; 5 are spam
MAILS = {
    MailKind.CHECKIN: CHECKIN,
    MailKind.REMINDER: REMINDER,
    MailKind.QUESTIONNAIRE: QUESTIONS,
    MailKind.INVITATION: INVITATION,
    MailKind.STAFF_INVITATION: STAFF_INVITATION,
    MailKind.PROGRAM_CHANGED: CHANGED,
    MailKind.PROGRAM_OFFERED: OFFERED,
    MailKind.COURSE_PLACE: PLACE,
    MailKind.COURSE_WELCOME: WELCOME,
    MailKind.GROUP_MESSAGE: TO_GROUP,
    MailKind.APPOINTMENT: SETTLED,
    MailKind.APPOINTMENT_REMINDER: SOON,
    MailKind.BOOKING_ANSWER: ANSWERED,
    MailKind.BOOKING_WISH: ASKED,
    MailKind.MESSAGE_WAITS: WAITS,
    MailKind.PRACTICE_REMINDER: REMINDED,
    MailKind.PASSWORD_RESET: RESET,
    MailKind.WARNING_SIGN_ALERT: ALERT,
    MailKind.PRACTICE_NOTICE: NEWS,
    MailKind.SCREEN_ALERT: SCREEN,
    MailKind.REPLY: REPLY,
    MailKind.TEST_MAIL: TEST,
    MailKind.SECOND_STEP_RESET: SECOND_STEP,
    MailKind.ADDRESS_PROOF: PROOF,
    MailKind.ADDRESS_NOTICE: NOTICE,
    MailKind.CHECKIN_PREVIEW: CHECKIN,
}
SPAMASSASSIN = shutil.which("spamassassin")


def as_it_arrives(kind: MailKind, content: MailContent) -> bytes:
    """The whole mail as a mailbox's own server hands it to its filter."""
    channel = channel_of(kind)
    message = MailMessage(
        to="anna@client.example",
        from_address="no-reply@clinic.example",
        from_name="Harbour Street Practice",
        reply_to="desk@harbour.example",
        subject=content.subject,
        text=content.text,
        html=content.html,
        message_id=message_id(UUID(int=7), "clinic.example"),
        date=datetime.now(UTC),
        list_id=list_id("clinic.example", channel) if channel else None,
        unsubscribe_url="https://clinic.example/u/x" if channel else None,
    )
    return message.to_bytes()


@pytest.fixture(scope="module")
def verdicts() -> Mapping[MailKind, tuple[float, str]]:
    """Points and rules of each kind, all weighed in one run: the program takes seconds to start."""
    box = b"".join(
        b"From a@b Mon Nov 23 09:00:00 2026\n" + as_it_arrives(kind, content).replace(b"\r\n", b"\n") + b"\n"
        for kind, content in MAILS.items()
    )
    asked = subprocess.run(
        [str(SPAMASSASSIN), "--local", "--mbox"], input=box, capture_output=True, check=True, timeout=300
    )
    said = asked.stdout.decode("utf-8", "replace")
    found = re.findall(r"^X-Spam-Status:.*?score=(-?[\d.]+).*?tests=(.*?)autolearn", said, re.M | re.S)
    assert len(found) == len(MAILS), said[:2000]
    return {kind: (float(points), rules.strip()) for kind, (points, rules) in zip(MAILS, found, strict=True)}


def test_every_kind_of_mail_is_weighed() -> None:
    assert set(MAILS) == set(MailKind)


@pytest.mark.skipif(SPAMASSASSIN is None, reason="SpamAssassin is not installed")
@pytest.mark.parametrize("kind", MAILS)
def test_a_mail_costs_next_to_no_spam_points(
    kind: MailKind, verdicts: Mapping[MailKind, tuple[float, str]]
) -> None:
    points, rules = verdicts[kind]
    assert points <= MOST, rules


def test_no_mail_holds_a_hidden_line() -> None:
    for content in MAILS.values():
        assert not re.search(r"display:\s*none|font-size:\s*1px|max-height:\s*0", content.html)
