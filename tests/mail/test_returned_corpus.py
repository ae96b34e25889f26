"""What is read of mail that comes back, measured: no address marked wrongly, hard bounces acted on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from clinic.domain.bounces import BounceCause
from clinic.mail.reports import ReportKind, read_report
from tests.factories.returned_corpus import OURS, ReturnedSample, samples

CORPUS = tuple(samples())


def understood(sample: ReturnedSample) -> BounceCause | ReportKind:
    read = read_report(sample.raw())
    return read.failure_of(OURS).cause if read.kind is ReportKind.FAILED else read.kind


@pytest.mark.parametrize("sample", CORPUS, ids=[sample.system for sample in CORPUS])
def test_each_sample_is_read_as_what_it_is(sample: ReturnedSample) -> None:
    assert understood(sample) is sample.truth


def test_no_address_is_marked_wrongly_and_hard_bounces_are_acted_on(
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    told = Counter((sample.is_hard, understood(sample) is BounceCause.ADDRESS) for sample in CORPUS)
    hard = told[True, True] + told[True, False]
    figures = f"{told[True, True]} of {hard} hard ones acted on, {told[False, True]} marked wrongly"
    record_testsuite_property("returned mail", f"{len(CORPUS)} samples, {figures}")
    assert len(CORPUS) >= 120
    assert told[False, True] == 0, figures
    assert told[True, True] >= 0.95 * hard, figures


@pytest.mark.parametrize("sample", CORPUS, ids=[sample.system for sample in CORPUS])
def test_each_sample_still_says_which_mail_it_is_about(sample: ReturnedSample) -> None:
    assert any("0123.4567" in text for text in read_report(sample.raw()).texts)
