"""QR symbols of minutes: the same modules that the tablet's own encoder draws (docs/minutes-qr.md)."""

from __future__ import annotations

from typing import Literal

from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode
from qrcode.util import QRData

from sync import seal

# Fixed, because encoders disagree on how to score the eight masks: python-qrcode and uqr would pick different ones.
MASK = 2
# A 30 mm symbol of version 10 has modules of 0.526 mm; beyond it they fall under 0.5 mm.
MAX_VERSION = 10
MAX_CHARACTERS = seal.QR_CHARACTERS
_ALPHANUMERIC: Literal[2] = 2


class QrTooLongError(ValueError):
    """A text that does not fit a version 10 symbol; the message is for people."""


def modules(text: str) -> list[str]:
    """Encode a text as one alphanumeric segment, level M without boost, mask 2; return rows of `0` and `1`, no border.

    Raises QrTooLongError for what is longer than 311 characters, ValueError for characters outside QR alphanumeric.
    """
    if len(text) > MAX_CHARACTERS:
        raise QrTooLongError(
            f"Mã QR dài {len(text)} ký tự, vượt quá {MAX_CHARACTERS} ký tự của phiên bản {MAX_VERSION}."
        )
    segment = QRData(text.encode("ascii", "replace"), mode=_ALPHANUMERIC, check_data=True)
    symbol: QRCode = QRCode(error_correction=ERROR_CORRECT_M, mask_pattern=MASK, border=0)  # type: ignore[type-arg]  # the stubs are generic over the image class
    symbol.add_data(segment, optimize=0)
    try:
        symbol.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise QrTooLongError(f"Mã QR không mã hóa được: {error}.") from None
    return ["".join("1" if dark else "0" for dark in row) for row in symbol.get_matrix()]


def version_of(rows: list[str]) -> int:
    """Tell the version of a symbol from its size."""
    return (len(rows) - 17) // 4


def svg(rows: list[str], *, border: int = 4) -> str:
    """Draw a symbol as one SVG path in module units, with its quiet zone; scale it by the width of the element."""
    size = len(rows) + 2 * border
    path: list[str] = []
    for y, row in enumerate(rows):
        x = 0
        while (x := row.find("1", x)) >= 0:
            end = row.find("0", x)
            end = len(row) if end < 0 else end
            path.append(f"M{x + border} {y + border}h{end - x}v1h-{end - x}z")
            x = end
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{"".join(path)}"/></svg>'
    )
