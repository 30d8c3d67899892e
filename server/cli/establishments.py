"""`flask establishments`: bringing the office's lists in, all or nothing."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.services import establishment_import, tables
from server.services.creation import SYSTEM
from server.services.establishment_columns import template as make_template
from server.web.transaction import writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.services.establishment_import import Progress, Report, RowError

group = Group("establishments", help="Cơ sở được kiểm tra và phương tiện đo của cơ sở.")
MAX_SHOWN = 30


class _Refused(Exception):
    """Rolls the transaction back: the report has errors, or nothing was to be written."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra tệp, không ghi gì.")
@json_option
def import_(file: Path, dry_run: bool, as_json: bool) -> None:
    """Nhập cơ sở (và phương tiện đo) từ tệp .xlsx hoặc .csv; có lỗi thì không nhập gì."""
    try:
        sheets = tables.read(file)
        with writing(db.session) as session, _progress() as progress:
            report = establishment_import.run(
                session, sheets, actor=SYSTEM, at=datetime.now(UTC), dry_run=dry_run, progress=progress
            )
            if report.errors or dry_run:
                raise _Refused(report)
    except _Refused as refused:
        report = refused.report
    except (tables.TableError, Problem) as error:
        fail(f"{error} Chưa nhập gì.")
    show(report.as_json(), _lines(report), as_json=as_json)
    if report.errors:
        if not as_json:
            click.echo("\n".join(_told(report.errors)), err=True)
        fail(f"{len(report.errors)} lỗi: chưa nhập gì. Sửa các ô trên rồi nhập lại.")


@group.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="mau-co-so.xlsx")
def template(file: Path) -> None:
    """Ghi tệp mẫu .xlsx trống, hai trang: cơ sở và phương tiện đo."""
    if file.exists():
        fail(f"Tệp {file} đã có; hãy đặt tên khác.")
    try:
        file.write_bytes(make_template())
    except OSError as error:
        fail(f"Không ghi được {file}: {error.strerror}.")
    click.echo(f"Đã ghi {file}.")


def _lines(report: Report) -> list[str]:
    if report.errors:
        return []
    verb = "Sẽ nhập" if report.dry_run else "Đã nhập"
    lines = [f"{verb} {report.imported} cơ sở, {report.instruments} phương tiện đo (đọc {report.rows} dòng)."]
    if report.already_known:
        lines += [f"{len(report.already_known)} dòng đã có, giữ nguyên:", *_told(report.already_known)]
    if report.ignored_columns:
        lines.append(f"Cột không dùng: {', '.join(report.ignored_columns)}.")
    return lines


def _told(errors: list[RowError]) -> list[str]:
    lines = [
        f"  {f'{e.sheet}, ' if e.sheet else ''}dòng {e.row}, cột {e.column}: {e.message}"
        + (f" (đang ghi “{e.value}”)" if e.value else "")
        for e in errors[:MAX_SHOWN]
    ]
    if len(errors) > MAX_SHOWN:
        lines.append(f"  … và {len(errors) - MAX_SHOWN} dòng khác; xem hết bằng --json.")
    return lines


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar on standard error where a person watches; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Đang ghi", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
