"""Reports on paper: a Word document that an office goes on writing in, the same as PDF, charts without colour alone."""

from __future__ import annotations

import importlib.metadata
import io
import re
import sys
import zipfile
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from docx import Document
from docx.oxml.ns import qn
from PIL import Image

from server.printing import charts, docx_parts, report_docx, report_pdf
from server.printing.charts import Chart
from server.printing.report_document import Cell, Column, Part, Report, Table

CHART = Chart("Kết quả theo lĩnh vực", ["Kinh doanh xăng dầu", "Vàng trang sức, mỹ nghệ"],
              [("Đạt", [3, 4]), ("Không đạt", [1, 0]), ("Chưa kết luận", [0, 2])], "Biểu đồ kết quả theo lĩnh vực")  # fmt: skip
TABLE = Table("domains", "Theo lĩnh vực", [Column("Lĩnh vực", share=5), Column("Đạt", is_number=True)],
              [[Cell("Kinh doanh xăng dầu"), Cell("3", 3)], [Cell("Tổng số"), Cell("1.234", 1234)]],
              note="Đơn vị tính: cuộc kiểm tra.", has_total=True, chart=CHART)  # fmt: skip
LONG = Table("", "Danh sách cơ sở", [Column("TT", is_number=True), Column("Cơ sở", share=9)],
             [[Cell(str(n)), Cell(f"Cửa hàng xăng dầu số {n}")] for n in range(1, 121)])  # fmt: skip
REPORT = Report(
    agency=["UBND TỈNH BẮC GIANG", "SỞ KHOA HỌC VÀ CÔNG NGHỆ"],
    place="Bắc Giang",
    year=2026,
    abstract="Kết quả kiểm tra nhà nước về đo lường trong kinh doanh xăng dầu",
    opening=["Thực hiện Quyết định số 123/QĐ-SKHCN ngày 26/7/2021 của Giám đốc, kết quả như sau:"],
    parts=[
        Part("Kết quả kiểm tra", [TABLE, replace(TABLE, key="empty", title="Theo tháng", rows=[], chart=None)]),
        Part("Nhận xét, đánh giá", to_write="Người lập báo cáo ghi nhận xét, đánh giá chung."),
    ],
    annexes=[LONG, replace(LONG, title="Mẫu", rows=[], empty="Không lấy mẫu.")],
)
NASTY = '\x00\x1f</w:t>&amp; {{ 7*7 }} #eval("1") $x$ 一 🙂 ' + "dài" * 170


@pytest.fixture(scope="module")
def word() -> Any:
    """The report as python-docx reads it back."""
    return Document(io.BytesIO(report_docx.write(REPORT)))


