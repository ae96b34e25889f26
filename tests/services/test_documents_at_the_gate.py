"""PDFs and pictures of a client at the gate: what is shown of them is kept, all else stays behind."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from clinic.domain.errors import NotFound
from clinic.domain.media import DOCUMENT_SIDE, MediaKind, MediaRefused, MediaState
from clinic.extensions import db
from clinic.models import MediaFile
from clinic.services.actors import Actor
from clinic.services.media import making, pdf_anew, pdfs, uploads
from clinic.services.media.storage import store
from clinic.services.media.uploads import Announced
from tests.factories import pdfs as files
from tests.factories.media import GIF, HTML, SVG, empty_store, picture
from tests.factories.people import People


@pytest.fixture(autouse=True)
def nothing_kept(app: Flask) -> Iterator[None]:
    empty_store()
    yield
    empty_store()


@pytest.fixture
def send(people: People) -> Callable[..., MediaFile]:
    def sent(data: bytes, name: str = "letter.pdf", actor: Actor | None = None) -> MediaFile:
        about = Announced(MediaKind.DOCUMENT, name, len(data), client_id=people.client.id)
        return uploads.send_whole(actor or people.actor(people.assistant), about, data)

    return sent


Send = Callable[..., MediaFile]


def kept(row: MediaFile) -> bytes:
    return b"".join(store().read(row.id.hex))


def test_a_letter_keeps_its_pages_and_words(send: Send) -> None:
    row = send(files.letter(pages=3))
    assert (row.state, row.type) == (MediaState.READY, "application/pdf")
    assert files.text_of(kept(row)).count(files.WORDS.decode()) == 3
    assert (row.width, row.height) == (None, None)


@pytest.mark.parametrize(
    "made", [files.with_scripts, files.with_a_file_in_it, lambda: files.filled_in_form(xfa=True)]
)
def test_what_runs_leads_away_or_tells_where_it_is_from_stays_behind(
    send: Send, made: Callable[[], bytes]
) -> None:
    sent = made()
    assert files.HIDDEN in files.unpacked(sent)
    anew = kept(send(sent))
    assert files.WORDS.decode() in files.text_of(anew)
    bare = files.unpacked(anew)
    for word in (
        files.HIDDEN,
        b"/JavaScript",
        b"/JS",
        b"/OpenAction",
        b"/AA",
        b"/Launch",
        b"/URI",
        b"/Annots",
    ):
        assert word not in bare
    for word in (b"/EmbeddedFile", b"/XFA", b"/AcroForm", b"/Metadata", b"/Author", b"/Names", b"/etc/"):
        assert word not in bare


def test_what_somebody_filled_in_is_still_read(send: Send) -> None:
    assert "Agreed: Ada" in files.text_of(kept(send(files.filled_in_form())))


@pytest.mark.parametrize(
    "data, sentence",
    [
        (files.locked(), "locked"),
        (files.locked(for_reading=False), "locked"),
        (files.letter()[:-300], "cut off or damaged"),
        (b"%PDF-1.7\n" + bytes(5000), "cut off or damaged"),
        (b"%PDF-1.7\nnothing\n%%EOF\n", "cut off or damaged"),
        (files.filled_in_form(xfa=True, draws_itself=True), "draws itself"),
        (b"<html>" + files.letter(), "neither a PDF nor a picture"),
        (HTML, "neither a PDF nor a picture"),
        (b"PK\x03\x04" + bytes(400), "neither a PDF nor a picture"),
        (SVG, "neither a PDF nor a picture"),
        (GIF, "GIF"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(400), "HEIC"),
        (picture()[:900], "cut off"),
        (b"", "empty"),
    ],
)
def test_what_is_not_taken_is_said_in_a_sentence_and_not_kept(send: Send, data: bytes, sentence: str) -> None:
    with pytest.raises(MediaRefused, match=sentence):
        send(data, "letter.pdf")
    assert not list(store().names())


def test_a_bomb_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_anew, "MOST_UNPACKED", 5 * 1024**2)
    sent = tmp_path / "sent"
    sent.write_bytes(files.bomb(6 * 1024**2))
    with pytest.raises(pdf_anew.PdfRefused) as refused:
        pdf_anew.write_anew(sent, tmp_path / "made", 2)
    assert refused.value.why is pdf_anew.PdfProblem.TOO_LARGE


def test_one_page_too_many_is_too_many(tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    sent.write_bytes(files.letter(pages=3))
    with pytest.raises(pdf_anew.PdfRefused) as refused:
        pdf_anew.write_anew(sent, tmp_path / "made", 2)
    assert refused.value.why is pdf_anew.PdfProblem.PAGES
    assert set(pdfs.PROBLEMS) == set(pdf_anew.PdfProblem)


def test_an_archive_behind_a_pdf_stays_behind(send: Send) -> None:
    behind = BytesIO(files.letter())
    behind.seek(0, 2)
    with zipfile.ZipFile(behind, "a") as archive:
        archive.writestr("run.exe", files.HIDDEN)
    sent = behind.getvalue()
    assert zipfile.is_zipfile(BytesIO(sent))
    assert not zipfile.is_zipfile(BytesIO(kept(send(sent))))


def test_a_picture_is_known_by_its_content_and_drawn_anew_large_enough_to_be_read(send: Send) -> None:
    row = send(picture(size=(4000, 3000)), "letter.pdf")
    assert row.type == "image/jpeg"
    assert b"planted" not in kept(row)
    with Image.open(BytesIO(kept(row))) as drawn:
        assert max(drawn.size) == DOCUMENT_SIDE


def test_a_slow_one_is_left_to_the_worker(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "SOON", 0.0)
    row = send(files.letter())
    assert row.state is MediaState.WAITING
    assert making.make_all() == 1
    db.session.expire_all()
    assert row.state is MediaState.READY
    assert files.WORDS.decode() in files.text_of(kept(row))


def test_a_document_is_of_a_client_of_ones_own_practice(people: People, send: Send) -> None:
    with pytest.raises(NotFound):
        send(files.letter(), actor=people.actor(people.stranger))
    with pytest.raises(NotFound):
        uploads.begin(people.actor(people.owner), Announced(MediaKind.DOCUMENT, "letter.pdf", 10))
