"""Ten inspections printed twice: by the server's Typst and by the tablet's wasm, from one template; the PDFs are one file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from server.printing import minutes
from tests.checklists.twins.tablet import Tablet, running
from tests.server.printing.make_vectors import HOST, PAPERS
from tests.server.printing.press import Paper, printed
from tests.server.printing.real import real

REAL: list[tuple[str, minutes.Status]] = [
    ("fuel-dispenser", "issued"), ("weighing-instrument", "draft"), ("taximeter", "amended"), ("diagnostic-xray", "void"),
    ("prepackage", "issued"),
]  # fmt: skip
SIDE: list[tuple[str, minutes.Status]] = [
    ("gold-shop", "issued"), ("sealing", "amended"), ("suspension-notice", "issued"), ("not-carried-out", "draft"),
    ("sampling", "void"), ("verification-record", "issued"), ("verification-certificate", "issued"),
]  # fmt: skip


@pytest.fixture(scope="module")
def tablet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablet]:
    with running(tmp_path_factory.mktemp("pdf"), "paper") as found:
        yield found


def on_tablet(tablet: Tablet, paper: Paper, status: str) -> bytes:
    """Print a text with the tablet's compiler."""
    question = {"call": "printed", "args": [paper.canonical, paper.cose.hex(), HOST, status]}
    answer = tablet.answers([question])[0]
    assert isinstance(answer, str), answer
    return bytes.fromhex(answer)


def check_is_same(tablet: Tablet, documents: dict[str, Any], status: minutes.Status) -> None:
    paper = printed(documents, status)
    theirs = on_tablet(tablet, paper, status)
    assert hashlib.sha256(theirs).hexdigest() == hashlib.sha256(paper.pdf).hexdigest()


@pytest.mark.parametrize(("code", "status"), REAL)
def test_the_tablet_prints_the_same_file_of_a_checklist(tablet: Tablet, code: str, status: minutes.Status) -> None:
    check_is_same(tablet, real(code), status)


@pytest.mark.parametrize(("name", "status"), SIDE)
def test_the_tablet_prints_the_same_file_of_a_form(tablet: Tablet, name: str, status: minutes.Status) -> None:
    check_is_same(tablet, PAPERS[name](), status)


def test_also_of_characters_that_the_font_lacks(tablet: Tablet) -> None:
    documents = real("fuel-dispenser")
    documents["establishment"]["name"] = "Cửa hàng 😀 số\u202e 5 漢\u0301 #box[*a*] $x$ \\ // `c`"
    documents["inspection"]["conclusion"] = "Đạt\u0007\u2028 <nhãn> @ref " * 40
    check_is_same(tablet, documents, "issued")
