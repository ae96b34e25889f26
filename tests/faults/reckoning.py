"""What the ledger says beside what the server counted, mail by mail, and the table of all faults."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select

from clinic.domain.bounces import IN_WORDS, BounceCause
from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.models import OutboxMessage
from tests.sink import Sink

UNDER_WAY = (OutboxState.READY, OutboxState.LEASED)
SKIPPED = (OutboxState.CANCELLED, OutboxState.EXPIRED)
MAIL_FROM_DOMAIN = "clinic.example"
CAME_BACK = IN_WORDS[BounceCause.UNKNOWN]  # each of these begins so


@dataclass(frozen=True)
class Reckoning:
    """`planned` counts the rows; what is under way when all should be over is lost."""

    planned: int
    states: Counter[OutboxState]
    duplicates: int
    lost: int
    wrong: tuple[str, ...]

    @property
    def sent(self) -> int:
        return self.states[OutboxState.SENT]

    @property
    def skipped(self) -> int:
        return sum(self.states[state] for state in SKIPPED)

    @property
    def failed(self) -> int:
        return self.states[OutboxState.FAILED]

    @property
    def in_doubt(self) -> int:
        return self.states[OutboxState.IN_DOUBT]

    @property
    def figures(self) -> tuple[int, ...]:
        """As the table has them."""
        return (
            self.planned,
            self.sent,
            self.skipped,
            self.failed,
            self.in_doubt,
            self.duplicates,
            self.lost,
        )

    def holds(self, *, in_doubt: int = 0) -> Reckoning:
        """Every mail has one end that the server's count agrees with, and no more doubts than allowed."""
        assert self.wrong == ()
        assert (self.duplicates, self.lost) == (0, 0)
        assert self.planned == self.sent + self.skipped + self.failed + self.in_doubt
        assert self.in_doubt <= in_doubt
        return self


def reckon(sink: Sink) -> Reckoning:
    """Compare every row with the server: once if sent or come back, at most once in doubt, else never."""
    db.session.rollback()
    rows = [
        (mail_id, state, (reason or "").startswith(CAME_BACK))
        for mail_id, state, reason in db.session.execute(
            select(OutboxMessage.id, OutboxMessage.state, OutboxMessage.reason)
        )
    ]
    db.session.rollback()
    counted = {row: sink.counts.accepted[f"ci.{row}@{MAIL_FROM_DOMAIN}"] for row, _, _ in rows}
    wrong = [
        f"{row} is {state.value}, counted {counted[row]}"
        for row, state, back in rows
        if not _right(state, counted[row], came_back=back)
    ]
    return Reckoning(
        planned=len(rows),
        states=Counter(state for _, state, _ in rows),
        duplicates=sum(1 for number in sink.counts.accepted.values() if number > 1),
        lost=sum(1 for row, state, _ in rows if state is OutboxState.SENT and not counted[row])
        + sum(1 for _, state, _ in rows if state in UNDER_WAY),
        wrong=tuple(wrong),
    )


def _right(state: OutboxState, counted: int, *, came_back: bool) -> bool:
    if state is OutboxState.SENT or came_back:
        return counted == 1
    return counted <= 1 if state is OutboxState.IN_DOUBT else counted == 0


@dataclass
class Table:
    """The faults of a run, one a line; `may` is how many doubts a fault may leave."""

    lines: list[tuple[str, Reckoning, int, float]] = field(default_factory=list)

    def add(self, fault: str, reckoning: Reckoning, may: int, seconds: float) -> None:
        self.lines.append((fault, reckoning, may, seconds))

    def __str__(self) -> str:
        heads = ("planned", "sent", "skipped", "failed", "in doubt", "duplicates", "lost", "doubts may", "s")
        width = max(len(fault) for fault, *_ in self.lines)
        rows = [(fault, (*known.figures, may, round(took))) for fault, known, may, took in self.lines]
        lines = [" " * width + "".join(f"{head:>12}" for head in heads)]
        lines += [f"{fault:<{width}}" + "".join(f"{number:>12}" for number in row) for fault, row in rows]
        return "\n".join(lines)
