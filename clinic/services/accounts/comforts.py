"""How somebody's pages look, on every device they sign in on."""

from __future__ import annotations

from clinic.domain.comforts import Comforts
from clinic.services.accounts import signing_in
from clinic.services.actors import Actor
from clinic.services.transaction import transaction


def choose(actor: Actor, chosen: Comforts) -> None:
    """Have one's own pages look like this from now on."""
    with transaction():
        user = signing_in.own(actor)
        user.text_size, user.contrast, user.hand = chosen.text_size, chosen.contrast, chosen.hand
