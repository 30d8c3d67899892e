"""Cut the four Tinos faces down to what Vietnamese minutes print, and list the characters they hold.

Usage: python tools/subset_fonts.py FOLDER, where FOLDER is the unpacked npm package `@expo-google-fonts/tinos`.
Writes server/printing/fonts/*.ttf, its licence, and templates/charset.typ. Needs fonttools (requirements-dev).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

PRINTING = Path(__file__).resolve().parent.parent / "server" / "printing"
FONTS = PRINTING / "fonts"
FACES = {
    "400Regular/Tinos_400Regular.ttf": "Tinos-Regular.ttf",
    "400Regular_Italic/Tinos_400Regular_Italic.ttf": "Tinos-Italic.ttf",
    "700Bold/Tinos_700Bold.ttf": "Tinos-Bold.ttf",
    "700Bold_Italic/Tinos_700Bold_Italic.ttf": "Tinos-BoldItalic.ttf",
}
# Latin with Vietnamese, combining marks, punctuation, money, Greek (µ, Ω, δ), mathematics, arrows, boxes.
RANGES = [
    (0x20, 0x7E), (0xA0, 0x17F), (0x18F, 0x18F), (0x1A0, 0x1A1), (0x1AF, 0x1B0), (0x1CD, 0x1DC), (0x218, 0x21B),
    (0x2C6, 0x2DD), (0x300, 0x304), (0x306, 0x309), (0x30C, 0x30C), (0x31B, 0x31B), (0x323, 0x323), (0x391, 0x3C9),
    (0x1E00, 0x1EF9), (0x2010, 0x2015), (0x2018, 0x2022), (0x2026, 0x2026), (0x2030, 0x2033), (0x2039, 0x203A),
    (0x2044, 0x2044), (0x2070, 0x208E), (0x20AB, 0x20AC), (0x2103, 0x2103), (0x2116, 0x2116), (0x2122, 0x2122),
    (0x2126, 0x2126), (0x2150, 0x215E), (0x2190, 0x2195), (0x2200, 0x2265), (0x25A0, 0x25A1), (0x25CB, 0x25CF),

]  # fmt: skip


def main() -> None:
    """Write the fonts, their licence and the character list."""
    source = Path(sys.argv[1])
    FONTS.mkdir(exist_ok=True)
    wanted = {code for first, last in RANGES for code in range(first, last + 1)}
    shared: set[int] | None = None
    for origin, name in FACES.items():
        held = _cut(source / origin, FONTS / name, wanted)
        shared = held if shared is None else shared & held
    shutil.copy(source / "LICENSE_FONT", FONTS / "OFL.txt")
    _write_charset(shared or set())


def _cut(origin: Path, target: Path, wanted: set[int]) -> set[int]:
    options = subset.Options()
    # No ligatures: the text of the PDF must come out letter by letter. Marks stay for letters with no single code.
    options.layout_features = ["kern", "ccmp", "mark", "mkmk"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.recalc_timestamp = False
    font = TTFont(origin)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.save(target)
    return set(font.getBestCmap())


def _write_charset(codes: set[int]) -> None:
    """Write the characters every face holds as one negated regular expression for the template."""
    runs: list[list[int]] = []
    for code in sorted(codes):
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    spans = [f"\\x{{{a:X}}}-\\x{{{b:X}}}" if a != b else f"\\x{{{a:X}}}" for a, b in runs]
    lines = ["".join(spans[i : i + 8]) for i in range(0, len(spans), 8)]
    text = "// Made by tools/subset_fonts.py: every character that is in all four faces of the font.\n"
    text += "#let held = (\n" + "".join(f'  "{line.replace(chr(92), chr(92) * 2)}",\n' for line in lines) + ").join()\n"
    (PRINTING / "templates" / "charset.typ").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
