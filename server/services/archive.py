"""The backup archive: one zip of tables as JSON lines, blobs, the closed key, and a manifest that vouches for them all.

Nothing in it belongs to a database engine: what SQLite wrote, PostgreSQL reads, and the other way round.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

import orjson
from sqlalchemy import Date, DateTime, LargeBinary, Table

FORMAT, VERSION = "hien-truong-backup", 1
MANIFEST = "manifest.json"
KEY = "keys/minutes-signing-key.json"
READ = 1024 * 1024
Progress = Callable[[int], None]


class ArchiveError(Exception):
    """An archive that cannot be trusted; the Vietnamese message names the part that is wrong."""


@dataclass(slots=True)
class Manifest:
    """What the archive says of itself. `heads`: {scope: [seq, hash]}; `missing`: blobs that the store no longer had."""

    revision: str
    epoch: str
    made_at: str
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    heads: dict[str, list[Any]] = field(default_factory=dict)
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    format: str = FORMAT
    version: int = VERSION

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(int(table["rows"]) for table in self.tables.values())

    @property
    def blobs(self) -> list[str]:
        """The hashes of the blobs inside."""
        return [name.rsplit("/", 1)[-1] for name in self.members if name.startswith("blobs/")]


def table_member(name: str) -> str:
    """Where a table's rows stand."""
    return f"tables/{name}.jsonl"


def blob_member(sha256: str) -> str:
    """Where a blob stands."""
    return f"blobs/{sha256[:2]}/{sha256}"


def add_member(archive: zipfile.ZipFile, name: str, parts: Iterable[bytes], *, packed: bool) -> tuple[str, int]:
    """Write one member of a zip part by part; return its SHA-256 and size."""
    info = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    digest, size = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=True) as member:
        for part in parts:
            member.write(part)
            digest.update(part)
            size += len(part)
    return digest.hexdigest(), size


class Writer:
    """Adds members and remembers their hashes."""

    def __init__(self, file: BinaryIO, manifest: Manifest) -> None:
        self._zip, self.manifest = zipfile.ZipFile(file, "w", allowZip64=True), manifest

    def add(self, name: str, parts: Iterable[bytes], *, packed: bool) -> str:
        """Write one member and return its SHA-256; photos are not packed again."""
        sha256, size = add_member(self._zip, name, parts, packed=packed)
        self.manifest.members[name] = {"sha256": sha256, "size": size}
        return sha256

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, error: object, *_more: object) -> None:
        if error is not None:
            self._zip.fp = None  # else it would end the half archive when it is collected, in a file long closed

    def close(self) -> None:
        """Write the manifest, last, and end the archive."""
        self._zip.writestr(MANIFEST, json.dumps(asdict(self.manifest), ensure_ascii=False, sort_keys=True))
        self._zip.close()


class Reader:
    """An archive opened for reading; closes with `with`."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest = _manifest(self._zip.read(MANIFEST))
        except (zipfile.BadZipFile, KeyError, zlib.error, OSError, EOFError) as error:
            raise ArchiveError(f"{path} không phải bản sao lưu, hoặc bị cắt cụt ({error}).") from error

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def open(self, name: str) -> IO[bytes]:
        """Open a member."""
        return self._zip.open(name)

    def verify(self, progress: Progress = lambda _done: None) -> None:
        """Read every member to its end: all are there, nothing else is, sizes, hashes and row counts are right."""
        names = self._zip.namelist()
        if sorted(names) != sorted([MANIFEST, *self.manifest.members]):
            raise ArchiveError("Danh mục bản sao lưu không khớp với các tệp bên trong.")
        rows = {table_member(name): int(said["rows"]) for name, said in self.manifest.tables.items()}
        for name, said in self.manifest.members.items():
            digest, lines, size = hashlib.sha256(), 0, 0
            for part in self._parts(name):
                digest.update(part)
                lines += part.count(b"\n")
                size += len(part)
                progress(len(part))
            if (digest.hexdigest(), size) != (said["sha256"], said["size"]):
                raise ArchiveError(f"Bản sao lưu hỏng ở {name}: mã băm không khớp.")
            if name.startswith("blobs/") and not name.endswith(digest.hexdigest()):
                raise ArchiveError(f"Bản sao lưu hỏng ở {name}: nội dung không đúng với tên.")
            if name in rows and rows[name] != lines:
                raise ArchiveError(f"Bản sao lưu hỏng ở {name}: có {lines} dòng, danh mục ghi {rows[name]}.")

    def rows(self, table: str) -> Iterator[list[Any]]:
        """The rows of a table, as they were encoded."""
        with self.open(table_member(table)) as member:
            for line in member:
                yield orjson.loads(line)

    def _parts(self, name: str) -> Iterator[bytes]:
        try:
            with self.open(name) as member:
                while part := member.read(READ):
                    yield part
        except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, NotImplementedError) as error:
            raise ArchiveError(f"Bản sao lưu hỏng ở {name}: {error}.") from error


def encode(row: Iterable[Any]) -> bytes:
    """Write one row as a JSON line: instants in UTC, days as ISO, bytes as base64."""
    return orjson.dumps([_written(value) for value in row]) + b"\n"


def decoder(table: Table, columns: list[str], *, naive: bool) -> Callable[[list[Any]], dict[str, Any]]:
    """Return what turns an encoded row into values for this table; `naive` = the engine keeps UTC without an offset."""
    reads = [_reader(table.c[name].type, naive=naive) for name in columns]
    return lambda row: {
        name: None if value is None else read(value) for name, read, value in zip(columns, reads, row, strict=True)
    }


def _manifest(text: bytes) -> Manifest:
    try:
        value = json.loads(text)
        if (value["format"], value["version"]) != (FORMAT, VERSION):
            raise ArchiveError(
                f"Bản sao lưu có định dạng {value['format']} {value['version']}, máy chủ này không đọc được."
            )
        return Manifest(**value)
    except (ValueError, LookupError, TypeError) as error:
        raise ArchiveError(f"Danh mục bản sao lưu không đọc được ({error}).") from error


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return value


def _reader(type: Any, *, naive: bool) -> Callable[[Any], Any]:
    if isinstance(type, DateTime):
        return lambda text: datetime.fromisoformat(text).replace(tzinfo=None if naive else UTC)
    if isinstance(type, Date):
        return date.fromisoformat
    if isinstance(type, LargeBinary):
        return base64.b64decode
    return lambda value: value
