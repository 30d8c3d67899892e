"""Labels of certificates for a small printer (60 x 40 mm, 203 dots to the inch), one on each page of a PDF."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache

from server.printing import qr
from server.printing.minutes import PrintError
from server.printing.press import Press
from sync import seal

DOTS = 203
"""Dots to the inch of a label printer; the template draws each module of the QR code three dots wide."""


def printed(labels: Sequence[tuple[Mapping[str, str], bytes]], *, host: str) -> bytes:
    """Print labels, each given by its words (sync.paper_label) and the seal of its certificate. Raises PrintError."""
    return _press().sets({"labels": _said(labels, host)}, "pdf")


def pictured(label: Mapping[str, str], cose: bytes, *, host: str, dots: int = DOTS) -> bytes:
    """Draw one label as the printer does, as a PNG. Raises PrintError."""
    return _press().sets({"labels": _said([(label, cose)], host)}, "png", ppi=float(dots))


def _said(labels: Sequence[tuple[Mapping[str, str], bytes]], host: str) -> str:
    rows = [{**words, "qr": _symbol(cose, host)} for words, cose in labels]
    return json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _symbol(cose: bytes, host: str) -> str:
    try:
        return "/".join(qr.modules(seal.qr_text(host, cose)))
    except (seal.SealError, qr.QrTooLongError) as error:
        raise PrintError(f"Không in được mã QR: {error}") from error


@lru_cache(maxsize=1)
def _press() -> Press:
    return Press("label.typ")
