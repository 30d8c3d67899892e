"""The evidence of one inspection as one archive that verifies on any machine: papers, photos, journal, keys, a checker."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.journal import JournalEntry, Scope
from server.db.uploads import Blob
from server.errors import Problem, ProblemCode
from server.security.keys import public_bytes
from server.services import minutes, photos
from server.services.archive import READ, add_member
from server.storage.blobs import BlobStore
from sync import seal
from sync.feed import canonical

FORMAT = "hien-truong-evidence"
SIGNED = b"hien-truong evidence 1\n"
"""What is signed begins so: a signature over a list of files can never pass for one over minutes."""
CHUNK = 1000
HERE = Path(__file__).parent
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/heic": ".heic", "image/webp": ".webp"}


@dataclass(slots=True)
class Exported:
    """What went into an archive. `without_bytes`: photos whose bytes the server does not have."""

    inspection: str
    minutes: dict[str, dict[str, str]] = field(default_factory=dict)
    photos: dict[str, str] = field(default_factory=dict)
    journals: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    documents: int = 0
    entries: int = 0
    hidden: int = 0
    without_bytes: list[str] = field(default_factory=list)


def export(
    session: Session, store: BlobStore, inspection_id: str, file: BinaryIO, *, render: minutes.Render, host: str,
    key: Ed25519PrivateKey, now: datetime,
) -> Exported:  # fmt: skip
    """Write the archive; NOT_FOUND where there is no such inspection. `key` is the server's, known to the key list.

    Other inspections of the campaign stand in the journal segment as bare hashes: nothing of them can be read.
    """
    inspection = session.get(Document, ("inspection", inspection_id))
    if inspection is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có cuộc kiểm tra này.")
    done = Exported(inspection_id)
    own = _own(session, inspection)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        writer = _Writer(archive, done)
        writer.add("README.md", (HERE / "evidence_readme.md").read_bytes())
        writer.add("verify.py", (HERE / "evidence_verify.py").read_bytes())
        writer.add("keys.json", _json(minutes.keys_document(session, now)))
        for document in [*own, *_context(session, inspection)]:
            writer.add(f"documents/{document.kind}/{document.id}.json", _json(_written(document)))
            done.documents += 1
        for document in own:
            if document.kind == "minutes" and not document.is_deleted:
                _papers(session, writer, document, render, host)
            elif document.kind == "photo" and not document.is_deleted:
                _photo(session, store, writer, document)
        _journals(session, writer, {(d.kind, d.id) for d in own})
        manifest = _json({"format": FORMAT, "version": 1, "inspection": inspection_id, "exported_at": now.isoformat(),
                          "minutes": done.minutes, "photos": done.photos, "journals": done.journals,
                          "members": done.members})  # fmt: skip
        archive.writestr("manifest.json", manifest)
        archive.writestr("manifest.sig", _signature(key, manifest))
    return done


class _Writer:
    """Adds members and remembers their hashes."""

    def __init__(self, archive: zipfile.ZipFile, done: Exported) -> None:
        self.archive, self.done = archive, done

    def add(self, name: str, data: bytes) -> None:
        self.stream(name, [data])

    def stream(self, name: str, parts: Iterable[bytes], *, packed: bool = True) -> None:
        self.done.members[name], _ = add_member(self.archive, name, parts, packed=packed)


def _own(session: Session, inspection: Document) -> list[Document]:
    """The inspection, its campaign and everything under it, deleted documents too: their entries are in the journal."""
    where = or_(
        Document.id == inspection.id, Document.parent == inspection.id, Document.id == inspection.state["campaign_id"]
    )
    query = select(Document).where(where, Document.scope.startswith("campaign:"))
    return list(session.scalars(query.order_by(Document.kind, Document.id)))


def _context(session: Session, inspection: Document) -> Iterator[Document]:
    """What a reader needs beside: the site, its instruments, the agency, a slip's session and the marks used in it."""
    site = inspection.state["establishment_id"]
    campaign = session.get(Document, ("campaign", inspection.state["campaign_id"]))
    wanted = [("establishment", site)]
    if campaign is not None:
        wanted.append(("organisation", campaign.state["organisation_id"]))
    yield from (found for key in wanted if (found := session.get(Document, key)) is not None)
    instruments = select(Document).where(Document.kind == "instrument", Document.parent == site).order_by(Document.id)
    yield from session.scalars(instruments)
    if (day := session.get(Document, ("verification_session", str(inspection.state.get("session_id"))))) is not None:
        yield day
        marks = select(Document).where(Document.kind == "mark", Document.parent == day.id).order_by(Document.id)
        yield from (mark for mark in session.scalars(marks) if mark.state.get("inspection_id") == inspection.id)


