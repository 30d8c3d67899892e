"""The register of numbers on paper: A4 landscape, to be signed and put away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import typst

from server.printing.minutes import FONTS, TEMPLATES, PrintError

VIETNAM = timezone(timedelta(hours=7))


def printed(form: Mapping[str, Any], now: datetime) -> bytes:
    """Print a register: {title, filters, rows of [number, instant, form, site, status, holder, reason]}. Raises PrintError."""
    rows = [[number, _local(at), *rest] for number, at, *rest in form["rows"]]
    said = json.dumps(
        {**form, "rows": rows, "at": f"{now.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"}, ensure_ascii=False
    )
    try:
        pdf = typst.compile(str(TEMPLATES / "register.typ"), root=str(TEMPLATES), font_paths=_fonts(), format="pdf",
                            sys_inputs={"register": said})  # fmt: skip
    except typst.TypstError as error:
        raise PrintError(f"Không in được sổ: {error.message}") from error
    if not isinstance(pdf, bytes):
        raise PrintError("Không in được sổ: bộ sắp chữ không trả về một tệp PDF.")
    return pdf


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _local(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(VIETNAM):%d/%m/%Y}" if at else ""
