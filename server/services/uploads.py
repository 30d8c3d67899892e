"""Uploads in progress: begun, advanced by compare-and-swap, finished, given up. The offset lives in the database."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import bindparam, insert, or_, select, union, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.db.base import Instant
from server.db.uploads import Blob, Upload
from server.errors import Problem, ProblemCode
from server.printing import photos as pictures
from server.printing.photos import Facts
from server.services import photos
from server.storage.blobs import BlobStore, Staged
from sync import upload as tus
from sync.upload import Creation, Progress

UNFINISHED = ("open", "mismatch")
FORGOTTEN_AFTER = timedelta(days=1)
"""Staged bytes come a moment before the row that owns them; a day is more than a moment."""
_T = Upload.__table__.c
_COLUMNS = (_T.id, _T.photo_id, _T.sha256, _T.filetype, _T.length, _T.offset, _T.state, _T.expires_at)
# Statements are built once and run by Core: building them anew cost more CPU than the photo's hash.
_FIND = select(*_COLUMNS).where(_T.id == bindparam("upload"), _T.device_id == bindparam("device"))
_SAME = (
    select(*_COLUMNS)
    .where(
        _T.device_id == bindparam("device"), _T.photo_id == bindparam("photo"), _T.sha256 == bindparam("hash"),
        _T.length == bindparam("size"), _T.state == "open", _T.expires_at > bindparam("now", type_=Instant),
    )
    .order_by(_T.created_at)
    .limit(1)
)  # fmt: skip
_OWN = union(
    select(_T.state).where(
        _T.device_id == bindparam("device"), _T.sha256 == bindparam("hash"),
        or_(*(_T.state == state for state in (*UNFINISHED, "complete"))),
    ),
    select(_T.state).where(
        _T.device_id == bindparam("device"), _T.expires_at <= bindparam("now", type_=Instant),
        or_(*(_T.state == state for state in UNFINISHED)),
    ),
)  # fmt: skip
"""No IN: its list would be written into the statement anew each time."""
_SWAP = (
    update(Upload)
    .where(_T.id == bindparam("upload"), _T.offset == bindparam("was"), _T.state == "open")
    .values(offset=bindparam("to"), state=bindparam("becomes"))
)
_TERMINATE = update(Upload).where(_T.id == bindparam("upload"), _T.state == "open").values(state="terminated")
_EXPIRE = (
    update(Upload)
    .where(_T.state.in_(UNFINISHED), _T.expires_at <= bindparam("now", type_=Instant))
    .values(state="expired")
    .returning(_T.id)
)
_EXPIRE_OWN = _EXPIRE.where(_T.device_id == bindparam("device"))
_INSERT = insert(Upload)
_STATE = select(_T.state).where(_T.id == bindparam("upload"))
_BLOB = {
    "postgresql": postgresql.insert(Blob).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(Blob).on_conflict_do_nothing(),
}


@dataclass(frozen=True, slots=True)
class UploadState:
    """An upload as it was when asked; nothing of it changes behind the caller's back."""

    id: str
    photo_id: str
    sha256: str
    filetype: str
    length: int
    offset: int
    state: str
    expires_at: datetime

    @property
    def progress(self) -> Progress:
        """What the pure decisions look at."""
        return Progress(self.length, self.offset, self.state, self.expires_at)

    @property
    def metadata(self) -> str:
        """Upload-Metadata as it was given."""
        return tus.write_metadata({"photo_id": self.photo_id, "sha256": self.sha256, "filetype": self.filetype})


def own_states(session: Session, device_id: str, creation: Creation, now: datetime) -> set[str]:
    """Return the states of what this device has sent of these bytes, and of what it left unfinished beyond its time.

    Nothing: the upload is new in every way, and nothing of the device's has to be cleared for it.
    """
    asked = {"device": device_id, "hash": creation.sha256, "now": now}
    return set(session.connection().execute(_OWN, asked).scalars())


def is_here(session: Session, store: BlobStore, creation: Creation) -> bool:
    """Whether bytes that this device has delivered before are still here: then they need not come again.

    Others' bytes do not count: a hash is printed on minutes and proves nothing. To be asked outside any write
    transaction: the store may be slow, and every other writer would wait.
    """
    blob = session.get(Blob, creation.sha256)
    return blob is not None and blob.size == creation.length and store.has(creation.sha256)


def announced(creation: Creation, now: datetime) -> UploadState:
    """Return an upload as it begins; it stands in no table yet."""
    return UploadState(str(uuid4()), creation.photo_id, creation.sha256, creation.filetype, creation.length, 0, "open",
                       now + tus.LIFETIME)  # fmt: skip


def create(
    session: Session, store: BlobStore, device_id: str, creation: Creation, now: datetime, *, is_here: bool
) -> UploadState:
    """Begin an upload, or return the one that this device has open for the same photo and bytes.

    `is_here`: this device has delivered these bytes, and they are here; the upload is then complete at once.
    """
    same = {
        "device": device_id,
        "hash": creation.sha256,
        "photo": creation.photo_id,
        "size": creation.length,
        "now": now,
    }
    row = session.connection().execute(_SAME, same).one_or_none()
    if row is not None:
        return UploadState(*row)
    begun = announced(creation, now)
    if is_here:
        begun = replace(begun, offset=creation.length, state="complete")
    note(session, device_id, begun, now)
    if is_here:
        photos.settle(session, [creation.photo_id], now)
    else:
        store.begin(begun.id)
    return begun


