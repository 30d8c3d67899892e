"""Inspections by other agencies, as their lists say: imported all or nothing, row by row, struck out but never deleted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.errors import Problem, ProblemCode
from server.services import establishments, ledger
from server.services.creation import created
from server.services.days import day_of
from server.services.establishment_columns import Column
from server.services.establishments import FieldFault
from server.services.file_rows import RowError, errors_of, rows_of
from server.services.tables import Table, fold
from server.services.wording import plain_text

KIND = "other_inspection"
SCOPE = "office:programme"
MAX_TEXT = 500
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
COLUMNS = (
    Column("tax_code", "Mã số thuế", ("mst", "masodoanhnghiep", "masothuesocccd"), required=True),
    Column("name", "Tên cơ sở", ("tendoanhnghiep", "tendonvi", "tentochuccanhan"), required=True),
    Column("agency", "Cơ quan kiểm tra", ("coquan", "coquanchutri", "donvikiemtra"), required=True),
    Column("subject", "Nội dung", ("noidungkiemtra", "linhvuc"), required=True),
    Column("began_on", "Từ ngày", ("ngaybatdau", "ngaykiemtra"), required=True),
    Column("ended_on", "Đến ngày", ("ngayketthuc",)),
    Column("decision", "Số quyết định", ("quyetdinhso", "quyetdinh", "kehoachso")),
)


@dataclass(slots=True)
class Report:
    """What an import did, or would do. With any error nothing is written."""

    rows: int = 0
    fresh: list[dict[str, str]] = field(default_factory=list)
    already_known: int = 0
    errors: list[RowError] = field(default_factory=list)


def read(session: Session, tables: Sequence[Table]) -> Report:
    """Read and check the tables of one file against what is known; writes nothing. Raises TableError."""
    report, seen = Report(), set()
    known = {_identity(d.state) for d in documents.of_kind(session, KIND) if not d.state.get("struck")}
    for number, values in rows_of(tables, COLUMNS):
        report.rows += 1
        row, faults = _row(values)
        if faults:
            report.errors += errors_of(number, values, faults, COLUMNS)
        elif _identity(row) in known:
            report.already_known += 1
        elif _identity(row) in seen:
            twice = FieldFault("tax_code", "trùng với một dòng ở trên; hãy bỏ một dòng")
            report.errors += errors_of(number, row, [twice], COLUMNS)
        else:
            seen.add(_identity(row))
            report.fresh.append(row)
    return report


def add(session: Session, report: Report, source: str, *, actor: str, now: datetime) -> int:
    """Write the fresh rows of a report and return how many; refuses one with errors. `source` = the file's name."""
    if report.errors:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Tệp còn {len(report.errors)} lỗi: chưa nhập gì.")
    at = now.isoformat(timespec="seconds")
    changes = [
        created(KIND, SCOPE, {**row, "source": plain_text(source)[:MAX_TEXT], "added": {"by": actor, "at": at}, "struck": None},
                actor=actor, parent=entity(row["tax_code"]))  # the index of parents finds a legal entity's
        for row in report.fresh
    ]  # fmt: skip
    ledger.record(session, changes, now)
    return len(changes)


def strike(session: Session, id: str, reason: str, *, actor: str, now: datetime) -> None:
    """Strike out a row that is wrong, for a reason; it stays readable and counts no more."""
    row = documents.many(session, [(KIND, id)], lock=True).get((KIND, id))
    said = plain_text(reason)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có dòng này.")
    if not said or len(said) > MAX_TEXT:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Phải ghi lý do gạch (tối đa {MAX_TEXT} ký tự).")
    if row.state.get("struck"):
        raise Problem(ProblemCode.CONFLICT, "Dòng này đã được gạch rồi.")
    at = now.isoformat(timespec="seconds")
    state = {**row.state, "struck": {"reason": said, "by": actor, "at": at}}
    ledger.record(session, [ledger.change(session, KIND, id, SCOPE, state, actor=actor, parent=row.parent, at=at)], now)


def of_year(session: Session, year: int) -> list[dict[str, Any]]:
    """Return a year's rows, the newest first, struck ones too; each with its id."""
    rows = [{"id": d.id, **d.state} for d in documents.of_kind(session, KIND) if d.state["began_on"][:4] == str(year)]
    return sorted(rows, key=lambda r: (r["began_on"], r["name"]), reverse=True)


def of_entities(session: Session, entities: Collection[str], year: int) -> dict[str, list[Mapping[str, Any]]]:
    """Return what other agencies inspected of these legal entities in a year."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for d in documents.of_parents(session, entities, [KIND]):
        if d.state["began_on"][:4] == str(year) and not d.state.get("struck"):
            found[str(d.parent)].append(d.state)
    return found


def entity(tax_code: str) -> str:
    """Return what names the legal entity: a person's twelve digits, else the first ten (the rest is the branch)."""
    digits = "".join(c for c in tax_code if c.isascii() and c.isdigit())
    return digits if len(digits) == 12 else digits[:10]


def _row(values: Mapping[str, str]) -> tuple[dict[str, str], list[FieldFault]]:
    faults: list[FieldFault] = []
    row = {column.field: "" for column in COLUMNS}
    for name, text in values.items():
        try:
            if text.startswith("="):
                raise FieldFault(name, "ô chứa công thức; hãy dán thành giá trị")
            row[name] = _value(name, text)
        except FieldFault as fault:
            faults.append(fault)
    wrong = {f.field for f in faults}
    faults += [
        FieldFault(column.field, "không được để trống")
        for column in COLUMNS
        if column.required and not row[column.field] and column.field not in wrong
    ]
    if row["began_on"] and row["ended_on"] and row["ended_on"] < row["began_on"]:
        faults.append(FieldFault("ended_on", "sớm hơn ngày bắt đầu"))
    return row, faults


def _value(name: str, text: str) -> str:
    if name == "tax_code":
        return establishments.tax_code(text)
    line = establishments.clean(text, name)
    if name in {"began_on", "ended_on"} and line:
        found = _day(line)
        if found is None or not 2000 <= found.year <= 2100:
            raise FieldFault(name, "không phải ngày (viết 31/12/2021 hoặc 2021-12-31)")
        return found.isoformat()
    return line


def _day(text: str) -> date | None:
    parts = _DAY.fullmatch(text)
    if parts is None:
        return day_of(text)
    try:
        return date(int(parts[3]), int(parts[2]), int(parts[1]))
    except ValueError:
        return None


def _identity(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return entity(str(row["tax_code"])), fold(str(row["agency"])), str(row["began_on"])
