"""What goes to the printer for a batch: the papers as they were issued, and the photos that they list."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.uploads import Blob
from server.errors import Problem, ProblemCode
from server.printing.batches import Annex, Picture
from server.services import minutes, photos
from server.services.photos import COMPLETE, StoredPhoto
from server.storage.blobs import BlobStore

MAX_PHOTOS = 300
"""Photos of one annex: 150 sheets, 60 MB."""
WIDTH = 1280
"""Pixels of the longer side: 94 mm of paper at 340 dots an inch."""


@dataclass(frozen=True, slots=True)
class Source:
    """One paper as it was issued: what `server.printing.minutes.render` takes."""

    canonical: str
    cose: bytes
    status: str


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo that a paper lists, and its bytes where they are here."""

    number: int
    about: str
    taken_at: str
    place: str
    sha256: str
    stored: StoredPhoto | None


@dataclass(frozen=True, slots=True)
class Shots:
    """The photos that one paper lists."""

    paper: str
    site: str
    agency: Sequence[str]
    photos: Sequence[Shot]


def papers(session: Session, ids: Sequence[str]) -> list[Source]:
    """Return papers in this order; refuses one that was voided meanwhile."""
    found = documents.many(session, [("minutes", id) for id in ids])
    sources = []
    for id in ids:
        state = found["minutes", id].state
        if state["status"] == "void":
            number = json.loads(state["canonical"])["number"]["text"]
            raise Problem(ProblemCode.CONFLICT, f"Văn bản {number} đã bị hủy sau khi lập lượt in: hãy báo in lỗi rồi lập "
                                                "lượt in khác.")  # fmt: skip
        status = "amended" if state["status"] == "amended" else "issued"
        sources.append(Source(state["canonical"], minutes.unpadded(state["cose"]), status))
    return sources


def shots(session: Session, ids: Sequence[str]) -> list[Shots]:
    """Return what the photo annex of papers shows; papers without photos are left out. Refuses more than MAX_PHOTOS."""
    found = documents.many(session, [("minutes", id) for id in ids])
    texts = {id: json.loads(found["minutes", id].state["canonical"]) for id in ids}
    listed = [id for id in ids if texts[id].get("photos")]
    if sum(len(texts[id]["photos"]) for id in listed) > MAX_PHOTOS:
        raise Problem(
            ProblemCode.INVALID_REQUEST, f"Phụ lục có hơn {MAX_PHOTOS} ảnh: hãy in phụ lục trong nhiều lượt nhỏ hơn."
        )
    parents = [str(found["minutes", id].parent) for id in listed]
    taken = documents.of_parents(session, parents, ("photo",))
    by_hash = {
        (d.parent, str(d.state.get("sha256"))): d for d in taken if d.state.get("purpose", "evidence") == "evidence"
    }
    blobs = _blobs(session, {sha for _parent, sha in by_hash})

    def shot(parent: str, row: Mapping[str, Any]) -> Shot:
        document, blob = by_hash.get((parent, str(row["sha256"]))), blobs.get(str(row["sha256"]))
        here = document is not None and blob is not None and document.state.get("status") == COMPLETE
        stored = (
            StoredPhoto(document.id, blob.sha256, blob.size, blob.media_type) if here and document and blob else None
        )
        place = _place(document.state.get("position")) if document is not None else ""
        return Shot(
            int(row["number"]),
            str(row.get("about") or ""),
            str(row.get("taken_at") or ""),
            place,
            str(row["sha256"]),
            stored,
        )

    return [
        Shots(texts[id]["number"]["text"], str(texts[id]["establishment"].get("name") or ""), texts[id]["agency"],
              [shot(parent, row) for row in texts[id]["photos"]])
        for id, parent in zip(listed, parents, strict=True)
    ]  # fmt: skip


def annexes(store: BlobStore, found: Sequence[Shots]) -> Iterator[Annex]:
    """Give the annexes with their pictures, each read when it is its turn."""
    for paper in found:
        yield Annex(paper.paper, paper.site, paper.agency, (_picture(store, shot) for shot in paper.photos))


def _picture(store: BlobStore, shot: Shot) -> Picture:
    jpeg = None
    if shot.stored is not None:
        try:
            jpeg = photos.smaller(store, shot.stored, WIDTH)
        except (Problem, FileNotFoundError):
            jpeg = None  # the annex says so in its place
    return Picture(shot.number, shot.about, shot.taken_at, shot.place, shot.sha256, jpeg)


def _blobs(session: Session, hashes: set[str]) -> dict[str, Blob]:
    wanted, found = sorted(hashes), dict[str, Blob]()
    for start in range(0, len(wanted), 400):
        query = select(Blob).where(Blob.sha256.in_(wanted[start : start + 400]))
        found.update({blob.sha256: blob for blob in session.scalars(query)})
    return found


def _place(position: Any) -> str:
    if not isinstance(position, Mapping) or not position.get("lat") or not position.get("lon"):
        return "không có vị trí"
    return f"vị trí {str(position['lat'])[:9]}, {str(position['lon'])[:10]}"
