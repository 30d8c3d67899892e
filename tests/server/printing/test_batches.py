"""Batches for the printer: pages as they were, in order, as often as asked; photo annexes; a hundred papers in little memory."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from pypdf import PdfReader

from server.printing.batches import Annex, Picture, annex, joined
from server.printing.minutes import PrintError, render
from sync import paper, seal
from tests.pictures import jpeg
from tests.server.printing.samples import SAMPLES

NASTY = '#panic("x") \\ "</script> $x$ *a*'


def papers(count: int) -> list[bytes]:
    """Real minutes of three pages each."""
    made = [
        render(seal.canonical_text(paper.compose(**make())), None, host="h.vn", status="draft")
        for make in SAMPLES.values()
    ]
    return [made[n % len(made)] for n in range(count)]


def words(pdf: bytes) -> list[str]:
    return [" ".join((page.extract_text() or "").split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_pages_stand_in_order_as_often_as_asked() -> None:
    first, second = papers(2)
    found = words(joined([first, second], copies=2, title=NASTY))
    assert found == words(first) * 2 + words(second) * 2


def test_on_both_sides_every_copy_begins_on_a_fresh_sheet() -> None:
    (one,) = papers(1)
    count = len(words(one))
    assert count % 2 == 1
    found = words(joined([one], copies=2, both_sides=True))
    assert len(found) == 2 * (count + 1)
    assert found[count] == ""
    assert found[count + 1] == words(one)[0]


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(PrintError):
        joined([b"hello"])
    with pytest.raises(PrintError):
        joined([b"/Type /Page but nothing else"])


def test_photos_stand_two_to_a_page_with_what_the_minutes_say_of_them() -> None:
    pictures = [Picture(n, f"FU11 {NASTY}", "08:20 05/08/2021", "vị trí 21.27, 106.19", "ab" * 32,
                        jpeg(size=(640, 480)) if n != 2 else None) for n in range(1, 4)]  # fmt: skip
    pdf = annex(
        [Annex("01/BB-ĐKT", "Cửa hàng số 1", ["UBND", "SỞ"], pictures), Annex("02/BB-ĐKT", "", [], pictures[:1])]
    )
    found = words(pdf)
    assert len(found) == 3
    assert "Ảnh 1." in found[0]
    assert "Ảnh 2." in found[0]
    assert "chưa gửi về" in found[0]
    assert "SHA-256 abababababab" in found[0]
    assert "vị trí 21.27, 106.19" in found[0]
    assert "Ảnh 3." in found[1]
    assert "02/BB-ĐKT" in found[2]
    assert "Trang 1" in found[2]


def test_a_hundred_papers_take_little_memory() -> None:
    """In a process of its own: the peak of this one says nothing."""
    code = (
        "import resource, sys\nfrom tests.server.printing.test_batches import papers\nfrom server.printing.batches import joined\n"
        "made = papers(100)\nbefore = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "pdf = joined((bytes(p) + b'\\n%% ' + str(n).encode() for n, p in enumerate(made)), copies=2)\n"
        "print(len(pdf), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    size, grown = map(int, done.stdout.split())
    assert size > 1_000_000
    assert grown < 300
