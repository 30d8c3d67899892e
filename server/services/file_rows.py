"""The rows of a list that somebody brings as a file: read under their headings, cell by field, and what is wrong in a cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.services.establishment_columns import Column, header_of, missing, title_of
from server.services.establishments import FieldFault
from server.services.tables import Table, TableError

MAX_SHOWN = 80


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one cell, and what to do. `row` counts as the file's own rows do."""

    row: int
    column: str
    value: str
    message: str


def rows_of(tables: Sequence[Table], columns: Sequence[Column]) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of the first table that has every required column: number in the file, and text by field.

    Raises TableError where no table has them, or one has no row under its headings.
    """
    headed = ((table, header_of(table, columns)) for table in tables)
    found = next(((t, header) for t, header in headed if header and not missing(header, columns)), None)
    if found is None:
        wanted = ", ".join(column.title for column in columns if column.required)
        raise TableError(f"Không thấy dòng tiêu đề có các cột: {wanted}.")
    table, header = found
    rows = [
        (number, {name: texts[place] if place < len(texts) else "" for name, place in header.places.items()})
        for number, texts in table.rows[header.row + 1 :]
    ]
    if not rows:
        raise TableError("Bảng không có dòng dữ liệu nào dưới dòng tiêu đề.")
    return rows


def errors_of(
    number: int, values: Mapping[str, str], faults: Iterable[FieldFault], columns: Sequence[Column]
) -> list[RowError]:
    """Tell the faults of one row by the headings of their cells."""
    return [
        RowError(number, title_of(f.field, columns), values.get(f.field, "")[:MAX_SHOWN], f.message) for f in faults
    ]
