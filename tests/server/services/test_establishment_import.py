"""Establishments from office files: a report row by row, all or nothing, and hostile files that only get a sentence."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy.orm import Session

from server.db import documents
from server.errors import Problem
from server.services import areas, establishment_columns, establishment_import, establishments, tables
from server.services.areas import Area
from server.services.establishment_import import Report
from tests.builders import Office

NOW = datetime(2021, 1, 4, tzinfo=UTC)
TITLES = [c.title for c in establishment_columns.ESTABLISHMENTS]
ROW = ["Cửa hàng xăng dầu Kép", "2400123456", "Khu 1, thị trấn Kép", "07399", "0204 3123 456", "Trần Thị Bán", "Cửa hàng trưởng",
       "21.3551", "106,2621", "xăng dầu; tạp hóa"]  # fmt: skip
INSTRUMENT_TITLES = [c.title for c in establishment_columns.INSTRUMENTS]
INSTRUMENT = ["Cửa hàng xăng dầu Kép", "2400123456", "07399", "Cột đo xăng dầu", "Tatsuno", "Neo", "TT-1", "2018", "0.5", "", "", "",
              "L", "31/12/2021", "22B01439", "12/KĐ", "120000000"]  # fmt: skip


@pytest.fixture
def desk(office: Office) -> Office:
    """An office that knows three communes."""
    known = [Area(code, name, "Huyện Lạng Giang", "Tỉnh Bắc Giang", "2021-01-01", None)
             for code, name in (("07399", "Thị trấn Kép"), ("07375", "Thị trấn Vôi"), ("07387", "Xã Hương Sơn"))]  # fmt: skip
    with office.transaction() as session:
        areas.register(session, known, actor="system", at=NOW)
    return office


def changed(**cells: Any) -> list[Any]:
    places = {c.field: n for n, c in enumerate(establishment_columns.ESTABLISHMENTS)}
    row: list[Any] = list(ROW)
    for field, value in cells.items():
        row[places[field]] = value
    return row


def xlsx(path: Path, rows: Sequence[Sequence[Any]], instruments: Sequence[Sequence[Any]] = ()) -> Path:
    book = Workbook()
    book.worksheets[0].title = "Cơ sở"
    for row in rows:
        book.worksheets[0].append(list(row))
    if instruments:
        sheet = book.create_sheet("Phương tiện đo")
        for row in instruments:
            sheet.append(list(row))
    book.save(path / "co-so.xlsx")
    return path / "co-so.xlsx"


def text(path: Path, content: str | bytes, name: str = "co-so.csv") -> Path:
    (path / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8-sig"))
    return path / name


def run(desk: Office, file: Path, *, dry_run: bool = False) -> Report:
    with desk.transaction() as session:
        return establishment_import.run(session, tables.read(file), actor="system", at=NOW, dry_run=dry_run)


def told(report: Report) -> list[tuple[int, str, str]]:
    return [(e.row, e.column, e.message) for e in report.errors]


def test_a_workbook_with_instruments_becomes_documents_of_its_area(
    desk: Office, session: Session, tmp_path: Path
) -> None:
    report = run(desk, xlsx(tmp_path, [TITLES, ROW], [INSTRUMENT_TITLES, INSTRUMENT]))
    assert (report.imported, report.instruments, report.errors) == (1, 1, [])
    (site,) = documents.of_kind(session, "establishment")
    assert site.scope == "area:07399"
    assert site.state["representative"] == {"name": "Trần Thị Bán", "title": "Cửa hàng trưởng"}
    assert (site.state["lat"], site.state["lon"]) == ("21.3551", "106.2621")
    assert site.state["business_lines"] == ["xăng dầu", "tạp hóa"]
    (instrument,) = documents.of_kind(session, "instrument")
    assert (instrument.parent, instrument.scope) == (site.id, "area:07399")
    assert instrument.state["type"] == "fuel_dispenser"
    assert instrument.state["verified_until"] == "2021-12-31"
    assert instrument.state["attributes"] == {"accuracy_class": "0.5", "unit": "L"}


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_with_any_delimiter_and_accents_in_either_form(
    desk: Office, session: Session, tmp_path: Path, delimiter: str
) -> None:
    quoted = [[f'"{cell}"' for cell in row] for row in (["STT", *TITLES], ["1", *ROW])]
    lines = unicodedata.normalize("NFD", "\r\n".join(delimiter.join(row) for row in quoted))
    assert run(desk, text(tmp_path, lines)).imported == 1
    (site,) = documents.of_kind(session, "establishment")
    assert site.state["name"] == ROW[0]


def test_headings_are_found_below_a_title_and_in_other_spellings(desk: Office, tmp_path: Path) -> None:
    rows: list[list[Any]] = [["DANH SÁCH CƠ SỞ NĂM 2021"], [], ["TT", "TÊN ĐƠN VỊ", "Dia chi", "Mã xã/phường", "Số điện thoại (nếu có)", "Ghi chú", "Màu"],
            [1, "Quán cân", "Thôn 1", 7399, "0204123", "", ""]]  # fmt: skip
    report = run(desk, xlsx(tmp_path, rows))
    assert (report.imported, report.ignored_columns) == (1, ["Màu"])


def test_cells_that_excel_keeps_as_numbers_and_dates_are_read_as_people_see_them(
    desk: Office, session: Session, tmp_path: Path
) -> None:
    instrument: list[Any] = list(INSTRUMENT)
    instrument[7], instrument[13] = 2018.0, datetime(2021, 12, 31)  # noqa: DTZ001 - Excel's dates have no zone
    rows = [TITLES, changed(tax_code=2400123456, area_code=7399, lat=21.3551, lon=106.2621)]
    assert run(desk, xlsx(tmp_path, rows, [INSTRUMENT_TITLES, instrument])).errors == []
    (site,) = documents.of_kind(session, "establishment")
    assert (site.state["tax_code"], site.state["area_code"], site.state["lat"]) == ("2400123456", "07399", "21.3551")
    (found,) = documents.of_kind(session, "instrument")
    assert (found.state["year"], found.state["verified_until"]) == (2018, date(2021, 12, 31).isoformat())


@pytest.mark.parametrize(
    ("cells", "column", "complaint"),
    [
        ({"name": ""}, "Tên cơ sở", "không được để trống"),
        ({"name": "x" * 501}, "Tên cơ sở", "tối đa 500"),
        ({"name": "=1+1"}, "Tên cơ sở", "công thức"),
        ({"address": "  "}, "Địa chỉ", "không được để trống"),
        ({"tax_code": "24001234"}, "Mã số thuế", "không phải mã số thuế"),
        ({"tax_code": "400123456"}, "Mã số thuế", "số 0 ở đầu"),
        ({"tax_code": "٢٤٠٠١٢٣٤٥٦"}, "Mã số thuế", "không phải mã số thuế"),
        ({"area_code": "99999"}, "Mã xã", "không có xã"),
        ({"area_code": "Thị trấn Kép"}, "Mã xã", "không có xã"),
        ({"phone": "gọi sau"}, "Điện thoại", "không phải số điện thoại"),
        ({"lat": "1e999"}, "Vĩ độ", "không phải tọa độ"),
        ({"lat": "NaN"}, "Vĩ độ", "không phải tọa độ"),
        ({"lat": "-21.3"}, "Vĩ độ", "không phải tọa độ"),
        ({"lat": "51.5"}, "Vĩ độ", "8 đến 24"),
        ({"lon": "0"}, "Kinh độ", "102 đến 118"),
        ({"lat": "106.2", "lon": "21.3"}, "Vĩ độ", "đổi chỗ"),
        ({"lon": ""}, "Kinh độ", "cả vĩ độ và kinh độ"),
    ],
)
def test_one_bad_cell_is_named_and_nothing_is_written(
    desk: Office, session: Session, tmp_path: Path, cells: dict[str, str], column: str, complaint: str
) -> None:
    report = run(desk, xlsx(tmp_path, [TITLES, changed(name="Cơ sở đúng"), changed(**cells)]))
    assert [(e.row, e.column) for e in report.errors] == [(3, column)]
    assert complaint in report.errors[0].message
    assert report.imported == 0
    assert documents.of_kind(session, "establishment") == []


def test_a_control_character_is_named(desk: Office, tmp_path: Path) -> None:
    report = run(desk, text(tmp_path, ";".join(TITLES) + "\n" + ";".join(changed(name="a\x07b"))))
    assert told(report) == [
        (2, "Tên cơ sở", "có ký tự điều khiển; hãy gõ lại ô này"),
    ]


def test_every_fault_of_a_row_is_told_at_once(desk: Office, tmp_path: Path) -> None:
    report = run(desk, xlsx(tmp_path, [TITLES, changed(tax_code="1", area_code="1", phone="x", lat="x")]))
    assert {e.column for e in report.errors} == {"Mã số thuế", "Mã xã", "Điện thoại", "Vĩ độ"}
    assert {e.value for e in report.errors} == {"1", "00001", "x"}


def test_twins_in_a_file_are_an_error_and_known_ones_are_left_alone(
    desk: Office, session: Session, tmp_path: Path
) -> None:
    twin = run(desk, xlsx(tmp_path, [TITLES, ROW, changed(name=" cửa hàng  XĂNG DẦU kép ", tax_code="2400123456")]))
    assert told(twin)[0][0] == 3
    assert "trùng với dòng 2" in told(twin)[0][2]
    assert run(desk, xlsx(tmp_path, [TITLES, ROW], [INSTRUMENT_TITLES, INSTRUMENT])).imported == 1
    longer = [TITLES, ROW, changed(name="Cửa hàng mới"), changed(area_code="07375")]
    again = run(desk, xlsx(tmp_path, longer, [INSTRUMENT_TITLES, INSTRUMENT]))
    assert (again.imported, again.instruments, [e.row for e in again.already_known]) == (2, 0, [2, 2])
    assert len(documents.of_kind(session, "establishment")) == 3
    assert len(documents.of_kind(session, "instrument")) == 1


def test_a_dry_run_reports_and_writes_nothing(desk: Office, session: Session, tmp_path: Path) -> None:
    report = run(desk, xlsx(tmp_path, [TITLES, ROW]), dry_run=True)
    assert (report.imported, report.dry_run) == (1, True)
    assert documents.of_kind(session, "establishment") == []


@pytest.mark.parametrize(
    ("place", "value", "column"),
    [
        (0, "Cơ sở lạ", "Tên cơ sở"),
        (3, "Máy bay", "Loại phương tiện đo"),
        (7, "18", "Năm sản xuất"),
        (13, "32/13/2021", "Hạn kiểm định"),
        (16, "nhiều", "Giá trị mới"),
    ],
)
def test_a_wrong_instrument_stops_the_whole_file(
    desk: Office, session: Session, tmp_path: Path, place: int, value: str, column: str
) -> None:
    instrument = [*INSTRUMENT[:place], value, *INSTRUMENT[place + 1 :]]
    report = run(desk, xlsx(tmp_path, [TITLES, ROW], [INSTRUMENT_TITLES, instrument]))
    assert [(e.sheet, e.row, e.column) for e in report.errors] == [("Phương tiện đo", 2, column)]
    assert documents.of_kind(session, "establishment") == []


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<row/>" * 40_000_000)
    return out.getvalue()


def damaged(name: str, content: bytes) -> bytes:
    book, out = io.BytesIO(), io.BytesIO()
    Workbook().save(book)
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, content if entry == name else old.read(entry))
    return out.getvalue()


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
FAR = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="99999999999"><c r="A99999999999" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>'


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.csv", b"", "trống"),
        ("a.csv", b"\n\n  ", "trống"),
        ("a.csv", b"\xef\xbb\xbf", "tiêu đề"),
        ("a.csv", "Tên cơ sở;Địa chỉ".encode("cp1258", "replace"), "UTF-8"),
        ("a.csv", "Tên cơ sở;Địa chỉ".encode("utf-16"), "UTF-8"),
        ("a.csv", b"a\x00b;c", "byte rỗng"),
        ("a.csv", "Tên cơ sở;Địa chỉ\nA;B".encode(), "thiếu cột Mã xã"),
        ("a.csv", "Tên cơ sở;Địa chỉ;Mã xã\n".encode(), "không có dòng dữ liệu"),
        ("a.csv", "Tên cơ sở;Tên;Địa chỉ;Mã xã\nA;B;C;D".encode(), "hai lần"),
        ("a.csv", 'Tên cơ sở;Địa chỉ;Mã xã\n"A";"B"x;1\n'.encode(), "Dòng 2"),
        ("a.csv", "Tên cơ sở;Địa chỉ;Mã xã\n".encode() + b"a;b;c\n" * 50_001, "50000 dòng"),
        ("a.csv", b"hai;ba;bon\n1;2;3\n", "tiêu đề"),
        ("a.xlsx", b"not a workbook", "không phải bảng tính"),
        ("a.xlsx", b"PK\x03\x04 torn", "hỏng"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"),
        ("a.xlsx", bomb(), "quá lớn"),
        ("a.xlsx", damaged("xl/workbook.xml", b"<broken"), "hỏng"),
        ("a.xlsx", damaged("xl/worksheets/sheet1.xml", LAUGHS), "hỏng"),
        ("a.xlsx", damaged("xl/worksheets/sheet1.xml", FAR), "50000 dòng"),
        ("a.xlsx", damaged("[Content_Types].xml", b"<Types/>"), "hỏng"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_file_gets_a_sentence(
    desk: Office, tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    with pytest.raises(tables.TableError, match=complaint):
        run(desk, text(tmp_path, content, name))


def test_a_file_that_is_too_large_is_not_opened(desk: Office, tmp_path: Path) -> None:
    file = tmp_path / "big.xlsx"
    with file.open("wb") as big:
        big.truncate(tables.MAX_FILE + 1)
    with pytest.raises(tables.TableError, match="20 MB"):
        run(desk, file)


def test_the_template_is_what_the_import_reads(desk: Office, session: Session, tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(establishment_columns.template()))
    for sheet, row in zip(book.worksheets, (ROW, INSTRUMENT), strict=True):
        for column, value in enumerate(row, 1):
            sheet.cell(row=2, column=column, value=value)
    book.save(tmp_path / "filled.xlsx")
    report = run(desk, tmp_path / "filled.xlsx")
    assert (report.imported, report.instruments, report.errors, report.ignored_columns) == (1, 1, [], [])


def test_ten_thousand_rows_come_in_at_once(desk: Office, session: Session, tmp_path: Path) -> None:
    lines = [
        ";".join(TITLES),
        *(";".join(changed(name=f"Cơ sở {n}", tax_code=f"{n:010d}")).replace("xăng dầu; ", "") for n in range(10_000)),
    ]
    steps: list[tuple[int, int]] = []
    with desk.transaction() as writing:
        sheets = tables.read(text(tmp_path, "\n".join(lines)))
        report = establishment_import.run(
            writing, sheets, actor="system", at=NOW, progress=lambda a, b: steps.append((a, b))
        )
    assert report.imported == 10_000
    assert steps[-1] == (10_000, 10_000)
    assert len(documents.of_kind(session, "establishment")) == 10_000


def test_one_establishment_may_be_registered_by_hand(desk: Office, session: Session) -> None:
    values = {"name": "Quán cân", "address": "Thôn 1", "area_code": "07399"}
    with desk.transaction() as writing:
        id = establishments.register(writing, values, actor="system", at=NOW)
    assert documents.get(session, "establishment", id) is not None
    with pytest.raises(Problem, match="đã có"), desk.transaction() as writing:
        establishments.register(writing, values, actor="system", at=NOW)
    with pytest.raises(Problem) as refusal, desk.transaction() as writing:
        establishments.register(writing, {"name": "X", "area_code": "1"}, actor="system", at=NOW)
    assert {e["field"] for e in refusal.value.extra["errors"]} == {"address", "area_code"}
