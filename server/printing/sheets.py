"""Sheets that an office prints, signs and puts away: a head, one table in sections, a closing sentence, who signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

import orjson

from server.printing.press import Press
from sync.paper_words import local

_press = Press("sheet.typ")


@dataclass(frozen=True, slots=True)
class Column:
    """One column and its share of the width."""

    title: str
    share: int
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one title ('' for none); the last of them is their sum where `has_total`."""

    title: str
    rows: Sequence[Sequence[str]]
    has_total: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole sheet. `agency` = the lines of the letterhead, the issuing agency last."""

    agency: Sequence[str]
    title: str
    lines: Sequence[str]
    columns: Sequence[Column]
    sections: Sequence[Section]
    closing: Sequence[str] = field(default=())
    signers: Sequence[str] = field(default=())
    is_landscape: bool = False


def write(sheet: Sheet, now: datetime) -> bytes:
    """Print a sheet. Raises PrintError."""
    said = {**asdict(sheet), "at": f"{local(now):%H:%M ngày %d/%m/%Y}"}
    return _press.sets({"sheet": orjson.dumps(said).decode()}, "pdf")
