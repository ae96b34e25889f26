"""What nobody will ask for again is deleted: links and sessions long over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from clinic.domain.bulk_acts import KEPT_UNBEGUN, BulkActState
from clinic.domain.mail_replies import THROWN_AWAY_KEPT
from clinic.models import AuthSession, BulkAct, BulkActLine, KeptForm, LinkToken, MailReply
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction

KEEP_LINKS = timedelta(days=90)  # so that an old mail's link can still say that it has expired
KEEP_SESSIONS = timedelta(days=30)


@across_practices("tidying up")
def tidy(at: datetime) -> None:
    """Delete links and sessions that ended long before `at`, and what nobody came back for."""
    with transaction() as session:
        session.execute(delete(MailReply).where(MailReply.thrown_away_at < at - THROWN_AWAY_KEPT))
        session.execute(delete(KeptForm).where(KeptForm.expires_at < at))
        session.execute(delete(LinkToken).where(LinkToken.expires_at < at - KEEP_LINKS))
        session.execute(
            delete(AuthSession).where(
                or_(AuthSession.expires_at < at - KEEP_SESSIONS, AuthSession.ended_at < at - KEEP_SESSIONS)
            )
        )
        unbegun = BulkAct.state == BulkActState.CHOSEN, BulkAct.chosen_at < at - KEPT_UNBEGUN
        session.execute(delete(BulkActLine).where(BulkActLine.act_id.in_(select(BulkAct.id).where(*unbegun))))
        session.execute(delete(BulkAct).where(*unbegun))
