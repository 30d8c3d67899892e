"""Minutes on paper: canonical text in, PDF out. The tablet compiles the same templates in the browser."""

from __future__ import annotations

import re
import threading
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Literal

import typst

from server.errors import Problem, ProblemCode
from server.printing import qr
from sync import seal

Status = Literal["issued", "draft", "amended", "void"]

TEMPLATES = Path(__file__).parent / "templates"
FONTS = Path(__file__).parent / "fonts"
PDF_A: Literal["a-3b"] = "a-3b"

_EMBEDDED = re.compile(rb"/EmbeddedFile\b.{0,400}?stream\r?\n", re.DOTALL)
MAX_ATTACHED = 1024 * 1024

# One compiler is warm after the first page and must not be used by two threads at once.
_lock = threading.Lock()


def render(canonical: str, cose: bytes | None, *, host: str, status: Status, twin: bool = False) -> bytes:
    """Print a canonical text. The same input gives the same bytes, here and on the tablet.

    `cose` gives the QR code; drafts carry neither number nor QR and say BẢN DỰ THẢO on every page. `twin` makes the
    PDF/A-3 for the archive, with the canonical text attached byte for byte, and what the QR code holds beside it.
    Raises PrintError for a text that no page can be made of.
    """
    inputs = {
        "canonical": canonical,
        "status": status,
        "qr": "" if status == "draft" or cose is None else _symbol(host, cose),
        "sha256": seal.digest(canonical).hex(),
        "host": host.lower(),
        "attached": canonical if twin else "",
        "sealed": "" if not twin or cose is None or status == "draft" else seal.qr_text(host, cose),
    }
    try:
        with _lock:
            pdf = _compiler().compile(format="pdf", sys_inputs=inputs, pdf_standards=[PDF_A] if twin else [])
    except typst.TypstError as error:
        raise PrintError(f"Không in được biên bản: {error.message}") from error
    if not isinstance(pdf, bytes):
        raise PrintError("Không in được biên bản: bộ sắp chữ không trả về một tệp PDF.")
    return pdf


def attached(pdf: bytes) -> tuple[str, str]:
    """Read what a PDF/A twin carries: (text of the QR code, canonical text). Raises PrintError for any other PDF.

    A stream cannot lie inside another object, so the embedded files are found without a PDF library.
    """
    files = [_inflated(pdf[found.end() :]) for found in _EMBEDDED.finditer(pdf)]
    texts = [file for file in files if file is not None]
    sealed = next((text for text in texts if text.upper().startswith(("HTTPS://", "HTTP://"))), None)
    canonical = next((text for text in texts if text.startswith("{")), None)
    if sealed is None or canonical is None:
        raise PrintError("Tệp PDF này không kèm nội dung đã ký: hãy dùng bản lưu PDF/A-3 (flask minutes pdf --twin).")
    return sealed, canonical


def is_printed_by_us(pdf: bytes, sealed: str, canonical: str) -> bool:
    """Say whether the pages of a twin are, byte for byte, what this template makes of the text attached to it."""
    cose, host = seal.parse_qr(sealed), sealed.split("/")[2]
    statuses: tuple[Status, ...] = ("issued", "amended", "void")
    return any(render(canonical, cose, host=host, status=status, twin=True) == pdf for status in statuses)


def _inflated(stream: bytes) -> str | None:
    try:
        return zlib.decompressobj().decompress(stream, MAX_ATTACHED).decode()
    except (zlib.error, UnicodeDecodeError):
        return None


class PrintError(Problem):
    """A document that could not be printed; the message is for people."""

    def __init__(self, said: str) -> None:
        super().__init__(ProblemCode.CONFLICT, said)


def _symbol(host: str, cose: bytes) -> str:
    """Join the rows of modules the way the template takes them."""
    try:
        return "/".join(qr.modules(seal.qr_text(host, cose)))
    except (seal.SealError, qr.QrTooLongError) as error:
        raise PrintError(f"Không in được mã QR: {error}") from error


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    return typst.Compiler(input=str(TEMPLATES / "minutes.typ"), root=str(TEMPLATES), font_paths=fonts())


def fonts() -> typst.Fonts:
    """Return the fonts that papers are printed with, and no others."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
