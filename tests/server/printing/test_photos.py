"""What Pillow tells of a file, honest or hostile, and the smaller pictures."""

from __future__ import annotations

import io

import pillow_heif
import pytest
from PIL import Image

from server.printing.photos import NOT_AN_IMAGE, Facts, NotAnImageError, examine, smaller
from tests.pictures import bomb, jpeg


def facts(data: bytes) -> Facts:
    """Examine bytes."""
    return examine(io.BytesIO(data))


def encoded(format: str, mode: str = "RGB", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    """A plain picture in some format."""
    out = io.BytesIO()
    Image.new(mode, size).save(out, format, **options)
    return out.getvalue()


def test_a_phone_s_jpeg() -> None:
    assert facts(jpeg((64, 48))) == Facts("image/jpeg", 64, 48, {
        "taken_at": "2021-08-05T08:30:00+07:00", "modified_at": "2021-08-05T08:30:00+07:00", "make": "Samsung",
        "model": "SM-T575", "lat": "21.273100", "lon": "106.194600"})  # fmt: skip


def test_stripped_exif_is_empty() -> None:
    assert facts(jpeg(taken_at=None, place=None)).exif == {}


def test_width_and_height_are_those_that_a_person_sees() -> None:
    found = facts(jpeg((64, 48), orientation=6))
    assert (found.width, found.height) == (48, 64)


@pytest.mark.parametrize(("format", "kind"), [("PNG", "image/png"), ("WEBP", "image/webp"), ("JPEG", "image/jpeg")])
def test_other_formats(format: str, kind: str) -> None:
    assert facts(encoded(format)) == Facts(kind, 40, 30, {})


def test_heif() -> None:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48))).save(out)
    assert (facts(out.getvalue()).media_type, facts(out.getvalue()).width) == ("image/heic", 64)
    assert facts(out.getvalue()[:-200]).media_type == NOT_AN_IMAGE


BIG = jpeg((640, 480))
HOSTILE = {
    "empty": b"",
    "text called .jpg": "Đây là văn bản, không phải ảnh".encode(),
    "html": b"<html><script>alert(1)</script>",
    "150 megapixels": bomb(),
    "just over the limit": bomb(10_000, 5_001),
    "cut in half": BIG[: len(BIG) // 2],
    "header only": BIG[:600],
    "truncated png": encoded("PNG", size=(200, 200))[:-30],
    "gif": encoded("GIF", "P"),
    "bmp": encoded("BMP"),
    "tiff": encoded("TIFF"),
    "pdf": b"%PDF-1.4\n%%EOF",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "no pixels": bomb(0, 0),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_image_we_open_says_so_and_never_raises(data: bytes) -> None:
    assert facts(data) == Facts()
    with pytest.raises(NotAnImageError):
        smaller(io.BytesIO(data), 320)


@pytest.mark.parametrize("offset", range(2, 160, 3))
def test_senseless_exif_never_raises(offset: int) -> None:
    data = bytearray(jpeg((16, 16)))
    data[offset] ^= 0xFF
    assert facts(bytes(data)).media_type in {"image/jpeg", NOT_AN_IMAGE}


def test_exif_text_is_cleaned() -> None:
    image, exif, out = Image.new("RGB", (8, 8)), Image.Exif(), io.BytesIO()
    exif[0x010F], exif[0x0131] = " Hang\x07\x1b may ", "x" * 500
    exif.get_ifd(0x8769)[0x9003] = "2021:13:45 99:00:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (91.0, 0.0, 0.0), "E", (10.0, 0.0, 0.0)
    image.save(out, "JPEG", exif=exif)
    found = facts(out.getvalue()).exif
    assert found["software"] == "x" * 80
    assert found["make"] == "Hang may"
    assert {"taken_at", "lat", "lon"}.isdisjoint(found)


@pytest.mark.parametrize("size", [320, 1280])
def test_smaller_pictures_are_upright_and_bare(size: int) -> None:
    data = smaller(io.BytesIO(jpeg((1600, 800), orientation=6)), size)
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == ("JPEG", (size // 2, size))
        assert dict(image.getexif()) == {}
        assert "exif" not in image.info


def test_a_small_picture_is_not_blown_up() -> None:
    with Image.open(io.BytesIO(smaller(io.BytesIO(jpeg((64, 48))), 320))) as image:
        assert image.size == (64, 48)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "I;16", "1", "L"])
def test_every_mode_becomes_a_jpeg(mode: str) -> None:
    with Image.open(io.BytesIO(smaller(io.BytesIO(encoded("PNG", mode)), 320))) as image:
        assert image.mode == "RGB"
        if mode in {"RGBA", "LA"}:  # transparent black on white paper
            assert image.getpixel((5, 5)) == (255, 255, 255)
