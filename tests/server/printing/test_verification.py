"""The printed page of a record and a certificate: text, one page however long the names are, QR, the archive twin."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
import zxingcpp
from pypdfium2 import PdfDocument

from server.printing import minutes
from sync import seal
from tests.server.printing.press import KEYS, Paper, pages, printed
from tests.server.printing.real import real
from tests.server.printing.verified_papers import MORE, VERIFIED_PAPERS, certificate

ALL = VERIFIED_PAPERS | MORE
CERTIFICATES = [name for name in ALL if "certificate" in name]
LONG = (
    "Công ty trách nhiệm hữu hạn một thành viên thương mại, dịch vụ, vận tải và kinh doanh tổng hợp Hoàng Gia Phát Đại"
)


@lru_cache
def page_of(name: str) -> Paper:
    return printed(ALL[name]())


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("verification-record", ["BIÊN BẢN", "Kiểm định cân đồng hồ lò xo số NH60-0221", "nhiệt độ 30,5 °C, độ ẩm 68 %RH",
                                 "Max 60 kg; Min 4 kg; e = 0,2 kg", "Phương pháp thực hiện: ĐLVN 30:2019.", "NGƯỜI SOÁT LẠI",
                                 "Tem kiểm định số: 21C00921 (Mặt trước vỏ cân).", "4. Có hiệu chỉnh"]),
        ("verification-failed", ["1. Kiểm tra bên ngoài: KHÔNG ĐẠT; Kim cong, mặt số vỡ (ảnh 1).",
                                 "2. Kiểm tra kỹ thuật: không tiến hành.", "3. Kiểm tra đo lường: không tiến hành.",
                                 "Dấu, tem kiểm định cũ (tem số 20C00305): đã hủy", "giao cơ sở sử dụng 01 bản"]),
        ("verification-inconclusive", ["Phương tiện đo: chưa kết luận.", "lý do vẫn sử dụng: Đã gửi hiệu chuẩn",
                                       "Lý do: Áp kế chuẩn AK-03 quá hạn hiệu chuẩn từ 01/7/2021."]),
        ("verification-certificate", ["GIẤY CHỨNG NHẬN KIỂM ĐỊNH", "Số: 921/GCN-KĐ", "Đạt yêu cầu kỹ thuật đo lường", "GIÁM ĐỐC",
                                      "Số tem kiểm định: 21C00921", "Thời hạn đến: 31/8/2022", "KIỂM ĐỊNH VIÊN"]),
        ("verification-certificate-deputy", ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "(theo chu kỳ 12 tháng, Thông tư 23/2013/TT-BKHCN)"]),
    ],
)  # fmt: skip
def test_it_says(name: str, sentences: list[str]) -> None:
    text = flat(page_of(name).text)
    for sentence in sentences:
        assert sentence in text


@pytest.mark.parametrize("name", ALL)
def test_its_qr_code_names_this_very_text_and_the_twin_compiles(name: str) -> None:
    paper = page_of(name)
    document = PdfDocument(paper.pdf)
    last = document[len(document) - 1].render(scale=3).to_numpy()
    (symbol,) = zxingcpp.read_barcodes(np.ascontiguousarray(last[..., :3]))
    claims = seal.open_sealed(seal.parse_qr(symbol.text), KEYS)
    assert claims.sha256 == seal.digest(paper.canonical)
    assert minutes.attached(printed(ALL[name](), twin=True).pdf)[1] == paper.canonical


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_is_one_page(name: str) -> None:
    assert len(pages(page_of(name).pdf)) == 1


def test_also_where_every_name_is_long() -> None:
    documents: dict[str, Any] = certificate()
    documents["organisation"] = {**documents["organisation"], "letterhead": [LONG, LONG]}
    documents["establishment"] = {**documents["establishment"], "name": LONG * 2, "address": LONG * 2}
    documents["instruments"] = [
        {**each, "model": "W" * 90, "serial": "W" * 60, "maker": LONG} for each in documents["instruments"]
    ]
    paper = printed(documents)
    (page,) = pages(paper.pdf)
    assert "Thời hạn đến: 31/8/2022" in flat(paper.text)
    assert max(word["bottom"] for word in page.extract_words()) < page.height - 36
    assert max(word["x1"] for word in page.extract_words()) < page.width - 36


def test_a_draft_has_no_number_and_no_qr_code() -> None:
    paper = printed(certificate(), "draft")
    assert "Số: ……/……" in paper.text
    assert "921/GCN-KĐ" not in paper.text
    assert zxingcpp.read_barcodes(PdfDocument(paper.pdf)[0].render(scale=3).to_pil()) == []


def test_what_was_measured_again_stands_under_the_adjustment() -> None:
    documents = real("mobile-verification", form="verification_record")
    text = flat(printed({**documents, "instrument_id": documents["instruments"][0]["id"]}).text)
    places = [
        text.index(each)
        for each in ("KD0902 – Tải tăng", "4. Có hiệu chỉnh", "KD1002 – Sau hiệu chỉnh", "IV. KẾT LUẬN")
    ]
    assert places == sorted(places)
