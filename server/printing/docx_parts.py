"""What python-docx has no words for: styles of an office's papers, numbered headings, page numbers, rules, repeated rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from server.printing.charts import plain

FONT = "Times New Roman"
BODY, CENTRED, CELL, CELL_HEAD, NOTE, PLACE, ANNEX = (
    "Thân bài", "Căn giữa", "Ô bảng", "Đầu cột", "Ghi chú bảng", "Chỗ cần ghi", "Phụ lục",
)  # fmt: skip
_NUMBERING = f"""<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:multiLevelType w:val="multilevel"/>
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:pStyle w:val="Heading1"/><w:suff w:val="space"/>
<w:lvlText w:val="%1."/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Heading2"/><w:suff w:val="space"/>
<w:lvlText w:val="%2."/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl></w:abstractNum>"""
_NUMBER = f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'


def lay_out(document: Any) -> None:
    """Set page, styles, numbered headings and page numbers (NĐ 30/2020 Annex I: 20, 20, 30 and 15 mm, 13-14 pt)."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin, section.header_distance = Mm(30), Mm(15), Mm(10)
    _styles(document)
    _number_headings(document)
    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = ALIGN.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(13)
        xml = (
            f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>'
            if kind
            else f"<w:instrText {nsdecls('w')}>{text}</w:instrText>"
        )
        run._r.append(parse_xml(xml))


def roman(number: int) -> str:
    """Write a small number as annexes are numbered."""
    return ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[number]


def set_widths(table: Any, widths: Sequence[float]) -> None:
    """Give the columns of a table widths in millimetres that Word keeps."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def narrow_margins(table: Any) -> None:
    """Leave a millimetre beside the text of each cell, so that eight columns fit."""
    sides = "".join(f'<w:{side} w:w="57" w:type="dxa"/>' for side in ("left", "right"))
    margins = parse_xml(f"<w:tblCellMar {nsdecls('w')}>{sides}</w:tblCellMar>")
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")


def repeat_heading(row: Any) -> None:
    """Repeat a row at the head of every page."""
    row._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))


def keep_rows_whole(table: Any) -> None:
    """Never break a row over two pages."""
    for row in table.rows:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))


def add_rule(paragraph: Any, width: float, share: float) -> None:
    """Draw a rule under a line: a share of a width in millimetres, centred."""
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
    indent = Mm(width * (1 - share) / 2)
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = indent
    paragraph.add_run("").font.size = Pt(2)
    paragraph.paragraph_format.line_spacing = Pt(3)
    border = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
    )
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def describe(picture: Any, title: str, alt: str) -> None:
    """Give a picture its alternative text."""
    properties = picture._inline.docPr
    properties.set("title", plain(title))
    properties.set("descr", plain(alt))


def restart_pages(section: Any) -> None:
    """Count pages from 1 again, without a number on the first."""
    section.different_first_page_header_footer = True
    if section._sectPr.xpath("w:pgNumType"):
        return  # a new section begins as a copy of the one before
    start = parse_xml(f'<w:pgNumType {nsdecls("w")} w:start="1"/>')
    section._sectPr.insert_element_before(start, "w:cols", "w:titlePg", "w:docGrid")


def _styles(document: Any) -> None:
    styles = document.styles
    normal = styles["Normal"]
    _font(normal, 13)
    normal.paragraph_format.space_after = Pt(0)
    for name, size in (("Heading 1", 14), ("Heading 2", 13)):
        heading = styles[name]
        _font(heading, size, bold=True)
        heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(12), Pt(6)
        heading.paragraph_format.keep_with_next = True
    for name, size, bold in ((BODY, 13, False), (CENTRED, 14, True), (CELL, 11, False), (CELL_HEAD, 11, True),
                             (NOTE, 11, False), (PLACE, 13, False), (ANNEX, 14, True)):  # fmt: skip
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.quick_style = normal, True
        _font(style, size, bold=bold)
    body, note, place = styles[BODY].paragraph_format, styles[NOTE], styles[PLACE]
    body.alignment, body.first_line_indent, body.space_before = ALIGN.JUSTIFY, Mm(12.7), Pt(6)
    body.line_spacing = 1.15
    note.font.italic, note.paragraph_format.space_before, note.paragraph_format.alignment = True, Pt(3), ALIGN.JUSTIFY
    place.font.italic, place.font.highlight_color = True, WD_COLOR_INDEX.YELLOW
    place.paragraph_format.first_line_indent, place.paragraph_format.space_before = Mm(12.7), Pt(6)
    for name in (CENTRED, CELL_HEAD, ANNEX):
        styles[name].paragraph_format.alignment = ALIGN.CENTER
    outline = parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="0"/>')
    styles[ANNEX].element.get_or_add_pPr().insert_element_before(outline, "w:rPr", "w:sectPr")


def _font(style: Any, size: float, *, bold: bool | None = None) -> None:
    """Set the font for every script, or Word takes another for letters that it counts as Asian."""
    style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), RGBColor(0, 0, 0)
    if bold is not None:
        style.font.bold = bold
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), FONT)
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)


def _number_headings(document: Any) -> None:
    """Number headings I., 1. by a list of Word's own, so that a part put between two counts anew."""
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(_NUMBERING))
    numbering.append(parse_xml(_NUMBER))
    for name, level in (("Heading 1", 0), ("Heading 2", 1)):
        numbered = document.styles[name].element.get_or_add_pPr().get_or_add_numPr()
        numbered.get_or_add_ilvl().val, numbered.get_or_add_numId().val = level, 90
