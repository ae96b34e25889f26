"""The form a client chooses the look of their pages with."""

from __future__ import annotations

from clinic.domain.comforts import ColourContrast, Comforts, Hand, TextSize
from clinic.domain.words import say
from clinic.web.forms.base import Form
from clinic.web.forms.fields import OneOfField

SIZES = {
    TextSize.NORMAL: say("As usual"),
    TextSize.LARGE: say("Large"),
    TextSize.LARGEST: say("Very large"),
}
CONTRASTS = {
    ColourContrast.NORMAL: say("As usual"),
    ColourContrast.STRONG: say("Strong: black and white, with dark lines"),
}
HANDS = {Hand.RIGHT: say("My right hand, or both"), Hand.LEFT: say("My left hand")}


class ComfortsForm(Form):
    """Each with what stands now; one of each is always chosen."""

    text_size = OneOfField(say("How large should text be?"), TextSize, SIZES, required=say("Choose a size."))
    contrast = OneOfField(
        say("How strong should colours be?"), ColourContrast, CONTRASTS, required=say("Choose one.")
    )
    hand = OneOfField(say("Which hand holds the phone?"), Hand, HANDS, required=say("Choose a hand."))

    @property
    def chosen(self) -> Comforts:
        """What was chosen; only on a valid form."""
        return Comforts(self.text_size.data, self.contrast.data, self.hand.data)
