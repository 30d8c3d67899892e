"""Lists as files: a titled list of typed columns and its rows into .xlsx and .csv that a clerk's Excel opens rightly."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import IO, Any

from server.errors import Problem, ProblemCode
from sync.paper_words import local

MAX_ROWS = 100_000
"""20,000 rows of 12 columns are 0.9 MB and take 10 s of CPU here; a longer list is filtered first, never cut in silence."""
MAX_CELL = 32_767
"""Excel's own limit."""
CUT = "… (đã cắt)"
FIRST_DAY = date(1900, 3, 1)
"""Excel counts a 29 February 1900 that never was; earlier days are written as text."""
MAX_DIGITS = 15
"""Excel keeps no more of a number; longer ones are written as text."""
XLSX, CSV = "xlsx", "csv"
MEDIA_TYPES = {
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    CSV: "text/csv; charset=utf-8",
}
TEXT, NUMBER, DAY, MOMENT = "text", "number", "day", "moment"
_WIDTHS = {TEXT: 24, NUMBER: 12, DAY: 12, MOMENT: 17}
_FORMATS = {DAY: "dd/mm/yyyy", MOMENT: "dd/mm/yyyy hh:mm"}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile(r"\s*[=+\-@\t\r|%]")
"""What a spreadsheet may take for a formula when it stands first in a text."""
_DECIMAL = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?", re.ASCII)
_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")

Cell = str | int | Decimal | date | datetime | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what kind of value stands in it, and how wide it is in characters (0 = as its kind is)."""

    title: str
    kind: str = TEXT
    width: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """A list to export. `name` begins the file's name (ASCII); `filters` say what was asked for: (label, value)."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    filters: Sequence[tuple[str, str]] = ()


def write(listed: Listed, kind: str, file: IO[bytes], now: datetime) -> int:
    """Write the list as `xlsx` or `csv` into an open file and return how many rows it has.

    Rows are taken one by one, so memory does not grow with them. Refuses (INVALID_REQUEST) more than MAX_ROWS. A value that
    is not of its column's kind is written as the text it is.
    """
    return _WRITERS[kind](listed, file, now)


def file_name(listed: Listed, kind: str, now: datetime) -> str:
    """Name the file by what it lists and when: co-so-20261126-1405.xlsx."""
    return f"{listed.name}-{local(now):%Y%m%d-%H%M}.{kind}"


def _xlsx(listed: Listed, file: IO[bytes], now: datetime) -> int:
    from openpyxl import Workbook  # late: a server at rest need not hold 20 MB that exports use
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = listed.title, "Hiện Trường"
    sheet = book.create_sheet(_SHEET_NAME.sub(" ", listed.title)[:31])
    for number, column in enumerate(listed.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width or _WIDTHS[column.kind]
    sheet.freeze_panes = "A2"

    def heading(text: str) -> Any:
        cell = WriteOnlyCell(sheet, text)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E9EDF2")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        return cell

    def cell_of(number_format: str = "", *, is_quoted: bool = False) -> Any:
        """Make a cell that every row of a column uses again: a new one for each value took four times as long."""
        cell = WriteOnlyCell(sheet)
        if number_format:
            cell.number_format = number_format
        cell.quotePrefix = is_quoted
        return cell

    quoted = [cell_of(is_quoted=True) for _ in listed.columns]
    dated = [cell_of(_FORMATS.get(column.kind, "")) for column in listed.columns]

    def filled(place: int, value: Cell, kind: str) -> Any:
        found = _typed(value, kind)
        if isinstance(found, str) and _FORMULA.match(found):
            quoted[place].value = found
            quoted[place].data_type = "s"  # a text, and by the quote it stays one when somebody edits the cell
            return quoted[place]
        if isinstance(found, date):
            dated[place].value = found
            return dated[place]
        return found

    kinds = [column.kind for column in listed.columns]
    sheet.append([heading(column.title) for column in listed.columns])
    count = 0
    for count, row in enumerate(listed.rows, 1):
        _refuse_too_many(count)
        sheet.append([filled(place, value, kind) for place, (value, kind) in enumerate(zip(row, kinds, strict=True))])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(kinds))}{count + 1}"
    about = book.create_sheet("Thông tin")
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 24, 60
    said = (("Danh sách", listed.title), ("Lập lúc", f"{local(now):%H:%M %d/%m/%Y}"), ("Số dòng", str(count)))
    for label, value in (*said, *listed.filters):
        about.append([label, filled(0, value, TEXT)])
    book.save(file)
    return count


def _csv(listed: Listed, file: IO[bytes], _now: datetime) -> int:
    """Write UTF-8 with its mark, or Excel takes it for the machine's old code page; cells parted by semicolons.

    Excel parts a .csv by the list separator of Windows' region, which cannot be the comma where, as in Viet Nam, the comma is
    the decimal sign: so semicolons, and decimals with a comma. Days are ISO: 02/08 would be 8 February on an
    English machine, 2021-08-02 is one day everywhere.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_defused(column.title) for column in listed.columns])
    kinds = [column.kind for column in listed.columns]
    count = 0
    for count, row in enumerate(listed.rows, 1):
        _refuse_too_many(count)
        writer.writerow([_said(_typed(value, kind)) for value, kind in zip(row, kinds, strict=True)])
    text.flush()
    text.detach()  # the file is the caller's to close
    return count


_WRITERS: dict[str, Callable[[Listed, IO[bytes], datetime], int]] = {XLSX: _xlsx, CSV: _csv}


def _typed(value: Cell, kind: str) -> Cell:
    """Read a value as its column's kind; what is not of that kind stays the text it is."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "có" if value else "không"
    if kind == NUMBER:
        return _number(value)
    if kind in {DAY, MOMENT}:
        return _instant(value, kind)
    return _text(value)


def _number(value: Cell) -> Cell:
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value):
            return _text(value)
        try:
            value = Decimal(value)
        except InvalidOperation:
            return _text(value)
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > MAX_DIGITS:
        return _text(format(value, "f"))
    if isinstance(value, int) and abs(value) >= 10**MAX_DIGITS:
        return str(value)
    return value if isinstance(value, int | Decimal) else _text(value)


def _instant(value: Cell, kind: str) -> Cell:
    """Return a day, or a moment in Viet Nam's time without its zone, which Excel does not know."""
    found: Cell = value
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value) if kind == MOMENT else date.fromisoformat(value[:10])
        except ValueError:
            return _text(value)
    if isinstance(found, datetime):
        try:
            aware = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
            moment = local(aware).replace(tzinfo=None, microsecond=0)
        except OverflowError:
            return _text(str(value))
        found = moment if kind == MOMENT else moment.date()
    if isinstance(found, date):
        day = found.date() if isinstance(found, datetime) else found
        return found if day >= FIRST_DAY else _text(found.isoformat())
    return _text(value)


def _text(value: object) -> str:
    """Return text that both formats can hold: no control characters, no half surrogates, no more than a cell takes."""
    text = _CONTROL.sub("\ufffd", str(value))
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - len(CUT)] + CUT


def _said(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f").replace(".", ",")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return _defused(value) if isinstance(value, str) else str(value)


def _defused(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula: a .csv has no other way to say “text”."""
    return f"'{text}" if _FORMULA.match(text) else text


def _refuse_too_many(count: int) -> None:
    if count > MAX_ROWS:
        said = f"Danh sách có hơn {MAX_ROWS:,} dòng: hãy lọc bớt rồi xuất từng phần.".replace(",", ".")
        raise Problem(ProblemCode.INVALID_REQUEST, said)
