"""Messages in words: a thread's lines as each side reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from clinic.domain.answer_promise import AnswerPromise
from clinic.domain.dates import day_in_words
from clinic.domain.media import LARGEST, WITHOUT_SCRIPT, MediaKind, MediaState, in_words
from clinic.domain.messages import (
    LARGEST_VIDEO,
    MOST_PHOTOS,
    MessageChannel,
    MessageFrom,
    may_take_back,
    moment_in_words,
)
from clinic.domain.words import again, say
from clinic.services.messages.reading import (
    SaidElsewhere,
    SaidWhere,
    ThreadFileRow,
    ThreadMessage,
    ThreadPage,
)
from clinic.web.filters import local_date
from clinic.web.filters import moment as clock_words

TAKES = "image/jpeg,image/png,image/webp,video/mp4,video/quicktime,video/webm"
LARGEST_FILE = LARGEST_VIDEO
LARGEST_WORDS = in_words(LARGEST_VIDEO)
LARGEST_PHOTO_WORDS = in_words(LARGEST[MediaKind.PICTURE])
WITHOUT_SCRIPT_WORDS = in_words(WITHOUT_SCRIPT)
MOST = MOST_PHOTOS + 1
MOST_WORDS = say("At most %(photos)s photos and a video go with one message.", photos=MOST_PHOTOS)
MADE_READY = say("A video is being made ready. This takes a minute or two.")
GONE = say("A file that could not be shown")
YOU = say("You")
TAKEN_BACK = say("Taken back within a minute. Nobody has read it.")


@dataclass(frozen=True, slots=True)
class ThreadFile:
    """A photo or a video of a message; `state` is what is to be said of one that cannot be shown."""

    id: str
    is_video: bool
    state: str
    width: int
    height: int
    poster: str


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """One line of a thread. `note` says how it came and what it is about, in a sentence.

    `moment` is of a video: in words, in seconds, and whose it is.
    """

    id: UUID | None
    who: str
    when: str
    text: str
    note: str = ""
    is_practice: bool = False
    is_elsewhere: bool = False
    is_new: bool = False
    can_be_taken_back: bool = False
    files: Sequence[ThreadFile] = ()
    moment: str = ""
    moment_at: str = ""
    video_id: str = ""


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A page of a thread; `newest` is the last message on it, `before` where older ones begin."""

    lines: Sequence[ThreadLine] = field(default_factory=list)
    newest: str = ""
    before: str = ""

    @property
    def has_new(self) -> bool:
        """Whether its reader has not seen all of it."""
        return any(each.is_new for each in self.lines)


def instant(told: str) -> datetime | None:
    """Where a page of older messages begins; None for what is no instant with a zone."""
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def promised(promise: AnswerPromise, today: date) -> str:
    """How soon an answer comes and until when nobody is there to write one; empty where neither is known."""
    soon, closed = promise.in_words(), promise.closed_in_words(today)
    if soon and closed:
        return say("%(soon)s %(closed)s", soon=soon, closed=closed)
    return soon or closed or ""


def for_client(page: ThreadPage, zone: str, today: date, read_until: datetime | None) -> ThreadView:
    """The thread as its client reads it; what the practice wrote since they last read is new."""
    return _view(
        page,
        [
            _said(each, YOU, zone, today)
            if isinstance(each, SaidElsewhere)
            else _line(
                each,
                YOU if each.sender is MessageFrom.CLIENT else each.author or "",
                zone,
                is_new=each.sender is MessageFrom.PRACTICE
                and (read_until is None or each.sent_at > read_until),
            )
            for each in page.lines
        ],
    )


def for_staff(page: ThreadPage, client: str, zone: str, reader: UUID, now: datetime) -> ThreadView:
    """The thread as the practice reads it; what the reader sent within a minute can be taken back."""
    today = local_date(now, zone)
    return _view(
        page,
        [
            _said(each, client, zone, today)
            if isinstance(each, SaidElsewhere)
            else _line(
                each,
                client if each.sender is MessageFrom.CLIENT else each.author or "",
                zone,
                can_be_taken_back=each.author_id == reader
                and each.sender is MessageFrom.PRACTICE
                and each.channel is MessageChannel.PAGE
                and each.undone_at is None
                and may_take_back(each.sent_at, now),
            )
            for each in page.lines
        ],
    )


def _view(page: ThreadPage, lines: list[ThreadLine]) -> ThreadView:
    newest = next((str(each.id) for each in lines if each.id is not None), "")
    return ThreadView(lines, newest, page.before.isoformat() if page.before else "")


def _line(
    row: ThreadMessage, who: str, zone: str, *, is_new: bool = False, can_be_taken_back: bool = False
) -> ThreadLine:
    return ThreadLine(
        id=row.id,
        who=who,
        when=clock_words(row.sent_at, zone),
        text=row.text if row.undone_at is None else TAKEN_BACK,
        note=_note(row.channel, row.about),
        is_practice=row.sender is MessageFrom.PRACTICE,
        is_new=is_new,
        can_be_taken_back=can_be_taken_back,
        files=[_file(each) for each in row.files],
        moment="" if row.moment is None or row.undone_at else moment_in_words(row.moment),
        moment_at="" if row.moment is None else str(row.moment / 1000),
        video_id=row.video_id.hex if row.video_id else "",
    )


def _said(said: SaidElsewhere, who: str, zone: str, today: date) -> ThreadLine:
    note = _note_elsewhere(said.where, day_in_words(said.day, today), said.move)
    return ThreadLine(None, who, clock_words(said.at, zone), said.text, note, is_elsewhere=True)


def _note(channel: MessageChannel, move: str | None) -> str:
    match channel:
        case MessageChannel.MAIL:
            return say("About %(move)s, by mail.", move=move) if move else say("By mail.")
        case MessageChannel.PHONE if move:
            return say("About %(move)s, answered by phone; you alone read this note.", move=move)
        case MessageChannel.PHONE:
            return say("Answered by phone; you alone read this note.")
        case _:
            return say("About %(move)s.", move=move) if move else ""


def _note_elsewhere(where: SaidWhere, day: str, move: str | None) -> str:
    if where is SaidWhere.CHECKIN:
        return say("From the check-in of %(day)s.", day=day)
    if move:
        return say("From the log of %(day)s, about %(move)s.", day=day, move=move)
    return say("From the log of %(day)s.", day=day)


def _file(media: ThreadFileRow) -> ThreadFile:
    is_ready, is_video = media.state is MediaState.READY, media.kind is MediaKind.VIDEO
    return ThreadFile(
        id=media.id.hex,
        is_video=is_video,
        state="" if is_ready else _why_not_shown(media),
        width=media.width or 640,
        height=media.height or 360,
        poster=media.poster_id.hex if media.poster_id else "",
    )


def _why_not_shown(media: ThreadFileRow) -> str:
    if media.state is not MediaState.REFUSED:
        return MADE_READY
    return again(media.said) if media.said else GONE
