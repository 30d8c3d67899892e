"""`flask samples`: where the samples are, and what waits."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from server.cli.output import Group, json_option, show
from server.extensions import db
from server.services import samples
from server.services.wording import SAMPLE_STAGES
from sync.paper_words import local

group = Group("samples", help="Mẫu: tình trạng, niêm phong, kết quả.")


@group.command("list")
@click.option("--waiting", is_flag=True, help="Chỉ mẫu chờ bàn giao hoặc chờ kết quả.")
@json_option
def listed(waiting: bool, as_json: bool) -> None:
    """In các mẫu: chờ bàn giao trước, rồi chờ kết quả; số niêm phong, cảnh báo, hạn gửi thử nghiệm."""
    found = [row for row in samples.rows(db.session(), local(datetime.now(UTC)).date())
             if not waiting or row.stage in samples.WAITING]  # fmt: skip
    value = [
        {"id": r.id, "inspection_id": r.inspection_id, "name": r.name, "code": r.code, "site": r.site, "stage": r.stage,
         "taken_at": r.taken_at, "seals": list(r.seals), "send_by": r.send_by.isoformat() if r.send_by else None,
         "is_late": r.is_late, "conclusions": list(r.conclusions), "warnings": list(r.warnings)}
        for r in found
    ]  # fmt: skip
    lines = []
    for row in found:
        late = f", QUÁ HẠN GỬI ({row.send_by:%d/%m/%Y})" if row.is_late and row.send_by else ""
        lines.append(f"{SAMPLE_STAGES[row.stage]:<15} {row.name} {row.code}".rstrip() + f" – {row.site}{late}")
        lines.append(f"{'':<15} {row.id}  niêm phong: {', '.join(row.seals) or 'không'}")
        lines += [f"{'':<15} ! {warning}" for warning in row.warnings]
    show({"samples": value}, lines or ["Không có mẫu nào."], as_json=as_json)
