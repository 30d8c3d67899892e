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
from server.services.establishments import FieldFault
from server.services.tables import Table, TableError, fold
from server.services.wording import plain_text

KIND = "other_inspection"
SCOPE = "office:programme"
MAX_SHOWN = 80
MAX_TEXT = 500
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
COLUMNS: Mapping[str, tuple[str, bool, tuple[str, ...]]] = {
    "tax_code": ("Mã số thuế", True, ("masothue", "mst", "masodoanhnghiep", "masothuesocccd")),
    "name": ("Tên cơ sở", True, ("tencoso", "tendoanhnghiep", "tendonvi", "tentochuccanhan")),
    "agency": ("Cơ quan kiểm tra", True, ("coquankiemtra", "coquan", "coquanchutri", "donvikiemtra")),
    "subject": ("Nội dung", True, ("noidung", "noidungkiemtra", "linhvuc")),
    "began_on": ("Từ ngày", True, ("tungay", "ngaybatdau", "ngaykiemtra")),
    "ended_on": ("Đến ngày", False, ("denngay", "ngayketthuc")),
    "decision": ("Số quyết định", False, ("soquyetdinh", "quyetdinhso", "quyetdinh", "kehoachso")),
}
"""Field -> its heading, whether a row must have it, and the headings that are taken for it."""


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one cell, and what to do. `row` counts as the file's own rows do."""

    row: int
    column: str
    value: str
    message: str


@dataclass(slots=True)
class Report:
    """What an import did, or would do. With any error nothing is written."""

    rows: int = 0
    fresh: list[dict[str, str]] = field(default_factory=list)
    already_known: int = 0
    errors: list[RowError] = field(default_factory=list)


def read(session: Session, tables: Sequence[Table]) -> Report:
    """Read and check the tables of one file against what is known; writes nothing."""
    table, header = next(((t, h) for t in tables if (h := _header(t)) is not None), (None, None))
    if table is None or header is None:
        raise TableError("Không thấy dòng tiêu đề có các cột: " + ", ".join(title for title, must, _ in COLUMNS.values() if must) + ".")  # fmt: skip
    report, seen = Report(), set()
    known = {_identity(d.state) for d in documents.of_kind(session, KIND) if not d.state.get("struck")}
    for number, texts in table.rows:
        if number <= header[0]:
            continue
        report.rows += 1
        values = {name: texts[place] if place < len(texts) else "" for name, place in header[1].items()}
        row, faults = _row(values)
        report.errors += [
            RowError(number, COLUMNS[f.field][0], values.get(f.field, "")[:MAX_SHOWN], f.message) for f in faults
        ]
        if faults:
            continue
        if _identity(row) in known:
            report.already_known += 1
        elif _identity(row) in seen:
            report.errors.append(
                RowError(number, "Mã số thuế", row["tax_code"], "trùng với một dòng ở trên; hãy bỏ một dòng")
            )
        else:
            seen.add(_identity(row))
            report.fresh.append(row)
    if not report.rows:
        raise TableError("Bảng không có dòng dữ liệu nào dưới dòng tiêu đề.")
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


def _header(table: Table) -> tuple[int, dict[str, int]] | None:
    """Find the heading row among the first twenty: the one that has every column that a row must have."""
    for number, texts in table.rows[:20]:
        folded = [fold(text) for text in texts]
        places = {
            name: next((i for i, f in enumerate(folded) if f in takes), None) for name, (_, _, takes) in COLUMNS.items()
        }
        if all(places[name] is not None for name, (_, must, _) in COLUMNS.items() if must):
            return number, {name: place for name, place in places.items() if place is not None}
    return None


def _row(values: Mapping[str, str]) -> tuple[dict[str, str], list[FieldFault]]:
    faults: list[FieldFault] = []
    row = dict.fromkeys(COLUMNS, "")
    for name, text in values.items():
        try:
            if text.startswith("="):
                raise FieldFault(name, "ô chứa công thức; hãy dán thành giá trị")
            row[name] = _value(name, text)
        except FieldFault as fault:
            faults.append(fault)
    wrong = {f.field for f in faults}
    faults += [
        FieldFault(name, "không được để trống")
        for name, (_, must, _) in COLUMNS.items()
        if must and not row[name] and name not in wrong
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
