"""What every section of a client's record shows around its own part."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from sqlalchemy.orm import joinedload

from clinic.models import Client, User
from clinic.services.clock import now
from clinic.web.forms.client_filter import list_behind
from clinic.web.presenters import clients as words

# who is responsible, whom each section names: read with the client, not by a query of its own
WITH_RESPONSIBLE = joinedload(Client.responsible).load_only(User.name)


def record_section(tab: str, client: Client, template: str = "", /, **context: Any) -> str:
    """A section of a record under its tab; `template` where it is not the tab's own."""
    context = {"is_without_program": False, **context}
    return render_template(
        template or f"practitioner/clients/{tab}.html",
        client=client,
        current_tab=tab,
        kept=list_behind(request.args),
        local_time=words.local_time(client, now()),
        words=words,
        **context,
    )
