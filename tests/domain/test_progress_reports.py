"""Who sees a report of progress, and whether it still says what was read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clinic.domain.progress_reports import LONGEST_WORDS, READERS, ReportReader, digest, is_shown_to_client

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHOWN = [(None, None, False), (AT, None, True), (None, AT, False), (AT, AT, False)]


@pytest.mark.parametrize("given_at, withdrawn_at, shown", SHOWN)
def test_a_client_sees_what_was_given_and_stands(
    given_at: datetime | None, withdrawn_at: datetime | None, shown: bool
) -> None:
    assert is_shown_to_client(given_at, withdrawn_at) is shown


def test_another_word_is_another_report_and_another_order_is_the_same() -> None:
    read = {"title": "Progress", "sections": [{"a": 1, "b": "ü"}]}
    assert digest(read) == digest({"sections": [{"b": "ü", "a": 1}], "title": "Progress"})
    assert digest(read) != digest({**read, "sections": [{"a": 2, "b": "ü"}]})
    assert digest(read) == "c4237ca8a21531c3ddf4238d15220e2c30784a80368b54b393a945b4d692332d"


def test_a_practitioners_own_words_are_a_page_at_most() -> None:
    assert LONGEST_WORDS == 2000


def test_every_reader_has_a_name() -> None:
    assert set(READERS) == set(ReportReader)
