"""Lists as files: what a clerk's spreadsheet shows, what a hostile text may not do, and how long a list may be."""

from __future__ import annotations

import csv
import io
import tempfile
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import Problem
from server.services import exports
from server.services.exports import DAY, MOMENT, NUMBER, Cell, Column, Listed
from tests.server.pages.scene import NASTY

NOW = datetime(2026, 11, 26, 7, 5, tzinfo=UTC)
COLUMNS = (Column("Cơ sở"), Column("Hạn", DAY), Column("Lúc", MOMENT), Column("Khối lượng", NUMBER))
FORMULAS = ["=1+1", "+84 912", "-2+3", "@SUM(A1)", "\t=1", " =HYPERLINK(\"http://x\")", "%x", "|cmd"]  # fmt: skip


def made(rows: Iterator[Sequence[Cell]] | Sequence[Sequence[Cell]], kind: str, columns: Any = COLUMNS) -> bytes:
    file = io.BytesIO()
    exports.write(Listed("co-so", "Cơ sở: [tất cả]", columns, rows, [("Tìm", "=1+1")]), kind, file, NOW)
    return file.getvalue()


def sheet_of(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]


def lines_of(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_a_workbook_has_real_days_numbers_and_a_frozen_heading() -> None:
    row: Sequence[Cell] = ("Cửa hàng", "2022-01-31", "2021-08-05T01:20:00+00:00", "1234.50")
    sheet = sheet_of(made([row], exports.XLSX))
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:D2")
    assert sheet.column_dimensions["A"].width > 20
    name, until, at, mass = (cell for cell in sheet[2])
    assert (name.value, until.value.date(), at.value.isoformat(), mass.value) == (
        "Cửa hàng", date(2022, 1, 31), "2021-08-05T08:20:00", 1234.5,
    )  # fmt: skip
    assert (until.number_format, at.number_format, mass.data_type) == ("dd/mm/yyyy", "dd/mm/yyyy hh:mm", "n")


def test_a_csv_is_parted_by_semicolons_with_iso_days_and_decimal_commas() -> None:
    row: Sequence[Cell] = ('Cửa "hàng"; số 1', date(2022, 1, 31), datetime(2021, 8, 5, 1, 20, tzinfo=UTC), Decimal("0.50"))  # fmt: skip
    assert lines_of(made([row], exports.CSV)) == [
        ["Cơ sở", "Hạn", "Lúc", "Khối lượng"],
        ['Cửa "hàng"; số 1', "2022-01-31", "2021-08-05 08:20", "0,50"],
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_stays_text(text: str) -> None:
    cell = sheet_of(made([(text, None, None, None)], exports.XLSX))["A2"]
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", text, True)
    assert lines_of(made([(text, None, None, None)], exports.CSV))[1][0] == f"'{text}"


def test_leading_zeros_accents_and_markup_come_through() -> None:
    for text in ("0100109106", NASTY, "Ngỗ Đức Ẩn 一 😀"):
        assert sheet_of(made([(text, None, None, None)], exports.XLSX))["A2"].value == text
        assert lines_of(made([(text, None, None, None)], exports.CSV))[1][0] == text


@pytest.mark.parametrize(
    ("value", "shown"),
    [("x\x00\x1f\ud800y", "x\ufffd\ufffd\ufffdy"), ("a" * 40_000, "a" * (exports.MAX_CELL - len(exports.CUT)) + exports.CUT)],
)  # fmt: skip
def test_what_a_cell_cannot_hold_is_marked(value: str, shown: str) -> None:
    assert sheet_of(made([(value, None, None, None)], exports.XLSX))["A2"].value == shown
    assert lines_of(made([(value, None, None, None)], exports.CSV))[1][0] == shown


def test_what_is_not_of_its_kind_is_written_as_it_was() -> None:
    row: Sequence[Cell] = (True, "31/01/22", "hôm qua", "12 kg")
    assert [cell.value for cell in sheet_of(made([row], exports.XLSX))[2]] == ["có", "31/01/22", "hôm qua", "12 kg"]
    old: Sequence[Cell] = (None, date(1899, 5, 1), "1899-05-01T00:00:00+07:00", "1234567890123456789")
    assert [cell.value for cell in sheet_of(made([old], exports.XLSX))[2]] == [None, "1899-05-01", "1899-05-01T00:00:00", old[3]]  # fmt: skip


@settings(max_examples=30)
@given(st.lists(st.tuples(*[st.one_of(st.none(), st.text(max_size=30), st.integers(), st.dates(), st.booleans(),
                                      st.decimals(allow_nan=False, allow_infinity=False),
                                      st.datetimes(timezones=st.just(UTC)))] * 4), max_size=5))  # fmt: skip
def test_no_value_breaks_a_file(rows: list[tuple[Any, ...]]) -> None:
    numbered = [(f"dòng {n}", *row[1:]) for n, row in enumerate(rows)]
    names = ["Cơ sở", *(row[0] for row in numbered)]
    assert [row[0] for row in sheet_of(made(numbered, exports.XLSX)).iter_rows(max_col=4, values_only=True)] == names
    assert [row[0] for row in lines_of(made(numbered, exports.CSV))] == names


def test_a_list_that_is_too_long_is_refused_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_ROWS", 3)
    with pytest.raises(Problem, match="hơn 3 dòng"):
        made([("x", None, None, None)] * 4, exports.CSV)


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(count: int, kind: str) -> int:
        rows = ((f"Cửa hàng số {n}", date(2022, 1, 31), None, n) for n in range(count))
        with tempfile.TemporaryFile() as file:
            tracemalloc.start()
            exports.write(Listed("x", "X", COLUMNS, rows), kind, file, NOW)
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return found

    for kind in exports.MEDIA_TYPES:
        peak(10, kind)  # what is imported once
        assert peak(2000, kind) < peak(200, kind) + 500_000


def test_a_file_is_named_by_what_it_lists_and_when() -> None:
    assert exports.file_name(Listed("co-so", "", (), ()), exports.CSV, NOW) == "co-so-20261126-1405.csv"
