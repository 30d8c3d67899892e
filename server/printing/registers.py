"""The register of numbers on paper: A4 landscape, to be signed and put away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.printing.press import Press
from sync.paper_words import local

_press = Press("register.typ")


def printed(form: Mapping[str, Any], now: datetime) -> bytes:
    """Print a register: {title, filters, rows of [number, instant, form, site, status, holder, reason]}. Raises PrintError."""
    rows = [[number, _day(at), *rest] for number, at, *rest in form["rows"]]
    said = json.dumps({**form, "rows": rows, "at": f"{local(now):%H:%M ngày %d/%m/%Y}"}, ensure_ascii=False)
    return _press.sets({"register": said}, "pdf")


def _day(at: datetime | None) -> str:
    return "" if at is None else f"{local(at):%d/%m/%Y}"
