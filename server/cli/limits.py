"""`flask limits`: the dated limit rows in force, and confirming one on a document's word."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import click

from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.web.transaction import writing

group = Group("limits", help="Giới hạn sai số: có hiệu lực, chưa xác nhận, xác nhận.")

STATUSES = {"confirmed": "đã xác nhận", "unconfirmed": "CHƯA XÁC NHẬN"}
CONTEXTS = {"verification": "kiểm định", "inspection": "kiểm tra", "any": "kiểm định và kiểm tra"}


@group.command("list")
@click.option("--unconfirmed", is_flag=True, help="Chỉ những dòng chưa được xác nhận.")
@click.option("--on", metavar="NGÀY", help="Chỉ những dòng có hiệu lực vào ngày này, dạng YYYY-MM-DD.")
@json_option
def list_all(unconfirmed: bool, on: str | None, as_json: bool) -> None:
    """Liệt kê các dòng giới hạn của bộ quy tắc hiện hành."""
    from server.cli.rules_in_force import rules_in_force

    day = None if on is None else _day(on)
    served = rules_in_force().served()
    rows: list[dict[str, Any]] = [
        row
        for row in served["limits"]
        if (not unconfirmed or row["status"] == "unconfirmed") and (day is None or _holds(row, day))
    ]
    lines = [f"Bộ quy tắc {served['version']}: {len(rows)} dòng", *(_line(row) for row in rows)]
    show({"version": served["version"], "sha256": served["sha256"], "limits": rows}, lines, as_json=as_json)


@group.command("confirm")
@click.argument("limit_id", metavar="ID")
@click.option("--value", help="Giá trị mới, chuỗi số thập phân; bỏ trống = giữ giá trị đã ghi.")
@click.option("--by", "reviewed_by", required=True, help="Người soát xét.")
@click.option("--document", required=True, help="Văn bản căn cứ (số, ngày).")
@json_option
def confirm(limit_id: str, value: str | None, reviewed_by: str, document: str, as_json: bool) -> None:
    """Xác nhận một giới hạn theo văn bản: tạo bộ quy tắc mới; cuộc kiểm tra đã ghim bản cũ không đổi."""
    from server.services import rules

    if not rules.has_tables(db.session()):
        fail("Cơ sở dữ liệu chưa được tạo, chưa có chỗ ghi việc xác nhận: chạy flask db upgrade trước.")
    now = datetime.now(UTC)
    try:
        with writing(db.session) as session:
            made = rules.confirm(
                session, limit_id, value=value, reviewed_by=reviewed_by, document=document, on=_today(), now=now
            )
    except Problem as problem:
        fail(problem.detail)
    row = next(r for r in made.served()["limits"] if r["id"] == limit_id)
    show({"version": made.version, "sha256": made.sha256, "limit": row},
         [f"Đã xác nhận {limit_id}: {_amount(row)}, theo {row['source']}. Bộ quy tắc hiện hành: {made.version}."],
         as_json=as_json)  # fmt: skip


def _day(text: str) -> str:
    """Return the day as it stands in a row; what is no day is wrong usage."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        raise click.BadParameter("phải là ngày dạng YYYY-MM-DD", param_hint="--on") from None


def _holds(row: dict[str, Any], day: str) -> bool:
    return row["valid_from"] <= day and (row["valid_to"] is None or day <= row["valid_to"])


def _line(row: dict[str, Any]) -> str:
    until = f" đến {row['valid_to']}" if row["valid_to"] else ""
    why = f"; {row['note']}" if row["status"] == "unconfirmed" and row["note"] else ""
    return (
        f"{row['id']}  {_amount(row)}  {CONTEXTS[row['context']]}, từ {row['valid_from']}{until}"
        f"  {STATUSES[row['status']]}  {row['source']}{why}"
    )


def _amount(row: dict[str, Any]) -> str:
    if row["table"] is not None:
        return f"bảng {len(row['table']['steps'])} bậc ({row['unit']})"
    if row["value"] is None:
        return f"chưa có giá trị ({row['unit']})"
    floor = f", ít nhất {row['floor']} {row['floor_unit']}" if row["floor"] else ""
    return f"{row['value']} {row['unit']}{floor}"


def _today() -> date:
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
