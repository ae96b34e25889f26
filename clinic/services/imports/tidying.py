"""What a file said of people is kept no longer than somebody may need it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select, update

from clinic.domain.imports import KEPT_UNBEGUN, UNDONE_WITHIN, ImportState
from clinic.models import ClientImport, ClientImportRow
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction

LEFT = (ImportState.UPLOADED, ImportState.FAILED)


@across_practices("tidying up")
def tidy(at: datetime) -> None:
    """Delete uploads nobody went on with, and the rows of imports that cannot be undone any more."""
    unbegun = ClientImport.state.in_(LEFT), ClientImport.uploaded_at < at - KEPT_UNBEGUN
    over = or_(
        (ClientImport.state == ImportState.DONE) & (ClientImport.ended_at < at - UNDONE_WITHIN),
        (ClientImport.state == ImportState.UNDONE) & (ClientImport.undone_at < at - UNDONE_WITHIN),
    )
    with transaction() as session:
        for which in (unbegun, (over,)):
            ids = select(ClientImport.id).where(*which)
            session.execute(delete(ClientImportRow).where(ClientImportRow.import_id.in_(ids)))
        session.execute(delete(ClientImport).where(*unbegun))
        session.execute(update(ClientImport).where(over).values(file_name=None, said=None))
