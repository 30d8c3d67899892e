"""`flask backup`: one verified archive of database, photos and, closed under a passphrase, the signing key."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from server.cli.output import fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.security.envelope import MIN_PASSPHRASE, EnvelopeError
from server.security.keys import KEY_FILE
from server.services import backup as service
from server.services.archive import ArchiveError, Manifest
from server.settings import Settings
from server.storage import open_store
from server.storage.blobs import StoreFull, StoreUnavailable
from server.storage.whole_file import writing_whole
from server.web.transaction import writing

if TYPE_CHECKING:
    from rich.progress import Progress

passphrase_option = click.option(
    "--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Tệp có mật khẩu bảo vệ khóa ký ở dòng đầu (ít nhất {MIN_PASSPHRASE} ký tự).",
)  # fmt: skip


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-keys", is_flag=True, help="Kèm khóa ký biên bản của máy chủ, mã hóa bằng mật khẩu.")
@passphrase_option
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có.")
@json_option
@with_appcontext
def group(file: Path, with_keys: bool, passphrase_file: Path | None, force: bool, as_json: bool) -> None:
    """Sao lưu cơ sở dữ liệu và ảnh vào FILE, đọc lại để kiểm tra. Máy chủ vẫn chạy bình thường.

    Mã thoát 1 nếu không sao lưu được (khi đó không có tệp nào mang tên FILE), hoặc nếu kho ảnh thiếu tệp.
    """
    key = passphrase = None
    if with_keys:
        key, passphrase = _key(), read_passphrase(passphrase_file)
    try:
        with ending_on_signals(), Bar() as bar:
            manifest, scopes = _make(file, key, passphrase, bar, force=force)
    except FileExistsError:
        fail(f"{file} đã có: hãy chọn tên khác, hoặc thêm --force để ghi đè.")
    except (ArchiveError, EnvelopeError, Problem, StoreFull, StoreUnavailable, OSError) as error:
        fail(f"Không sao lưu được, không có tệp nào được tạo: {error}")
    value = {"file": str(file), "bytes": file.stat().st_size, "revision": manifest.revision, "epoch": manifest.epoch,
             "made_at": manifest.made_at, "tables": {name: t["rows"] for name, t in manifest.tables.items()},
             "blobs": len(manifest.blobs), "missing_blobs": manifest.missing, "with_keys": with_keys,
             "durable_scopes": scopes}  # fmt: skip
    lines = [
        f"Đã sao lưu và đọc lại đúng: {file} ({file.stat().st_size:,} byte), {manifest.rows} dòng, "
        f"{len(manifest.blobs)} tệp ảnh{', có khóa ký' if with_keys else ''}."
    ]
    lines += [f"THIẾU tệp ảnh {sha256}: kho ảnh không có hoặc đã hỏng." for sha256 in manifest.missing]
    if manifest.missing:
        lines.append("Máy tính bảng chưa được phép xóa dữ liệu. Hãy chạy `flask photos verify` để xem là ảnh nào.")
    show(value, lines, as_json=as_json)
    if manifest.missing:
        sys.exit(1)


def _make(file: Path, key: bytes | None, passphrase: str | None, bar: Bar, *, force: bool) -> tuple[Manifest, int]:
    settings: Settings = current_app.config["SETTINGS"]
    store = open_store(settings.blob_url)
    db.session.remove()

    def check(half: Path) -> None:
        bar.begins("Đọc lại để kiểm tra", half.stat().st_size)
        service.check(half, bar.advances)

    with writing_whole(file, overwrite=force, check=check) as out, db.engine.connect() as connection:
        reading = service.begin_reading(connection)
        bar.begins("Đang sao lưu", service.size(reading))
        manifest = service.write(reading, store, out, key=key, passphrase=passphrase, now=datetime.now(UTC),
                                 progress=bar.advances)  # fmt: skip
    with writing(db.session) as session:
        scopes = service.mark_durable(session, manifest, datetime.now(UTC))
    return manifest, scopes


def read_passphrase(file: Path | None) -> str:
    """Read the first line of the passphrase file; wrong usage without one."""
    if file is None:
        raise click.UsageError("Cần --passphrase-file để mã hóa hoặc mở khóa ký.")
    return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")


def _key() -> bytes:
    settings: Settings = current_app.config["SETTINGS"]
    path = settings.instance / KEY_FILE
    if not path.exists():
        fail(f"Máy chủ chưa có khóa ký ({path}): hãy bỏ --with-keys.")
    return path.read_bytes()


@dataclass
class Bar:
    """A progress bar for a person; nothing for a file or another program."""

    _progress: Progress | None = None

    def __enter__(self) -> Bar:
        from rich.console import Console  # 7 MB that no server needs, and every command is known to it
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._progress.__enter__()
        self._task = self._progress.add_task("")
        return self

    def __exit__(self, *error: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def begins(self, words: str, total: int) -> None:
        """Start a new stretch of work."""
        if self._progress is not None:
            self._progress.reset(self._task, total=total, description=words)

    def advances(self, done: int) -> None:
        """Say that more is done."""
        if self._progress is not None:
            self._progress.advance(self._task, done)


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the command as Ctrl-C does: through every `finally`, with a non-zero exit."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
