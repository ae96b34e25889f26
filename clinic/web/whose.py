"""Whose clients a list shows: all of the practice's, or one's own; remembered for each person."""

from __future__ import annotations

from enum import StrEnum

from flask import request
from flask_login import current_user


class Whose(StrEnum):
    """What the switch above a list says."""

    ALL = "all"
    MINE = "mine"


class WhosePage(StrEnum):
    """The pages that have the switch, each by the address it leads back to."""

    TODAY = "practitioner.attention.index"
    CLIENTS = "practitioner.clients.index"
    CHECKINS = "practitioner.checkins.index"
    REPLIES = "practitioner.replies.index"
    INBOX = "practitioner.inbox.index"
    GROUPS = "practitioner.groups.index"


def only_own() -> bool:
    """Whether this page shows one's own: as its address says, else as the switch was pressed last."""
    said = request.args.get("whose")
    return bool(current_user.only_own) if said not in list(Whose) else said == Whose.MINE
