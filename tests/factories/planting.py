"""A mark in every free text of every row, so that a page shows whose records it drew on."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, Column, Enum, String, Table, select, update

from clinic.extensions import db
from clinic.models import Base
from clinic.models.base import FrozenJson
from tests.factories.locks import unlocked
from tests.factories.records import World

# Texts with a shape of their own; nothing a person writes can stand in them.
SHAPED = frozenset(
    {
        *(
            "client.time_zone",
            "practice.time_zone",
            "practice.works_on",
            "checkin_schedule.time_zone",
            "checkin_schedule.cadence_days",
        ),
        *(
            "user_account.password_hash",
            "auth_session.token_hash",
            "auth_session.device",
            "course.join_code",
            "course_request.time_zone",
            "link_token.token_hash",
            "calendar_address.secret_hash",
        ),
        *("kept_form.sealed", "mail_setting.sealed", "authenticator.sealed", "recovery_code.code_hash"),
        *("passkey.credential_id", "passkey.public_key", "passkey.device", "auth_session.challenge"),
        *("client_import.encoding", "client_import_row.filled", "import_layout.fingerprint"),
        *("exercise.key", "exercise.figure", "exercise_mistake.key", "routine.key"),
        *("exercise_media.provider", "exercise_media.video_id"),
        *(
            "routine_item.tempo",
            "prescription.tempo",
            "finding.test_key",
            "finding.field_key",
            "finding.unit",
        ),
        *("amendment.test_key", "amendment.field_key"),
        *("shared_finding.test_key", "shared_finding.field_key", "shared_finding.unit"),
        *("program_finding.test_key", "program_finding.field_key"),
        *("own_test.key", "own_battery.key", "own_answer.key", "practice.answers_word"),
        *("assessment.battery_key", "sign_off.scope", "sign_off.digest", "audit_event.action"),
        *("audit_event.salt", "audit_event.words_hash", "audit_event.hash", "audit_end.hash"),
        *(
            "outbox_message.dedupe_key",
            "outbox_message.day_key",
            "outbox_message.sender",
        ),
        "practice_notice.key",
        *("heartbeat.name", "heartbeat.detail"),
        *("backup_key.recipient", "backup_key.label", "backup_key.installation", "backup_key.made_by"),
        *("backup_record.name", "backup_record.place", "backup_record.said", "backup_record.slot"),
        "questionnaire_response.questionnaire_key",
        *("media_file.fingerprint", "media_file.type", "media_file.digest"),
        *("mail_account.name", "mail_account.paused_by", "mail_connection.account", "mail_connection.holder"),
        *("sending_batch.sender", "sending_batch.mails", "sending_batch.marks"),
    }
)
SHAPED_JSON = frozenset(
    {
        "assessment.items",
        "assessment_draft.conditions",
        "client.rechecks_due",
        "own_battery_version.items",
        *("course.checkin", "routine_version.checkin_preset"),
        "practice_figures.figures",
        *("client_import.columns", "import_layout.columns"),
        "booking_hours.weekly",
        "exercise_mistake.fault_keys",
        "warning_flag.question_keys",
        "warning_flag.found",
        *("form_recheck.answers", "pain_morning.easier"),
        *("questionnaire_response.answers", "questionnaire_response.scores"),
        *("erasure.was", "erasure.counts", "erasure.files"),
        "program_event.before",
        "program_event.after",
        "tapering_offer.numbers",
        "open_reason.figures",
        "reason_handling.closed",
    }
)
DERIVED = frozenset(
    {
        "client.sort_key",
        "client.search_key",
        "search_piece.piece",
        "client.email_key",
        "user_account.email_key",
        "user_account.new_email_key",
        "course_request.email_key",
    }
)
ADDRESSES = frozenset(
    {
        "client.email",
        "other_clinician.email",
        "user_account.email",
        "user_account.new_email",
        "practice.email",
        "invitation.email",
        "staff_invitation.email",
        "course_request.email",
        "outbox_message.to_address",
    }
)
# Inside a frozen wording: what is read by people, and what is not.
WORDLESS = frozenset(
    {
        *("key", "figure", "fault_keys", "provider", "id", "tempo_words", "since"),
        *("spot", "poster", "captions"),
        *("kind", "section", "sides", "region"),  # of a practice's own test
    }
)
PARENTS = ("assessment", "program", "checkin", "note")
MARK = re.compile(r"x(ada|bela|zofia|here|there)(\d{4})x", re.IGNORECASE)


class Marks:
    """Marks handed out, and which column each one stands in."""

    def __init__(self, payload: str = "") -> None:
        self.payload = payload
        self.where: dict[str, str] = {}

    def new(self, owner: str, column: str) -> str:
        mark = f"x{owner}{len(self.where):04d}x"
        self.where[mark] = column
        return mark

    def found_in(self, text: str) -> dict[str, set[str]]:
        """Whose marks a text holds, and from which columns."""
        found: dict[str, set[str]] = defaultdict(set)
        for match in MARK.finditer(text):
            found[match.group(1).lower()].add(self.where.get(match.group(0).lower(), "unknown"))
        return found

    def columns_of(self, owner: str) -> set[str]:
        """Every column that holds a mark of this owner."""
        return {column for mark, column in self.where.items() if MARK.match(mark)[1] == owner}  # type: ignore[index]


def plant(world: World, payload: str = "") -> Marks:
    """Write a mark (behind `payload`) into every free text of every row; returns the marks."""
    db.session.commit()
    marks = Marks(payload)
    owners = Owners(world)
    with unlocked():
        for table in Base.metadata.sorted_tables:
            if "id" in table.c:
                for row in db.session.execute(select(table)).mappings().all():
                    values = dict(_planted(marks, table, row, owners.of(table, row)))
                    if values:
                        db.session.execute(update(table).where(table.c.id == row["id"]).values(values))
    db.session.commit()
    db.session.expire_all()
    return marks


def free_texts() -> Iterator[str]:
    """Every column that a person's words can stand in, as table.column."""
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            name = f"{table.name}.{column.name}"
            if (
                _is_text(column) or isinstance(column.type, JSON | FrozenJson)
            ) and name not in SHAPED | SHAPED_JSON | DERIVED:
                yield name


