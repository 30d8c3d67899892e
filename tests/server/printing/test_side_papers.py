"""The printed page of seals, notices and visits that came to nothing: text, layout of a letter, QR, the archive twin."""

from __future__ import annotations

import copy
import io
import re
import unicodedata
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
import zxingcpp
from pypdfium2 import PdfDocument

from server.printing import minutes
from sync import seal
from tests.server.printing.press import KEYS, MM, Paper, pages, printed
from tests.server.printing.side_papers import (
    MINUTES,
    SEALS,
    SIDE_PAPERS,
    SUSPENDED,
    not_carried_out,
    sealing,
    suspension_notice,
)

NOTICES = ("suspension-notice", "resumption-notice")
LONG = (
    "Công ty trách nhiệm hữu hạn một thành viên thương mại, dịch vụ, vận tải và kinh doanh xăng dầu Hoàng Gia Phát Đại"
)
W = "W" * 120


@lru_cache
def side(name: str) -> Paper:
    return printed(SIDE_PAPERS[name]())


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", SIDE_PAPERS)
def test_text_is_nfc_within_the_margins_and_the_twin_compiles(name: str) -> None:
    paper = side(name)
    assert unicodedata.is_normalized("NFC", paper.text)
    for page in pages(paper.pdf):
        body = [c for c in page.chars if 18 * MM < c["top"] < 277 * MM and c["text"].strip()]
        assert min(c["x0"] for c in body) >= 30 * MM - 0.1
        assert max(c["x1"] for c in body) <= 195 * MM + 0.3
    twin = printed(SIDE_PAPERS[name](), twin=True)
    assert re.search(rb"pdfaid:part>3<", twin.pdf)
    assert minutes.is_printed_by_us(twin.pdf, *minutes.attached(twin.pdf))


@pytest.mark.parametrize("name", SIDE_PAPERS)
def test_the_code_decodes_and_verifies(name: str) -> None:
    with PdfDocument(side(name).pdf) as paper:
        image = paper[len(paper) - 1].render(scale=200 / 72, grayscale=True).to_pil()
    (found,) = zxingcpp.read_barcodes(np.asarray(image))
    assert seal.open_sealed(seal.parse_qr(found.text), KEYS).sha256 == seal.digest(side(name).canonical)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sealing", ["Niêm phong", "NP-0071", "NP-0073", "vị trí: tủ điện của đảo bơm số 2", "Người niêm: Lê Quốc Lượng",
                     "Ảnh trước: 1", "Ảnh sau: 2", "Số: 02/BB-ĐKT", "giữ nguyên niêm phong"]),
        ("unsealing", ["Mở niêm phong", "Căn cứ Biên bản niêm phong số 02/BB-ĐKT ngày 05 tháng 8 năm 2021.",
                       "Tình trạng khi mở", "Còn nguyên vẹn, số chì không đổi", "Người mở: Lê Quốc Lượng"]),
        ("suspension-notice", ["THÔNG BÁO", "Kính gửi: Cửa hàng xăng dầu Song Mai (mẫu).", "Số: 07/TB-SKHCN",
                               "1. Tạm dừng sử dụng phương tiện đo", "2. Thời gian tạm dừng tính từ thời điểm ký Biên bản số",
                               "GIÁM ĐỐC", "Nguyễn Thanh Bình", "- Như trên;", "- Lưu: VT, hồ sơ đoàn.", "kiểm tra thông báo"]),
        ("resumption-notice", ["được tiếp tục sử dụng phương tiện đo như sau", "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC",
                               "Trần Thị Minh Hà", "chấm dứt từ thời điểm đó"]),
        ("not-carried-out", ["Không tiến hành được việc kiểm tra", "cơ sở đóng cửa, không có người tiếp đoàn", "Đỗ Văn Xã",
                             "Cổng khóa", "lưu hồ sơ đoàn và gửi cơ sở", "hiện trạng khi đoàn đến"]),
    ],
)  # fmt: skip
def test_says(name: str, said: list[str]) -> None:
    text = flat(side(name).text)
    for words in said:
        assert words in text, words


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_is_a_letter_and_no_minutes(name: str) -> None:
    (page,) = pages(side(name).pdf)
    text = flat(side(name).text)
    for words in ("BIÊN BẢN", "Ký từng trang", "Hôm nay, hồi", "TRƯỞNG ĐOÀN", "Ý KIẾN CỦA CƠ SỞ"):
        assert words not in text
    title, signer = page.search("THÔNG BÁO")[0], page.search(r"GIÁM ĐỐC")[0]
    assert abs((title["x0"] + title["x1"]) / 2 - (30 + 165 / 2) * MM) < 2
    recipients = page.search("Nơi nhận:")[0]
    assert recipients["x1"] < 115 * MM < signer["x0"]
    assert abs(recipients["top"] - signer["top"]) < 3
    assert (
        page.search("Kính gửi:")[0]["top"] < page.search("Căn cứ Luật")[0]["top"] < page.search("thông báo:")[0]["top"]
    )


