"""`flask evidence export`: everything about one inspection, verifiable on another machine."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app

from server.cli.backup import ending_on_signals
from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.printing.minutes import render
from server.security.keys import public_bytes, server_key
from server.services import evidence, minutes
from server.settings import Settings
from server.storage import open_store
from server.storage.whole_file import writing_whole
from server.web.transaction import writing

group = Group("evidence", help="Hồ sơ chứng cứ của một cuộc kiểm tra.")


@group.command("export")
@click.argument("inspection")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="Tên tệp; mặc định ho-so-<mã>.zip.")
@json_option
def export(inspection: str, out: Path | None, as_json: bool) -> None:
    """Xuất hồ sơ chứng cứ: biên bản, ảnh gốc, nhật ký, khóa công khai và chương trình tự kiểm tra."""
    settings: Settings = current_app.config["SETTINGS"]
    key, now = server_key(settings.instance), datetime.now(UTC)
    path = out or Path(f"ho-so-{inspection}.zip")
    try:
        with writing(db.session) as session:
            minutes.remember_key(session, public_bytes(key), minutes.SERVER, now)
        with ending_on_signals(), writing_whole(path) as file:
            done = evidence.export(db.session(), open_store(settings.blob_url), inspection, file, render=render,
                                   host=settings.public_host, key=key, now=now)  # fmt: skip
    except FileExistsError:
        fail(f"{path} đã có: hãy chọn tên khác bằng -o.")
    except (Problem, OSError) as error:
        fail(f"Không xuất được hồ sơ: {error}")
    value = {"file": str(path), **asdict(done)}
    lines = [f"Đã xuất {path}: {done.documents} tài liệu, {len(done.minutes)} biên bản, {len(done.photos)} ảnh, "
             f"{done.entries} bản ghi nhật ký (và {done.hidden} mã băm của cuộc kiểm tra khác)."]  # fmt: skip
    lines += [f"Ảnh {id} chưa có tệp trên máy chủ." for id in done.without_bytes]
    lines.append(f"Kiểm tra ở máy khác: python3 verify.py {path.name}")
    show(value, lines, as_json=as_json)
