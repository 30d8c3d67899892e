"""`flask limits`: limits and cycles, what waits for the department, and confirming a row on a document's word."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import click

from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.web.transaction import writing

group = Group("limits", help="Giới hạn, chu kỳ kiểm định: có hiệu lực, chưa xác nhận, xác nhận.")

# The kinds of rows that people confirm, as the rule set serves them; the first two are listed whole.
WAITING = ("limits", "cycles", "law", "penalties", "forms")
NAMES = dict(zip(WAITING, ("giới hạn", "chu kỳ", "văn bản", "điều khoản xử phạt", "mẫu biểu"), strict=True))
ONE = dict(zip(WAITING, ("limit", "cycle", "law", "penalty", "form"), strict=True))
STATUSES = {"confirmed": "đã xác nhận", "unconfirmed": "CHƯA XÁC NHẬN"}
CONTEXTS = {"verification": "kiểm định", "inspection": "kiểm tra", "any": "kiểm định và kiểm tra"}


def _day(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    """Return the day as it stands in a row; what is no day is wrong usage."""
    try:
        return text and datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        raise click.BadParameter("phải là ngày dạng YYYY-MM-DD") from None


day_option = click.option(
    "--on", metavar="NGÀY", callback=_day, help="Chỉ những dòng có hiệu lực vào ngày này, dạng YYYY-MM-DD."
)


@group.command("list")
@click.option("--unconfirmed", is_flag=True, help="Mọi dòng chờ cơ quan xác nhận, kể cả văn bản, điều khoản, mẫu biểu.")
@day_option
@json_option
def list_all(unconfirmed: bool, on: str | None, as_json: bool) -> None:
    """Liệt kê giới hạn và chu kỳ kiểm định của bộ quy tắc hiện hành, và những dòng cần xác nhận lại sau khi nâng cấp."""
    from server.cli.rules_in_force import rules_in_force

    served = rules_in_force().served()
    found: dict[str, list[dict[str, Any]]] = {
        kind: [
            row
            for row in served.get(kind, ())
            if (not unconfirmed or row["status"] == "unconfirmed") and (on is None or _holds(row, on))
        ]
        for kind in (WAITING if unconfirmed else WAITING[:2])
    }
    again = _again()
    lines = [
        f"Bộ quy tắc {served['version']}: " + ", ".join(f"{len(rows)} {NAMES[kind]}" for kind, rows in found.items())
    ]
    lines += [f"CẦN XÁC NHẬN LẠI  {each['id']}: {_said(each)}" for each in again]
    lines += [_line(kind, row) for kind, rows in found.items() for row in rows]
    show({"version": served["version"], "sha256": served["sha256"], **found, "again": again}, lines, as_json=as_json)


def _again() -> list[dict[str, Any]]:
    """Return the confirmations that an upgrade left behind; none before there are tables."""
    from server.services import rules

    session = db.session()
    if not rules.has_tables(session):
        return []
    return [
        {"id": each.said.limit_id, "value": each.said.value, "reviewed_by": each.said.reviewed_by,
         "document": each.said.document, "confirmed_on": each.said.confirmed_on.isoformat(), "version": each.said.version}
        for each in rules.waiting(session)
    ]  # fmt: skip


def _said(each: dict[str, Any]) -> str:
    value = f"giá trị {each['value']}, " if each["value"] else ""
    return f"{value}{each['reviewed_by']} xác nhận ngày {each['confirmed_on']} theo {each['document']} (bộ quy tắc {each['version']})"


@group.command("confirm")
@click.argument("row_id", metavar="ID")
@click.option(
    "--value",
    help="Giá trị mới (giới hạn: số thập phân; chu kỳ: số tháng; xử phạt: điều khoản); bỏ trống = giữ như đã ghi.",
)
@click.option("--by", "reviewed_by", required=True, help="Người soát xét.")
@click.option("--document", required=True, help="Văn bản căn cứ (số, ngày).")
@json_option
def confirm(row_id: str, value: str | None, reviewed_by: str, document: str, as_json: bool) -> None:
    """Xác nhận một dòng (giới hạn, chu kỳ, văn bản, điều khoản, mẫu) theo văn bản: tạo bộ quy tắc mới; cuộc kiểm tra đã
    ghim bản cũ không đổi."""
    from server.services import rules

    if not rules.has_tables(db.session()):
        fail("Cơ sở dữ liệu chưa được tạo, chưa có chỗ ghi việc xác nhận: chạy flask db upgrade trước.")
    now = datetime.now(UTC)
    try:
        with writing(db.session) as session:
            made = rules.confirm(
                session, row_id, value=value, reviewed_by=reviewed_by, document=document, on=_today(), now=now
            )
    except Problem as problem:
        fail(problem.detail)
    kind, row = next((kind, row) for kind in WAITING for row in made.served().get(kind, ()) if row["id"] == row_id)
    show({"version": made.version, "sha256": made.sha256, ONE[kind]: row},
         [f"Đã xác nhận {row_id}: {_amount(kind, row)}, theo {row['source']}. Bộ quy tắc hiện hành: {made.version}."],
         as_json=as_json)  # fmt: skip


def _holds(row: dict[str, Any], day: str) -> bool:
    return (row["valid_from"] or "") <= day and (row["valid_to"] is None or day <= row["valid_to"])


def _line(kind: str, row: dict[str, Any]) -> str:
    since = row["valid_from"] or "ngày chưa đọc được"
    until = f" đến {row['valid_to']}" if row["valid_to"] else ""
    why = f"; {row['note']}" if row["status"] == "unconfirmed" and row["note"] else ""
    context = f"  {CONTEXTS[row['context']]}" if kind == "limits" else ""
    return (
        f"{row['id']}  {_amount(kind, row)}{context}, từ {since}{until}"
        f"  {STATUSES[row['status']]}  {row['source']}{why}"
    )


def _amount(kind: str, row: dict[str, Any]) -> str:
    if kind == "cycles":
        return f"{row['title']}: " + (f"{row['months']} tháng" if row["months"] else "chưa có số tháng")
    if kind == "penalties":
        return f"{row['what']}: {row['article'] or 'chưa có điều khoản'} ({row['law']})"
    if kind != "limits":
        return f"{row.get('number') or row['code']} {row['title']}"
    if row["table"] is not None:
        return f"bảng {len(row['table']['steps'])} bậc ({row['unit']})"
    if row["value"] is None:
        return f"chưa có giá trị ({row['unit']})"
    floor = f", ít nhất {row['floor']} {row['floor_unit']}" if row["floor"] else ""
    return f"{row['value']} {row['unit']}{floor}"


def _today() -> date:
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
