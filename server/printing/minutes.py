"""Minutes on paper: canonical text in, PDF out. The tablet compiles the same templates in the browser."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import Literal

import typst

from server.printing import qr
from sync import seal

Status = Literal["issued", "draft", "amended", "void"]

TEMPLATES = Path(__file__).parent / "templates"
FONTS = Path(__file__).parent / "fonts"
PDF_A: Literal["a-3b"] = "a-3b"

# One compiler is warm after the first page and must not be used by two threads at once.
_lock = threading.Lock()


def render(canonical: str, cose: bytes | None, *, host: str, status: Status, twin: bool = False) -> bytes:
    """Print a canonical text. The same input gives the same bytes, here and on the tablet.

    `cose` gives the QR code; drafts carry neither number nor QR and say BẢN DỰ THẢO on every page. `twin` makes the
    PDF/A-3 for the archive, with the canonical text attached byte for byte.
    Raises PrintError for a text that no page can be made of.
    """
    inputs = {
        "canonical": canonical,
        "status": status,
        "qr": "" if status == "draft" or cose is None else _symbol(host, cose),
        "sha256": seal.digest(canonical).hex(),
        "host": host.lower(),
        "attached": canonical if twin else "",
    }
    try:
        with _lock:
            pdf = _compiler().compile(format="pdf", sys_inputs=inputs, pdf_standards=[PDF_A] if twin else [])
    except typst.TypstError as error:
        raise PrintError(f"Không in được biên bản: {error.message}") from error
    if not isinstance(pdf, bytes):
        raise PrintError("Không in được biên bản: bộ sắp chữ không trả về một tệp PDF.")
    return pdf


class PrintError(Exception):
    """A document that could not be printed; the message is for people."""


def _symbol(host: str, cose: bytes) -> str:
    """Join the rows of modules the way the template takes them."""
    try:
        return "/".join(qr.modules(seal.qr_text(host, cose)))
    except (seal.SealError, qr.QrTooLongError) as error:
        raise PrintError(f"Không in được mã QR: {error}") from error


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(input=str(TEMPLATES / "minutes.typ"), root=str(TEMPLATES), font_paths=fonts)
