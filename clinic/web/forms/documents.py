"""The form of a document of a client."""

from __future__ import annotations

import uuid

from wtforms import BooleanField

from clinic.domain.documents import LONGEST_FROM, LONGEST_NOTE, LONGEST_TITLE, DocumentKind
from clinic.models import Document
from clinic.services.documents.keeping import DocumentWords
from clinic.web.forms.base import FilesForm, Form
from clinic.web.forms.fields import DatePartsField, LineField, LongTextField, OneOfField
from clinic.web.presenters.documents import KINDS


class DocumentForm(Form):
    """What is written down of a document."""

    title = LineField("Title", longest=LONGEST_TITLE, required="Give it a title.")
    kind = OneOfField("What it is", DocumentKind, KINDS, required="Choose what it is.")
    dated_on = DatePartsField("Date on it")
    from_whom = LineField("From whom", longest=LONGEST_FROM)
    note = LongTextField("Note", longest=LONGEST_NOTE)
    shared = BooleanField("Share it with the client")

    def words(self) -> DocumentWords:
        """The form's values in the service's shape."""
        return DocumentWords(
            title=self.title.data or "",
            kind=self.kind.data,
            dated_on=self.dated_on.data,
            from_whom=self.from_whom.data or "",
            note=self.note.data or "",
            shared=bool(self.shared.data),
        )

    def show(self, document: Document) -> None:
        """Fill the form with what is stored."""
        self.process(None, obj=document, data={"shared": document.shared_at is not None})


class AddDocumentForm(DocumentForm, FilesForm):
    """A new one; its file may be here already, sent piece by piece or with a form refused."""

    @property
    def sent_before(self) -> uuid.UUID | None:
        """The file that is here already."""
        try:
            return uuid.UUID(self.media_id.data or "")
        except ValueError:
            return None
