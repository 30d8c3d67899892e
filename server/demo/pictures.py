"""Photos that a simulated tablet takes: real JPEGs with the time of their day."""

from __future__ import annotations

import io
from datetime import datetime

from PIL import Image, ImageDraw


def jpeg(text: str, taken: datetime, size: tuple[int, int] = (1600, 1200)) -> bytes:
    """A real JPEG with EXIF time; noise keeps it from compressing away."""
    image = Image.effect_noise(size, 60).convert("RGB")
    ImageDraw.Draw(image).text((40, 40), text, fill=(255, 255, 0))
    exif = Image.Exif()
    exif[0x0132] = taken.strftime("%Y:%m:%d %H:%M:%S")
    exif[0x010F], exif[0x0110] = "DEMO", "Simulated tablet"
    exif.get_ifd(0x8769)[0x9003] = taken.strftime("%Y:%m:%d %H:%M:%S")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, exif=exif)
    return out.getvalue()
