"""A warning flag that an assessment raised: what was found, as it was recorded then, and what followed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clinic.catalogue import load_catalogue
from clinic.domain.findings import in_figures
from clinic.domain.types import Side
from clinic.domain.warnings import locks_program
from clinic.models import WarningFlag
from clinic.web.presenters.assessments import field_name, value_words


@dataclass(frozen=True, slots=True)
class RaisedFlag:
    """What the pages of the assessment say of its flag."""

    id: uuid.UUID
    found: tuple[str, ...]
    did: str
    is_cleared: bool


def raised_words(flag: WarningFlag | None) -> RaisedFlag | None:
    """The flag in words; None where there is none."""
    if flag is None:
        return None
    held = "locked" if locks_program(flag.tier) else "on hold"
    did = (
        f"The client’s program is {held}, check-in mail is stopped, and every practitioner is alerted: "
        "by mail, or at the top of their pages where no mail reached them."
    )
    return RaisedFlag(flag.id, tuple(found_words(flag)), did, not flag.is_open)


def found_words(flag: WarningFlag) -> list[str]:
    """What an assessment found, each once; a later value of the same place comes after the earlier one."""
    return [_words(each) for each in flag.found or ()]


def what_to_do(flag: WarningFlag) -> list[str]:
    """What the catalogue says to do about it, each sentence once."""
    tests = load_catalogue().tests
    fields = [
        tests[each["test"]].field(each["field"])
        for each in flag.found or ()
        if each["test"] in tests and each["field"] in {field.id for field in tests[each["test"]].fields}
    ]
    return list(dict.fromkeys(field.warning_do for field in fields if field.warning_do))


def _words(found: Mapping[str, Any]) -> str:
    test = load_catalogue().tests.get(found["test"])
    field = next((each for each in test.fields if each.id == found["field"]), None) if test else None
    if test is None or field is None:
        return f"{found['test']}, {found['field']}: {found['value']}".replace("_", " ")
    said = f"{field_name(test, field, Side(found['side']))}: {value_words(field, found['value'])}"
    if found.get("before") is not None:
        said += f", it was {in_figures(found['before'])}"
    return f"{said}, recorded as limited by pain" if found.get("limited_by_pain") else said
