"""`flask numbers`: the register of minutes numbers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import click

from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.services import numbers
from server.services.wording import NUMBER_STATUSES
from server.web.transaction import writing

group = Group("numbers", help="Sổ số biên bản.")
SOURCES = {"paper": "bản giấy", "server": "cơ quan", "lease": "máy tính bảng"}


@group.command("register")
@click.option("--series", required=True, help="Tên sổ, ví dụ BB-ĐKT.")
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="Năm của sổ.")
@json_option
def register(series: str, year: int, as_json: bool) -> None:
    """In sổ số: từng số đã ra sao, và danh sách số không rõ (phải trống)."""
    rows = numbers.register(db.session(), series, year)
    gaps = [row.number for row in rows if row.status == "gap"]
    value = {"series": series, "year": year, "rows": [asdict(r) for r in rows], "gaps": gaps}
    lines = [
        f"{r.number:02d}/{series}  {NUMBER_STATUSES[r.status]:<26} {SOURCES.get(r.source or '', ''):<14} {r.minutes_id or ''} "
        f"{r.reason or ''}".rstrip()
        for r in rows
    ]
    if not rows:
        lines.append(f"Sổ {series} năm {year} chưa cấp số nào.")
    lines.append("Số không rõ: " + (", ".join(map(str, gaps)) or "không có"))
    show(value, lines, as_json=as_json)


@group.command("reserve")
@click.option("--series", required=True, help="Tên sổ, ví dụ BB-ĐKT.")
@click.option("--year", type=int, required=True)
@click.option("--count", type=int, required=True, help="Bao nhiêu số.")
@click.option("--purpose", required=True, help="Dành cho đoàn nào, việc gì; ghi vào sổ.")
@json_option
def reserve(series: str, year: int, count: int, purpose: str, as_json: bool) -> None:
    """Dành số cho biên bản in sẵn để viết tay; nhập lại sau bằng flask minutes key-in, số thừa thì hủy."""
    try:
        with writing(db.session) as session:
            first, last = numbers.reserve(session, series, year, count, purpose, datetime.now(UTC))
    except Problem as problem:
        fail(problem.detail)
    value = {"series": series, "year": year, "from": first, "to": last}
    show(value, [f"Đã dành số {first:02d} đến {last:02d} của sổ {series} năm {year}."], as_json=as_json)


@group.command("void")
@click.option("--series", required=True, help="Tên sổ, ví dụ BB-ĐKT.")
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="Năm của sổ.")
@click.option("--number", type=click.IntRange(1, 10_000_000), required=True, help="Số cần hủy.")
@click.option("--reason", required=True, help="Lý do hủy, ghi vào sổ.")
def void(series: str, year: int, number: int, reason: str) -> None:
    """Hủy một số chưa dùng (in hỏng, mất máy), kèm lý do."""
    try:
        with writing(db.session) as session:
            numbers.void(session, series, year, number, reason, datetime.now(UTC))
    except Problem as problem:
        fail(problem.detail)
    click.echo(f"Đã hủy số {number:02d}/{series} năm {year}.")
