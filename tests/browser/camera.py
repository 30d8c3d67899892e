"""What the lens of a tablet sees, for chromium's `--use-file-for-fake-video-capture`: a film of one picture."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

FRAME = 480
"""Pixels of a side of the camera's picture."""


def film_of(drawn: Image.Image, file: Path, side: int = FRAME) -> Path:
    """Lay a picture in the middle of a grey desk and film it."""
    seen = Image.new("L", (side, side), 235)
    seen.paste(drawn.convert("L"), ((side - drawn.width) // 2, (side - drawn.height) // 2))
    colour = bytes([128]) * (side * side // 2)
    file.write_bytes(f"YUV4MPEG2 W{side} H{side} F5:1 Ip A1:1 C420jpeg\nFRAME\n".encode() + seen.tobytes() + colour)
    return file


def arguments_of(film: Path) -> list[str]:
    """What makes chromium take the film for its camera, and allow it without asking."""
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
