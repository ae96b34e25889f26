"""Mailed and handed-over links: random secrets, kept as hashes, with one purpose and an end.

The unsubscribe link alone never ends; it is signed instead of stored (RFC 8058 asks that it works for good).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from itsdangerous import BadSignature, Signer, URLSafeSerializer, base64_encode
from sqlalchemy import ColumnElement, CursorResult, select, update

from clinic.domain.errors import LinkProblem
from clinic.domain.links import LIFETIMES, link_problem
from clinic.domain.types import LinkProblemKind, LinkPurpose, MailChannel
from clinic.extensions import db
from clinic.models import LinkToken
from clinic.services.clock import now
from clinic.services.reach import across_practices

CHECKIN_LIFETIME = LIFETIMES[LinkPurpose.CHECKIN]
SECRET_BYTES = 24  # 192 bits; 32 characters in the address

_HEX = 32  # an id
# the first links of all name no channel
_PREFIXES = {MailChannel.CHECKINS: "", MailChannel.MESSAGES: "m", MailChannel.REMINDERS: "r"}
_CHANNELS = {prefix: channel for channel, prefix in _PREFIXES.items()}
_MARK = re.compile(r"(?<![0-9a-f])([0-9a-f]{32})\.([0-9a-f]{16})(?![0-9a-f])")


def digest(secret: str) -> str:
    """What is stored of a secret. The secrets are random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def mint(
    practice_id: uuid.UUID,
    purpose: LinkPurpose,
    expires_at: datetime,
    *,
    user_id: uuid.UUID | None = None,
    invitation_id: uuid.UUID | None = None,
    checkin_id: uuid.UUID | None = None,
    questionnaire_request_id: uuid.UUID | None = None,
    course_request_id: uuid.UUID | None = None,
    staff_invitation_id: uuid.UUID | None = None,
) -> str:
    """Make a link's secret and add its row; the secret itself is returned once and never stored."""
    secret, row = new(
        practice_id,
        purpose,
        expires_at,
        user_id=user_id,
        invitation_id=invitation_id,
        checkin_id=checkin_id,
        questionnaire_request_id=questionnaire_request_id,
        course_request_id=course_request_id,
        staff_invitation_id=staff_invitation_id,
    )
    db.session.add(LinkToken(**row))
    return secret


def new(
    practice_id: uuid.UUID,
    purpose: LinkPurpose,
    expires_at: datetime,
    *,
    user_id: uuid.UUID | None = None,
    invitation_id: uuid.UUID | None = None,
    checkin_id: uuid.UUID | None = None,
    questionnaire_request_id: uuid.UUID | None = None,
    course_request_id: uuid.UUID | None = None,
    staff_invitation_id: uuid.UUID | None = None,
) -> tuple[str, dict[str, Any]]:
    """A link's secret, and the row of LinkToken that the caller must add for it to work."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = {
        "id": uuid.uuid4(),
        "practice_id": practice_id,
        "purpose": purpose,
        "token_hash": digest(secret),
        "user_id": user_id,
        "invitation_id": invitation_id,
        "checkin_id": checkin_id,
        "questionnaire_request_id": questionnaire_request_id,
        "course_request_id": course_request_id,
        "staff_invitation_id": staff_invitation_id,
        "created_at": now(),
        "expires_at": expires_at,
    }
    return secret, row


def address(endpoint: str, **values: object) -> str:
    """The full address of a page, from the base URL and never from a request."""
    base = urlsplit(current_app.config["SETTINGS"].base_url)
    pages = current_app.url_map.bind(base.netloc, url_scheme=base.scheme)
    return pages.build(endpoint, values, force_external=True)


def secret_address(endpoint: str, secret: str) -> str:
    """The full address of a page that ends in a secret; the rest of it is worked out once an app."""
    known: dict[str, str] = current_app.extensions.setdefault("secret_addresses", {})
    if endpoint not in known:
        known[endpoint] = address(endpoint, secret="x").removesuffix("x")  # noqa: S106 - no secret
    return known[endpoint] + secret


def find(secret: str, purpose: LinkPurpose) -> LinkToken:
    """The link's row if it may be used now; raises LinkProblem saying why not."""
    query = select(LinkToken).where(LinkToken.token_hash == digest(secret), LinkToken.purpose == purpose)
    with across_practices("whose link this is") as across:
        token = db.session.scalars(query).one_or_none()
        if token is None:
            raise LinkProblem(LinkProblemKind.UNKNOWN)
        across.found(token.practice_id)
    problem = link_problem(
        now(), expires_at=token.expires_at, used_at=token.used_at, revoked_at=token.revoked_at
    )
    if problem is not None:
        raise LinkProblem(problem)
    return token


