"""Importing establishments (and their instruments) from a file: all of it or nothing, with a report row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.services import areas, establishments, ledger
from server.services.establishment_columns import (
    ESTABLISHMENTS,
    INSTRUMENTS,
    INSTRUMENTS_SHEET,
    Column,
    Header,
    header_of,
    instrument_type,
    iso_day,
    missing,
    title_of,
)
from server.services.establishment_updates import Met, RowChange
from server.services.establishments import FieldFault
from server.services.tables import Table, TableError, fold
from sync.feed import Change

BATCH = 500
"""Changes written at once: the progress bar moves, memory stays small."""
MAX_SHOWN = 80

Progress = Callable[[int, int], None]
Identity = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one cell, and what to do. `row` counts as the file's own rows do."""

    sheet: str
    row: int
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class RowAdded:
    """A row that is new."""

    sheet: str
    row: int
    name: str


@dataclass(slots=True)
class Report:
    """What an import did, or would do. With any error nothing was written. `added` and `changed` name their rows."""

    rows: int = 0
    imported: int = 0
    instruments: int = 0
    dry_run: bool = False
    added: list[RowAdded] = field(default_factory=list)
    changed: list[RowChange] = field(default_factory=list)
    already_known: list[RowError] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON document."""
        return asdict(self)


def run(
    session: Session,
    tables: Sequence[Table],
    *,
    actor: str,
    at: datetime,
    dry_run: bool = False,
    update: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Import the tables of one file. The caller commits, and only where the report has no error.

    What is already registered (an establishment by tax code and name within its area, an instrument by its serial number)
    is reported and left alone, so that a file may be sent again with new rows; with `update` its other filled cells are
    taken, empty ones never clear anything. The same one twice in a file is an error.
    """
    report = Report(dry_run=dry_run)
    sites = [t for t in tables if fold(t.sheet) != fold(INSTRUMENTS_SHEET)]
    site_table = next((t for t in sites if header_of(t, ESTABLISHMENTS) is not None), None)
    if site_table is None:
        raise TableError(
            "Không thấy dòng tiêu đề có các cột: "
            + ", ".join(c.title for c in ESTABLISHMENTS if c.required)
            + ". Lấy mẫu bằng `flask establishments template`."
        )
    known = establishments.identities(session)
    met = Met(update)
    changes = _establishments(site_table, report, known, areas.codes(session), actor, met)
    for table in tables:
        if fold(table.sheet) == fold(INSTRUMENTS_SHEET):
            changes += _instruments(table, report, known, establishments.instrument_identities(session), actor, met)
    changes += met.changes(session, report.changed, actor)
    if not report.errors and not dry_run:
        for start in range(0, len(changes), BATCH):
            ledger.record(session, changes[start : start + BATCH], at)
            if progress is not None:
                progress(min(start + BATCH, len(changes)), len(changes))
    if report.errors:
        report.imported = report.instruments = 0
    return report


def _establishments(
    table: Table, report: Report, known: dict[Identity, str], codes: frozenset[str], actor: str, met: Met
) -> list[Change]:  # fmt: skip
    header = _header(table, ESTABLISHMENTS, report)
    changes: list[Change] = []
    first_row: dict[Identity, int] = {}
    for number, texts in table.rows[header.row + 1 :]:
        report.rows += 1
        values = {f: texts[place] if place < len(texts) else "" for f, place in header.places.items()}
        values["area_code"] = _area_code(values["area_code"])
        faults = _formulas(values)
        state, more = establishments.state_of({f: v for f, v in values.items() if not v.startswith("=")}, codes)
        faults += [f for f in more if not any(f.field == known_fault.field for known_fault in faults)]
        report.errors += [_error(table, number, f, values, ESTABLISHMENTS) for f in faults]
        if faults:
            continue
        key = establishments.identity(state["area_code"], state["tax_code"], state["name"])
        if key in first_row:
            twin = FieldFault(
                "name", f"trùng với dòng {first_row[key]} (cùng mã số thuế và tên trong một xã); hãy bỏ một dòng"
            )
            report.errors.append(_error(table, number, twin, values, ESTABLISHMENTS))
        elif key in known:
            first_row[key] = number
            met.establishment(table.sheet, number, known[key], state)
            twin = FieldFault("name", "đã có trong danh sách cơ sở; không nhập lại")
            report.already_known.append(_error(table, number, twin, values, ESTABLISHMENTS))
        else:
            first_row[key] = number
            change = establishments.establishment_change(state, actor=actor, id=ledger.new_id())
            known[key] = change.id
            changes.append(change)
            report.imported += 1
            report.added.append(RowAdded(table.sheet, number, state["name"]))
    if not report.rows:
        raise TableError("Bảng không có dòng dữ liệu nào dưới dòng tiêu đề.")
    return changes


