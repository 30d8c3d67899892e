"""Are the bytes of every complete photo still there, with their hash; and asking tablets for those that are not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.uploads import Blob, Upload
from server.services import ledger
from server.services.archive import Progress
from server.services.photos import COMPLETE, EXPECTED, SYSTEM, UNUSABLE
from server.storage.blobs import BlobStore
from server.storage.staging import hash_of
from sync.feed import Change

HERE = frozenset({COMPLETE, UNUSABLE})
MADE_BY_SERVER = ("width", "height", "exif", "warnings")


@dataclass(slots=True)
class PhotoReport:
    """What a check found. `faults`: one row for each photo whose bytes are missing or changed."""

    photos: int = 0
    faults: list[dict[str, str]] = field(default_factory=list)

    @property
    def lost(self) -> list[str]:
        """The hashes of the bytes that are not there any more."""
        return sorted({fault["sha256"] for fault in self.faults})


def count(session: Session) -> int:
    """Return how many photo documents there are."""
    query = select(func.count()).select_from(Document).where(Document.kind == "photo", Document.is_deleted.is_(False))
    return session.scalar(query) or 0


def verify(session: Session, store: BlobStore, progress: Progress = lambda _done: None) -> PhotoReport:
    """Read the bytes of every complete (or unusable) photo and compare with its hash (I13)."""
    report = PhotoReport()
    known = set(session.scalars(select(Blob.sha256)))
    seen: dict[str, str | None] = {}
    query = select(Document.id, Document.scope, Document.parent, Document.state)
    query = query.where(Document.kind == "photo", Document.is_deleted.is_(False)).order_by(Document.id)
    for row in session.execute(query.execution_options(yield_per=500)):
        progress(1)
        if row.state.get("status") not in HERE:
            continue
        report.photos += 1
        sha256 = str(row.state.get("sha256"))
        if sha256 not in seen:
            seen[sha256] = _fault(store, sha256, is_known=sha256 in known)
        if (fault := seen[sha256]) is not None:
            report.faults.append({"photo": row.id, "inspection": str(row.parent), "sha256": sha256, "fault": fault})
    return report


def expect_again(session: Session, lost: Collection[str], now: datetime, actor: str = SYSTEM) -> list[str]:
    """Set the photos of lost bytes back to `expected` and forget that the bytes came; return the photos' ids.

    Tablets that still hold a copy see it with their next pull and send it again; an upload that was complete answers
    410, so that nobody believes that its bytes are here.
    """
    gone = set(lost)
    changes: list[Change] = []
    for photo in session.scalars(select(Document).where(Document.kind == "photo", Document.is_deleted.is_(False))):
        if photo.state.get("sha256") in gone and photo.state.get("status") in HERE:
            state = {k: v for k, v in photo.state.items() if k not in MADE_BY_SERVER}
            state["status"] = EXPECTED
            changes.append(ledger.change(session, "photo", photo.id, photo.scope, state, actor=actor))
    names = sorted(gone)
    for start in range(0, len(names), 400):
        part = names[start : start + 400]
        came = update(Upload).where(Upload.sha256.in_(part), Upload.state == "complete")
        session.execute(came.values(state="expired"))
        session.execute(delete(Blob).where(Blob.sha256.in_(part)))
    ledger.record(session, changes, now)
    return [change.id for change in changes]


def is_whole(store: BlobStore, sha256: str) -> bool:
    """Say whether a blob is stored and reads back with its hash."""
    return _fault(store, sha256, is_known=True) is None


def _fault(store: BlobStore, sha256: str, *, is_known: bool) -> str | None:
    try:
        with store.open(sha256) as file:
            found = hash_of(file)
    except (OSError, ValueError):
        return "thiếu tệp trong kho ảnh"
    if found != sha256:
        return "tệp trong kho ảnh đã bị thay đổi"
    return None if is_known else "cơ sở dữ liệu không ghi nhận tệp này"