def note(session: Session, device_id: str, upload: UploadState, now: datetime) -> None:
    """Write a new upload as it stands."""
    session.connection().execute(_INSERT, {**asdict(upload), "device_id": device_id, "created_at": now})


def finish_new(
    session: Session, device_id: str, upload: UploadState, facts: Facts | None, now: datetime
) -> UploadState:
    """Write an upload that came in one piece, as `finish` would have left it."""
    done = replace(upload, offset=upload.length, state="mismatch" if facts is None else "complete")
    note(session, device_id, done, now)
    if facts is not None:
        _complete(session, done, facts, now)
    return done


def find(session: Session, device_id: str, upload_id: str, now: datetime) -> UploadState:
    """Return a device's own upload; NOT_FOUND for others', UploadRefused where it ended without being complete."""
    row = session.connection().execute(_FIND, {"upload": upload_id, "device": device_id}).one_or_none()
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có lần gửi tệp này.")
    found = UploadState(*row)
    tus.check_alive(found.progress, now)
    return found


def advance(session: Session, upload: UploadState, to: int) -> None:
    """Move the offset on by compare-and-swap; a stale writer gets OFFSET_MISMATCH and stops."""
    if not _swap(session, upload, offset=to):
        raise Problem(ProblemCode.OFFSET_MISMATCH, "Một kết nối khác đã gửi tiếp ảnh này.")


def verify(store: BlobStore, staged: Staged, upload: UploadState) -> Facts | None:
    """Read the whole file back; where its hash is right, store it under it and say what it is, else None.

    Outside any transaction: hashing and decoding take milliseconds that no other writer should wait for.
    """
    if tus.outcome(upload.length, upload.length, upload.sha256, staged.sha256(upload.length)) != "complete":
        return None
    staged.promote(upload.sha256, upload.length)
    return look(store, upload)


def look(store: BlobStore, upload: UploadState) -> Facts:
    """Say what an upload's stored bytes are."""
    with store.open(upload.sha256) as file:
        return pictures.examine(file)


def finish(session: Session, upload: UploadState, facts: Facts | None, now: datetime) -> None:
    """Make an upload whose last byte came `complete`, with its blob and its photo, or `mismatch` (no facts).

    The bytes of a mismatch are never visible; they stay staged until they expire, to look into what went wrong.
    """
    state = "mismatch" if facts is None else "complete"
    if not _swap(session, upload, offset=upload.length, state=state):
        found = session.connection().scalar(_STATE, {"upload": upload.id})
        if found != state:
            raise Problem(ProblemCode.OFFSET_MISMATCH, "Một kết nối khác đã gửi tiếp ảnh này.")
        return
    if facts is not None:
        _complete(session, upload, facts, now)


def restart(session: Session, store: BlobStore, upload: UploadState) -> None:
    """Begin anew where staged bytes were lost with a disk or a restored backup: the file must never be shorter."""
    if _swap(session, upload, offset=0):
        store.begin(upload.id)


def terminate(session: Session, upload: UploadState) -> None:
    """Give an open upload up, wherever it stands by now; a complete one is evidence and stays (CONFLICT)."""
    if session.connection().execute(_TERMINATE, {"upload": upload.id}).rowcount != 1:
        raise Problem(ProblemCode.CONFLICT, "Ảnh đã gửi xong thì không hủy được.")


def expire(session: Session, now: datetime, device_id: str | None = None) -> list[str]:
    """Close what was not finished within 30 days, of all devices or one; return the uploads that `discard` may drop.

    Complete uploads stay with their bytes even without a record: a tablet found after months still has it.
    """
    closes, said = (_EXPIRE, {}) if device_id is None else (_EXPIRE_OWN, {"device": device_id})
    return list(session.connection().execute(closes, {"now": now, **said}).scalars())


def forgotten(session: Session, store: BlobStore, now: datetime) -> list[str]:
    """List staged bytes that no unfinished upload owns any more: a crash came between the commit and their removal."""
    staged = store.staged_before((now - FORGOTTEN_AFTER).timestamp())
    wanted = set(session.connection().scalars(select(_T.id).where(_T.state.in_(UNFINISHED))))
    return [upload_id for upload_id in staged if upload_id not in wanted]


def discard(store: BlobStore, upload_ids: list[str]) -> None:
    """Drop staged bytes once the transaction that ended their uploads is in the database."""
    for upload_id in upload_ids:
        store.discard(upload_id)


def _swap(session: Session, upload: UploadState, *, offset: int, state: str = "open") -> bool:
    values = {"upload": upload.id, "was": upload.offset, "to": offset, "becomes": state}
    return session.connection().execute(_SWAP, values).rowcount == 1


def _complete(session: Session, upload: UploadState, facts: Facts, now: datetime) -> None:
    """Note the stored bytes, and let their photo meet them."""
    values = {"sha256": upload.sha256, "size": upload.length, "media_type": facts.media_type, "width": facts.width,
              "height": facts.height, "exif": facts.exif, "stored_at": now}  # fmt: skip
    session.connection().execute(_BLOB[session.get_bind().dialect.name], values)
    photos.arrived(session, upload.photo_id, upload.sha256, now)