def _instruments(
    table: Table, report: Report, known: dict[Identity, str], installed: dict[tuple[str, ...], str], actor: str, met: Met
) -> list[Change]:  # fmt: skip
    if not table.rows or (len(table.rows) == 1 and header_of(table, INSTRUMENTS) is not None):
        return []
    header = _header(table, INSTRUMENTS, report)
    by_name = {(area, name): id for (area, _, name), id in known.items()}
    changes: list[Change] = []
    for number, texts in table.rows[header.row + 1 :]:
        values = {f: texts[place] if place < len(texts) else "" for f, place in header.places.items()}
        area = _area_code(values.pop("area_code"))
        name, tax = values.pop("name"), values.pop("tax_code", "")
        key = establishments.identity(area, tax, name)
        owner = known.get(key) if tax else by_name.get((area, key[2]))
        values["type"] = instrument_type(values["type"])
        values["verified_until"] = iso_day(values.get("verified_until", ""))
        faults = _formulas({**values, "name": name})
        if owner is None:
            faults.append(
                FieldFault("name", "không có cơ sở này trong tệp hay trong danh sách (so tên, mã số thuế và mã xã)")
            )
        state, more = establishments.instrument_state(values, owner or "")
        shown = {**values, "name": name, "area_code": area}
        faults += [f for f in more if not any(f.field == known_fault.field for known_fault in faults)]
        report.errors += [_error(table, number, f, shown, INSTRUMENTS) for f in faults]
        if faults:
            continue
        if (twin := establishments.instrument_identity(state)) in installed:
            met.instrument(table.sheet, number, installed[twin], state, name)
            fault = FieldFault("serial", "phương tiện này đã có ở cơ sở; không nhập lại")
            report.already_known.append(_error(table, number, fault, shown, INSTRUMENTS))
            continue
        changes.append(establishments.instrument_change(state, area, actor=actor))
        installed[twin] = changes[-1].id
        report.instruments += 1
        report.added.append(RowAdded(table.sheet, number, f"{name}: {values['type']} {state['serial']}".strip()))
    return changes


def _header(table: Table, columns: Sequence[Column], report: Report) -> Header:
    header = header_of(table, columns)
    where = f"Trang {table.sheet!r}: " if table.sheet else ""
    if header is None:
        raise TableError(f"{where}không thấy dòng tiêu đề; lấy mẫu bằng `flask establishments template`.")
    if lacking := missing(header, columns):
        raise TableError(f"{where}thiếu cột {', '.join(lacking)}.")
    if header.doubled:
        raise TableError(f"{where}cột đứng hai lần: {', '.join(header.doubled)}.")
    report.ignored_columns += header.unknown
    return header


def _formulas(values: dict[str, str]) -> list[FieldFault]:
    return [
        FieldFault(f, "ô chứa công thức; hãy dán thành giá trị") for f, text in values.items() if text.startswith("=")
    ]


def _area_code(text: str) -> str:
    """A commune's code has five digits; Excel drops the zero in front."""
    return text.zfill(5) if text.isascii() and text.isdigit() else text


def _error(table: Table, row: int, fault: FieldFault, values: dict[str, str], columns: Sequence[Column]) -> RowError:
    value = values.get(fault.field, "")
    shown = value if len(value) <= MAX_SHOWN else value[:MAX_SHOWN] + "…"
    return RowError(table.sheet, row, title_of(fault.field, columns), shown, fault.message)
