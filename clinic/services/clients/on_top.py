"""What stands on top of a client's record and beside their latest events, in one statement.

Asked one by one these would be five: why somebody is needed, in whose words, who of the practice could take
it, what is offered to a client who does well, and what the log says of the days that the events tell of.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import aliased

from clinic.domain.attention import AttentionKind, Reason
from clinic.domain.tapering import TaperingStep
from clinic.domain.types import LogObstacle, MistakeAnswer
from clinic.models import (
    CheckinAnswer,
    Client,
    OpenReason,
    PracticeLog,
    Program,
    QuestionnaireResponse,
    TaperingOffer,
    User,
)
from clinic.models.base import given, points_at
from clinic.services import access, rows
from clinic.services.actors import Actor
from clinic.services.attention.cases import ClientWithReasons, gathered
from clinic.services.clients.timeline import LoggedRow, LoggedWords, TimelinePage, logged_words
from clinic.services.programs.tapering_offers import HOLDS, OpenOffer
from clinic.services.reasons import said


@dataclass(frozen=True, slots=True)
class RecordTop:
    """Reasons to look after a client, colleagues by name, open offers, and logs by the event that tells."""

    asks: ClientWithReasons | None
    colleagues: Mapping[uuid.UUID, str]
    offers: Sequence[OpenOffer]
    logs: Mapping[uuid.UUID, LoggedWords]


def of_record(actor: Actor, client: Client, latest: TimelinePage, at: datetime) -> RecordTop:
    """What stands on top of a client's record at an instant; staff only. One query."""
    access.staff_only(actor)
    days = latest.logged
    values = {
        "practice_id": actor.practice_id,
        "client_id": client.id,
        # from one to the other, and not each of them: a list makes the statement anew
        "first": min(days, default=date.max),
        "last": max(days, default=date.max),
    }
    parts: dict[str, list[Any]] = {}
    for row in rows.read(_TOP, values):
        parts.setdefault(row.part, []).append(row)
    return RecordTop(
        _asks(client, parts.get("reason", ()), parts.get("said", ()), at),
        {row.key: row.text for row in parts.get("colleague", ())},
        [
            OpenOffer(
                *(row.key, client.id, row.other, TaperingStep(row.text), row.data),
                *(client.name, client.born_on, row.second),
            )
            for row in parts.get("offer", ())
        ],
        logged_words(days, [_logged(row) for row in parts.get("log", ())]),
    )


def _asks(
    client: Client, reasons: Sequence[Any], notes: Sequence[Any], at: datetime
) -> ClientWithReasons | None:
    found = [
        Reason(
            *(AttentionKind(row.text), row.key, row.day, row.shows_from, row.shows_until),
            *(row.data, row.other),
        )
        for row in sorted(reasons, key=lambda row: (row.number, row.key))
    ]
    shown = [reason for reason in found if reason.shows_at(at)]
    told = said.gathered((row.key, row.text, row.second is not None) for row in notes)
    return gathered(client, shown, told, at) if shown else None


def _logged(row: Any) -> LoggedRow:
    mistake = MistakeAnswer(row.second) if row.second else None
    obstacle = LogObstacle(row.third) if row.third else None
    return LoggedRow(row.day, row.number, mistake, obstacle, row.text)


def _top() -> CompoundSelect[Any]:
    """The first part gives the columns their names and types; what another has not is null."""
    return union_all(
        *(_reasons(), _notes_in_logs(), _notes_in_answers(), _activities()),
        *(_colleagues(), _offers(), _logs()),
    )


def _reasons() -> Select[Any]:
    row = OpenReason
    return select(
        literal("reason").label("part"),
        row.subject_id.label("key"),
        row.handed_to.label("other"),
        type_coerce(row.kind, Text).label("text"),
        row.since.label("day"),
        *(row.shows_from, row.shows_until),
        row.place.label("number"),
        row.figures.label("data"),
        *(cast(null(), Text).label("second"), cast(null(), Text).label("third")),
    ).where(given(row.practice_id), given(row.client_id))


def _part(name: str, key: Any, text: Any, **columns: Any) -> tuple[Any, ...]:
    blank = {
        **{"other": cast(null(), Uuid), "day": null(), "shows_from": null(), "shows_until": null()},
        **{"number": null(), "data": null(), "second": null(), "third": null()},
    }
    rest = blank | columns
    order = ("day", "shows_from", "shows_until", "number", "data", "second", "third")
    return (literal(name), key, rest["other"], text, *(rest[each] for each in order))


def _notes_in_logs() -> Select[Any]:
    named, of_day = aliased(PracticeLog), aliased(PracticeLog)
    same_day = (
        (of_day.practice_id == named.practice_id)
        & (of_day.client_id == named.client_id)
        & (of_day.local_date == named.local_date)
    )
    return (
        select(*_part("said", named.id, of_day.note))
        .join(of_day, same_day)
        .where(given(named.practice_id), given(named.client_id), named.id.in_(_subjects()))
        .where(func.coalesce(of_day.note, "") != "")
    )


def _notes_in_answers() -> Select[Any]:
    answer = CheckinAnswer
    which = (given(answer.practice_id), given(answer.client_id), answer.id.in_(_subjects()))
    return select(*_part("said", answer.id, answer.note)).where(*which, func.coalesce(answer.note, "") != "")


def _activities() -> Select[Any]:
    """A list of texts, which `second` says."""
    response = QuestionnaireResponse
    columns = _part("said", response.id, cast(response.activities, Text), second=literal("list"))
    return select(*columns).where(
        *(given(response.practice_id), given(response.client_id), response.id.in_(_subjects())),
        response.activities.is_not(None),
    )


def _subjects() -> Any:
    return select(OpenReason.subject_id).where(given(OpenReason.practice_id), given(OpenReason.client_id))


def _colleagues() -> Select[Any]:
    which = (given(User.practice_id), User.works_here)
    return select(*_part("colleague", User.id, User.name)).where(*which)


def _offers() -> Select[Any]:
    offer = TaperingOffer
    step = type_coerce(offer.step, Text)
    columns = _part(
        *("offer", offer.id, step), other=offer.program_id, data=offer.numbers, second=Program.name
    )
    return (
        select(*columns)
        .join(Client, points_at(offer.client_id, Client))
        .join(Program, points_at(offer.program_id, Program))
        .where(given(offer.practice_id), given(offer.client_id), *HOLDS)
    )


def _logs() -> Select[Any]:
    log = PracticeLog
    chosen = {"second": type_coerce(log.mistake, Text), "third": type_coerce(log.obstacle, Text)}
    columns = _part("log", log.id, log.note, day=log.local_date, number=log.pain, **chosen)
    which = (
        given(log.practice_id),
        given(log.client_id),
        log.local_date.between(bindparam("first"), bindparam("last")),
    )
    return select(*columns).where(*which)


_TOP = rows.settled(_top())
