"""The inbox in words: since when somebody waits, until when an answer is in time, and how it ended."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from clinic.domain.answer_promise import AnsweredHow, PromiseState, promise_state, waited_in_words
from clinic.domain.dates import count, day_in_words
from clinic.domain.people import who
from clinic.services.inbox import BACK_WITHIN, COUNTED, AnsweredClient, InboxPage, WaitingClient
from clinic.web.filters import moment

HOW_WORDS = {
    AnsweredHow.MESSAGE: "Answered",
    AnsweredHow.PHONE: "Answered by phone",
    AnsweredHow.NEEDLESS: "Needed no answer",
}
LATE_WORDS = {PromiseState.KEPT: "in time", PromiseState.BROKEN: "later than promised"}


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """Somebody who waits, as the inbox lists them."""

    id: uuid.UUID
    client_id: uuid.UUID
    who: str
    meta: Sequence[str]
    phone: str | None
    seen: str
    late: str | None
    has_draft: bool
    is_new: bool  # to whoever reads the list


@dataclass(frozen=True, slots=True)
class AnsweredLine:
    """Somebody whose waiting ended."""

    id: uuid.UUID
    client_id: uuid.UUID
    who: str
    meta: Sequence[str]
    can_go_back: bool


def waiting(each: WaitingClient, at: datetime, zone: str) -> WaitingLine:
    """One who waits."""
    meta = [
        f"waits {waited_in_words(each.asked_at, at)}",
        f"since {moment(each.asked_at, zone)}",
        each.responsible or "nobody is responsible",
    ]
    state = promise_state(each.due_at, None, at)
    if state is PromiseState.RUNNING and each.due_at:
        meta.insert(2, f"answer by {_last_day(each.due_at, zone, at)}")
    late = "Later than promised" if state is PromiseState.BROKEN else None
    is_new = each.read_until is None or each.read_until < each.last_at
    if each.assigned_to:
        meta.append(f"assigned to {each.assigned_to}")
    return WaitingLine(
        id=each.wait_id,
        client_id=each.client_id,
        who=who(each),
        meta=meta,
        phone=each.phone,
        seen=each.last_at.isoformat(),
        late=late,
        has_draft=each.draft_at is not None,
        is_new=is_new,
    )


def answered(each: AnsweredClient, at: datetime, zone: str) -> AnsweredLine:
    """One whose waiting ended."""
    state = promise_state(each.due_at, each.answered_at, at)
    meta = [f"{HOW_WORDS[each.how]} by {each.by}", moment(each.answered_at, zone)]
    if state in LATE_WORDS:
        meta.append(LATE_WORDS[state])
    can_go_back = each.how is not AnsweredHow.MESSAGE and at - each.answered_at <= BACK_WITHIN
    return AnsweredLine(each.wait_id, each.client_id, who(each), meta, can_go_back)


def headline(page: InboxPage) -> str:
    """How many wait, and how many of them the page shows."""
    shown, number = len(page.waiting), page.count
    if not number:
        return ""
    clients = f"{COUNTED:,} clients or more wait" if number >= COUNTED else f"{count(number, 'client')} wait"
    if number == 1:
        clients = "1 client waits"
    return clients if shown >= number else f"{clients}; the {shown} who wait longest are shown"


def _last_day(due_at: datetime, zone: str, at: datetime) -> str:
    """The last day in time: an answer is late from the instant on with which the next one begins."""
    place = ZoneInfo(zone)
    last = due_at.astimezone(place).date().toordinal() - 1
    return day_in_words(due_at.date().fromordinal(last), at.astimezone(place).date())
