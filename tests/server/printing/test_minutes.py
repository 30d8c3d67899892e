"""The printed page, measured: NĐ 30/2020 Annex I (dossier 5.1), text, QR, the archive twin, hostile text."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from typing import Any

import numpy as np
import pytest
import zxingcpp
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from server.printing import minutes, qr
from sync import paper, paper_forms, seal
from tests.server.printing.make_vectors import HOST, minutes_vector
from tests.server.printing.press import KEYS, MM, NOTHING, pages, printed, sample
from tests.server.printing.samples import SAMPLES, fuel_station, gold_shop


def line_with(page: Any, words: str) -> Any:
    """The characters of the first line that holds these words."""
    for line in page.extract_text_lines(return_chars=True):
        if words in line["text"]:
            return line
    raise AssertionError(f"{words!r} is not on the page")


def fonts_of(page: Any, words: str) -> tuple[set[str], set[float]]:
    """Faces and sizes of these words."""
    found = page.search(re.escape(words), regex=True)
    assert found, words
    chars = [char for char in found[0]["chars"] if char["text"].strip()]
    return {char["fontname"].split("+")[-1] for char in chars}, {round(char["size"], 2) for char in chars}


class TestLayout:
    """Figures of dossier 5.1."""

    @pytest.mark.parametrize("name", SAMPLES)
    def test_paper_and_margins(self, name: str) -> None:
        for page in pages(sample(name).pdf):
            assert (round(page.width / MM), round(page.height / MM)) == (210, 297)
            body = [c for c in page.chars if 18 * MM < c["top"] < 277 * MM and c["text"].strip()]
            assert min(c["x0"] for c in body) >= 30 * MM - 0.1
            assert max(c["x1"] for c in body) <= 195 * MM + 0.3
            assert min(c["top"] for c in body) >= 20 * MM - 1
            assert max(c["bottom"] for c in body) <= 277 * MM + 1

    @pytest.mark.parametrize(
        ("words", "face", "size"),
        [
            ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Tinos-Bold", 12),
            ("Độc lập - Tự do - Hạnh phúc", "Tinos-Bold", 13),
            ("UBND TỈNH BẮC GIANG", "Tinos", 12),
            ("SỞ KHOA HỌC VÀ CÔNG NGHỆ", "Tinos-Bold", 12),
            ("Số: 01/BB-ĐKT", "Tinos", 13),
            ("Bắc Giang, ngày 05 tháng 8 năm 2021", "Tinos-Italic", 13),
            ("BIÊN BẢN", "Tinos-Bold", 14),
            ("Kiểm tra nhà nước về đo lường trong kinh doanh xăng dầu", "Tinos-Bold", 14),
            ("Căn cứ Luật Đo lường số 04/2011/QH13;", "Tinos-Italic", 13),
            ("Hôm nay, hồi 08 giờ 30 phút, ngày 05 tháng 8 năm 2021", "Tinos", 13),
        ],
    )
    def test_faces_and_sizes(self, words: str, face: str, size: int) -> None:
        faces, sizes = fonts_of(pages(sample("fuel-station").pdf)[0], words)
        assert sizes == {size}
        assert {name.replace("Tinos-Regular", "Tinos") for name in faces} == {face}

    def test_motto_right_agency_left_and_on_one_line(self) -> None:
        page = pages(sample("fuel-station").pdf)[0]
        motto, agency = page.search("CỘNG HÒA")[0], page.search("UBND TỈNH")[0]
        assert abs(motto["top"] - agency["top"]) < 1
        assert motto["x0"] > 95 * MM > agency["x1"]
        number, place = page.search("Số: 01")[0], page.search("Bắc Giang, ngày")[0]
        assert abs(number["bottom"] - place["bottom"]) < 1
        centre = (motto["x0"] + page.search("VIỆT NAM")[0]["x1"]) / 2
        assert abs(centre - (place["x0"] + page.search("tháng 8 năm 2021")[0]["x1"]) / 2) < 2

    def test_rules_under_motto_agency_and_title(self) -> None:
        page = pages(sample("fuel-station").pdf)[0]
        rules = [line for line in page.lines if line["top"] < 80 * MM]
        motto, agency, title = sorted(
            rules, key=lambda line: (-line["x0"] if line["top"] < 40 * MM else 0, line["top"])
        )
        line = line_with(page, "Độc lập")
        own = [c for c in line["chars"] if c["x0"] > 95 * MM]
        assert abs((motto["x1"] - motto["x0"]) - (own[-1]["x1"] - own[0]["x0"])) < 1.5
        name = page.search("SỞ KHOA HỌC VÀ CÔNG NGHỆ")[0]
        assert 1 / 3 <= (agency["x1"] - agency["x0"]) / (name["x1"] - name["x0"]) <= 1 / 2
        about = page.search("Kiểm tra nhà nước về đo lường trong kinh doanh xăng dầu")[0]
        assert 1 / 3 <= (title["x1"] - title["x0"]) / (about["x1"] - about["x0"]) <= 1 / 2

    def test_paragraphs(self) -> None:
        page = pages(sample("fuel-station").pdf)[0]
        first = line_with(page, "Hôm nay, hồi")
        second = line_with(page, "thành phố Bắc Giang, Đoàn kiểm tra")
        assert 9.99 <= (first["x0"] - 30 * MM) / MM <= 12.7
        assert abs(second["x0"] - 30 * MM) < 1
        assert abs(first["x1"] - 195 * MM) < 1.5  # justified
        single = second["bottom"] - first["bottom"]
        assert 13 * 1.1 <= single <= 13 * 1.5
        laws = [line_with(page, words) for words in ("04/2011/QH13", "28/2013/TT-BKHCN")]
        assert laws[1]["bottom"] - laws[0]["bottom"] >= single + 6

    @pytest.mark.parametrize("name", SAMPLES)
    def test_page_numbers_centred_on_top_from_page_2(self, name: str) -> None:
        for number, page in enumerate(pages(sample(name).pdf), 1):
            above = [c for c in page.chars if c["bottom"] < 20 * MM and c["text"].strip()]
            assert "".join(c["text"] for c in above) == ("" if number == 1 else str(number))
            for char in above:
                assert abs((char["x0"] + char["x1"]) / 2 - (30 + 165 / 2) * MM) < 3
                assert 13 <= round(char["size"], 1) <= 14

    @pytest.mark.parametrize("name", SAMPLES)
    def test_signature_strip_on_every_page(self, name: str) -> None:
        for page in pages(sample(name).pdf):
            strip = page.within_bbox((0, 277 * MM, page.width, page.height)).extract_text()
            assert "Ký từng trang" in strip
            assert "Trưởng đoàn" in strip

    @pytest.mark.parametrize("name", SAMPLES)
    def test_qr_at_the_left_foot_of_the_last_page(self, name: str) -> None:
        *others, last = pages(sample(name).pdf)
        assert all(symbol_of(page) == NOTHING for page in others)
        left, top, right, bottom = symbol_of(last)
        assert abs(left - 30 * MM) < 1
        assert abs(bottom - 277 * MM) < 1
        assert 28 * MM - 0.5 <= right - left <= 30 * MM + 0.5
        assert abs((right - left) - (bottom - top)) < 0.5
        modules = len(qr.modules(minutes_vector(name)["qr"]))
        assert (right - left) / MM / modules >= 0.5
        assert last.search("TRƯỞNG ĐOÀN")[0]["bottom"] < top
        assert last.search("Nơi nhận:")[0]["bottom"] < top
        assert "công nhận đúng và ký tên" in last.extract_text().replace("\n", " ")
        assert fonts_of(last, "Nơi nhận:") == ({"Tinos-BoldItalic"}, {12})
        assert fonts_of(last, "Lưu: VT")[1] == {11}


def symbol_of(page: Any) -> tuple[float, float, float, float]:
    """The box of the QR symbol: its modules are the only filled shapes under 0.8 mm; nothing on other pages."""
    drawn = [shape for shape in page.rects if shape["fill"] and shape["height"] < 0.8 * MM]
    left, top = min((shape["x0"] for shape in drawn), default=0), min((shape["top"] for shape in drawn), default=0)
    return left, top, max((s["x1"] for s in drawn), default=0), max((s["bottom"] for s in drawn), default=0)


class TestContent:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_text_is_nfc_and_searchable(self, name: str) -> None:
        text = sample(name).text
        assert unicodedata.is_normalized("NFC", text)
        flat = text.replace("\n", " ")
        for words in (
            "Độc lập - Tự do - Hạnh phúc",
            "NHẬN XÉT, KẾT LUẬN",
            "mỗi bên giữ 01 bản",
            "bảo vệ dữ liệu cá nhân",
        ):
            assert words in flat

    def test_the_order_of_the_parts(self) -> None:
        text = sample("gold-shop").text
        parts = ["ĐOÀN KIỂM TRA", "CƠ SỞ ĐƯỢC KIỂM TRA", "NGƯỜI CHỨNG KIẾN", "NỘI DUNG VÀ KẾT QUẢ", "NHẬN XÉT, KẾT LUẬN",
                 "YÊU CẦU, KIẾN NGHỊ", "Ý KIẾN CỦA CƠ SỞ", "PHỤ LỤC: DANH MỤC ẢNH", "Biên bản kết thúc", "Nơi nhận:"]  # fmt: skip
        places = [text.index(part) for part in parts]
        assert places == sorted(places)
        for roman, part in zip(("I", "II", "III", "IV", "V", "VI", "VII", "VIII"), parts, strict=False):
            assert f"{roman}. {part}" in text

    def test_results_of_the_station(self) -> None:
        flat = sample("fuel-station").text.replace("\n", " ")
        for words in ("KHÔNG ĐẠT", "20,00", "19,88", "0,6036", "±0,45 %", "Không áp dụng", "NP-0071, NP-0072",
                      "ngày 20 tháng 8 năm 2021", "Bình chuẩn kim loại 20 L", "Nội dung bắt buộc chưa có kết quả: FU05"):  # fmt: skip
            assert words in flat, words
        assert "19.88" not in flat
        digest = json.loads(sample("fuel-station").canonical)["photos"][0]["sha256"]
        assert digest[:12] in flat

    def test_inconclusive_refused_and_expired_are_said(self) -> None:
        xray = sample("xray-room").text.replace("\n", " ")
        assert "chưa kết luận: chưa có hệ số hiệu chỉnh của máy đo" in xray
        assert "quá hạn" in xray
        assert "1 phép đo chưa kết luận" in xray
        gold = sample("gold-shop").text.replace("\n", " ")
        assert "(từ chối ký: không đồng ý với kết quả đo)" in gold
        assert "Đỗ Văn Xã" in gold

    def test_a_standard_past_its_date_is_said_with_its_reason(self) -> None:
        documents = SAMPLES["xray-room"]()
        used = documents["standards"][0]
        said = printed(documents).text.replace("\n", " ")
        assert "đã quá hạn hiệu chuẩn; không ghi lý do vẫn sử dụng" in said
        documents["inspection"]["standard_overrides"] = {used["id"]: "Đã gửi hiệu chuẩn, chờ giấy."}
        used["certificates"] = [{"number": "0512/2021", "issued_on": "2021-11-12", "valid_until": "2022-11-11"}]
        said = printed(documents).text.replace("\n", " ")
        assert (
            "chưa có giấy chứng nhận còn hạn vào ngày kiểm tra; lý do vẫn sử dụng: Đã gửi hiệu chuẩn, chờ giấy." in said
        )
        assert "0512/2021" not in said

    def test_draft_has_no_number_and_no_qr(self) -> None:
        drafted = printed({**fuel_station(), "number": None}, "draft")
        numbered = printed(fuel_station(), "draft")
        for draft in (drafted, numbered):
            assert "01/BB-ĐKT" not in draft.text
            assert all(symbol_of(page) == NOTHING for page in pages(draft.pdf))
            assert PdfReader(io.BytesIO(draft.pdf)).pages[0].extract_text().count("THẢO") == 1

    @pytest.mark.parametrize(("status", "mark"), [("void", "HỦY"), ("amended", "BỔ SUNG")])
    def test_marks_of_what_is_no_longer_in_force(self, status: minutes.Status, mark: str) -> None:
        reader = PdfReader(io.BytesIO(printed(gold_shop(), status).pdf))
        assert all(mark in page.extract_text() for page in reader.pages)
        assert mark not in sample("gold-shop").text

    def test_same_input_same_bytes(self) -> None:
        again = printed(fuel_station())
        assert again.pdf == sample("fuel-station").pdf
        assert printed(fuel_station(), twin=True).pdf == printed(fuel_station(), twin=True).pdf
        assert printed(fuel_station(number=2)).pdf != again.pdf

    @pytest.mark.parametrize("form", paper_forms.FORMS)
    def test_every_form_prints(self, form: str) -> None:
        amends = {"text": "01/BB-ĐKT", "issued_at": "2021-08-05T11:25:00+07:00"} if form == "amendment" else None
        text = printed({**fuel_station(), "form": form, "amends": amends}).text
        assert paper_forms.FORMS[form].title in text
        assert ("Bổ sung Biên bản số 01/BB-ĐKT" in text) == (form == "amendment")

    def test_nothing_at_all_still_prints(self) -> None:
        doc = paper.compose(form="working", issued_at="2026-01-05T08:00:00+07:00", number=None, inspection={}, campaign={},
                            organisation={}, establishment={})  # fmt: skip
        assert minutes.render(seal.canonical_text(doc), None, host=HOST, status="issued").startswith(b"%PDF")

    def test_a_drawn_signature_is_drawn(self) -> None:
        drawn = {
            "role": "representative",
            "name": "A",
            "outcome": "drawn",
            "strokes": [[0, 0, 300, 120, 10, 90], [5, 5], []],
        }
        page = pages(printed({**fuel_station(), "signatures": [drawn]}).pdf)[-1]
        assert page.curves or [line for line in page.lines if line["width"] > 30 * MM]
        assert "ký trên thiết bị" not in page.extract_text()


class TestSymbol:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_decodes_at_200_dpi_and_verifies_with_the_public_key(self, name: str) -> None:
        paper = PdfDocument(sample(name).pdf)
        image = paper[len(paper) - 1].render(scale=200 / 72, grayscale=True).to_pil()
        paper.close()
        found = zxingcpp.read_barcodes(np.asarray(image))
        assert len(found) == 1
        assert found[0].text.startswith(f"HTTPS://{HOST.upper()}/M/")
        claims = seal.open_sealed(seal.parse_qr(found[0].text), KEYS)
        assert claims.sha256 == seal.digest(sample(name).canonical)

    @pytest.mark.parametrize("host", ["tên miền.vn", "x" * 60 + ".vn"])
    def test_a_host_that_no_symbol_holds_is_a_clear_error(self, host: str) -> None:
        with pytest.raises(minutes.PrintError, match="mã QR"):
            minutes.render(sample("gold-shop").canonical, sample("gold-shop").cose, host=host, status="issued")


class TestTwin:
    def test_is_pdf_a_3_with_the_canonical_text(self) -> None:
        twin = printed(fuel_station(), twin=True)
        reader = PdfReader(io.BytesIO(twin.pdf))
        assert re.search(rb"pdfaid:part>3<", twin.pdf)
        assert sorted(reader.attachments) == ["minutes-qr.txt", "minutes.json"]
        assert reader.attachments["minutes.json"] == [twin.canonical.encode()]
        assert reader.attachments["minutes-qr.txt"] == [seal.qr_text(HOST, twin.cose).encode()]
        assert minutes.attached(twin.pdf) == (seal.qr_text(HOST, twin.cose), twin.canonical)
        assert minutes.is_printed_by_us(twin.pdf, *minutes.attached(twin.pdf))
        assert twin.text == sample("fuel-station").text

    def test_holds_what_a_validator_looks_for(self) -> None:
        """ISO 19005-3, as far as the structure shows: no validator comes by pip, npm or apt."""
        reader = PdfReader(io.BytesIO(printed(fuel_station(), twin=True).pdf))
        root: Any = reader.trailer["/Root"]
        (intent,) = root["/OutputIntents"]
        assert (intent.get_object()["/S"], len(intent.get_object()["/DestOutputProfile"].get_data()) > 100) == (
            "/GTS_PDFA1",
            True,
        )
        relations = {spec.get_object()["/AFRelationship"] for spec in root["/AF"]}
        assert relations == {"/Source", "/Supplement"}
        assert all(
            spec.get_object()["/EF"]["/F"].get_object()["/Subtype"] in {"/application/json", "/text/plain"}
            for spec in root["/AF"]
        )
        xmp = root["/Metadata"].get_data().decode()
        assert re.search(r"pdfaid:part>3<", xmp)
        assert re.search(r"pdfaid:conformance>B<", xmp)
        assert "/Encrypt" not in reader.trailer
        for page in reader.pages:
            resources: Any = page["/Resources"]
            for font in resources["/Font"].values():
                (inner,) = font.get_object()["/DescendantFonts"]
                descriptor = inner.get_object()["/FontDescriptor"].get_object()
                assert {"/FontFile2", "/FontFile3"} & set(descriptor), descriptor["/FontName"]
                assert "/ToUnicode" in font.get_object()

    def test_another_pdf_is_refused_and_a_changed_page_is_seen(self) -> None:
        with pytest.raises(minutes.PrintError, match="PDF/A-3"):
            minutes.attached(sample("fuel-station").pdf)
        twin = printed(fuel_station(), twin=True)
        assert not minutes.is_printed_by_us(twin.pdf + b" ", *minutes.attached(twin.pdf))


def test_the_font_holds_vietnamese_and_the_signs_of_measurement() -> None:
    vowels = "aăâeêioôơuưy"
    tones = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    letters = {unicodedata.normalize("NFC", vowel + tone) for vowel in vowels for tone in tones}
    wanted = letters | {letter.upper() for letter in letters} | set("đĐ‰µ°±≤≥×−–—“”‘’…→₫²³½□•Ω")
    for face in minutes.FONTS.glob("*.ttf"):
        held = set(map(chr, TTFont(face).getBestCmap()))
        assert wanted <= held, (face.name, wanted - held)
    assert len(list(minutes.FONTS.glob("*.ttf"))) == 4
    assert "SIL OPEN FONT LICENSE" in (minutes.FONTS / "OFL.txt").read_text(encoding="utf-8")
