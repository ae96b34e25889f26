"""A document of a client: what is wrong with one, what its file is called, who sees it, and for how long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.domain.documents import (
    LONGEST_FROM,
    LONGEST_NOTE,
    LONGEST_TITLE,
    DocumentKind,
    file_name,
    is_shown_to_client,
    problems,
)

TODAY = date(2026, 11, 29)
AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("title", "dated_on", "named"),
    [
        ("MRI", None, []),
        ("MRI", TODAY, []),
        ("MRI", date(1900, 1, 1), []),
        ("", None, ["title"]),
        ("MRI", TODAY + DAY, ["dated_on"]),
        ("MRI", date(1899, 12, 31), ["dated_on"]),
        ("", date(1899, 12, 31), ["title", "dated_on"]),
    ],
)
def test_all_that_is_wrong_is_named_by_its_field(title: str, dated_on: date | None, named: list[str]) -> None:
    found = list(problems(title, dated_on, TODAY))
    assert [each.field for each in found] == named
    assert all(str(each) for each in found)


def test_a_document_without_a_title_is_refused_in_words() -> None:
    assert [each.message for each in problems("", TODAY, TODAY)] == ["Give it a title."]


def test_a_day_to_come_is_not_told_as_a_year_too_early() -> None:
    ((to_come,), (long_ago,)) = (list(problems("MRI", day, TODAY)) for day in (TODAY + DAY, date(196, 5, 3)))
    assert "in the future" in str(to_come)
    assert "four figures" in str(long_ago)


@pytest.mark.parametrize(
    ("kind", "title", "name"),
    [
        (DocumentKind.LETTER, "From the GP", "2026-11-29-letter-From-the-GP.pdf"),
        (DocumentKind.IMAGING_REPORT, "MRI: L4/L5 (2)", "2026-11-29-imaging-report-MRI-L4-L5-2.pdf"),
        (DocumentKind.OTHER, "../../etc/passwd", "2026-11-29-other-etc-passwd.pdf"),
        (DocumentKind.SCAN, "…", "2026-11-29-scan.pdf"),
        (DocumentKind.SCAN, "x" * 90, f"2026-11-29-scan-{'x' * 60}.pdf"),
    ],
)
def test_a_file_is_called_by_day_sort_and_title(kind: DocumentKind, title: str, name: str) -> None:
    assert file_name(kind, title, TODAY, "pdf") == name


@pytest.mark.parametrize(
    ("shared", "removed", "shown"),
    [(None, None, False), (AT, None, True), (AT, AT, False), (None, AT, False)],
)
def test_the_client_sees_what_is_shared_and_there(
    shared: datetime | None, removed: datetime | None, shown: bool
) -> None:
    assert is_shown_to_client(shared, removed) is shown


def test_there_is_room_for_a_title_a_sender_and_a_note() -> None:
    assert (LONGEST_TITLE, LONGEST_FROM, LONGEST_NOTE) == (160, 160, 1000)
