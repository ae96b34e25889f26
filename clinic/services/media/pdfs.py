"""PDFs at the gate: known by what is in them, and written anew by a program of its own (`pdf_anew`).

What comes out shows the same pages. Scripts, actions, links, forms, files within, and where it comes from
stay behind. A PDF cannot be drawn anew without losing its text: what draws its pages is copied as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import filetype

from clinic.domain.media import MediaRefused
from clinic.domain.words import say
from clinic.services.media import outside, pictures
from clinic.services.media.outside import ProgramFailed, ProgramTooSlow

PDF = "application/pdf"
PROGRAM = Path(__file__).with_name("pdf_anew.py")
MOST_PAGES = 500
HEAD = b"%PDF-"
SOON = 6.0  # seconds within which the page that sends it waits
LONGEST_WORK = 120.0  # seconds
WANTED = say("PDF, JPEG, PNG and WebP are taken.")
INSTEAD = say("Save or print it as a PDF, and send that.")
BROKEN = say(
    "The PDF is cut off or damaged: it cannot be read to its end. Send it once more, from the original."
)
OK = "ok"
PROBLEMS = {  # by what the program answers
    "locked": (
        say(
            "This PDF is locked, with a password or against changes. "
            "Open it, print it as a PDF without the lock, and send that."
        )
    ),
    "broken": BROKEN,
    "empty": say("This PDF has no page. Choose another one."),
    "pages": say("This PDF has more than %(most)s pages. Send it in parts.", most=MOST_PAGES),
    "form": say(
        "This is a form that draws itself (XFA), which few programs can open. %(instead)s", instead=INSTEAD
    ),
    "too_large": say("This PDF unpacks to more than can be kept here. Save it with smaller pictures."),
}
TOO_SLOW = say(
    "The PDF takes too long to be looked through. Save it with smaller pictures, or send it in parts."
)


def is_pdf(begin: bytes) -> bool:
    """Whether the first bytes are a PDF's."""
    return begin.startswith(HEAD)


def check_begin(begin: bytes) -> None:
    """Raise MediaRefused where the first bytes are of neither a PDF nor a picture that is taken."""
    if is_pdf(begin):
        return
    if (filetype.guess_mime(begin) or "").startswith("image/"):
        pictures.check_begin(begin)
        return
    raise MediaRefused(
        say(
            "This is neither a PDF nor a picture, whatever its name ends in. %(wanted)s %(instead)s",
            wanted=WANTED,
            instead=INSTEAD,
        )
    )


def made(source: Path, folder: Path, goes_on: Callable[[], None], seconds: float = LONGEST_WORK) -> Path:
    """Make what is kept, in a folder of this work. Raises MediaRefused, and ProgramTooSlow before its end."""
    target = folder / "made.pdf"
    words = [sys.executable, "-I", str(PROGRAM), str(source), str(target), str(MOST_PAGES)]
    try:
        said = outside.run(words, folder, goes_on, seconds).decode()
    except ProgramFailed:
        raise MediaRefused(BROKEN) from None
    except ProgramTooSlow:
        if seconds < LONGEST_WORK:
            raise
        raise MediaRefused(TOO_SLOW) from None
    if said != OK:
        raise MediaRefused(PROBLEMS.get(said, BROKEN))
    return target
