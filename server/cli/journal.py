"""`flask journal verify`: is every entry what was written, and are documents and feed what the entries add up to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from server.cli.output import Group, fail, json_option, show
from server.extensions import db
from server.services import journal
from server.services.archive import ArchiveError, Reader
from server.services.journal import Report

group = Group("journal", help="Nhật ký không sửa được.")


@group.command("verify")
@click.option("--backup", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Đối chiếu thêm với một bản sao lưu: phát hiện cả nhật ký bị viết lại từ đầu.")  # fmt: skip
@json_option
def verify(backup: Path | None, as_json: bool) -> None:
    """Kiểm tra chuỗi băm của nhật ký, dựng lại tài liệu và đối chiếu. Mã thoát 1 nếu có sai lệch."""
    session = db.session()
    anchors = None if backup is None else _heads(backup)
    with _progress(journal.size(session)) as advance:
        report = journal.verify(session, advance, anchors)
    show({"whole": report.is_whole, **asdict(report)}, _lines(report), as_json=as_json)
    if not report.is_whole:
        sys.exit(1)


def _heads(backup: Path) -> dict[str, list[Any]]:
    try:
        with Reader(backup) as archive:
            return archive.manifest.heads
    except ArchiveError as error:
        fail(str(error))


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar to a person; nothing to a file or another program."""
    from rich.console import Console  # only here: a server knows every command and needs no bar
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Đang kiểm tra nhật ký", total=total)
        yield lambda done: bar.advance(task, done)


def _lines(report: Report) -> list[str]:
    if report.is_whole:
        return [
            f"Nhật ký nguyên vẹn: {report.entries} bản ghi trong {report.scopes} phạm vi, "
            f"{report.documents} tài liệu dựng lại khớp với cơ sở dữ liệu."
        ]
    lines = [f"HỎNG: {b['scope']} bản ghi số {b['seq']}: {b['reason']}." for b in report.broken]
    lines += [f"SAI LỆCH: {difference}." for difference in report.differences]
    if report.more_differences:
        lines.append(f"… và {report.more_differences} sai lệch khác.")
    return lines
