"""What rules refuse: all of it at once, each about its field."""

from __future__ import annotations

import pytest

from clinic.domain.errors import RuleBroken, must_hold


def test_a_refusal_is_told_of_a_field_within_a_form() -> None:
    refused = RuleBroken("Too long.", "name").within("moves-2-name")
    assert (refused.message, str(refused), refused.field) == ("Too long.", "Too long.", "moves-2-name")


def test_what_is_refused_comes_all_at_once_the_first_in_front() -> None:
    first, second, third = (RuleBroken(word) for word in ("One.", "Two.", "Three."))
    with pytest.raises(RuleBroken) as refused:
        must_hold(iter([first, second, third]))
    assert refused.value is first
    assert first.others == (second, third)


def test_a_refusal_alone_has_no_others_and_nothing_refused_is_nothing_raised() -> None:
    must_hold([])
    alone = RuleBroken("One.")
    with pytest.raises(RuleBroken):
        must_hold([alone])
    assert alone.others == ()
