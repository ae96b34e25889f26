"""A secret under a mask: never twice the same letters, and whole again when it comes back."""

from __future__ import annotations

from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.masking import MARK, masked, unmasked

tokens = st.text(st.characters(codec="ascii"), max_size=200)


@given(tokens)
def test_what_is_under_a_mask_comes_out_as_it_went_in(token: str) -> None:
    assert unmasked(masked(token)) == token


def test_no_two_masks_are_alike_and_none_shows_the_token() -> None:
    token = "a token of forms"
    seen = {masked(token) for _ in range(50)}
    assert len(seen) == 50
    for each in seen:
        assert each.startswith(MARK)
        both = urlsafe_b64decode(each.removeprefix(MARK))
        assert len(both) == 2 * len(token), "a mask as long as the token, and the token under it"
        assert token.encode() not in both


@pytest.mark.parametrize("sent", ["", "no mask", "a~b", "~", "~%%%", "~AAA", "~é"])
def test_what_has_no_mask_or_a_broken_one_stays_as_it_is_or_comes_to_nothing(sent: str) -> None:
    assert unmasked(sent) in (sent, "")


def test_what_has_no_mask_is_taken_as_it_is() -> None:
    assert unmasked("IjAx.ab.cd") == "IjAx.ab.cd"
    assert unmasked("~AAA") == "~AAA", "broken: it is for the check to refuse"


@given(st.text(max_size=50))
def test_whatever_is_sent_can_be_looked_at(sent: str) -> None:
    assert isinstance(unmasked(sent), str)
