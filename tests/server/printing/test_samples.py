"""Sampling minutes on paper: what was taken, its portions with their seals, who signs; and hostile text."""

from __future__ import annotations

import json
from typing import Any

import zxingcpp
from pypdfium2 import PdfDocument

from server.printing import minutes
from sync import paper, samples, seal
from sync.paper_blank import blank
from sync.paper_forms import FORMS
from tests.server.printing.press import KEYS, MM, pages, printed
from tests.server.printing.side_samples import FIRST, SECOND, sampled, told


def composed(**more: Any) -> dict[str, Any]:
    return paper.compose(**sampled(**more))


def test_the_paper_says_what_was_taken_and_where_each_part_is() -> None:
    found = printed(sampled())
    text = " ".join(found.text.split())
    for words in (
        "BIÊN BẢN Lấy mẫu, niêm phong mẫu", "Hôm nay, hồi 09 giờ 40 phút, ngày 05 tháng 8 năm 2021", "III. MẪU ĐÃ LẤY",
        "1 Xăng không chì RON 95-III", "Mã mẫu: M-01", "Số lô: T7/2021", "3,0 L", "phương pháp lấy mẫu: Lấy trực tiếp tại vòi",
        "yêu cầu thử nghiệm: Trị số ốc tan (RON); Hàm lượng lưu huỳnh", "1 Thử nghiệm 1,0 L NP-0101, NP-0102 Chi cục TCĐLCL",
        "3 Lưu tại cơ sở 1,0 L NP-0104 Phạm Thị Bán", "1000 mL NP-0105", "Biên bản kết thúc vào hồi 11 giờ 25 phút",
        "ĐẠI DIỆN CƠ SỞ NGƯỜI LẤY MẪU TRƯỞNG ĐOÀN", "Phạm Thị Bán Lê Quốc Lượng Nguyễn Văn Kiểm", "PHỤ LỤC: DANH MỤC ẢNH 1. Mẫu 1, 08:50 05/8/2021",
    ):  # fmt: skip
        assert words in text, words
    for absent in ("KẾT LUẬN", "YÊU CẦU, KIẾN NGHỊ", "Sai số", "Niêm phong: Vòi", "902"):
        assert absent not in text, absent
    for page in pages(found.pdf):
        body = [c for c in page.chars if 18 * MM < c["top"] < 277 * MM and c["text"].strip()]
        assert max(c["x1"] for c in body) <= 195 * MM + 0.3


def test_it_is_numbered_sealed_and_scanned_as_minutes_are() -> None:
    found = printed(sampled())
    read = [code for page in PdfDocument(found.pdf) for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]
    claims = seal.open_sealed(seal.parse_qr(read[0].text), KEYS)
    assert claims.sha256 == seal.digest(found.canonical)
    twin = printed(sampled(), twin=True)
    assert twin.text == found.text


def test_it_lists_the_samples_with_their_fingerprints_in_the_order_they_were_taken() -> None:
    doc = composed()
    assert [(row["number"], row["id"]) for row in doc["samples"]] == [(1, FIRST), (2, SECOND)]
    known = {each["id"]: samples.fingerprint(each) for each in sampled()["samples"]}
    assert {row["id"]: row["sha256"] for row in doc["samples"]} == known
    assert (doc["findings"], doc["checklists"], doc["measures"], doc["requirements"]) == ([], [], [], [])
    assert json.loads(seal.canonical_text(doc)) == doc
    assert "samples" not in composed(form="inspection")


def test_voided_samples_are_left_out_and_none_is_said() -> None:
    gone = [{**each, "voided": {"reason": "Vỡ"}} for each in sampled()["samples"]]
    assert composed(samples=gone)["samples"] == []
    assert "Không lấy mẫu nào." in printed(sampled(samples=gone)).text


def test_who_took_the_samples_signs_between_the_site_and_the_head() -> None:
    def signers(**more: Any) -> list[tuple[str, str]]:
        return [(each["heading"], each["name"]) for each in composed(**more)["signatures"]]

    plain = signers()
    assert [heading for heading, _ in plain] == ["ĐẠI DIỆN CƠ SỞ", "NGƯỜI LẤY MẪU", "TRƯỞNG ĐOÀN"]
    by_leader = [{**each, "taken_by": "Nguyễn Văn Kiểm"} for each in sampled()["samples"]]
    assert signers(samples=by_leader)[1] == ("THƯ KÝ", "Trần Thị Đo")
    given = [
        {"id": "s1", "role": "member", "name": "Lê Quốc Lượng", "title": "", "outcome": "refused", "reason": "Đã về"}
    ]
    assert signers(signatures=given)[1] == ("NGƯỜI LẤY MẪU", "Lê Quốc Lượng")
    secretary = [{"id": "s1", "role": "member", "name": "Trần Thị Đo", "title": "", "outcome": "fingerprint"}]
    assert [name for _, name in signers(signatures=secretary)[1:3]] == ["Lê Quốc Lượng", "Trần Thị Đo"]


def test_what_a_tablet_may_write_is_printed_or_left_out_never_refused() -> None:
    long, odd = "x" * 900, "<b>*_#[ 一 \u202e 🏷 $"
    wild = {"id": FIRST, "product": odd, "code": long, "quantity": "1", "unit": "quả", "condition": long, "tests": [odd],
            "portions": {long[:40]: {"purpose": "khác", "seals": [long, odd], "holder": long}, "b": None, "c": {"seals": "một"}},
            "taken_at": "hôm qua", "expires_on": "mai"}  # fmt: skip
    found = printed(sampled(samples=[wild, {"id": SECOND}]), twin=True)
    assert "hôm qua" in found.text
    for page in pages(found.pdf):
        assert max(c["x1"] for c in page.chars if c["text"].strip()) <= 195 * MM + 0.5


def test_a_notice_tells_the_laboratory_s_newest_word_and_none_of_ours() -> None:
    found = printed(told())
    text = " ".join(found.text.split())
    for words in (
        "THÔNG BÁO Kết quả thử nghiệm mẫu", "Kính gửi: Cửa hàng xăng dầu Song Mai (mẫu).",
        "Căn cứ Biên bản lấy mẫu số 02/BB-ĐKT ngày 05 tháng 8 năm 2021", "1. Xăng không chì RON 95-III, mã mẫu M-01, số lô T7/2021",
        "niêm phong số NP-0101, NP-0102.",
        "Phiếu kết quả thử nghiệm số 0456/KQTN ngày 16 tháng 8 năm 2021 của Trung tâm Kỹ thuật 1", "93,1", "8,5 mg/kg 10 Phù hợp",
        "Kết luận của nơi thử nghiệm: không phù hợp.", "Mẫu không phù hợp QCVN 1 về trị số ốc tan.",
    ):  # fmt: skip
        assert words in text, words
    assert "Chép nhầm" not in text
    doc = json.loads(found.canonical)
    [row] = doc["results"]
    assert row["id"].endswith("612"), "the version that was replaced is not told"
    assert row["sha256"] == samples.result_digest(told()["results"][1])
    assert "samples" not in doc
    assert "signatures" not in doc


def test_a_blank_to_be_filled_in_by_hand_has_room_for_samples_and_none_of_ours() -> None:
    doc = blank(FORMS["sampling"], composed(), [])
    assert (doc["samples"], doc["blank"]["samples"]) == ([], 3)
    text = seal.canonical_text(doc)
    assert "NP-0101" not in text
    assert minutes.render(text, None, host="h.vn", status="issued")[:4] == b"%PDF"
