"""Labels of certificates: read off at a label printer's 203 dots, on one page whatever the names are, the same on the tablet."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pdfplumber
import pytest
import zxingcpp
from PIL import Image

from server.printing import labels
from sync import seal
from sync.paper_label import label
from tests.checklists.twins.tablet import Tablet, running
from tests.server.printing.make_vectors import HOST
from tests.server.printing.press import KEYS, MM, Paper, printed
from tests.server.printing.verified_papers import certificate

LONG = "Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng thuộc Chi cục Tiêu chuẩn Đo lường Chất lượng tỉnh Bắc Ninh và Bắc Giang"


@pytest.fixture(scope="module")
def paper() -> Paper:
    return printed(certificate())


@pytest.fixture(scope="module")
def tablet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablet]:
    with running(tmp_path_factory.mktemp("label"), "paper") as found:
        yield found


def words(paper: Paper) -> dict[str, str]:
    return label({"canonical": paper.canonical})


def test_it_names_organisation_instrument_certificate_sticker_and_validity(paper: Paper) -> None:
    assert words(paper) == {
        "agency": "Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng", "instrument": "Cân đồng hồ lò xo", "serial": "NH60-0221",
        "certificate": "921/GCN-KĐ", "sticker": "21C00921", "valid_until": "31/8/2022",
    }  # fmt: skip
    assert set(label({"canonical": "[]", "number": 7}).values()) == {"", "7"}


@pytest.mark.parametrize("black_below", [96, 128, 160])
def test_its_qr_code_is_read_where_every_dot_is_black_or_white(paper: Paper, black_below: int) -> None:
    """A thermal printer knows no grey, and burns lighter or darker."""
    picture = Image.open(io.BytesIO(labels.pictured(words(paper), paper.cose, host=HOST))).convert("L")
    assert picture.size == (480, 320)  # 60 x 40 mm at 203 dots to the inch
    dots = np.where(np.asarray(picture) < black_below, 0, 255).astype(np.uint8)
    (symbol,) = zxingcpp.read_barcodes(dots)
    assert seal.open_sealed(seal.parse_qr(symbol.text), KEYS).sha256 == seal.digest(paper.canonical)


def test_each_label_is_one_page_of_60_by_40_mm_however_long_the_names_are(paper: Paper) -> None:
    long = {**words(paper), "agency": LONG, "instrument": LONG, "serial": "W" * 60, "sticker": "26C00921, 26C00922"}
    made = labels.printed([(words(paper), paper.cose), (long, paper.cose)], host=HOST)
    with pdfplumber.open(io.BytesIO(made)) as pdf:
        assert [(round(page.width / MM), round(page.height / MM)) for page in pdf.pages] == [(60, 40), (60, 40)]
        for page in pdf.pages:
            found = page.extract_words()
            assert max(word["x1"] for word in found) <= 60 * MM
            assert max(word["bottom"] for word in found) <= 40 * MM
            assert "31/8/2022" in page.extract_text()


def test_the_tablet_prints_the_same_label(tablet: Tablet, paper: Paper) -> None:
    (answer,) = tablet.answers([{"call": "labelled", "args": [{"canonical": paper.canonical}, paper.cose.hex(), HOST]}])
    assert answer["words"] == words(paper)
    assert bytes.fromhex(answer["pdf"]) == labels.printed([(words(paper), paper.cose)], host=HOST)
