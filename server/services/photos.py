"""Photos: their record and their bytes meet here, in either order; reading them and their smaller sizes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.db.uploads import Blob, Upload
from server.errors import Problem, ProblemCode
from server.printing import photos as pictures
from server.services import ledger, photo_evidence
from server.storage.blobs import BlobStore, StoreFull, StoreUnavailable
from sync.feed import Change

SYSTEM = "system"
EXPECTED, COMPLETE, UNUSABLE = "expected", "complete", "unusable"
_UPLOADS = Upload.__table__.c
_DELIVERED = select(_UPLOADS.photo_id, _UPLOADS.sha256).where(
    _UPLOADS.photo_id.in_(bindparam("photos", expanding=True)), _UPLOADS.state == "complete"
)

_T = Document.__table__.c
_LOCKED = (
    select(_T.id, _T.scope, _T.parent, _T.rev, _T.state)
    .where(_T.kind == "photo", _T.id.in_(bindparam("photos", expanding=True)), _T.is_deleted.is_(False))
    .order_by(_T.id)
    .with_for_update()
)
_BLOBS = select(Blob.__table__).where(Blob.__table__.c.sha256.in_(bindparam("hashes", expanding=True)))


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo whose bytes are here."""

    id: str
    sha256: str
    size: int
    media_type: str

    @property
    def is_image(self) -> bool:
        """Whether it can be shown."""
        return self.media_type != pictures.NOT_AN_IMAGE


def settle(session: Session, photo_ids: Iterable[str], now: datetime, actor: str = SYSTEM) -> list[str]:
    """Make the photos among these `complete` (or `unusable`) whose record and bytes are both here; return their ids.

    A push calls this for the photos it created, a finished upload for its own: any order of record and bytes ends
    complete (I13). Bytes count only if they were uploaded for this very photo: who merely knows a hash, printed on
    minutes, must not get to see another campaign's photo.
    """
    wanted = sorted(set(photo_ids))
    documents.reserve(session, [("photo", id) for id in wanted])  # or record and bytes, coming at once, miss each other
    delivered = _delivered(session, wanted)
    return _meet(session, delivered, now, actor) if delivered else []


def arrived(session: Session, photo_id: str, sha256: str, now: datetime) -> list[str]:
    """Settle the photo whose bytes were noted in this very transaction."""
    documents.reserve(session, [("photo", photo_id)])
    return _meet(session, {photo_id: {sha256}}, now, SYSTEM)


def _meet(session: Session, delivered: Mapping[str, Collection[str]], now: datetime, actor: str) -> list[str]:
    session.flush()  # what follows goes past the session
    rows = session.connection().execute(_LOCKED, {"photos": sorted(delivered)}).all()
    waiting = [
        row for row in rows
        if row.state.get("status", EXPECTED) == EXPECTED and row.state.get("sha256") in delivered[row.id]
    ]  # fmt: skip
    if not waiting:
        return []
    hashes = sorted({row.state["sha256"] for row in waiting})
    blobs = {blob.sha256: blob for blob in session.connection().execute(_BLOBS, {"hashes": hashes})}
    changes: list[Change] = []
    for photo in waiting:
        made = _made_by_server(session, photo.state, blobs[photo.state["sha256"]])
        changes.append(ledger.revision("photo", photo, {**photo.state, **made}, actor=actor))
    ledger.record(session, changes, now)
    return [change.id for change in changes]


def recheck(session: Session, inspection_ids: Iterable[str], now: datetime, actor: str = SYSTEM) -> list[str]:
    """Compare the complete photos of inspections whose visits changed once more; return those that now differ."""
    changes: list[Change] = []
    for inspection_id in sorted(set(inspection_ids)):
        for photo in documents.children(session, inspection_id, "photo"):
            if photo.state.get("status") != COMPLETE:
                continue
            warnings = _warnings(session, photo.state, photo.state.get("exif") or {})
            if warnings != photo.state.get("warnings"):
                state = {**photo.state, "warnings": warnings}
                changes.append(ledger.change(session, "photo", photo.id, photo.scope, state, actor=actor))
    ledger.record(session, changes, now)
    return [change.id for change in changes]


def stored(session: Session, photo_id: str, scopes: Collection[str] | None) -> StoredPhoto:
    """Return a photo whose bytes are here; `scopes` = those that the asker is granted, None for all.

    A photo of a foreign scope is as unknown as one that does not exist.
    """
    photo = documents.get(session, "photo", photo_id)
    if photo is None or (scopes is not None and photo.scope not in scopes):
        raise Problem(ProblemCode.NOT_FOUND, "Không có ảnh này.")
    blob = None
    if photo.state.get("status") in {COMPLETE, UNUSABLE}:
        blob = session.get(Blob, photo.state["sha256"])
    if blob is None:
        raise Problem(ProblemCode.NOT_FOUND, "Máy tính bảng chưa gửi tệp của ảnh này lên.")
    return StoredPhoto(photo_id, blob.sha256, blob.size, blob.media_type)


def smaller(store: BlobStore, photo: StoredPhoto, size: int) -> bytes:
    """Return a smaller JPEG of a photo, made on first view and kept; the original is never touched."""
    if not photo.is_image:
        raise Problem(ProblemCode.CONFLICT, "Tệp này không phải ảnh mở được nên không có bản thu nhỏ; hãy tải bản gốc.")
    name = f"{size}.jpg"
    data = store.derived(photo.sha256, name)
    if data is None:
        try:
            with store.open(photo.sha256) as file:
                data = pictures.smaller(file, size)
        except pictures.NotAnImageError as error:
            raise Problem(ProblemCode.CONFLICT, "Không làm được bản thu nhỏ của ảnh này; hãy tải bản gốc.") from error
        with suppress(StoreFull, StoreUnavailable):  # it is seen all the same, and made again next time
            store.keep_derived(photo.sha256, name, data)
    return data


def _delivered(session: Session, photo_ids: list[str]) -> dict[str, set[str]]:
    """The hashes of the bytes that were uploaded for each photo."""
    found: dict[str, set[str]] = {}
    for start in range(0, len(photo_ids), 400):
        rows = session.connection().execute(_DELIVERED, {"photos": photo_ids[start : start + 400]})
        for photo_id, sha256 in rows:
            found.setdefault(photo_id, set()).add(sha256)
    return found


def _made_by_server(session: Session, photo: Mapping[str, Any], blob: Row[Any]) -> dict[str, Any]:
    exif = blob.exif or {}
    if blob.media_type == pictures.NOT_AN_IMAGE:
        detail = "Tệp không phải ảnh mở được; vẫn giữ nguyên làm chứng cứ."
        status, warnings = UNUSABLE, [{"code": "not_an_image", "level": "warning", "detail": detail}]
    else:
        status, warnings = COMPLETE, _warnings(session, photo, exif)
    return {"status": status, "width": blob.width, "height": blob.height, "exif": exif, "warnings": warnings}


def _warnings(session: Session, photo: Mapping[str, Any], exif: Mapping[str, str]) -> list[dict[str, Any]]:
    inspection = documents.state_of(session, "inspection", photo.get("inspection_id") or "")
    site = None if inspection is None else documents.state_of(session, "establishment", inspection["establishment_id"])
    return photo_evidence.compare(photo, exif, inspection, site)
