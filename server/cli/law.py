"""`flask law`: the legal documents of the current rule set, by day and domain."""

from __future__ import annotations

from typing import Any

import click

from server.cli.limits import STATUSES, day_option
from server.cli.output import Group, json_option, show

group = Group("law", help="Văn bản pháp luật: có hiệu lực, thay thế, sửa đổi.")


@group.command("list")
@day_option
@click.option("--domain", metavar="MÃ", help="Chỉ những văn bản của danh mục kiểm tra hoặc lĩnh vực này.")
@json_option
def list_all(on: str | None, domain: str | None, as_json: bool) -> None:
    """Liệt kê văn bản của bộ quy tắc hiện hành; --on: có hiệu lực vào ngày đó, theo những gì đã đọc được."""
    from datetime import date

    from checklists.law import in_force
    from server.cli.rules_in_force import rules_in_force

    served = rules_in_force().served()
    known = {each for row in served["law"] for each in row["domains"]}
    if domain is not None and domain not in known:
        raise click.BadParameter(
            f"không có {domain[:80]!r}; đang có: {', '.join(sorted(known))}", param_hint="--domain"
        )
    held = served["law"] if on is None else in_force(served["law"], date.fromisoformat(on))
    rows: list[dict[str, Any]] = [dict(row) for row in held if domain is None or domain in row["domains"]]
    numbers = {row["id"]: row["number"] for row in served["law"]}
    head = f"Bộ quy tắc {served['version']}: {len(rows)} văn bản"
    show({"version": served["version"], "sha256": served["sha256"], "law": rows},
         [head, *(_line(row, numbers) for row in rows)], as_json=as_json)  # fmt: skip


def _line(row: dict[str, Any], numbers: dict[str, str]) -> str:
    held = f"từ {row['valid_from'] or 'ngày chưa đọc được'}" + (f" đến {row['valid_to']}" if row["valid_to"] else "")
    changed = f"; thay thế bởi {numbers[row['replaced_by']]}" if row["replaced_by"] else ""
    changed += f"; sửa đổi bởi {', '.join(numbers[each] for each in row['amended_by'])}" if row["amended_by"] else ""
    note = f"; {row['note']}" if row["note"] else ""
    return f"{row['id']}  {row['number']}  {row['title']}  {held}{changed}  {STATUSES[row['status']]}  {row['source']}{note}"