def _papers(session: Session, writer: _Writer, document: Document, render: minutes.Render, host: str) -> None:
    names = {}
    for kind, twin in (("pdf", False), ("twin", True)):
        name, data = minutes.pdf(session, document.id, render, host=host, twin=twin)
        path = f"minutes/{document.id[-12:]}-{name}"
        names[kind] = path.removesuffix(".pdf") + ".pdfa3.pdf" if twin else path
        writer.add(names[kind], data)
    writer.done.minutes[document.id] = names


def _photo(session: Session, store: BlobStore, writer: _Writer, document: Document) -> None:
    blob = session.get(Blob, document.state.get("sha256") or "")
    is_here = blob is not None and document.state.get("status") in {photos.COMPLETE, photos.UNUSABLE}
    if blob is None or not is_here or not store.has(blob.sha256):
        writer.done.without_bytes.append(document.id)
        return
    name = f"photos/{document.id}{SUFFIXES.get(blob.media_type, '.bin')}"
    with store.open(blob.sha256) as source:
        writer.stream(name, iter(lambda: source.read(READ), b""), packed=False)
    writer.done.photos[document.id] = name


def _journals(session: Session, writer: _Writer, own: set[tuple[str, str]]) -> None:
    """Write every chain that speaks of these documents: their entries whole, all others as hashes."""
    ids = sorted({id for _, id in own})
    query = select(JournalEntry.scope).distinct().where(JournalEntry.doc_id.in_(ids))
    scopes = sorted(s for s in session.scalars(query) if s.startswith("campaign:"))
    for number, scope in enumerate(scopes, 1):
        name = f"journal/{number}.jsonl"
        writer.stream(name, _chain(session, scope, own, writer.done))
        writer.done.journals[scope] = name


def _chain(session: Session, scope: str, own: set[tuple[str, str]], done: Exported) -> Iterator[bytes]:
    head = session.get_one(Scope, scope).head
    yield _json({"scope": scope, "head": head}) + b"\n"
    columns = JournalEntry.seq, JournalEntry.hash, JournalEntry.kind, JournalEntry.doc_id, JournalEntry.entry
    query = select(*columns).where(JournalEntry.scope == scope).order_by(JournalEntry.seq)
    for row in session.execute(query.execution_options(yield_per=CHUNK)):
        line = {"seq": row.seq, "hash": row.hash}
        if (row.kind, row.doc_id) in own:
            line["entry"] = row.entry
            done.entries += 1
        else:
            done.hidden += 1
        yield _json(line) + b"\n"


def _written(document: Document) -> dict[str, Any]:
    return {"kind": document.kind, "id": document.id, "scope": document.scope, "parent": document.parent,
            "rev": document.rev, "deleted": document.is_deleted,
            "state": {} if document.is_deleted else document.state}  # fmt: skip


def _signature(key: Ed25519PrivateKey, manifest: bytes) -> bytes:
    signature = base64.urlsafe_b64encode(key.sign(SIGNED + manifest)).rstrip(b"=").decode()
    return json.dumps({"kid": seal.key_id(public_bytes(key)).hex(), "signature": signature}).encode()


def _json(value: Any) -> bytes:
    return canonical(value).encode("utf-8", "surrogatepass")
