"""PDFs as people send them, and as people do who mean harm; all made here, and small."""

from __future__ import annotations

import zlib
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

WORDS = b"Findings of the lumbar spine"
HIDDEN = b"planted-in-the-pdf"
A4 = Array([0, 0, 595, 842])


def letter(pages: int = 1, **saved: object) -> bytes:
    """A letter with a line of text on each page."""
    pdf = blank(pages)
    return _bytes(pdf, **saved)


def blank(pages: int = 1) -> Pdf:
    """The same, still open."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for _ in range(pages):
        drawn = pdf.make_stream(b"BT /F1 12 Tf 72 700 Td (" + WORDS + b") Tj ET")
        page = Dictionary(Type=Name.Page, MediaBox=A4, Contents=drawn)
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    return pdf


def _bytes(pdf: Pdf, **saved: object) -> bytes:
    out = BytesIO()
    pdf.save(out, **saved)  # type: ignore[arg-type]
    return out.getvalue()


def _script() -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name.JavaScript, JS=String("app.alert('planted-in-the-pdf')"))


def with_scripts() -> bytes:
    """Scripts as it opens, on a page, in the list of names; and a program to be launched."""
    pdf = blank()
    pdf.Root.OpenAction = pdf.make_indirect(_script())
    pdf.Root.AA = Dictionary(WC=_script())
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), _script()])))
    page = pdf.pages[0].obj
    page.AA = Dictionary(O=Dictionary(S=Name.Launch, F=String("planted-in-the-pdf.exe")))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=A4)
    link.A = Dictionary(S=Name.URI, URI=String("https://planted-in-the-pdf.example"))
    page.Annots = Array([pdf.make_indirect(link)])
    page.Resources.Font.F1.AA = Dictionary(O=_script())
    return _bytes(pdf)


def with_a_file_in_it() -> bytes:
    """A file within, what tells who made it, and data that would come from a file elsewhere."""
    pdf = blank()
    pdf.attachments["planted-in-the-pdf.exe"] = pikepdf.AttachedFileSpec(pdf, b"MZ " + HIDDEN)
    with pdf.open_metadata() as told:
        told["dc:title"] = HIDDEN.decode()
    pdf.docinfo["/Author"] = HIDDEN.decode()
    elsewhere = pdf.make_stream(b"")
    elsewhere.Type, elsewhere.Subtype = Name.XObject, Name.Form
    elsewhere.BBox, elsewhere.F = A4, String("/etc/planted-in-the-pdf")
    pdf.pages[0].obj.Resources.XObject = Dictionary(X1=elsewhere)
    return _bytes(pdf)


def filled_in_form(*, xfa: bool = False, draws_itself: bool = False) -> bytes:
    """A consent form with a field that somebody filled in, which calls a script on each key."""
    pdf = blank()
    shown = pdf.make_stream(b"BT /F1 12 Tf 2 4 Td (Agreed: Ada) Tj ET")
    shown.Type, shown.Subtype, shown.BBox = Name.XObject, Name.Form, Array([0, 0, 200, 20])
    shown.Resources = pdf.pages[0].obj.Resources
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("who"), V=String("Ada"), F=4
    )
    field.Rect, field.AP, field.AA = Array([72, 600, 272, 620]), Dictionary(N=shown), Dictionary(K=_script())
    held = pdf.make_indirect(field)
    pdf.pages[0].obj.Annots = Array([held])
    pdf.Root.AcroForm = Dictionary(Fields=Array([held]))
    if xfa:
        pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp>" + HIDDEN + b"</xdp>")
    if draws_itself:
        pdf.Root.NeedsRendering = True
    return _bytes(pdf)


def bomb(size: int) -> bytes:
    """A page that unpacks to so many bytes."""
    packing, packed = zlib.compressobj(9), b""
    for _ in range(size // 1024**2):
        packed += packing.compress(bytes(1024**2))
    pdf = blank()
    drawn = pdf.make_stream(b"")
    drawn.write(packed + packing.flush(), filter=Name.FlateDecode)
    pdf.pages[0].obj.Contents = drawn
    return _bytes(pdf, compress_streams=False)


def locked(*, for_reading: bool = True) -> bytes:
    """One that asks for a password; or one that only says what may not be done with it."""
    kept = pikepdf.Encryption(owner="owner", user="user" if for_reading else "")
    return letter(encryption=kept)


def text_of(data: bytes) -> str:
    """What its pages say."""
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)


def unpacked(data: bytes) -> bytes:
    """All of it with nothing packed, to be searched."""
    with pikepdf.open(BytesIO(data)) as pdf:
        return _bytes(
            pdf,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
