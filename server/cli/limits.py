"""`flask limits`: the dated limit rows in force, and confirming one on a document's word."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import click
from flask.cli import AppGroup

from server.cli.output import fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.web.transaction import writing

group = AppGroup("limits", help="Giới hạn sai số: có hiệu lực, chưa xác nhận, xác nhận.")


@group.command("list")
@click.option("--unconfirmed", is_flag=True, help="Chỉ những dòng chưa được xác nhận.")
@json_option
def list_all(unconfirmed: bool, as_json: bool) -> None:
    """Liệt kê các dòng giới hạn của bộ quy tắc hiện hành."""
    from server.services import rules

    served = rules.current(db.session()).served()
    rows: list[dict[str, Any]] = [r for r in served["limits"] if not unconfirmed or r["status"] == "unconfirmed"]
    lines = [f"Bộ quy tắc {served['version']}: {len(rows)} dòng"]
    lines += [
        f"{r['id']}  {r.get('value') or '(bảng hoặc công thức)'} {r['unit']}  {r['status']}  {r['source']}"
        for r in rows
    ]
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
         [f"Đã xác nhận {limit_id}: {row.get('value') or 'bảng'} {row['unit']}. Bộ quy tắc hiện hành: {made.version}."],
         as_json=as_json)  # fmt: skip


def _today() -> date:
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
