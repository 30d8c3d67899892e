"""How pages name a document and its fields, and write a value of any shape."""

from __future__ import annotations

from typing import Any

from checklists import catalog
from server.db.documents import Document
from server.services.field_words import FIELDS
from server.services.kind_words import DOCUMENT_KINDS
from server.services.wording import INSPECTION_STATUSES, sendable
from sync import paper_words

MAX_VALUE = 2_000


def place_of(document: Document) -> str:
    """Name the document: “Kết quả FU02”, “Phương tiện đo số A-1”."""
    noun = paper_words.upper_first(DOCUMENT_KINDS.get(document.kind, document.kind))
    state = document.state
    named = {
        "finding": state.get("item"),
        "instrument": state.get("serial"),
        "establishment": state.get("name"),
        "sample": state.get("product"),
    }
    name = named.get(document.kind)
    word = "mục " if document.kind == "finding" else "số " if document.kind == "instrument" else ""
    return f"{noun} {word}{name}" if name else noun


def title_of(document: Document, path: str) -> str:
    """Name a field, or one key of a map by its title in the checklist."""
    name, _, key = path.partition(".")
    if key and document.kind == "finding":
        item = _item(document)
        title = next((f.title.vi for f in (item.fields if item is not None else ()) if f.key == key), None)
        if title is not None:
            return str(title)
    return paper_words.upper_first(f"{FIELDS.get(name, name)} {key}".strip())


def value_words(path: str, value: Any) -> str:
    """Write a value of any shape in words, not longer than a page can bear."""
    if path == "answer" and not value:
        return "(chưa trả lời)"
    if path == "answer" and isinstance(value, str) and value in paper_words.ANSWERS:
        return paper_words.upper_first(paper_words.ANSWERS[value])
    if path == "status":
        return INSPECTION_STATUSES.get(str(value), str(value))
    if value is True or value is False:
        return "có" if value else "không"
    try:
        text = sendable(paper_words.text(value))
    except RecursionError:
        text = "(lồng quá nhiều tầng)"
    return (text if len(text) <= MAX_VALUE else text[:MAX_VALUE] + "…") or "(trống)"


def _item(document: Document) -> Any:
    """Find the item in the newest published version that has it: only its titles are wanted."""
    code = document.state.get("checklist")
    known = [c for c in reversed(catalog.load().all()) if c.code == code]
    found = (c.item(str(document.state.get("item"))) for c in known)
    return next((item for item in found if item is not None), None)
