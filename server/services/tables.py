"""Tables out of files that people send: .xlsx and .csv into rows of NFC text. Hostile files get a sentence, not a crash."""

from __future__ import annotations

import csv
import io
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

MAX_FILE = 20 * 1024 * 1024
MAX_INFLATED = 200 * 1024 * 1024
"""A workbook of 50,000 rows inflates to about 40 MB; a zip bomb to gigabytes."""
MAX_ENTRIES = 500
MAX_ROWS = 50_000
MAX_COLUMNS = 60
EXCEL_ROWS = 1_048_576
"""No sheet has more; a row number beyond it would make the reader fill the gap for ever."""
MAX_CELL = 32_767
"""Excel's own limit."""
_OLE = b"\xd0\xcf\x11\xe0"


class TableError(Exception):
    """The file as a whole cannot be read; the message is Vietnamese and says what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its name and its rows as (row number in the file, texts). Formulas stay as text that begins with `=`."""

    sheet: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(path: Path) -> list[Table]:
    """Read every sheet of an .xlsx file, or the one table of a .csv file."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise TableError(f"Tệp lớn hơn {MAX_FILE // 1024 // 1024} MB: hãy chia thành nhiều tệp.")
        data = path.read_bytes()
    except OSError as error:
        raise TableError(f"Không đọc được tệp {path}: {error.strerror}.") from None
    return of_bytes(data, path.name)


def of_bytes(data: bytes, name: str) -> list[Table]:
    """Read the same of a file's bytes, as they were uploaded under a name."""
    if len(data) > MAX_FILE:
        raise TableError(f"Tệp lớn hơn {MAX_FILE // 1024 // 1024} MB: hãy chia thành nhiều tệp.")
    if not data.strip():
        raise TableError("Tệp trống.")
    if data.startswith(_OLE):
        raise TableError("Tệp .xls đời cũ hoặc có mật khẩu: hãy mở bằng Excel, bỏ mật khẩu và lưu lại dạng .xlsx.")
    if data.startswith(b"PK"):
        return list(_xlsx(data))
    if name.lower().endswith((".xlsx", ".xlsm")):
        raise TableError("Tệp mang đuôi .xlsx nhưng không phải bảng tính Excel.")
    return [Table("", tuple(_csv(data)))]


def _xlsx(data: bytes) -> Iterator[Table]:
    from openpyxl import load_workbook  # late: a server at rest need not hold 20 MB that one command uses

    _refuse_bomb(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and validations that it drops; no matter here
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            try:
                for sheet in book.worksheets:
                    yield Table(str(sheet.title), tuple(_sheet_rows(sheet)))
            finally:
                book.close()
    except TableError:
        raise
    except Exception as error:  # noqa: BLE001 - a broken workbook makes openpyxl raise whatever its parser met
        raise TableError(
            f"Không mở được bảng tính (tệp hỏng?): {type(error).__name__}. Hãy lưu lại bằng Excel."
        ) from None


def _refuse_bomb(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise TableError("Tệp hỏng: không mở được bảng tính. Hãy lưu lại bằng Excel.") from None
    if len(entries) > MAX_ENTRIES or sum(e.file_size for e in entries) > MAX_INFLATED:
        raise TableError("Tệp bung ra quá lớn: không phải một bảng cơ sở bình thường.")


def _sheet_rows(sheet: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # a file may lie about its size
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), 1):
        if cells.count(None) == len(cells) and number <= EXCEL_ROWS:
            continue
        if number > MAX_ROWS:
            raise TableError(f"Trang {sheet.title!r} có hơn {MAX_ROWS} dòng: hãy chia thành nhiều tệp.")
        texts = tuple(_text(value) for value in cells)
        if any(texts):
            yield number, texts


def _csv(data: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(
            f"Tệp không phải UTF-8 (byte thứ {error.start + 1}): trong Excel hãy lưu dạng “CSV UTF-8”, hoặc gửi tệp .xlsx."
        ) from None
    if "\x00" in text:
        raise TableError("Tệp có byte rỗng: không phải tệp CSV. Trong Excel hãy lưu dạng “CSV UTF-8”.")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    last = 0
    try:
        for cells in reader:
            number, last = last + 1, reader.line_num
            texts = tuple(_text(cell) for cell in cells[:MAX_COLUMNS])
            if any(texts):
                if number > MAX_ROWS:
                    raise TableError(f"Tệp có hơn {MAX_ROWS} dòng: hãy chia thành nhiều tệp.")
                yield number, texts
    except csv.Error as error:
        raise TableError(f"Dòng {reader.line_num}: sai dạng CSV ({error}); kiểm tra dấu nháy kép.") from None


def _text(value: Any) -> str:
    """A cell as the text a person sees; dates as ISO days, whole numbers without `.0`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float):
        return _number(value)
    return unicodedata.normalize("NFC", str(value))[:MAX_CELL].strip()


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN is what differs from itself
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(Decimal(repr(value)), "f")


def fold(heading: str) -> str:
    """A heading without accents, case, spaces, signs and bracketed remarks: `Mã số thuế (*)` -> `masothue`."""
    bare = unicodedata.normalize("NFD", heading.split("(", 1)[0].casefold().replace("đ", "d"))
    return "".join(c for c in bare if c.isalnum() and c.isascii())
