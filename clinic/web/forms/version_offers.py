"""The form that offers a newer version of a routine to some of those who have an older one."""

from __future__ import annotations

import uuid

from wtforms import BooleanField, HiddenField, SelectMultipleField

from clinic.domain.errors import NotFound
from clinic.domain.new_versions import LONGEST_NOTE, VersionDecision
from clinic.services.programs.version_offers import OfferWish, VersionOfferings
from clinic.web.forms.base import Form
from clinic.web.forms.fields import LongTextField
from clinic.web.presenters.version_offers import choices


class OfferVersionForm(Form):
    """Who is asked, what they read of it, and whether doses of their own stay."""

    seen = HiddenField()  # the version that the page showed
    programs = SelectMultipleField("Offer it to", choices=[], validate_choice=False)
    note = LongTextField("A note for your clients", longest=LONGEST_NOTE)
    keeps_doses = BooleanField("Doses that were corrected for a client stay as they are", default=True)

    @classmethod
    def of(cls, found: VersionOfferings) -> OfferVersionForm:
        """The form for those who have an older version; who has said no already is not ticked."""
        form = cls(seen=str(found.newest.id))
        form.programs.choices = choices(found)
        if not form.is_filled_in:
            said_no = {
                each.offer.program_id for each in found.offered if each.offer.decision is VersionDecision.KEPT
            }
            form.programs.data = [
                str(each.program.id) for each in found.older if each.program.id not in said_no
            ]
        return form

    def wish(self) -> OfferWish:
        """What was chosen; NotFound for an id that is none."""
        try:
            version_id = uuid.UUID(self.seen.data or "")
            programs = [uuid.UUID(each) for each in self.programs.data or ()]
        except ValueError:
            raise NotFound from None
        return OfferWish(
            version_id=version_id,
            programs=programs,
            note=self.note.data or "",
            keeps_doses=bool(self.keeps_doses.data),
        )
