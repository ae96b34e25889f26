from __future__ import annotations

import pytest

from clinic.domain.bounces import IN_WORDS, BounceCause, fault_of, is_dead_address


@pytest.mark.parametrize(
    "status, fault",
    [
        ("5.1.0", BounceCause.ADDRESS),
        ("5.1.1", BounceCause.ADDRESS),
        ("5.1.2", BounceCause.ADDRESS),
        ("5.1.6", BounceCause.ADDRESS),
        ("5.1.10", BounceCause.ADDRESS),
        ("5.1.7", BounceCause.UNKNOWN),  # our own address is what it does not like
        ("5.1.8", BounceCause.UNKNOWN),
        ("5.2.2", BounceCause.FULL),
        ("4.2.2", BounceCause.FULL),
        ("5.2.1", BounceCause.UNKNOWN),
        ("5.7.1", BounceCause.REFUSED),
        ("5.7.26", BounceCause.REFUSED),
        ("4.4.7", BounceCause.PASSING),
        ("4.7.1", BounceCause.PASSING),
        ("4.1.1", BounceCause.PASSING),  # one day it may exist
        ("5.0.0", BounceCause.UNKNOWN),
        ("5.12.2", BounceCause.UNKNOWN),
        ("", BounceCause.UNKNOWN),
        ("5.1", BounceCause.UNKNOWN),
        ("5.1.1.1", BounceCause.UNKNOWN),
    ],
)
def test_each_code_has_its_meaning(status: str, fault: BounceCause) -> None:
    assert fault_of(status) is fault
    assert is_dead_address(status) is (fault is BounceCause.ADDRESS) or status == "5.1.1.1"


def test_each_fault_has_words() -> None:
    assert set(IN_WORDS) == set(BounceCause)
