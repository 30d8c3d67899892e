"""A price table that somebody brings as a file: every row read and held against the known ones before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.services import prices
from server.services.establishment_columns import Column, Header, header_of, missing
from server.services.tables import Table, TableError

COLUMNS = (
    Column("instrument_type", prices.LABELS["instrument_type"], ("loai", "loaiphuongtien", "phuongtiendo"), required=True),
    Column("text", prices.LABELS["text"], ("tendichvu", "dichvu", "tenphuongtiendo", "dientich"), required=True),
    Column("amount", prices.LABELS["amount"], ("gia", "mucgia", "giadichvu", "mucthu"), required=True),
    Column("basis", prices.LABELS["basis"], ("vanban", "cancu", "quyetdinh"), required=True),
    Column("valid_from", prices.LABELS["valid_from"], ("tungay", "ngayapdung", "hieuluctu"), required=True),
    Column("valid_to", prices.LABELS["valid_to"], ("denngay", "hieulucden"), required=False),
)  # fmt: skip
MAX_SHOWN = 80


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one cell, and what to do. `row` counts as the file's own rows do."""

    row: int
    column: str
    value: str
    message: str


@dataclass(slots=True)
class Report:
    """What an import would do. `ended` = how many standing prices give way to new ones. With any error nothing is written."""

    rows: int = 0
    fresh: list[dict[str, Any]] = field(default_factory=list)
    already_known: int = 0
    ended: int = 0
    errors: list[RowError] = field(default_factory=list)


def read(session: Session, tables: Sequence[Table]) -> Report:
    """Read and check the tables of one file against what is known; writes nothing. Raises TableError."""
    found = next(((table, header) for table in tables if (header := header_of(table, COLUMNS))), None)
    if found is None or missing(found[1], COLUMNS):
        wanted = ", ".join(column.title for column in COLUMNS if column.required)
        raise TableError(f"Không thấy dòng tiêu đề có các cột: {wanted}.")
    table, header = found
    known = [d.state for d in documents.of_kind(session, prices.KIND)]
    report = Report()
    for number, texts in table.rows[header.row + 1 :]:
        report.rows += 1
        _take(report, number, texts, header, known)
    if not report.rows:
        raise TableError("Bảng không có dòng dữ liệu nào dưới dòng tiêu đề.")
    report.ended = sum(any(prices.gives_way(old, new) for new in report.fresh) for old in known)
    return report


def _take(report: Report, number: int, texts: Sequence[str], header: Header, known: Sequence[Any]) -> None:
    values = {name: texts[place] if place < len(texts) else "" for name, place in header.places.items()}
    price, faults = prices.read(values)
    report.errors += [
        RowError(number, prices.LABELS[f.field], values.get(f.field, "")[:MAX_SHOWN], f.message) for f in faults
    ]
    if faults:
        return
    if any(prices.is_same(price, other) for other in known):
        report.already_known += 1
    elif clash := prices.clashes(price, [*known, *report.fresh]):
        said = prices.said_clash(clash)
        report.errors.append(RowError(number, prices.LABELS["valid_from"], str(values["valid_from"])[:MAX_SHOWN], said))
    elif any(prices.gives_way(price, other) for other in report.fresh):
        report.errors.append(
            RowError(number, prices.LABELS["valid_to"], "", "trong tệp có giá mới hơn cho cùng nội dung")
        )
    else:
        report.fresh.append(price)
