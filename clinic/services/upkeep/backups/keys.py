"""Keys of backups: the public ones are kept, a private one is shown once and never stored.

A sheet holds two lines. With the first a backup is opened; with the second one can tell, on a new machine and
with everything else lost, that it is a backup of this installation and unchanged.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from base64 import b32decode, b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import func, select

from clinic.domain.errors import NotFound, RuleBroken
from clinic.extensions import db
from clinic.models import BackupKey
from clinic.services import sealing
from clinic.services.clock import now
from clinic.services.upkeep.backups.refusals import BackupRefused

PURPOSE = "backup signature"
CHECKSUM = 3  # bytes; with them the line ends evenly
_IDENTITY = re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]{58}")
_VERIFIER = re.compile(r"REGROOVE-VERIFY-1([A-Z2-7]{56})")
_USED = select(BackupKey).where(BackupKey.retired_at.is_(None)).order_by(BackupKey.made_at)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a printed sheet says: private keys, and by whom its backups are signed (public key, in hex)."""

    identities: tuple[str, ...] = ()
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made, with what is shown this once."""

    key: BackupKey
    secret_line: str
    verify_line: str


def signer() -> Ed25519PrivateKey:
    """What this installation signs with: it follows from CLINIC_SECRET_KEY."""
    return Ed25519PrivateKey.from_private_bytes(sealing.derived(PURPOSE))


def signed_by() -> str:
    """The public key of this installation's signature, in hex."""
    return signer().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def installation_of(signed_by: str) -> str:
    """The short name of the installation that signs with this key."""
    return hashlib.sha256(bytes.fromhex(signed_by)).hexdigest()[:12]


def this_installation() -> str:
    """This one's."""
    return installation_of(signed_by())


def verify_line() -> str:
    """The line of a sheet by which this installation's backups are known. No secret."""
    key = bytes.fromhex(signed_by())
    return "REGROOVE-VERIFY-1" + b32encode(key + _checksum(key)).decode()


def read_sheet(text: str) -> Sheet:
    """What stands on a sheet, with anything around it; raises BackupRefused if nothing does."""
    whole = "".join(text.upper().split())
    found = _VERIFIER.search(whole)
    sheet = Sheet(tuple(dict.fromkeys(_IDENTITY.findall(whole))), _verifier(found[1]) if found else "")
    if not sheet.identities and not sheet.signed_by:
        raise BackupRefused(
            "No key was found: a line of the sheet begins with AGE-SECRET-KEY-1 or REGROOVE-VERIFY-1."
        )
    for identity in sheet.identities:
        try:
            pyrage.x25519.Identity.from_str(identity)
        except pyrage.IdentityError:
            raise BackupRefused(
                "The line AGE-SECRET-KEY-1… has a mistake in it. Compare it with the sheet."
            ) from None
    return sheet


def in_use() -> Sequence[BackupKey]:
    """The keys that the next backup is encrypted to. One query."""
    return db.session.scalars(_USED).all()


def since() -> datetime | None:
    """When the first key in use was made: from then on backups are expected. One query."""
    return db.session.scalar(select(func.min(BackupKey.made_at)).where(BackupKey.retired_at.is_(None)))


def make(label: str, who: str, *, key_id: uuid.UUID | None = None) -> NewKey:
    """A new key, within the caller's transaction; what is returned is all there ever is of its private part.

    Raises RuleBroken where there is one with this id: its sheet was shown then.
    """
    if key_id and db.session.get(BackupKey, key_id):
        raise RuleBroken(
            "The key was made a moment ago, and its sheet was shown then. If you do not have it, make "
            "another key and retire that one."
        )
    identity = pyrage.x25519.Identity.generate()
    key = add(str(identity.to_public()), label, who, key_id=key_id)
    return NewKey(key, str(identity), verify_line())


def add(recipient: str, label: str, who: str, *, key_id: uuid.UUID | None = None) -> BackupKey:
    """Encrypt to a public key as well, within the caller's transaction; raises RuleBroken."""
    try:
        pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise RuleBroken("A public key begins with age1, and has 62 characters.", "recipient") from None
    if db.session.scalar(select(BackupKey.id).where(BackupKey.recipient == recipient)):
        raise RuleBroken("This key is known already.", "recipient")
    key = BackupKey(
        id=key_id or uuid.uuid4(),
        recipient=recipient,
        label=label,
        installation=this_installation(),
        made_at=now(),
        made_by=who,
    )
    db.session.add(key)
    return key


def retire(key_id: uuid.UUID) -> BackupKey:
    """Encrypt to a key no more, within the caller's transaction; it opens what was written before.

    Raises RuleBroken for the last one.
    """
    used = {key.id: key for key in db.session.scalars(_USED.with_for_update())}
    key = used.get(key_id)
    if key is None:
        raise NotFound
    if len(used) == 1:
        raise RuleBroken("It is the only key. Make another one first: without a key there is no backup.")
    key.retired_at = now()
    return key


def _verifier(letters: str) -> str:
    whole = b32decode(letters)
    key, checksum = whole[:-CHECKSUM], whole[-CHECKSUM:]
    if _checksum(key) != checksum:
        raise BackupRefused("The line REGROOVE-VERIFY-1… has a mistake in it. Compare it with the sheet.")
    return key.hex()


def _checksum(key: bytes) -> bytes:
    return hashlib.sha256(b"regroove verify" + key).digest()[:CHECKSUM]
