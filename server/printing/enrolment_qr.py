"""QR symbols of enrolment: an ordinary URL, for a page and for a terminal."""

from __future__ import annotations

import io
from typing import Any

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from server.printing import qr


def svg(url: str) -> str:
    """Draw a URL for a page."""
    symbol = _symbol(url, border=0)
    return qr.svg(["".join("1" if dark else "0" for dark in row) for row in symbol.get_matrix()])


def terminal(url: str) -> str:
    """Draw a URL in half blocks, light modules lit: right on the dark ground that terminals have."""
    out = io.StringIO()
    _symbol(url, border=2).print_ascii(out=out, invert=True)
    return out.getvalue()


def _symbol(url: str, *, border: int) -> QRCode[Any]:
    symbol: QRCode[Any] = QRCode(error_correction=ERROR_CORRECT_M, border=border)
    symbol.add_data(url)
    symbol.make(fit=True)
    return symbol
