"""Video links: which are taken, as what, and which are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.errors import RuleBroken
from clinic.domain.videos import (
    FilmPart,
    Video,
    VideoProvider,
    clock,
    parse,
    parse_clock,
    part_problems,
    watch_url,
)

YT, VI = VideoProvider.YOUTUBE, VideoProvider.VIMEO
ID = "a1B2c3D4e5_"

TAKEN = [
    (f"https://www.youtube.com/watch?v={ID}", Video(YT, ID)),
    (f"https://youtube.com/watch?v={ID}&list=PL123", Video(YT, ID)),
    (f"http://m.youtube.com/watch?app=desktop&v={ID}", Video(YT, ID)),
    (f"https://youtu.be/{ID}", Video(YT, ID)),
    (f"https://youtu.be/{ID}?si=share&t=270", Video(YT, ID, 270)),
    (f"https://www.youtube.com/watch?v={ID}&t=4m30s", Video(YT, ID, 270)),
    (f"https://www.youtube.com/watch?v={ID}&t=1h2m3s", Video(YT, ID, 3723)),
    (f"https://www.youtube.com/watch?v={ID}#t=30", Video(YT, ID, 30)),
    (f"https://www.youtube.com/embed/{ID}?start=90", Video(YT, ID, 90)),
    (f"https://www.youtube.com/shorts/{ID}", Video(YT, ID)),
    (f"https://www.youtube.com/live/{ID}", Video(YT, ID)),
    (f"HTTPS://WWW.YOUTUBE.COM/watch?v={ID}", Video(YT, ID)),
    (f"  youtu.be/{ID}  ", Video(YT, ID)),
    ("https://vimeo.com/123456789", Video(VI, "123456789")),
    ("https://vimeo.com/123456789/0a1b2c3d4e", Video(VI, "123456789/0a1b2c3d4e")),
    ("https://vimeo.com/123456789#t=4m30s", Video(VI, "123456789", 270)),
    ("https://player.vimeo.com/video/123456789?h=0a1b2c3d4e", Video(VI, "123456789/0a1b2c3d4e")),
    ("https://player.vimeo.com/video/123456789", Video(VI, "123456789")),
    ("https://player.vimeo.com/video/123456789?h=0a1b2c3d4e&h=ffffff", Video(VI, "123456789/0a1b2c3d4e")),
    (f"https://youtu.be/{ID}?t=nonsense", Video(YT, ID)),
    (f"https://youtu.be/{ID}?t=99999", Video(YT, ID, 21600)),
]


@pytest.mark.parametrize("link, video", TAKEN, ids=[link for link, _ in TAKEN])
def test_the_providers_own_forms_are_understood(link: str, video: Video) -> None:
    assert parse(link) == video


REFUSED = [
    "",
    "hello",
    "https://example.com/watch?v=" + ID,
    "https://youtube.com.evil.example/watch?v=" + ID,
    "https://evil.example/youtube.com/watch?v=" + ID,
    "https://youtube.com@evil.example/watch?v=" + ID,
    "https://evil.example@youtube.com/watch?v=" + ID,
    "https://youtube.com:8443/watch?v=" + ID,
    "https://youtube.com:99999/watch?v=" + ID,
    "https://notyoutube.com/watch?v=" + ID,
    "https://youtube.com./watch?v=" + ID,
    "https://yоutube.com/watch?v=" + ID,  # a Cyrillic o
    "javascript:alert(1)//youtube.com/watch?v=" + ID,
    "javascript://youtube.com/watch?v=" + ID,
    "data:text/html,youtube.com",
    "file:///etc/passwd",
    "https:\\\\youtube.com\\watch?v=" + ID,
    "https://youtube.com/watch?v=short",
    "https://youtube.com/watch?v=" + ID + "x",
    "https://youtube.com/watch",
    "https://youtube.com/",
    "https://youtube.com/channel/abc",
    "https://youtube.com/channel/" + ID,
    "https://youtube.com/embed",
    'https://youtu.be/a1B2c3D4e5"',
    "https://youtu.be/<script>xx>",
    "https://youtu.be/a1B2c3D4e5_/extra",
    "https://youtu.be/a1B2 c3D4e5_",
    "https://youtu.be/a1B2c\n3D4e5_",
    "https://youtu.be/\ta1B2c3D4e5_",
    "https://vimeo.com/channels/staffpicks",
    "https://vimeo.com/123",
    "https://vimeo.com/123456789/not-a-key",
    "https://vimeo.com/123456789/0a1b2c3d4e/more",
    "https://player.vimeo.com/123456789",
    "https://player.vimeo.com/other/123456789",
    "https://[::1/watch?v=" + ID,
    "https://youtu.be/" + "a" * 600,
]


@pytest.mark.parametrize("link", REFUSED)
def test_everything_else_is_refused_with_a_reason(link: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse(link)
    assert refused.value.field == "video"
    assert refused.value.message.endswith(".")


def test_a_link_has_five_hundred_signs_at_most() -> None:
    link = f"https://youtu.be/{ID}?si=".ljust(500, "a")
    assert parse(link) == Video(YT, ID)
    with pytest.raises(RuleBroken):
        parse(link + "a")


@given(st.text(max_size=80))
def test_any_text_is_a_video_or_is_refused(text: str) -> None:
    try:
        video = parse(text)
    except RuleBroken:
        return
    assert parse(watch_url(video.provider, video.id, video.start)) == video


@pytest.mark.parametrize("link, video", TAKEN, ids=[link for link, _ in TAKEN])
def test_the_watch_address_leads_to_the_same_video_and_second(link: str, video: Video) -> None:
    assert parse(watch_url(video.provider, video.id, video.start)) == video


def test_watch_addresses_are_the_providers_canonical_ones() -> None:
    assert watch_url("youtube", ID, 270) == f"https://www.youtube.com/watch?v={ID}&t=270s"
    assert watch_url("youtube", ID) == f"https://www.youtube.com/watch?v={ID}"
    assert watch_url("vimeo", "123456789", 270) == "https://vimeo.com/123456789#t=270s"
    assert watch_url("vimeo", "123456789") == "https://vimeo.com/123456789"


@pytest.mark.parametrize(
    "text, second",
    [
        ("4:30", 270),
        ("0:05", 5),
        ("04:30", 270),
        ("1:02:03", 3723),
        (" 4:30 ", 270),
        ("75:00", 4500),
        ("1:59:59", 7199),
    ],
)
def test_times_are_read_as_people_write_them(text: str, second: int) -> None:
    assert parse_clock(text) == second


@pytest.mark.parametrize(
    "text", ["", "4", "4:3", "4:60", "4.30", "1:60:00", "-1:00", "4:30:", "four", "４:30"]
)
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_clock(text)
    of_an_hour = text == "1:60:00"
    said = "An hour has 60 minutes." if of_an_hour else "Write minutes and seconds, like 4:30."
    assert (refused.value.message, refused.value.field) == (said, "at")


@given(st.integers(0, 6 * 3600))
def test_a_second_is_written_as_it_was_read(second: int) -> None:
    assert parse_clock(clock(second)) == second


def test_four_and_a_half_minutes_are_written_plainly() -> None:
    assert clock(270) == "4:30"
    assert clock(3723) == "1:02:03"


@pytest.mark.parametrize(
    ("part", "lasts", "problem"),
    [
        (FilmPart(), 1, None),
        (FilmPart(), None, None),
        (FilmPart(5), None, None),
        (FilmPart(5, 6), 6, None),
        (FilmPart(5), 6, None),
        (FilmPart(6), 6, ("The video lasts 0:06.", "part_from")),
        (FilmPart(5, 7), 6, ("The video lasts 0:06.", "part_until")),
        (FilmPart(5, 5), None, ("The part ends before it begins.", "part_until")),
        (FilmPart(5, 4), 60, ("The part ends before it begins.", "part_until")),
    ],
)
def test_a_part_lies_within_its_video(
    part: FilmPart, lasts: int | None, problem: tuple[str, str] | None
) -> None:
    found = [(each.message, each.field) for each in part_problems(part, lasts)]
    assert found == ([] if problem is None else [problem])
