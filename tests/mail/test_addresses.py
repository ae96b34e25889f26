from __future__ import annotations

import re

import pytest

from clinic.domain.words import Words
from clinic.mail.addresses import AddressRefused, mailbox, parse_address


@pytest.mark.parametrize(
    "typed, mailbox, key",
    [
        ("anna@client.example", "anna@client.example", "anna@client.example"),
        ("Anna.Öst@client.example", None, None),
        ("  Anna@Client.Example\t", "Anna@client.example", "anna@client.example"),
        ("o'hara+back@x.co.uk", "o'hara+back@x.co.uk", "o'hara+back@x.co.uk"),
        # IDNA 2008, not the standard library's IDNA 2003: that one would write to strasse.de, another domain.
        ("Anna@straße.de", "Anna@xn--strae-oqa.de", "anna@xn--strae-oqa.de"),
        ("anna@exämple.net", "anna@xn--exmple-cua.net", "anna@xn--exmple-cua.net"),
        ("anna@xn--strae-oqa.de", "anna@xn--strae-oqa.de", "anna@xn--strae-oqa.de"),
    ],
)
def test_an_address_becomes_what_a_server_takes(typed: str, mailbox: str | None, key: str | None) -> None:
    if mailbox is None:
        with pytest.raises(AddressRefused, match="before the @-sign"):
            parse_address(typed)
        return
    address = parse_address(typed)
    assert (address.mailbox, address.key) == (mailbox, key)


def test_letters_beyond_ascii_before_the_at_sign_work_where_the_relay_takes_them() -> None:
    address = parse_address("Zoë@exämple.net", smtputf8=True)
    assert address.mailbox == "Zoë@xn--exmple-cua.net"
    assert address.key == "zoë@xn--exmple-cua.net"
    assert address.typed == "Zoë@exämple.net"


@pytest.mark.parametrize(
    "typed",
    [
        "anna@client.example",
        "Anna.Berg+back@Mail-1.Client.Example",
        "o'hara@x.co.uk",
        "anna@straße.de",
        "anna@xn--strae-oqa.de",
        "a_b-c@1and1.example",
    ],
)
def test_a_stored_address_is_sent_to_as_it_was_checked(typed: str) -> None:
    assert mailbox(typed) == parse_address(typed).mailbox


@pytest.mark.parametrize(
    "typed", ["anna", "anna@x.example\n", "a..b@x.example", "zoë@x.example", "a@b@c.example"]
)
def test_what_was_never_checked_is_refused_before_it_is_sent_to(typed: str) -> None:
    with pytest.raises(AddressRefused):
        mailbox(typed)


def test_two_ways_of_writing_a_mailbox_have_one_key() -> None:
    assert parse_address("ANNA@STRASSE.example").key == parse_address("anna@strasse.example").key
    assert parse_address("a@straße.example").key != parse_address("a@strasse.example").key


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "anna",
        "anna@",
        "@client.example",
        "anna@localhost",
        "anna@client..example",
        "anna@client.example, bob@client.example",
        "Anna <anna@client.example>",
        '"anna berg"@client.example',
        "anna@[127.0.0.1]",
        "anna@client.example\r\nBcc: eve@evil.example",
        "anna@client.example\n",
        "an\x00na@client.example",
        "=?utf-8?q?x=0ABcc=3A_eve=40evil.example?=@client.example",
        "an\x85na@client.example",
        "a" * 65 + "@client.example",
        "a@" + "b" * 60 + ".example" * 30,
    ],
)
def test_what_is_not_one_plain_address_is_refused_with_a_reason(typed: str) -> None:
    with pytest.raises(AddressRefused, match=r"\w"):
        parse_address(typed, smtputf8=True)


@pytest.mark.parametrize(
    "typed",
    [
        *("a b@c.example", "a@b", "a@@b.example", "a@b..example", "a@-b.example", "a@b-.example", "a@b.c-"),
        *("a@b_c.example", f"a@{'x' * 70}.example", f"{'x' * 70}@c.example", f"a@{'b.' * 130}example"),
        *("a@c.org,b@d.org", "A <a@c.org>", "<a@c.org>", "<a@c.org", "a@[1.2.3.4]", '"a b"@c.org'),
        *("a＠c.org", "a﹫c.org", "a@ab--c.org", "a@b.123", "a@localhost", "a@b.test", "a\u200b@c.org"),
        *("a@b .org", "a@b.org.", "a@.org", "@c.org", "a@", ".a@c.org", "a.@c.org", "(x)a@c.org"),
        *("a@xn--zzzzzz.org", "a@b.-c.org", "mailto:a@c.org", "a@c.org!", "zoë@c.org", "", "a\tb@c.org"),
        *("=?a@c.org", "a;b@c.org", "a@c..", "a@c..org"),
    ],
)
def test_whatever_is_wrong_is_said_in_words_that_other_languages_have(typed: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        parse_address(typed)
    (said,) = refused.value.args
    assert isinstance(said, Words)
    assert not [word for word in HARD if word in said], "no word that only the standards have"


HARD = ("IDNA", "Punycode", "special-use", "top-level", "display name", "literal", "ZERO WIDTH")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a b@c.example", "An email address cannot have this before the @-sign: a blank"),
        ("(x)a@c.org", "An email address cannot have this before the @-sign: ( and )"),
        ("a@c.org, b@d.org", "An email address cannot have this after the @-sign: , and @ and a blank"),
    ],
)
def test_the_signs_that_are_wrong_are_named(typed: str, said: str) -> None:
    with pytest.raises(AddressRefused, match=re.escape(said)):
        parse_address(typed)
