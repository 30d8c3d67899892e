"""A JPEG's outline is taken or refused just as the whole file is, honest or damaged anywhere."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image

from server.printing import jpeg
from tests.pictures import jpeg as phone_jpeg


def saved(mode: str = "RGB", size: tuple[int, int] = (160, 120), **options: object) -> bytes:
    """A picture that does not compress away."""
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(out, "JPEG", **options)
    return out.getvalue()


WHOLE = {
    "a phone's": phone_jpeg((300, 200)),
    "plain": saved(),
    "progressive": saved(progressive=True),
    "optimised": saved(optimize=True, quality=95),
    "without subsampling": saved(subsampling=0),
    "with restarts": saved(restart_marker_blocks=3),
    "progressive with restarts": saved(progressive=True, restart_marker_rows=1),
    "an end in a comment": saved(comment=b"\xff\xd9 \xff\xda"),
    "grey": saved("L"),
    "four inks": saved("CMYK"),
}
MARKERS = (0x01, 0x02, 0xC0, 0xC2, 0xC4, 0xCC, 0xD0, 0xD8, 0xD9, 0xDA, 0xDB, 0xDD, 0xE1, 0xFE, 0xFF)


def opens(data: bytes) -> bool:
    """Whether all of it can be decoded."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            image.load()
    except Exception:  # noqa: BLE001 - a decoder may raise anything on hostile bytes
        return False
    return True


def damaged(data: bytes, by: random.Random) -> bytes:
    """Cut it, or change, drop, repeat a few of its bytes, mostly where the headers are."""
    found = bytearray(data)
    if by.random() < 0.3:
        del found[by.randrange(4, len(found)) :]
    for _ in range(by.choice((0, 1, 1, 2))):
        at = by.randrange(len(found) if by.random() < 0.4 else min(len(found), 700))
        piece = found[at : at + by.randrange(20)]
        found[at : at + by.choice((0, 1, 2, len(piece)))] = by.choice((
            b"", bytes(piece), by.randbytes(1), bytes((0xFF, by.choice(MARKERS)))))  # fmt: skip
    return bytes(found + by.choice((b"", b"", b"\xff\xd9", b"what a maker put behind it")))


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE.keys())
def test_a_whole_picture_has_a_short_outline_that_opens(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg, "KEPT", 64)
    short = jpeg.outline(data)
    assert short is not None
    assert opens(short)
    assert len(short) < len(data) or len(data) < 1500


@pytest.mark.parametrize("seed", range(8))
def test_damage_is_seen_in_the_outline_as_in_the_whole(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg, "KEPT", 16)
    by, decided = random.Random(seed), 0
    for data in [*WHOLE.values()] * 6:
        broken = damaged(data, by)
        if (short := jpeg.outline(broken)) is not None:
            decided += 1
            assert opens(short) is opens(broken)
    assert decided > 10


@pytest.mark.parametrize("cut", [1, 2, 3, 500, 5000])
def test_a_cut_picture_has_no_outline(cut: int) -> None:
    assert jpeg.outline(WHOLE["plain"][:-cut]) is None
