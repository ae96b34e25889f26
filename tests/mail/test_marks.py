"""What becomes of a mail whose sender is gone, by what it left behind: journal, marks, both or neither."""

from __future__ import annotations

from uuid import UUID

import pytest

from clinic.mail.journal import AttemptFate, Replay
from clinic.mail.marks import AHEAD, Mark, Marks, marked_fate
from clinic.mail.transport import SendOutcome, SendVerdict, SmtpStage

MAILS = [UUID(int=number) for number in range(5)]
MAIL = MAILS[0]
SENT, DOUBT, UNSENT = AttemptFate.SENT, AttemptFate.IN_DOUBT, AttemptFate.UNSENT
GONE, WHOLE, CUT = None, True, False  # the journal

FATES = [
    # journal, what it says, mark: the fate
    (GONE, None, None, DOUBT),
    (GONE, None, Mark.UNTOUCHED, UNSENT),
    (GONE, None, Mark.BEGUN, DOUBT),
    (GONE, None, Mark.SENT, SENT),
    (GONE, None, Mark.KEPT, SENT),
    (GONE, None, Mark.NOT_SENT, UNSENT),
    # whole, it knows best: marks run ahead of it, and behind it
    (WHOLE, None, Mark.BEGUN, UNSENT),
    (WHOLE, None, None, UNSENT),
    (WHOLE, DOUBT, Mark.UNTOUCHED, DOUBT),
    (WHOLE, DOUBT, Mark.BEGUN, DOUBT),
    (WHOLE, SENT, Mark.BEGUN, SENT),
    (WHOLE, UNSENT, Mark.BEGUN, UNSENT),
    # its last lines may be missing
    (CUT, None, None, DOUBT),
    (CUT, None, Mark.UNTOUCHED, UNSENT),
    (CUT, None, Mark.BEGUN, DOUBT),
    (CUT, None, Mark.SENT, SENT),
    (CUT, DOUBT, Mark.UNTOUCHED, DOUBT),
    (CUT, DOUBT, Mark.SENT, SENT),
    (CUT, DOUBT, Mark.NOT_SENT, UNSENT),
    (CUT, DOUBT, None, DOUBT),
    (CUT, SENT, Mark.BEGUN, SENT),
    (CUT, SENT, None, SENT),
    (CUT, UNSENT, Mark.BEGUN, UNSENT),
]


@pytest.mark.parametrize(("complete", "says", "mark", "fate"), FATES)
def test_a_fate_follows_from_what_is_left(
    complete: bool | None, says: AttemptFate | None, mark: Mark | None, fate: AttemptFate
) -> None:
    journal = None
    if complete is not None:
        journal = Replay("me", complete, {(MAIL, 1): says} if says else {}, {})
    marks = {MAIL: mark} if mark else {}
    assert marked_fate(marks, journal, MAIL, 1)[0] is fate


def test_no_more_than_two_are_begun_and_not_ended_at_any_time() -> None:
    marks, written = Marks(MAILS), list[str]()
    for mail in MAILS:
        if marks[mail] is not Mark.BEGUN:
            marks.begin(mail)
            written.append(marks.letters)
        marks.became(mail, SendOutcome(SendVerdict.SENT, SmtpStage.DOT, 250))
    assert written == ["DD...", "SSDD.", "SSSSD"]
    assert all(letters.count("D") <= AHEAD for letters in written)


@pytest.mark.parametrize(
    ("outcome", "mark"),
    [
        (SendOutcome(SendVerdict.SENT, SmtpStage.DOT, 250), Mark.SENT),
        (SendOutcome(SendVerdict.SENT, SmtpStage.LOCAL), Mark.KEPT),
        (SendOutcome(SendVerdict.IN_DOUBT, SmtpStage.DOT), Mark.BEGUN),
        (SendOutcome(SendVerdict.TEMPORARY, SmtpStage.RCPT, 450), Mark.NOT_SENT),
        (SendOutcome(SendVerdict.PERMANENT, SmtpStage.DOT, 554), Mark.NOT_SENT),
        (SendOutcome(SendVerdict.ACCOUNT_PROBLEM, SmtpStage.MAIL, 421), Mark.NOT_SENT),
        (SendOutcome(SendVerdict.FENCED, SmtpStage.DATA), Mark.NOT_SENT),
    ],
)
def test_a_mark_says_what_the_server_said(outcome: SendOutcome, mark: Mark) -> None:
    marks = Marks(MAILS)
    marks.begin(MAIL)
    marks.became(MAIL, outcome)
    assert Marks(MAILS, marks.letters)[MAIL] is mark
