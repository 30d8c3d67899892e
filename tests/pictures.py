"""Pictures for tests: real JPEG with EXIF, and files that only look like pictures."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import zlib
from typing import Any

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

HERE = ("21.273100", "106.194600")


def sha256(data: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(data).hexdigest()


def jpeg(
    size: tuple[int, int] = (64, 48), *, seed: int = 1, taken_at: str | None = "2021:08:05 08:30:00",
    place: tuple[str, str] | None = HERE, orientation: int | None = None, **base: Any,
) -> bytes:  # fmt: skip
    """A JPEG as a phone writes it. Another seed, another picture."""
    image = Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3))
    exif = Image.Exif()
    if taken_at is not None:
        exif[0x010F], exif[0x0110] = "Samsung", "SM-T575"
        exif[0x0132] = base.pop("modified_at", taken_at)
        exif.get_ifd(0x8769)[0x9003] = taken_at
    if base.get("software"):
        exif[0x0131] = base["software"]
    if orientation is not None:
        exif[0x0112] = orientation
    if place is not None:
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2], gps[3], gps[4] = "N", _dms(place[0]), "E", _dms(place[1])
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85, exif=exif)
    return out.getvalue()


def bomb(width: int = 15_000, height: int = 10_000) -> bytes:
    """A PNG of 150 megapixels in some 20 KB: one bit a pixel, all white."""
    rows = zlib.compress((b"\0" + b"\xff" * ((width + 7) // 8)) * height, 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _dms(text: str) -> tuple[IFDRational, IFDRational, IFDRational]:
    value = round(float(text) * 3_600_000)
    return (
        IFDRational(value // 3_600_000, 1),
        IFDRational(value % 3_600_000 // 60_000, 1),
        IFDRational(value % 60_000, 1000),
    )
