"""A report as a Word document that an office goes on writing in: real styles and numbering, NĐ 30/2020/NĐ-CP Annex I."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Mm, Pt

from server.printing import charts, docx_parts
from server.printing.charts import plain
from server.printing.docx_parts import ANNEX, BODY, CELL, CELL_HEAD, CENTRED, NOTE, PLACE
from server.printing.report_document import Column, Part, Report, Table

WIDTH = 165
"""Millimetres between the margins."""
_MOST = 255
"""Characters that a property of the file holds."""


def write(report: Report) -> bytes:
    """Write a report. What people have to write stands in marked places."""
    document = Document()
    docx_parts.lay_out(document)
    about = document.core_properties
    about.title, about.author = plain(report.abstract)[:_MOST], plain(report.agency[-1])[:_MOST]
    about.language = "vi-VN"
    about.comments, about.created = "", datetime.now(UTC)
    _head(document, report)
    for line in report.opening:
        document.add_paragraph(plain(line), BODY)
    for part in report.parts:
        _part(document, part)
    _signature(document)
    for number, table in enumerate(report.annexes, 1):
        _annex(document, number, table)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _head(document: Any, report: Report) -> None:
    """Agency and motto, number and place-date: two columns without lines."""
    table = document.add_table(rows=2, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    docx_parts.set_widths(table, (70, 100))
    left, right = table.rows[0].cells
    lines = [(line.upper(), line is report.agency[-1]) for line in report.agency]
    _stack(left, [(text, 12, bold, False) for text, bold in lines], rule=0.36)
    _stack(
        right,
        [("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, True, False), ("Độc lập - Tự do - Hạnh phúc", 13, True, False)],
        rule=0.55,
    )
    left, right = table.rows[1].cells
    _stack(left, [("Số: ……/BC-……", 13, False, False)])
    _stack(right, [(f"{report.place or '……'}, ngày …… tháng …… năm {report.year}", 13, False, True)])
    document.add_paragraph("BÁO CÁO", CENTRED).paragraph_format.space_before = Pt(16)
    document.add_paragraph(plain(report.abstract), CENTRED)
    docx_parts.add_rule(document.add_paragraph("", CENTRED), WIDTH, 0.3)


def _stack(cell: Any, lines: Sequence[tuple[str, int, bool, bool]], rule: float = 0.0) -> None:
    """Write centred lines (text, size, bold, italic), with a rule of a share of the column's width below."""
    for number, (text, size, bold, italic) in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.alignment = ALIGN.CENTER
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(plain(text))
        run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    if rule:
        docx_parts.add_rule(cell.add_paragraph(), 70 if rule < 0.5 else 100, rule)


def _part(document: Any, part: Part) -> None:
    document.add_paragraph(plain(part.title), "Heading 1")
    for table in part.tables:
        document.add_paragraph(plain(table.title), "Heading 2")
        _table(document, table)
    if part.to_write:
        document.add_paragraph(f"[{part.to_write}]", PLACE).paragraph_format.keep_with_next = True


def _table(document: Any, table: Table) -> None:
    """A table with a heading row that every page repeats, its note, its chart; without rows one sentence."""
    if not table.rows:
        document.add_paragraph(table.empty, BODY)
        return
    made = document.add_table(rows=1, cols=len(table.columns), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    whole = sum(column.share for column in table.columns)
    docx_parts.set_widths(made, [WIDTH * column.share / whole for column in table.columns])
    for cell, column in zip(made.rows[0].cells, table.columns, strict=True):
        _fill(cell, column.title, CELL_HEAD)
    docx_parts.repeat_heading(made.rows[0])
    docx_parts.narrow_margins(made)
    for number, row in enumerate(table.rows):
        cells = made.add_row().cells
        is_total = table.has_total and number == len(table.rows) - 1
        for cell, value, column in zip(cells, row, table.columns, strict=True):
            _fill(cell, value.text, CELL, column, is_bold=is_total)
    docx_parts.keep_rows_whole(made)
    if table.note:
        document.add_paragraph(table.note, NOTE)
    if table.chart is not None:
        paragraph = document.add_paragraph("", CENTRED)
        picture = paragraph.add_run().add_picture(io.BytesIO(charts.png(charts.svg(table.chart))), width=Mm(WIDTH))
        docx_parts.describe(picture, table.chart.title, table.chart.alt)


def _fill(cell: Any, text: str, style: str, column: Column | None = None, *, is_bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    paragraph.add_run(plain(text)).bold = is_bold or None
    if column is not None and column.is_number:
        paragraph.alignment = ALIGN.RIGHT


def _signature(document: Any) -> None:
    table = document.add_table(rows=1, cols=2)
    docx_parts.set_widths(table, (75, 90))
    docx_parts.keep_rows_whole(table)
    left, right = table.rows[0].cells
    for text, size, is_title in (("Nơi nhận:", 12, True), ("- ……;", 11, False), ("- Lưu: VT, …….", 11, False)):
        paragraph = left.paragraphs[0] if is_title else left.add_paragraph()
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(plain(text))
        run.bold = run.italic = is_title
        run.font.size = Pt(size)
    _stack(
        right,
        [
            ("[QUYỀN HẠN, CHỨC VỤ CỦA NGƯỜI KÝ]", 13, True, False),
            *[("", 13, False, False)] * 4,
            ("[Họ và tên]", 13, True, False),
        ],
    )


def _annex(document: Any, number: int, table: Table) -> None:
    """Each annex begins a page and counts its own pages."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    docx_parts.restart_pages(section)
    document.add_paragraph(f"Phụ lục {docx_parts.roman(number)}", ANNEX)
    document.add_paragraph(plain(table.title).upper(), CENTRED)
    under = document.add_paragraph("", CENTRED)
    run = under.add_run("(Kèm theo Báo cáo số ……/BC-…… ngày …… tháng …… năm ……)")
    run.bold, run.italic = False, True
    _table(document, table)
