"""The office's English: collects what templates, the menu and the words of codes say into messages.po, compiles it; --check changes nothing."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from server.pages.filters import LABELS, WORDS
from server.pages.menu import MENU, Entry

ROOT = Path(__file__).resolve().parents[1]
PO = ROOT / "server/translations/en/LC_MESSAGES/messages.po"
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "gettext": None}
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def said() -> set[str]:
    """Every Vietnamese text that asks for its English."""
    options = {"templates/**.html": {"silent": "false"}}
    found = extract_from_dir(ROOT / "server/pages", METHODS, options, keywords=KEYWORDS)
    entries = [entry for item in MENU for entry in ((item,) if isinstance(item, Entry) else item.entries)]
    menu = {item.label for item in (*MENU, *entries)}
    labels = {text for words in WORDS.values() for text in words.values()}
    return {text for _, _, text, _, _ in found if isinstance(text, str)} | menu | labels | set(LABELS)


def known() -> dict[str, str]:
    """What the catalogue says already."""
    with PO.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="en") if m.id and isinstance(m.string, str)}


def catalogue(words: dict[str, str]) -> Catalog:
    """The catalogue of these words, the same bytes for the same words."""
    made = Catalog(locale="en", project="Hiện Trường", creation_date=NO_DATE, revision_date=NO_DATE, fuzzy=False)
    for text in sorted(words):
        made.add(text, words[text])
    return made


def compiled(words: dict[str, str]) -> bytes:
    """What the server reads."""
    out = io.BytesIO()
    write_mo(out, catalogue(words))
    return out.getvalue()


def main() -> int:
    """Check, or bring the files up to date."""
    texts, words = said(), known() if PO.exists() else {}
    lacking = sorted(text for text in texts if not words.get(text))
    if "--check" in sys.argv:
        left = sorted(words.keys() - texts)
        is_old = PO.with_suffix(".mo").read_bytes() != compiled(words)
        for title, found in (("Chưa có tiếng Anh", lacking), ("Không còn dùng", left)):
            print(*(f"{title}: {text}" for text in found), sep="\n", end="\n" if found else "")
        if is_old:
            print("messages.mo không khớp với messages.po: chạy make words.")
        return 1 if lacking or left or is_old else 0
    wanted = {text: words.get(text, "") for text in texts}
    with PO.open("wb") as file:
        write_po(file, catalogue(wanted), no_location=True, omit_header=False, width=120)
    PO.with_suffix(".mo").write_bytes(compiled(wanted))
    print(f"{len(texts)} câu, {len(lacking)} chưa có tiếng Anh: {PO.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