class Owners:
    """Whose a row is: one of the three clients', or a practice's own."""

    def __init__(self, world: World) -> None:
        self.practices = {shelf.practice.id: name for name, shelf in world.shelves.items()}
        self.known: dict[uuid.UUID, str] = {}
        for name, records in world.records.items():
            self.known |= {records.client.id: name, records.user.id: name}

    def of(self, table: Table, row: Any) -> str:
        keys = [row["id"], row.get("client_id"), *(row.get(f"{parent}_id") for parent in PARENTS)]
        owner = next((self.known[key] for key in keys if key in self.known), None)
        owner = owner or self.practices[row["practice_id"] if "practice_id" in row else row["id"]]
        self.known.setdefault(row["id"], owner)
        return owner


def _planted(marks: Marks, table: Table, row: Any, owner: str) -> Iterator[tuple[str, Any]]:
    for column in table.c:
        name = f"{table.name}.{column.name}"
        value = row[column.name]
        if value is None or name in SHAPED or name in SHAPED_JSON or name in DERIVED:
            continue
        if isinstance(column.type, JSON | FrozenJson):
            yield column.name, _in_json(marks, owner, name, value)
        elif name in ADDRESSES:
            yield from _address(marks, table, column, owner, name)
        elif _is_text(column):
            text = _text(marks, owner, name, column.type.length)
            yield column.name, text
            if name == "client.name":
                yield "sort_key", text.casefold()
                yield "search_key", text.casefold()


def _address(
    marks: Marks, table: Table, column: Column[Any], owner: str, name: str
) -> Iterator[tuple[str, str]]:
    address = f"{marks.payload[:60]}{marks.new(owner, name)}@planted.example"
    yield column.name, address
    if f"{column.name}_key" in table.c:
        yield f"{column.name}_key", address.casefold()


def _text(marks: Marks, owner: str, name: str, longest: int | None) -> str:
    mark = marks.new(owner, name)
    room = (longest or 10_000) - len(mark)
    return (marks.payload if len(marks.payload) <= room else "<i>"[:room]) + mark


def _in_json(marks: Marks, owner: str, name: str, value: Any) -> Any:
    if isinstance(value, str):
        return _text(marks, owner, name, None)
    if isinstance(value, list):
        return [_in_json(marks, owner, name, each) for each in value]
    if isinstance(value, dict):
        return {
            key: each if key in WORDLESS else _in_json(marks, owner, name, each)
            for key, each in value.items()
        }
    return value


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, String) and not isinstance(column.type, Enum)