def test_the_page_is_the_decrees(word: Any) -> None:
    section = word.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    millimetres = [
        round(side.mm)
        for side in (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    ]
    assert millimetres == [20, 20, 30, 15]
    assert section.different_first_page_header_footer
    header = section.header.paragraphs[0]
    assert "PAGE" in header._p.xml
    assert header.alignment == 1  # centred
    assert not section.first_page_header.paragraphs[0].text


def test_the_font_holds_for_every_script(word: Any) -> None:
    for name in ("Normal", "Heading 1", "Heading 2", docx_parts.BODY, docx_parts.CELL):
        fonts = word.styles[name].element.rPr.rFonts
        assert {fonts.get(qn(f"w:{which}")) for which in ("ascii", "hAnsi", "eastAsia", "cs")} == {"Times New Roman"}
        assert fonts.get(qn("w:asciiTheme")) is None
    assert word.styles["Normal"].font.size.pt == 13


def test_headings_are_numbered_by_word_itself(word: Any) -> None:
    headings = [(p.style.name, p.text) for p in word.paragraphs if p.style.name.startswith("Heading")]
    assert headings == [("Heading 1", "Kết quả kiểm tra"), ("Heading 2", "Theo lĩnh vực"), ("Heading 2", "Theo tháng"),
                        ("Heading 1", "Nhận xét, đánh giá")]  # fmt: skip
    number = word.styles["Heading 2"].element.pPr.numPr
    assert (number.numId.val, number.ilvl.val) == (90, 1)
    levels = word.part.numbering_part.element.xpath('w:abstractNum[@w:abstractNumId="90"]/w:lvl/w:numFmt/@w:val')
    assert levels == ["upperRoman", "decimal"]


def test_tables_repeat_their_heading_and_break_between_rows(word: Any) -> None:
    table = next(t for t in word.tables if t.cell(0, 0).text == "TT")
    assert len(table.rows) == 121
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert all("w:cantSplit" in row._tr.xml for row in table.rows)
    assert "w:tblHeader" not in table.rows[1]._tr.xml
    sums = next(t for t in word.tables if t.cell(0, 0).text == "Lĩnh vực")
    assert [run.bold for run in sums.cell(2, 1).paragraphs[0].runs] == [True]


def test_what_a_person_must_write_is_marked_and_nothing_is_invented(word: Any) -> None:
    marked = [p.text for p in word.paragraphs if p.style.name == docx_parts.PLACE]
    assert marked == ["[Người lập báo cáo ghi nhận xét, đánh giá chung.]"]
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert any("Số: ……/BC-……" in text for text in cells)
    assert any("[QUYỀN HẠN, CHỨC VỤ CỦA NGƯỜI KÝ]" in text for text in cells)
    assert "Bắc Giang, ngày …… tháng …… năm 2026" in cells


def test_the_chart_is_a_picture_with_words(word: Any) -> None:
    pictures = word.element.xpath("//wp:docPr")
    assert [(p.get("title"), p.get("descr")) for p in pictures] == [(CHART.title, CHART.alt)]
    image = next(part for part in word.part.package.iter_parts() if part.content_type == "image/png")
    width, height = Image.open(io.BytesIO(image.blob)).size
    assert width > 1200 > height > 100


def test_each_annex_begins_a_page_and_its_own_count(word: Any) -> None:
    annexes = [p.text for p in word.paragraphs if p.style.name == docx_parts.ANNEX]
    assert annexes == ["Phụ lục I", "Phụ lục II"]
    starts = [section._sectPr.xpath("w:pgNumType/@w:start") for section in word.sections]
    assert starts == [[], ["1"], ["1"]]
    children = [child.tag.split("}")[1] for child in word.sections[1]._sectPr]
    assert children.index("pgNumType") < children.index("cols")
    assert "Không lấy mẫu." in [p.text for p in word.paragraphs]


def test_the_pdf_says_the_same_and_numbers_pages_from_the_second() -> None:
    pdf = pypdfium2.PdfDocument(report_pdf.write(REPORT))
    texts = [page.get_textpage().get_text_range() for page in pdf]
    whole = re.sub(r"\s+", " ", " ".join(texts))
    for said in ("BÁO CÁO", "Độc lập - Tự do - Hạnh phúc", "I. Kết quả kiểm tra", "1. Theo lĩnh vực", "1.234", "II. Nhận xét, đánh giá",
                 "Phụ lục I", "Cửa hàng xăng dầu số 120", "Không lấy mẫu."):  # fmt: skip
        assert said in whole
    first = [text.split()[0] for text in texts]
    assert first[0] != "1"
    annex = next(number for number, text in enumerate(texts) if "Phụ lục I" in text)
    assert [first[annex].startswith("Phụ"), first[annex + 1]] == [True, "2"]
    assert sum("Cơ sở" in text for text in texts) >= 3  # the heading row on each page of the list


def test_anything_that_people_typed_is_printed_as_text() -> None:
    table = replace(
        TABLE, title=NASTY, rows=[[Cell(NASTY), Cell("3", 3)]], chart=replace(CHART, labels=[NASTY, "b"], alt=NASTY)
    )
    report = replace(REPORT, abstract=NASTY, place=NASTY, parts=[Part(NASTY, [table])], annexes=[table])
    document = Document(io.BytesIO(report_docx.write(report)))
    assert any("{{ 7*7 }} #eval" in cell.text for t in document.tables for row in t.rows for cell in row.cells)
    assert len(pypdfium2.PdfDocument(report_pdf.write(report))) >= 2


def test_a_word_file_is_whole_xml() -> None:
    with zipfile.ZipFile(io.BytesIO(report_docx.write(REPORT))) as archive:
        assert archive.testzip() is None
        assert "word/numbering.xml" in archive.namelist()


def test_a_chart_is_told_apart_without_colour_and_always_the_same() -> None:
    picture = charts.svg(CHART)
    assert picture == charts.svg(CHART)
    assert picture.count("<pattern") == 3
    assert len(set(re.findall(r'<pattern id="p\d".*?</pattern>', picture))) == 3
    for said in ("Kinh doanh xăng dầu", "Không đạt", "Chưa kết luận"):
        assert said in picture
    assert "<script" not in picture
    assert charts.png(picture).startswith(b"\x89PNG")


@pytest.mark.parametrize("most", [0, 1, 7, 8, 9, 99, 1000, 123456])
def test_an_axis_has_few_whole_numbers_past_the_longest_bar(most: int) -> None:
    picture = charts.svg(Chart("x", ["a"], [("b", [most])], "x"))
    marks = [int(found) for found in re.findall(r'class="(?:major)?">(\d+)<', picture)]
    assert marks == sorted(set(marks))
    assert len(marks) <= 10
    assert not marks or max(marks) >= most


def test_drawing_leaves_pythons_imports_as_they_were() -> None:
    charts.svg(CHART)
    assert importlib.metadata.version("werkzeug")
    assert all(hasattr(finder, "find_spec") for finder in sys.meta_path)


def test_long_labels_are_cut_not_the_picture() -> None:
    picture = charts.svg(replace(CHART, labels=["một tên rất dài " * 20, "b"]))
    assert "…" in picture
    assert 'width="900"' in picture
