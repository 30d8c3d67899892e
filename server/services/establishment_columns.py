"""The columns of an establishments file: their Vietnamese headings, other spellings, and the empty template."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.services.establishments import INSTRUMENT_TYPES
from server.services.tables import Table, fold

HEADER_ROWS = 10
"""Office files often begin with a title; the headings stand among the first rows."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field it fills, its heading, and how else people write it (folded)."""

    field: str
    title: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """Where a sheet's columns are. `unknown` are headings that nothing reads."""

    row: int
    places: Mapping[str, int]
    unknown: tuple[str, ...]
    doubled: tuple[str, ...]


ESTABLISHMENTS = (
    Column("name", "Tên cơ sở", ("ten", "tendonvi", "tendoanhnghiep", "coso", "name"), required=True),
    Column("tax_code", "Mã số thuế", ("mst", "masothue", "taxcode")),
    Column("address", "Địa chỉ", ("diachicoso", "address"), required=True),
    Column("area_code", "Mã xã", ("maxaphuong", "madvhc", "madonvihanhchinh", "maphuong", "areacode"), required=True),
    Column("phone", "Điện thoại", ("sodienthoai", "sdt", "dt", "phone")),
    Column("representative", "Người đại diện", ("daidien", "nguoidaidienphapluat", "chucoso", "representative")),
    Column("representative_title", "Chức vụ", ("chucvunguoidaidien", "chucdanh")),
    Column("lat", "Vĩ độ", ("lat", "latitude")),
    Column("lon", "Kinh độ", ("lon", "lng", "long", "longitude")),
    Column("business_lines", "Ngành nghề", ("nganhnghekinhdoanh", "linhvuc", "businesslines")),
)
INSTRUMENTS = (
    Column("name", "Tên cơ sở", ("ten", "coso"), required=True),
    Column("tax_code", "Mã số thuế", ("mst",)),
    Column("area_code", "Mã xã", ("maxaphuong", "madvhc"), required=True),
    Column("type", "Loại phương tiện đo", ("loai", "loaiphuongtien", "phuongtiendo", "tenphuongtiendo"), required=True),
    Column("maker", "Hãng sản xuất", ("hang", "hangsx", "nhasanxuat", "noisanxuat")),
    Column("model", "Kiểu", ("model", "kyhieu", "kieukyhieu")),
    Column("serial", "Số máy", ("so", "soseri", "soserie", "serial", "somay")),
    Column("year", "Năm sản xuất", ("nam", "namsx")),
    Column("accuracy_class", "Cấp chính xác", ("cap",)),
    Column("max", "Max", ("mucantoida", "muccanlonnhat")),
    Column("e", "e", ("giatridochiakiem",)),
    Column("d", "d", ("giatridochia",)),
    Column("unit", "Đơn vị", ("donvido",)),
    Column("verified_until", "Hạn kiểm định", ("hieuluckiemdinh", "thoihan", "hieulucden")),
    Column("mark_serial", "Số tem", ("sotemkiemdinh", "tem")),
    Column("certificate_number", "Số giấy chứng nhận", ("sogcn", "gcn", "giaychungnhan")),
    Column("new_price", "Giá trị mới", ("giatri", "giamoi", "nguyengia")),
)
ESTABLISHMENTS_SHEET = "Cơ sở"
INSTRUMENTS_SHEET = "Phương tiện đo"

_TYPES = {
    **{fold(title): code for code, title in INSTRUMENT_TYPES.items()},
    **{fold(code): code for code in INSTRUMENT_TYPES},
    "cotdo": "fuel_dispenser", "cotbomxangdau": "fuel_dispenser", "candientu": "weighing_instrument",
    "candongho": "weighing_instrument", "voi": "nozzle", "candongholoxo": "weighing_instrument",
    "canban": "weighing_instrument", "candia": "weighing_instrument", "xquang": "diagnostic_xray_unit", "mayxquang": "diagnostic_xray_unit",
    "canchim": "weighbridge", "donghotaxi": "taximeter",
}  # fmt: skip


def title_of(field: str, columns: Sequence[Column]) -> str:
    """The heading of a field, for people."""
    return next((c.title for c in columns if c.field == field), field)


def header_of(table: Table, columns: Sequence[Column]) -> Header | None:
    """Find the heading row: the first one in which two required columns, or most of the others, are named."""
    for place, (_, texts) in enumerate(table.rows[:HEADER_ROWS]):
        header = _match(place, texts, columns)
        needed = [c.field for c in columns if c.required]
        if sum(f in header.places for f in needed) >= min(2, len(needed)) or len(header.places) >= 4:
            return header
    return None


def missing(header: Header, columns: Sequence[Column]) -> list[str]:
    """The headings of the required columns that a file does not have."""
    return [c.title for c in columns if c.required and c.field not in header.places]


def instrument_type(text: str) -> str:
    """A type of instrument in code words; what is not known stays as it was written."""
    return _TYPES.get(fold(text), text)


def iso_day(text: str) -> str:
    """A day as `dd/mm/yyyy` people write it, in ISO form; anything else stays as it was."""
    found = re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", text)
    return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else text


def template() -> bytes:
    """An empty workbook with both sheets, all columns as text so that Excel keeps leading zeros."""
    from openpyxl import Workbook  # late: a server at rest need not hold 20 MB that one command uses
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, columns in ((ESTABLISHMENTS_SHEET, ESTABLISHMENTS), (INSTRUMENTS_SHEET, INSTRUMENTS)):
        sheet = book.create_sheet(title)
        for number, column in enumerate(columns, 1):
            cell = sheet.cell(row=1, column=number, value=column.title + (" (*)" if column.required else ""))
            cell.font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(number)].width = 22
            for row in range(2, 200):
                sheet.cell(row=row, column=number).number_format = "@"
        sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _match(place: int, texts: Sequence[str], columns: Sequence[Column]) -> Header:
    names = {name: c for c in columns for name in (fold(c.title), *c.aliases)}
    places: dict[str, int] = {}
    unknown: list[str] = []
    doubled: list[str] = []
    for number, text in enumerate(texts):
        column = names.get(fold(text)) if text else None
        if column is None:
            if text and fold(text) not in {"stt", "tt", "ghichu"}:
                unknown.append(text)
        elif column.field in places:
            doubled.append(text)
        else:
            places[column.field] = number
    return Header(place, places, tuple(unknown), tuple(doubled))