def test_the_site_is_no_signer_of_a_visit_that_came_to_nothing() -> None:
    text = side("not-carried-out").text
    assert "ĐẠI DIỆN CƠ SỞ" not in text
    assert "Ý KIẾN CỦA CƠ SỞ" not in text
    alone = flat(printed(not_carried_out(witness=None, no_witness_reason="xã không cử được người")).text)
    assert "Không có người chứng kiến; lý do: xã không cử được người." in alone
    assert "NGƯỜI CHỨNG KIẾN" not in alone


def test_a_draft_has_no_number_and_no_code() -> None:
    draft = printed(suspension_notice(), "draft")
    assert "07/TB-SKHCN" not in draft.text
    (page,) = pages(draft.pdf)
    assert not [shape for shape in page.rects if shape["fill"] and shape["height"] < 0.8 * MM]


def many(documents: dict[str, Any], name: str) -> dict[str, Any]:
    """The same paper for a long name, with thirty seals or suspensions, one with a number wider than its column."""
    ids = [f"0192f0c1-2b3c-7d4e-8f50-{number:012d}" for number in range(2000, 2030)]
    one = SEALS[0] if documents["form"] == "sealing" else SUSPENDED
    documents["establishment"]["name"] = name
    documents["measures"] = [
        {**one, "id": id, "serials": [f"NP-{n:04d}-A", W[: 40 * (n == 7)]]} for n, id in enumerate(ids)
    ]
    documents["papers"] = [{**MINUTES, "measure_ids": ids}]
    return documents


@pytest.mark.parametrize("make", [sealing, suspension_notice])
def test_long_names_and_many_rows_stay_within_the_page(make: Any) -> None:
    paper = printed(many(make(), LONG))
    found = pages(paper.pdf)
    assert len(found) > 2
    for page in found:
        body = [c for c in page.chars if c["text"].strip()]
        assert max(c["x1"] for c in body) <= 195 * MM + 0.3
    text = flat(paper.text)
    for number in (0, 29):
        assert f"NP-{number:04d}-A" in text
    last = found[-1].extract_text()
    assert ("Nguyễn Thanh Bình" if make is suspension_notice else "TRƯỞNG ĐOÀN") in last


@pytest.mark.parametrize("name", SIDE_PAPERS)
def test_words_of_any_length_and_odd_characters_never_stop_a_paper(name: str) -> None:
    documents = copy.deepcopy(SIDE_PAPERS[name]())
    for measure in (*documents.get("measures", ()), *documents.get("earlier", ())):
        measure |= {"reason": f"😀 {W} #let x = [", "state": W, "by": W, "place": f"*{W}*", "serials": [W, "$x$"]}
    documents["inspection"] = {**documents["inspection"], "reason": f"{W}\n\n= tiêu đề"}
    documents["signer"] = {"name": W, "title": W, "authority": W}
    paper = printed(documents, twin=True)
    for page in pages(paper.pdf):
        assert max(c["x1"] for c in page.chars) <= 197 * MM
    assert io.BytesIO(paper.pdf).read(5) == b"%PDF-"
