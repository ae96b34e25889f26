"""Writes a PDF anew: its pages and what is drawn on them, and nothing else of it.

Run as a program of its own, with a limit on memory and time, because what it opens may be made to harm:
`python pdf_anew.py SENT MADE PAGES`, where PAGES is how many it may have. It imports
nothing of ours. Answers one word: `ok`, or why the file is not taken (`PdfProblem`).
"""

from __future__ import annotations

import resource
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TypeGuard

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

MOST_MEMORY = 1536 * 1024**2  # bytes
MOST_UNPACKED = 512 * 1024**2  # bytes of all that is packed
MOST_IN_ONE = 160_000_000  # pixels of a picture; an A3 sheet at 600 dots an inch has 70 million
END_WITHIN = 4096  # bytes from the end, where the mark of the end has to stand
OK = "ok"

# Of a page: where it is cut, which way up, and what is drawn. No annotation, action, form field, thumbnail.
OF_PAGE = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"}
)
# What can do something, names another file, holds one, or tells where it comes from; wherever it stands.
NEVER = frozenset(
    {
        *("/AA", "/OpenAction", "/JS", "/JavaScript", "/Launch", "/EF", "/AF", "/RichMediaContent"),
        *("/Annots", "/AcroForm", "/XFA", "/Metadata", "/PieceInfo", "/OPI", "/Alternates", "/Names"),
        *("/StructParent", "/StructParents", "/LastModified", "/PresSteps", "/Thumb"),
    }
)
OF_FILES_ELSEWHERE = ("/F", "/FFilter", "/FDecodeParms")  # in a stream: its data would come from there


class PdfProblem(StrEnum):
    """Why a PDF is not taken."""

    LOCKED = "locked"
    BROKEN = "broken"
    EMPTY = "empty"
    PAGES = "pages"
    FORM = "form"  # of the kind that draws itself, which few programs open
    TOO_LARGE = "too_large"


class PdfRefused(Exception):
    """A PDF that is not taken."""

    def __init__(self, why: PdfProblem) -> None:
        super().__init__(why.value)
        self.why = why


def write_anew(sent: Path, made: Path, most_pages: int) -> None:
    """Write what is shown of one PDF as another one. Raises PdfRefused."""
    if b"%%EOF" not in _end_of(sent):
        raise PdfRefused(PdfProblem.BROKEN)
    with _opened(sent) as source, pikepdf.new() as anew:
        _check(source, most_pages)
        _draw_what_was_filled_in(source)
        for page in source.pages:
            _keep_only(page.obj, OF_PAGE)
        anew.pages.extend(source.pages)
        for page in anew.pages:
            _keep_only(page.obj, OF_PAGE)
        _keep_layers(source, anew)
        _scrub(anew)
        anew.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)


def _end_of(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END_WITHIN))
        return file.read()


def _opened(path: Path) -> Pdf:
    try:
        source = pikepdf.open(path)
    except pikepdf.PasswordError:
        raise PdfRefused(PdfProblem.LOCKED) from None
    if source.is_encrypted:
        raise PdfRefused(PdfProblem.LOCKED)
    return source


def _check(source: Pdf, most_pages: int) -> None:
    pages = len(source.pages)
    if pages == 0:
        raise PdfRefused(PdfProblem.EMPTY)
    if pages > most_pages:
        raise PdfRefused(PdfProblem.PAGES)
    if source.Root.get("/NeedsRendering", False) == True:  # noqa: E712 - an object of the file, not a bool
        raise PdfRefused(PdfProblem.FORM)
    unpacked = 0
    for each in source.objects:
        if isinstance(each, Stream):
            if int(each.get("/Width", 0)) * int(each.get("/Height", 0)) > MOST_IN_ONE:
                raise PdfRefused(PdfProblem.TOO_LARGE)
            unpacked += _unpacked(each, MOST_UNPACKED - unpacked)


def _unpacked(stream: Stream, most: int) -> int:
    """How many bytes a stream unpacks to; PdfRefused once they are more than `most`."""
    filters = stream.get("/Filter")
    first = filters[0] if isinstance(filters, Array) and len(filters) else filters
    if first != Name.FlateDecode:
        return 0
    packed, size, data = zlib.decompressobj(), 0, stream.read_raw_bytes()
    with suppress(zlib.error):  # readers show such a stream up to there
        while data:
            size += len(packed.decompress(data, 1024**2))
            if size > most:
                raise PdfRefused(PdfProblem.TOO_LARGE)
            data = packed.unconsumed_tail
    return size


def _draw_what_was_filled_in(source: Pdf) -> None:
    """What a form's fields and stamps show becomes part of the page; what makes them fields is dropped."""
    form = source.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and form.get("/NeedAppearances", False) == True:  # noqa: E712
        source.generate_appearance_streams()
    source.flatten_annotations("screen")


def _keep_only(holder: Object, names: frozenset[str]) -> None:
    for name in [each for each in holder.keys() if each not in names]:  # noqa: SIM118 - not a dict
        del holder[name]


def _keep_layers(source: Pdf, anew: Pdf) -> None:
    """Which layers are seen, so that none shows that was hidden."""
    layers = source.Root.get("/OCProperties")
    if isinstance(layers, Dictionary):
        anew.Root.OCProperties = anew.copy_foreign(source.make_indirect(layers))


def _scrub(anew: Pdf) -> None:
    for each in anew.objects:
        for holder in _holders(each):
            for name in NEVER & set(holder.keys()):
                del holder[name]
            if isinstance(holder, Stream):
                for name in OF_FILES_ELSEWHERE:
                    if name in holder:
                        del holder[name]
                if holder.get("/Subtype") == Name.PS:  # a program for printers
                    holder.write(b"")


def _holders(each: Object) -> Iterator[Object]:
    """An object and what stands within it, as far as it is not an object of its own."""
    waiting = [each]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Array):
            waiting += [inner for inner in found if _is_within(inner)]
        elif isinstance(found, Dictionary | Stream):
            yield found
            waiting += [inner for _, inner in found.items() if _is_within(inner)]


def _is_within(inner: object) -> TypeGuard[Object]:
    return isinstance(inner, Array | Dictionary) and not inner.is_indirect


def _limit() -> None:
    with suppress(OSError, ValueError):  # not every system keeps to it
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read the file named first, write the one named second, say what became of it."""
    _limit()
    try:
        write_anew(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
        said = OK
    except PdfRefused as refused:
        said = refused.why.value
    except MemoryError:
        said = PdfProblem.TOO_LARGE.value
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError):
        said = PdfProblem.BROKEN.value
    sys.stdout.write(said)


if __name__ == "__main__":
    main()