def use(token: LinkToken) -> None:
    """Take a link for good; of twenty at once exactly one gets through, the others raise LinkProblem."""
    # the condition is in the UPDATE: select-then-update let one link work 5 to 18 times
    taken = db.session.execute(
        update(LinkToken)
        .where(LinkToken.id == token.id, LinkToken.used_at.is_(None), LinkToken.revoked_at.is_(None))
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )
    assert isinstance(taken, CursorResult)
    if taken.rowcount != 1:
        raise LinkProblem(LinkProblemKind.USED)


def revoke(subject: ColumnElement[bool]) -> None:
    """End every unused link of a subject, given as a condition on LinkToken."""
    db.session.execute(
        update(LinkToken)
        .where(subject, LinkToken.used_at.is_(None), LinkToken.revoked_at.is_(None))
        .values(revoked_at=now())
        .execution_options(synchronize_session=False)
    )


def sign_unsubscribe(client_id: uuid.UUID, channel: MailChannel = MailChannel.CHECKINS) -> str:
    """The secret of a client's unsubscribe link for one sort of mail."""
    return str(_unsubscribe().dumps(f"{_PREFIXES[channel]}{client_id.hex}"))


def read_unsubscribe(secret: str) -> tuple[uuid.UUID, MailChannel]:
    """Whose unsubscribe link this is, and of which mail; raises LinkProblem if it was altered."""
    try:
        signed = _unsubscribe().loads(secret)
        return uuid.UUID(hex=signed[-_HEX:]), _CHANNELS[signed[:-_HEX]]
    except (BadSignature, ValueError, AttributeError, TypeError, KeyError):
        raise LinkProblem(LinkProblemKind.ALTERED) from None


def mark_of(mail_id: uuid.UUID) -> str:
    """What a mail carries in its envelope and head, so that a report about it is known to be about it."""
    return f"{mail_id.hex}.{_mac(current_app.config['SECRET_KEY'], mail_id.bytes)}"


def marked_mails(text: str) -> Iterator[uuid.UUID]:
    """The mails whose marks stand in a text; a mark that is not ours counts for nothing."""
    key = current_app.config["SECRET_KEY"]
    for found in dict.fromkeys(_MARK.findall(text.lower())):
        mail_id = uuid.UUID(hex=found[0])
        if hmac.compare_digest(_mac(key, mail_id.bytes), found[1]):
            yield mail_id


def _mac(key: str, what: bytes) -> str:
    return hashlib.blake2b(what, digest_size=8, key=_mark_key(key)).hexdigest()


@lru_cache(maxsize=4)
def _mark_key(key: str) -> bytes:
    return hashlib.sha256(b"mail-mark-v1:" + key.encode()).digest()


class _Signed(URLSafeSerializer):
    """Never packed: an id does not get smaller, and the attempt cost more than the signature.

    The signer is made once; it took half of the time.
    """

    _own: Signer | None = None

    def dump_payload(self, obj: object) -> bytes:
        return base64_encode(self.serializer.dumps(obj))

    def make_signer(self, salt: str | bytes | None = None) -> Signer:
        self._own = self._own or super().make_signer(salt)
        return self._own


def _unsubscribe() -> URLSafeSerializer:
    return _signed(current_app.config["SECRET_KEY"])


@lru_cache(maxsize=4)
def _signed(key: str) -> URLSafeSerializer:
    return _Signed(key, salt="unsubscribe-v1")
