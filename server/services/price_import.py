"""A price table that somebody brings as a file: every row read and held against the known ones before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.services import prices
from server.services.establishment_columns import Column
from server.services.establishments import FieldFault
from server.services.file_rows import RowError, errors_of, rows_of
from server.services.tables import Table

COLUMNS = (
    Column("instrument_type", prices.LABELS["instrument_type"], ("loai", "loaiphuongtien", "phuongtiendo"), required=True),
    Column("text", prices.LABELS["text"], ("tendichvu", "dichvu", "tenphuongtiendo", "dientich"), required=True),
    Column("amount", prices.LABELS["amount"], ("gia", "mucgia", "giadichvu", "mucthu"), required=True),
    Column("basis", prices.LABELS["basis"], ("vanban", "cancu", "quyetdinh"), required=True),
    Column("valid_from", prices.LABELS["valid_from"], ("tungay", "ngayapdung", "hieuluctu"), required=True),
    Column("valid_to", prices.LABELS["valid_to"], ("denngay", "hieulucden"), required=False),
)  # fmt: skip


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
    known = [d.state for d in documents.of_kind(session, prices.KIND)]
    report = Report()
    for number, values in rows_of(tables, COLUMNS):
        report.rows += 1
        _take(report, number, values, known)
    report.ended = sum(any(prices.gives_way(old, new) for new in report.fresh) for old in known)
    return report


def _take(report: Report, number: int, values: Mapping[str, str], known: Sequence[Any]) -> None:
    price, faults = prices.read(values)
    if faults:
        report.errors += errors_of(number, values, faults, COLUMNS)
    elif any(prices.is_same(price, other) for other in known):
        report.already_known += 1
    elif clash := prices.clashes(price, [*known, *report.fresh]):
        report.errors += errors_of(number, values, [FieldFault("valid_from", prices.said_clash(clash))], COLUMNS)
    elif any(prices.gives_way(price, other) for other in report.fresh):
        newer = FieldFault("valid_to", "trong tệp có giá mới hơn cho cùng nội dung")
        report.errors += errors_of(number, {}, [newer], COLUMNS)
    else:
        report.fresh.append(price)
