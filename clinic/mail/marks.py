"""How far a batch of mails has come, as the database holds it for when a journal is lost with its machine.

A letter a mail, in the order of sending. They are written down before a dot goes out, and then tell of two
mails at once (`AHEAD`): what is not begun by them has not left, however its sender ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID

from clinic.mail.journal import AttemptFate, Replay
from clinic.mail.transport import SendOutcome, SendVerdict

AHEAD = 2  # mails begun at once: so many a lost machine leaves in doubt


class Mark(StrEnum):
    """How far one mail has come."""

    UNTOUCHED = "."
    BEGUN = "D"  # its dot goes out next, or has gone out
    SENT = "S"
    KEPT = "K"  # whole, in a folder of its sender's
    NOT_SENT = "R"


_FATES = {
    Mark.UNTOUCHED: AttemptFate.UNSENT,
    Mark.BEGUN: AttemptFate.IN_DOUBT,
    Mark.SENT: AttemptFate.SENT,
    Mark.KEPT: AttemptFate.SENT,
    Mark.NOT_SENT: AttemptFate.UNSENT,
}


class Marks:
    """The marks of one batch."""

    def __init__(self, mails: Iterable[UUID], letters: str = "") -> None:
        self._mails = list(mails)
        self._place = {mail: place for place, mail in enumerate(self._mails)}
        self._of = dict.fromkeys(self._mails, Mark.UNTOUCHED)
        self._of.update(zip(self._mails, map(Mark, letters), strict=False))

    @property
    def letters(self) -> str:
        """As the database holds them."""
        return "".join(self._of.values())

    def __getitem__(self, mail: UUID) -> Mark:
        return self._of[mail]

    def begin(self, mail: UUID) -> None:
        """This mail is next, and the one behind it soon after."""
        first = self._place[mail]
        for each in self._mails[first : first + AHEAD]:
            if self._of[each] is Mark.UNTOUCHED:
                self._of[each] = Mark.BEGUN

    def became(self, mail: UUID, outcome: SendOutcome) -> None:
        """What is known of a mail now; written down together with the next that begin."""
        if outcome.verdict is SendVerdict.SENT:
            self._of[mail] = Mark.KEPT if outcome.is_kept_here else Mark.SENT
        elif outcome.verdict is not SendVerdict.IN_DOUBT:
            self._of[mail] = Mark.NOT_SENT


def marked_fate(
    marks: Mapping[UUID, Mark], journal: Replay | None, mail: UUID, attempt: int
) -> tuple[AttemptFate, bool]:
    """What became of an attempt by all that its sender left behind, and whether that is the marks' word.

    A whole journal knows best. One whose last lines may be missing is believed in what it says, and the
    marks in the rest; where neither is left, nobody knows.
    """
    said = journal.fates.get((mail, attempt)) if journal else None
    if journal and (journal.complete or said in (AttemptFate.SENT, AttemptFate.UNSENT)):
        return journal.fate(mail, attempt), False
    mark = marks.get(mail)
    if mark is None or (said is AttemptFate.IN_DOUBT and mark is Mark.UNTOUCHED):
        return AttemptFate.IN_DOUBT, False
    return _FATES[mark], True
