"""Many papers in one PDF for the printer, and photos of papers as an annex; typst puts finished pages on its own."""

from __future__ import annotations

import json
import re
import tempfile
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst

from server.printing.minutes import TEMPLATES, PrintError, fonts

_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
_HEAD = '#set document(title: "{title}")\n#set page(paper: "a4", margin: 0mm)\n'
_ANNEX = "photos.typ"
# A batch of 100 papers takes 60 MB while it is put together: one at a time in a process.
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Picture:
    """One photo of an annex: its number on the paper, what it shows, when and where, its hash; `jpeg` None = not here."""

    number: int
    about: str
    taken_at: str
    place: str
    sha256: str
    jpeg: bytes | None


@dataclass(frozen=True, slots=True)
class Annex:
    """The photos of one paper."""

    paper: str
    site: str
    agency: Sequence[str]
    pictures: Iterable[Picture]


def joined(papers: Iterable[bytes], *, copies: int = 1, both_sides: bool = False, title: str = "") -> bytes:
    """Put finished PDFs one behind the other, each so many times.

    With `both_sides` every copy begins on a fresh sheet. Papers are taken one by one; their pages are kept as they
    are, and stand once in the file however often they are repeated. Raises PrintError.
    """
    with _lock, tempfile.TemporaryDirectory(prefix="in-") as folder:
        lines = [_HEAD.format(title=re.sub(r'["\\\n\r]', " ", title))]
        for index, paper in enumerate(papers):
            Path(folder, f"{index}.pdf").write_bytes(paper)
            pages = len(_PAGE.findall(paper))
            if not pages:
                raise PrintError("Không đọc được số trang của một văn bản.")
            copy = [f'#page(image("{index}.pdf", page: {number}, width: 100%))\n' for number in range(1, pages + 1)]
            if both_sides and pages % 2:
                copy.append("#page[]\n")
            lines += copy * copies
        Path(folder, "main.typ").write_text("".join(lines), encoding="utf-8")
        return _compiled(folder)


def annex(papers: Iterable[Annex]) -> bytes:
    """Print photos, two to a page, each paper beginning on a page of its own. Raises PrintError."""
    with _lock, tempfile.TemporaryDirectory(prefix="anh-") as folder:
        said: list[dict[str, Any]] = []
        for paper in papers:
            shown: list[dict[str, Any]] = []
            for picture in paper.pictures:
                name = ""
                if picture.jpeg is not None:
                    name = f"{len(said)}-{len(shown)}.jpg"
                    Path(folder, name).write_bytes(picture.jpeg)
                shown.append({"number": picture.number, "about": picture.about, "taken_at": picture.taken_at,
                              "place": picture.place, "sha256": picture.sha256, "file": name})  # fmt: skip
            said.append({"paper": paper.paper, "site": paper.site, "agency": list(paper.agency), "photos": shown})
        for name in ("text.typ", "charset.typ", _ANNEX):
            Path(folder, name).write_bytes((TEMPLATES / name).read_bytes())
        Path(folder, "papers.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        Path(folder, "main.typ").write_text(f'#include "{_ANNEX}"\n', encoding="utf-8")
        return _compiled(folder)


def _compiled(folder: str) -> bytes:
    try:
        pdf = typst.compile(str(Path(folder, "main.typ")), root=folder, font_paths=fonts(), format="pdf")
    except typst.TypstError as error:
        raise PrintError(f"Không ghép được tệp in: {error.message}") from error
    if not isinstance(pdf, bytes):
        raise PrintError("Không ghép được tệp in: bộ sắp chữ không trả về một tệp PDF.")
    return pdf
