"""Documents: the present state of everything that tablets see. The journal is the truth, this its sum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Index, Row, String, and_, bindparam, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Json, Model

_RESERVE = text("SELECT pg_advisory_xact_lock(hashtextextended(k, 0)) FROM unnest(CAST(:names AS text[])) AS k")


class Document(Model):
    """One document of the protocol ("Documents"). Deleted ones stay, so that they cannot come back."""

    __tablename__ = "document"
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    scope: Mapped[str] = mapped_column(String(60), index=True)
    parent: Mapped[str | None] = mapped_column(String(36))
    """The inspection of a finding, photo …; the campaign of an inspection; the establishment of an instrument."""
    rev: Mapped[int]
    is_deleted: Mapped[bool] = mapped_column(default=False)
    state: Mapped[dict[str, Any]] = mapped_column(Json)

    __table_args__ = (Index("ix_document_parent_kind", "parent", "kind"),)


_T = Document.__table__.c
_LIGHT = select(_T.id, _T.rev, _T.scope, _T.parent, _T.state).where(
    _T.kind == bindparam("kind"), _T.is_deleted.is_(False)
)
_STATE = select(_T.state).where(_T.kind == bindparam("kind"), _T.id == bindparam("id"), _T.is_deleted.is_(False))

_PLAIN = select(_T.id, _T.scope, _T.is_deleted, _T.state).where(
    _T.kind == bindparam("kind"), _T.id.in_(bindparam("ids", expanding=True))
)


def state_of(session: Session, kind: str, id: str) -> dict[str, Any] | None:
    """Return a live document's state and nothing else, at a fifth of what `get` costs."""
    found: dict[str, Any] | None = session.connection().scalar(_STATE, {"kind": kind, "id": id})
    return found


def get(session: Session, kind: str, id: str) -> Document | None:
    """Return a live document, or None."""
    row = session.get(Document, (kind, id))
    return None if row is None or row.is_deleted else row


def of_kind(session: Session, kind: str) -> list[Document]:
    """All live documents of a kind."""
    return list(session.scalars(select(Document).where(Document.kind == kind, Document.is_deleted.is_(False))))


class Light(NamedTuple):
    """A live document as it was read, without the bookkeeping of whole objects."""

    id: str
    rev: int
    scope: str
    parent: str | None
    state: dict[str, Any]


def light(session: Session, kind: str) -> list[Light]:
    """All live documents of a kind, at a fifth of what `of_kind` costs."""
    return [Light._make(row) for row in session.connection().execute(_LIGHT, {"kind": kind})]


def light_of(session: Session, kind: str, ids: Iterable[str]) -> list[Light]:
    """The live ones among these documents, by id: one question for every four hundred."""
    wanted = sorted(set(ids))
    found: list[Light] = []
    for start in range(0, len(wanted), 400):
        query = _LIGHT.where(_T.id.in_(wanted[start : start + 400])).order_by(_T.id)
        found += map(Light._make, session.connection().execute(query, {"kind": kind}))
    return found


def children(session: Session, parent: str, kind: str) -> list[Document]:
    """Live children of one kind, in a stable order."""
    where = (Document.parent == parent, Document.kind == kind, Document.is_deleted.is_(False))
    return list(session.scalars(select(Document).where(*where).order_by(Document.id)))


def of_parents(session: Session, parents: Iterable[str], kinds: Iterable[str]) -> list[Document]:
    """Live children of several documents, by id: one question for every four hundred parents."""
    wanted = sorted(set(parents))
    found: list[Document] = []
    for start in range(0, len(wanted), 400):
        part = wanted[start : start + 400]
        where = (Document.parent.in_(part), Document.kind.in_(list(kinds)), Document.is_deleted.is_(False))
        found += session.scalars(select(Document).where(*where))
    return sorted(found, key=lambda document: document.id)


def many(session: Session, keys: Iterable[tuple[str, str]], *, lock: bool = False) -> dict[tuple[str, str], Document]:
    """Load documents, deleted ones too; `lock` takes their rows FOR UPDATE in sorted order."""
    wanted = sorted(set(keys))
    found: dict[tuple[str, str], Document] = {}
    for start in range(0, len(wanted), 400):
        part = wanted[start : start + 400]
        query = select(Document).where(_named(part)).order_by(Document.kind, Document.id)
        if lock:  # what was read before the lock may be stale
            query = query.with_for_update().execution_options(populate_existing=True)
        for row in session.scalars(query):
            found[row.kind, row.id] = row
    return found


def plain(session: Session, kind: str, ids: Iterable[str]) -> dict[str, Row[str, str, bool, dict[str, Any]]]:
    """Read documents of one kind as (id, scope, is_deleted, state), deleted ones too where `light_of` leaves them out: for who
    shows names of what may be gone, at half of what `many` costs."""
    wanted = sorted(set(ids))
    found: dict[str, Row[str, str, bool, dict[str, Any]]] = {}
    for start in range(0, len(wanted), 400):
        for row in session.execute(_PLAIN, {"kind": kind, "ids": wanted[start : start + 400]}):
            found[row.id] = row
    return found


def _named(keys: Sequence[tuple[str, str]]) -> ColumnElement[bool]:
    """Say which documents, kind by kind: for a list of pairs SQLite read every document, 300 ms among a million."""
    kinds = groupby(keys, key=lambda key: key[0])
    return or_(*(and_(Document.kind == kind, Document.id.in_([id for _, id in own])) for kind, own in kinds))


def can_be_reserved(session: Session) -> bool:
    """Say whether writers run at once, so that ids of documents not yet there must be taken; SQLite has one writer."""
    return session.get_bind().dialect.name == "postgresql"


def reserve(session: Session, keys: Iterable[tuple[str, str]]) -> None:
    """Take ids that may have no row to lock, in sorted order, until the transaction ends."""
    names = sorted({f"{kind}/{id}" for kind, id in keys})
    if names and can_be_reserved(session):
        session.execute(_RESERVE, {"names": names}).all()
