"""`flask programme`: the year's work programme and the map that it speaks of."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from checklists import domains
from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.services import areas, programme, programme_file
from server.services.campaign_kinds import KINDS
from server.web.transaction import writing

group = Group("programme", help="Chương trình công tác năm.")
MAX_FAULTS = 50


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def import_(file: Path, as_json: bool) -> None:
    """Nhập chương trình công tác từ tệp YAML; nhập lại thì chỉ đổi phần khác."""
    try:
        checked = programme_file.parse(file.read_bytes())
        with writing(db.session) as session:
            done = programme.import_file(session, checked)
    except programme_file.ProgrammeFileError as error:
        rest = len(error.faults) - MAX_FAULTS
        fail(
            "\n".join([*error.faults[:MAX_FAULTS], *([f"… và {rest} lỗi khác."] if rest > 0 else []), "Chưa nhập gì."])
        )
    except (Problem, OSError) as error:
        fail(str(error))
    lines = [
        f"{done.title} ({done.id})",
        f"{done.activities} hoạt động: {done.core} thuộc phạm vi sản phẩm, {done.edge} chỉ theo dõi lịch.",
        f"{done.activities - len(done.without_checklist)} hoạt động có danh mục kiểm tra; xem flask programme list.",
        *(f"  Thuộc phạm vi nhưng chưa có danh mục: {code}" for code in done.core_without_checklist),
        f"{done.sentences} câu của chương trình: {done.dated} có tháng, {done.standing} thường xuyên; {done.related} việc liên quan.",
        *(f"  {KINDS[kind].title}: {count}" for kind, count in done.by_kind.items()),
        f"Thêm {len(done.added)}, đổi {len(done.changed)}, bỏ {len(done.removed)}.",
    ]
    show(asdict(done), lines, as_json=as_json)


@group.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Liệt kê hoạt động của các chương trình đã nhập, mỗi hoạt động với danh mục kiểm tra hoặc lý do không có."""
    session = db.session()
    rows: list[dict[str, Any]] = [
        {"programme": p.id, "code": a.code, "kind": a.kind, "domain": a.domain, "core": a.is_core, "months": a.months,
         "subject": a.subject, "checklists": list(domains.of(a.domain).checklists), "reason": domains.of(a.domain).reason}
        for p in programme.every(session)
        for a in programme.of_programme(session, p.id)
    ]  # fmt: skip
    lines = [
        f"{r['programme']}/{r['code']}  {','.join(map(str, r['months'])) or '—':<12} {r['subject']}\n"
        f"    {'Danh mục: ' + ', '.join(r['checklists']) if r['checklists'] else 'Không có danh mục: ' + r['reason']}"
        for r in rows
    ]
    show(rows, lines or ["Chưa nhập chương trình nào: `flask programme import TỆP`."], as_json=as_json)


@group.command("areas")
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="Ngày áp dụng; mặc định mọi thời kỳ.")
@json_option
def areas_(on: datetime | None, as_json: bool) -> None:
    """Danh mục đơn vị hành chính cấp xã: mã, tên, thời hạn."""
    day = on.date().isoformat() if on else None
    rows = [
        a
        for a in areas.every(db.session())
        if day is None or (a.valid_from <= day and (a.valid_to is None or day <= a.valid_to))
    ]
    lines = [f"{a.code}  {a.full_name}  ({a.valid_from} – {a.valid_to or 'nay'})" for a in rows]
    show([asdict(a) for a in rows], lines or ["Chưa có đơn vị hành chính nào."], as_json=as_json)
