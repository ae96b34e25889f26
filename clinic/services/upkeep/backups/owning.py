"""What an owner may do about the backups of their installation, on the trail of their practice."""

from __future__ import annotations

import uuid

from clinic.domain.access import Permission
from clinic.domain.errors import Forbidden, RuleBroken
from clinic.services import audit, mail_setup
from clinic.services.actors import Actor
from clinic.services.transaction import transaction
from clinic.services.upkeep.backups import keys
from clinic.services.upkeep.backups.keys import NewKey

NEEDS = Permission.KEEP_BACKUPS


def may_change(actor: Actor) -> str | None:
    """Why somebody cannot make or retire keys on the page, in words; None where they can."""
    if not actor.may(NEEDS):
        return "Only the owner of the practice can make backup keys."
    if mail_setup.is_shared():
        return (
            "Several practices share this installation, and a backup holds all of them. "
            "Whoever looks after the installation keeps the keys."
        )
    return None


def make_key(actor: Actor, label: str, key: str) -> NewKey:
    """A new key, whose private part is in what is returned and nowhere else; owners only.

    `key` is the form's, so that two presses are one. Raises RuleBroken.
    """
    _check(actor)
    with transaction():
        made = keys.make(label, actor.name, key_id=uuid.UUID(hex=key))
        audit.record(actor, "backup_key.made", subject_id=made.key.id, label=label)
    return made


def retire_key(actor: Actor, key_id: uuid.UUID) -> str:
    """Encrypt to a key no more; owners only. Returns its label. Raises RuleBroken for the last one."""
    _check(actor)
    with transaction():
        key = keys.retire(key_id)
        audit.record(actor, "backup_key.retired", subject_id=key.id, label=key.label)
    return key.label


def _check(actor: Actor) -> None:
    if not actor.may(NEEDS):
        raise Forbidden("Only the owner of the practice can make backup keys.")
    if why_not := may_change(actor):
        raise RuleBroken(why_not)
