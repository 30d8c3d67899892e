"""`flask programme others`: inspections by other agencies, brought in from their lists, all or nothing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from server.cli.output import fail, json_option, show
from server.cli.programme import group
from server.errors import Problem
from server.extensions import db
from server.services import other_inspections, tables
from server.services.creation import SYSTEM
from server.web.transaction import writing

MAX_SHOWN = 30


@group.command("others")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra tệp, không ghi gì.")
@json_option
def others(file: Path, dry_run: bool, as_json: bool) -> None:
    """Nhập danh sách cơ sở đã được cơ quan khác kiểm tra (.xlsx, .csv); có lỗi thì không nhập gì."""
    try:
        sheets = tables.read(file)
        with writing(db.session) as session:
            report = other_inspections.read(session, sheets)
            if not report.errors and not dry_run:
                other_inspections.add(session, report, file.name, actor=SYSTEM, now=datetime.now(UTC))
    except (tables.TableError, Problem) as error:
        fail(f"{error} Chưa nhập gì.")
    verb = "Sẽ nhập" if dry_run else "Đã nhập"
    lines = [
        f"{verb} {len(report.fresh)} cuộc kiểm tra của cơ quan khác (đọc {report.rows} dòng, {report.already_known} dòng đã có)."
    ]
    show(asdict(report), [] if report.errors else lines, as_json=as_json)
    if report.errors:
        told = [f"  dòng {e.row}, cột {e.column}: {e.message}" + (f" (đang ghi “{e.value}”)" if e.value else "")
                for e in report.errors[:MAX_SHOWN]]  # fmt: skip
        if not as_json:
            click.echo("\n".join(told), err=True)
        fail(f"{len(report.errors)} lỗi: chưa nhập gì. Sửa các ô trên rồi nhập lại.")
