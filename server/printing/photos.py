"""Looking into photos with Pillow: is it an image we can open, what does its EXIF say, smaller pictures of it."""

from __future__ import annotations

import io
import threading
import unicodedata
import warnings
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

import pillow_heif
from PIL import ExifTags, Image, ImageOps

from server.printing.jpeg import outline

pillow_heif.register_heif_opener()
MAX_PIXELS = 50_000_000
"""The largest phone cameras in the field give 48 to 50 megapixels; 150 would take 450 MB to open."""
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# Once for the process: `catch_warnings` around each photo is not safe among threads.

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
MEDIA_TYPES = {
    "JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic",
}  # fmt: skip
"""MPO: a phone's JPEG with a second picture behind the first."""
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"}
NOT_AN_IMAGE = "application/octet-stream"
OUTLINED = 16 * 1024 * 1024
"""Larger files, which no tablet's camera makes, are decoded from the disk."""
QUALITY = 80
TEXT_LENGTH = 80
VIETNAM = timezone(timedelta(hours=7))
"""EXIF times without an offset are the camera's wall clock, and the country has one time zone."""

_decoding = threading.BoundedSemaphore(2)
"""A 50-megapixel picture takes 150 MB while it is open: two at a time, the others wait."""


class NotAnImageError(Exception):
    """The bytes are not an image that we can open."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file is. Not an image: no size, no EXIF."""

    media_type: str = NOT_AN_IMAGE
    width: int | None = None
    height: int | None = None
    exif: dict[str, str] = field(default_factory=dict)


def examine(file: BinaryIO) -> Facts:
    """Say what a file is; never raises for its content. `verify()` would pass a truncated JPEG, so it is decoded.

    Of a JPEG its outline is: 0.7 ms instead of 3.5 for 300 KB, as much less for more.
    """
    try:
        data = file.read(OUTLINED + 1)
        short = outline(data) if len(data) <= OUTLINED else None
        file.seek(0)
        with _opened(file if short is None else io.BytesIO(short)) as image:
            exif = _exif(image)
            width, height = image.size
            if image.getexif().get(ExifTags.Base.Orientation, 1) in {5, 6, 7, 8}:
                width, height = height, width
            with _decoding:
                if image.format in {"JPEG", "MPO"}:  # a HEIF draft would decode only its thumbnail
                    image.draft("L", (image.width // 8, image.height // 8))
                image.load()
            return Facts(MEDIA_TYPES[image.format or ""], width, height, exif)
    except Exception:  # noqa: BLE001 - a decoder may raise anything on hostile bytes; the answer is the same
        return Facts()


def smaller(file: BinaryIO, size: int) -> bytes:
    """Make a JPEG whose longer side is at most `size`, upright, without metadata.

    `draft()` with `reducing_gap`: 45 ms against 245 for a 12-megapixel photo.
    """
    try:
        with _decoding, _opened(file) as image:
            image.draft("RGB", (size, size))
            image.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
            upright = _flat(ImageOps.exif_transpose(image))
            out = io.BytesIO()
            upright.save(out, "JPEG", quality=QUALITY, optimize=True, exif=b"", icc_profile=None)
            return out.getvalue()
    except Exception as error:
        raise NotAnImageError from error


def _opened(file: BinaryIO) -> Image.Image:
    image = Image.open(file, formats=FORMATS)
    if image.width * image.height > MAX_PIXELS or not image.width or not image.height:
        raise NotAnImageError("too many pixels, or none")
    return image


def _flat(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    paper = Image.new("RGB", layered.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper


def _exif(image: Image.Image) -> dict[str, str]:
    """What the camera wrote, in the protocol's words; what is missing or senseless is left out."""
    base = image.getexif()
    if not base:
        return {}
    details, gps = base.get_ifd(ExifTags.IFD.Exif), base.get_ifd(ExifTags.IFD.GPSInfo)
    taken, zone = details.get(ExifTags.Base.DateTimeOriginal), details.get(ExifTags.Base.OffsetTimeOriginal)
    found: dict[str, str | None] = {
        "taken_at": _instant(taken, zone),
        "modified_at": _instant(base.get(ExifTags.Base.DateTime), details.get(ExifTags.Base.OffsetTime)),
        "make": _text(base.get(ExifTags.Base.Make)),
        "model": _text(base.get(ExifTags.Base.Model)),
        "software": _text(base.get(ExifTags.Base.Software)),
    }
    lat = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "NS", 90)
    lon = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "EW", 180)
    if lat is not None and lon is not None:
        found |= {"lat": lat, "lon": lon}
    return {name: value for name, value in found.items() if value}


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    printable = "".join(c for c in unicodedata.normalize("NFC", value) if c.isprintable())
    return printable.strip()[:TEXT_LENGTH] or None


def _instant(value: Any, offset: Any) -> str | None:
    text, zone = _text(value), _text(offset)
    for pattern, written in (("%Y:%m:%d %H:%M:%S%z", f"{text}{zone}"), ("%Y:%m:%d %H:%M:%S", text or "")):
        try:
            moment = datetime.strptime(written, pattern)  # noqa: DTZ007 - the zone is added on the next line
        except ValueError:
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)).isoformat()
    return None


def _degrees(parts: Any, side: Any, sides: str, most: int) -> str | None:
    """Degrees, minutes and seconds as a decimal string of six places (11 cm); 0/0 and 91° are no place."""
    if not isinstance(parts, tuple) or len(parts) != 3 or side not in tuple(sides):
        return None
    try:
        degrees, minutes, seconds = (Decimal(p.numerator) / Decimal(p.denominator) for p in parts)
        value = (degrees + minutes / 60 + seconds / 3600).quantize(Decimal("0.000001"))
    except (InvalidOperation, ZeroDivisionError, AttributeError, ValueError):
        return None
    if not 0 <= value <= most:
        return None
    return str(-value if side == sides[1] and value else value)
