"""`flask checklists`: list the published versions; lint the data files before they are published."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from server.cli.output import json_option, show

group = AppGroup("checklists", help="Danh mục kiểm tra.")
DATA = Path(__file__).resolve().parents[2] / "checklists" / "data"


@group.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """Liệt kê các phiên bản đã ban hành."""
    from checklists import catalog

    rows = [
        {"code": c.code, "version": c.version, "sha256": c.sha256, "title": c.title.vi,
         "items": sum(len(s.items) for s in c.sections)}
        for c in catalog.load().all()
    ]  # fmt: skip
    lines = [f"{r['code']} v{r['version']}  {r['items']} mục  {r['title']}  {str(r['sha256'])[:12]}" for r in rows]
    show(rows, lines, as_json=as_json)


@group.command("lint")
@click.argument("root", type=click.Path(exists=True, file_okay=False, path_type=Path), default=DATA)
@json_option
def lint(root: Path, as_json: bool) -> None:
    """Soát các tệp dữ liệu: khóa lạ, thiếu chữ, điều kiện treo, bản đã ban hành bị sửa. Mã thoát 1 nếu có lỗi."""
    from checklists.lint import lint as check

    faults = [str(fault) for fault in check(root)]
    show({"faults": faults}, [], as_json=as_json)
    if faults:
        if not as_json:
            click.echo("\n".join(faults), err=True)
        sys.exit(1)
    if not as_json:
        click.echo("Danh mục kiểm tra: không có lỗi.")
