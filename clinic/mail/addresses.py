"""Mail addresses as they are typed: checked at entry, and put into the form a server takes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from clinic.domain.words import all_of, say

LONGEST = 254
# What email-validator says, as we say it: each sentence is one that other languages can say.
KNOWN = {
    str(words): words
    for words in (
        say("An email address must have an @-sign."),
        say("There must be something before the @-sign."),
        say("There must be something after the @-sign."),
        say("The email address contains invalid characters before the @-sign."),
        say("An email address cannot start with a period."),
        say("An email address cannot have a period immediately before the @-sign."),
        say("An email address cannot have a period immediately after the @-sign."),
        say("An email address cannot end with a period."),
        say("An email address cannot have two periods in a row."),
        say("An email address cannot end with a hyphen."),
        say("An email address cannot have a hyphen immediately after the @-sign."),
        say("An email address cannot have a period and a hyphen next to each other."),
        say("The part after the @-sign is not valid. It should have a period."),
    )
}
TOO_LONG = say("This email address is too long.")
UNSENDABLE = say("This email address contains characters that cannot be sent.")
NOWHERE = say("Mail cannot be sent to what stands after the @-sign. Please check it.")
ALONE = say("Enter the email address alone, without a name or brackets around it.")
IN_SHORT = (  # by how its sentence begins; what follows there is for people who know the standards
    ("The email address is too long", TOO_LONG),
    ("After the @-sign, periods cannot be separated by so many", TOO_LONG),
    ("The email address contains unsafe characters", UNSENDABLE),
    ("The part after the @-sign is a special-use", NOWHERE),
    ("The part after the @-sign is not valid", NOWHERE),
    ("A display name and angle brackets", ALONE),
    ("An open angle bracket", ALONE),
    ("There can't be anything after the email address", ALONE),
    ("The email address has the", say("Type the @-sign anew: this one only looks like it.")),
    ("Quoting the part before", say("An email address cannot have quotation marks.")),
)
SIGNS_BEFORE = "The email address contains invalid characters before the @-sign"
SIGNS_AFTER = "The part after the @-sign contains invalid characters"
A_BLANK = say("a blank")

# words between dots; no `xn--`, no address in brackets, nothing that needs quotes
_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]{1,30}(?:\.[A-Za-z0-9_+-]{1,30})?@(?:[A-Za-z0-9]{1,30}(?:-[A-Za-z0-9]{1,30})?\.){1,5}[A-Za-z]{2,30}"
)


class AddressRefused(ValueError):
    """An address mail cannot be sent to; the message is for the person who typed it."""


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: as the person writes it, as a server takes it, and as we compare it."""

    typed: str
    mailbox: str  # the domain in ASCII (IDNA 2008)
    key: str  # equal for two spellings of one mailbox; never sent to


def parse_address(text: str, *, smtputf8: bool = False) -> Address:
    """Read one address; `smtputf8` says whether the mail server takes accents before the @-sign.

    Raises AddressRefused with a sentence for the form. The domain is not looked up.
    """
    from email_validator import EmailNotValidError, validate_email  # starting.LATE says why here

    text = text.strip(" \t")
    _refuse_header_tricks(text)
    try:
        valid = validate_email(text, check_deliverability=False, allow_smtputf8=True, strict=True)
    except EmailNotValidError as error:
        raise AddressRefused(_why(str(error))) from None
    if valid.smtputf8 and not smtputf8:
        raise AddressRefused(say("Our mail server cannot deliver to letters like é or ł before the @-sign."))
    mailbox = f"{valid.local_part}@{valid.ascii_domain}"
    if len(mailbox.encode()) > LONGEST:
        raise AddressRefused(TOO_LONG)
    return Address(typed=valid.normalized, mailbox=mailbox, key=mailbox.casefold())


def mailbox(address: str, *, smtputf8: bool = False) -> str:
    """An address as a server takes it. Nearly all are plain and were checked at entry: those cost nothing.

    Raises AddressRefused.
    """
    if _PLAIN.fullmatch(address) and len(address) <= LONGEST:
        local, _, domain = address.rpartition("@")
        return f"{local}@{domain.lower()}"
    return parse_address(address, smtputf8=smtputf8).mailbox


def _refuse_header_tricks(text: str) -> None:
    """`=?` may be part of an address in theory; in a header it starts an encoded word."""
    if not text:
        raise AddressRefused(say("Enter an email address."))
    if any(c < " " or "\x7f" <= c <= "\x9f" for c in text) or "=?" in text:
        raise AddressRefused(UNSENDABLE)


def _why(said: str) -> str:
    """What email-validator said, in one of our sentences."""
    if said in KNOWN:
        return KNOWN[said]
    signs = re.findall(r"'([^'])'", said) + [A_BLANK] * ("SPACE" in said)
    if said.startswith(SIGNS_BEFORE) and signs:
        return say("An email address cannot have this before the @-sign: %(signs)s", signs=all_of(signs))
    if said.startswith(SIGNS_AFTER) and signs:
        return say("An email address cannot have this after the @-sign: %(signs)s", signs=all_of(signs))
    otherwise = say("This is no email address that mail can be sent to. Please check it.")
    return next((words for begin, words in IN_SHORT if said.startswith(begin)), otherwise)
