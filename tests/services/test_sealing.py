"""What is sealed opens in its place, for its purpose, with its key, and nowhere else."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import pytest
from flask import Flask

from clinic.services import sealing

TEXT = "grüße, 7 herons"


def test_what_is_sealed_opens_again_and_shows_nothing(app: Flask) -> None:
    sealed = sealing.seal("mail", "a.b.1", TEXT)
    assert sealing.unseal("mail", "a.b.1", sealed) == TEXT
    assert b"herons" not in urlsafe_b64decode(sealed)
    assert sealing.seal("mail", "a.b.1", TEXT) != sealed


@pytest.mark.parametrize(("purpose", "place"), [("forms", "a.b.1"), ("mail", "a.b.2"), ("mail", "")])
def test_it_opens_for_no_other_purpose_or_place(app: Flask, purpose: str, place: str) -> None:
    sealed = sealing.seal("mail", "a.b.1", TEXT)
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(purpose, place, sealed)


def test_what_was_cut_or_changed_does_not_open(app: Flask) -> None:
    whole = urlsafe_b64decode(sealing.seal("mail", "a.b.1", TEXT))
    changed = [whole[:-1], whole[:5], b"", b"2" + whole[1:], whole[:-1] + bytes([whole[-1] ^ 1])]
    for each in changed:
        with pytest.raises(sealing.Unreadable):
            sealing.unseal("mail", "a.b.1", urlsafe_b64encode(each).decode())
    for nonsense in ("", "?", "abc", "€"):
        with pytest.raises(sealing.Unreadable):
            sealing.unseal("mail", "a.b.1", nonsense)


def test_another_key_does_not_open_it(app: Flask) -> None:
    sealed, before = sealing.seal("mail", "a.b.1", TEXT), app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, secret_key="another-secret-that-is-long-enough-too")
    try:
        with pytest.raises(sealing.Unreadable):
            sealing.unseal("mail", "a.b.1", sealed)
    finally:
        app.config["SETTINGS"] = before
