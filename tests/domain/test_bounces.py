from __future__ import annotations

import pytest

from clinic.domain.bounces import IN_WORDS, Fault, fault_of, is_dead_address


@pytest.mark.parametrize(
    "status, fault",
    [
        ("5.1.0", Fault.ADDRESS),
        ("5.1.1", Fault.ADDRESS),
        ("5.1.2", Fault.ADDRESS),
        ("5.1.6", Fault.ADDRESS),
        ("5.1.10", Fault.ADDRESS),
        ("5.1.7", Fault.UNKNOWN),  # our own address is what it does not like
        ("5.1.8", Fault.UNKNOWN),
        ("5.2.2", Fault.FULL),
        ("4.2.2", Fault.FULL),
        ("5.2.1", Fault.UNKNOWN),
        ("5.7.1", Fault.REFUSED),
        ("5.7.26", Fault.REFUSED),
        ("4.4.7", Fault.PASSING),
        ("4.7.1", Fault.PASSING),
        ("4.1.1", Fault.PASSING),  # one day it may exist
        ("5.0.0", Fault.UNKNOWN),
        ("5.12.2", Fault.UNKNOWN),
        ("", Fault.UNKNOWN),
        ("5.1", Fault.UNKNOWN),
        ("5.1.1.1", Fault.UNKNOWN),
    ],
)
def test_each_code_has_its_meaning(status: str, fault: Fault) -> None:
    assert fault_of(status) is fault
    assert is_dead_address(status) is (fault is Fault.ADDRESS) or status == "5.1.1.1"


def test_each_fault_has_words() -> None:
    assert set(IN_WORDS) == set(Fault)
