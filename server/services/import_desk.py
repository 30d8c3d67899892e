"""A list that somebody brings as a file: kept aside unread by anyone else, looked at, and imported only when confirmed."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy.orm import Session

from server.errors import Problem, ProblemCode
from server.services import establishment_import, tables
from server.services.establishment_import import Report, RowError
from server.services.tables import Table, TableError
from server.storage.whole_file import writing_whole

FOLDER = "imports"
KEPT_S = 24 * 3600
"""A file that nobody confirmed for a day is thrown away."""
MAX_KEPT = 20
"""Files of one person at a time; the oldest goes first."""
_KEY = re.compile(r"[0-9a-f]{64}\.(?:xlsx|csv)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Preview:
    """What importing a file would do now. `key` names the file aside, `plan` everything that would be written."""

    key: str
    name: str
    report: Report
    plan: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be written."""
        return not (self.report.imported or self.report.instruments or self.report.changed)


def preview(
    session: Session, folder: Path, data: bytes, name: str, *, update: bool, actor: str, now: datetime
) -> Preview:  # fmt: skip
    """Keep a file aside and say what importing it would do; writes nothing into the database.

    Refuses (INVALID_REQUEST) what is no table, and a file that names no columns of ours.
    """
    kept = _Kept(folder / FOLDER / actor)
    return _look(session, kept, kept.put(data, name), name, update=update, actor=actor, now=now)


def again(session: Session, folder: Path, key: str, name: str, *, update: bool, actor: str, now: datetime) -> Preview:
    """Say anew what importing the file aside would do; refuses one that is gone."""
    return _look(session, _Kept(folder / FOLDER / actor), key, name, update=update, actor=actor, now=now)


def confirm(
    session: Session, folder: Path, key: str, name: str, plan: str, *, update: bool, actor: str, now: datetime
) -> Preview | Report:  # fmt: skip
    """Import the file aside and return the report, or, where that is no longer what was shown, the new preview unwritten."""
    kept = _Kept(folder / FOLDER / actor)
    found = _look(session, kept, key, name, update=update, actor=actor, now=now)
    if found.plan != plan or found.report.errors:
        return found
    return establishment_import.run(session, kept.tables(key), actor=actor, at=now, update=update)


def forget(folder: Path, key: str, actor: str) -> None:
    """Throw the file aside away: it was imported, or nobody wants it."""
    _Kept(folder / FOLDER / actor).remove(key)


def _look(
    session: Session, kept: _Kept, key: str, name: str, *, update: bool, actor: str, now: datetime
) -> Preview:  # fmt: skip
    try:
        report = establishment_import.run(session, kept.tables(key), actor=actor, at=now, dry_run=True, update=update)
    except TableError as error:
        kept.remove(key)
        raise Problem(ProblemCode.INVALID_REQUEST, str(error)) from error
    return Preview(key, name, report, _plan(report, update=update))


def _plan(report: Report, *, update: bool) -> str:
    said = [update, [(r.sheet, r.row, r.name) for r in report.added],
            [(r.sheet, r.row, r.name, list(r.cells)) for r in report.changed], _rows(report.errors)]  # fmt: skip
    return hashlib.sha256(orjson.dumps(said)).hexdigest()


def _rows(errors: Sequence[RowError]) -> list[tuple[str, int, str, str]]:
    return [(e.sheet, e.row, e.column, e.message) for e in errors]


class _Kept:
    """Files of one person, each under the hash of its bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes, name: str) -> str:
        """Keep a file and return its key; the same file twice is one."""
        if len(data) > tables.MAX_FILE:
            raise Problem(
                ProblemCode.TOO_LARGE, f"Tệp lớn hơn {tables.MAX_FILE // 1024 // 1024} MB: hãy chia thành nhiều tệp."
            )
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._tidy()
        key = f"{hashlib.sha256(data).hexdigest()}.{'xlsx' if name.lower().endswith(('.xlsx', '.xlsm')) else 'csv'}"
        with writing_whole(self._folder / key, overwrite=True) as file:
            file.write(data)
        return key

    def tables(self, key: str) -> list[Table]:
        """Read the tables of a kept file."""
        path = self._folder / key
        if not _KEY.fullmatch(key) or not path.is_file():
            raise Problem(ProblemCode.NOT_FOUND, "Tệp này không còn được giữ: hãy chọn tệp lại.")
        return tables.of_bytes(path.read_bytes(), path.name)

    def remove(self, key: str) -> None:
        """Throw a file away."""
        if _KEY.fullmatch(key):
            (self._folder / key).unlink(missing_ok=True)

    def _tidy(self) -> None:
        known = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for place, path in enumerate(known):
            if place >= MAX_KEPT - 1 or path.stat().st_mtime < time.time() - KEPT_S:
                path.unlink(missing_ok=True)
