"""The form a client chooses the look of their pages with."""

from __future__ import annotations

from clinic.domain.comforts import ColourContrast, Comforts, Hand, TextSize
from clinic.web.forms.base import Form
from clinic.web.forms.fields import OneOfField

SIZES = {TextSize.NORMAL: "As usual", TextSize.LARGE: "Large", TextSize.LARGEST: "Very large"}
CONTRASTS = {
    ColourContrast.NORMAL: "As usual",
    ColourContrast.STRONG: "Strong: black and white, with dark lines",
}
HANDS = {Hand.RIGHT: "My right hand, or both", Hand.LEFT: "My left hand"}


class ComfortsForm(Form):
    """Each with what stands now; one of each is always chosen."""

    text_size = OneOfField("How large should text be?", TextSize, SIZES, required="Choose a size.")
    contrast = OneOfField("How strong should colours be?", ColourContrast, CONTRASTS, required="Choose one.")
    hand = OneOfField("Which hand holds the phone?", Hand, HANDS, required="Choose a hand.")

    @property
    def chosen(self) -> Comforts:
        """What was chosen; only on a valid form."""
        return Comforts(self.text_size.data, self.contrast.data, self.hand.data)
