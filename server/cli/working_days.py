"""`flask working-days`: the days off and the days worked instead that the department enters for each year."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.services import work_calendar
from server.services.creation import SYSTEM
from server.services.work_calendar import OFF, WORKED, Entry
from server.web.transaction import writing

group = Group("working-days", help="Ngày nghỉ lễ, ngày làm bù để tính thời hạn theo ngày làm việc.")
KINDS = {OFF: "nghỉ", WORKED: "làm bù"}


@group.command("list")
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="Năm.")
@json_option
def list_all(year: int, as_json: bool) -> None:
    """Liệt kê các ngày đã nhập của một năm."""
    days = work_calendar.of_year(db.session(), year)
    lines = [f"{d['on']}  {KINDS[d['kind']]:<7}  {d['name']}  ({d['document']})" for d in days]
    show({"year": year, "days": days}, lines or [f"Chưa nhập ngày nào của năm {year}."], as_json=as_json)


@group.command("add")
@click.option("--from", "first", required=True, metavar="NGÀY", help="Ngày đầu, dạng YYYY-MM-DD.")
@click.option("--to", "last", default="", metavar="NGÀY", help="Ngày cuối; bỏ trống = một ngày.")
@click.option("--worked", is_flag=True, help="Ngày làm bù (thứ Bảy, Chủ nhật) thay cho ngày nghỉ.")
@click.option("--name", required=True, help="Tên, ví dụ “Tết Nguyên đán”.")
@click.option("--document", required=True, help="Văn bản căn cứ: số, ngày.")
def add(first: str, last: str, worked: bool, name: str, document: str) -> None:
    """Nhập ngày nghỉ hoặc ngày làm bù theo văn bản."""
    try:
        entry = Entry.of(first, last, WORKED if worked else OFF, name, document)
        with writing(db.session) as session:
            count = work_calendar.add(session, entry, actor=SYSTEM, now=datetime.now(UTC))
    except Problem as problem:
        fail(problem.detail)
    click.echo(f"Đã nhập {count} ngày.")


@group.command("remove")
@click.option("--on", required=True, metavar="NGÀY", help="Ngày cần bỏ, dạng YYYY-MM-DD.")
@click.option("--reason", required=True, help="Lý do bỏ, ghi vào nhật ký.")
def remove(on: str, reason: str) -> None:
    """Bỏ một ngày đã nhập."""
    try:
        with writing(db.session) as session:
            work_calendar.remove(session, on, reason, actor=SYSTEM, now=datetime.now(UTC))
    except Problem as problem:
        fail(problem.detail)
    click.echo(f"Đã bỏ ngày {on}.")
